//! `durable-object new`: the files that it writes, and the errors after which it has written nothing.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn new(folder: &Path, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_durable-object"));
    // git does not look for a repository above the temporary folder.
    command
        .arg("new")
        .args(options)
        .current_dir(folder)
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap());
    command.output().unwrap()
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn error(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The files in a folder, without git's.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap() == ".git" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The files of an example that are not generated.
fn example(name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = root().join("examples").join(name);
    let list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let output = Command::new("git").arg("-C").arg(&folder).args(list).output().unwrap();
    let names = String::from_utf8(output.stdout).unwrap();
    let paths = names.split_terminator('\0').map(PathBuf::from);
    paths.filter_map(|path| Some((path.clone(), fs::read(folder.join(path)).ok()?))).collect()
}

/// The files that only a project has, and not its example.
const ADDED: [&str; 2] = [".github/workflows/ci.yml", "rustfmt.toml"];

/// The files that contain the name of the project.
const RENAMED: [&str; 4] = ["Cargo.toml", "README.md", "package.json", "wrangler.toml"];

#[test]
fn a_project_has_the_files_of_its_example() {
    for template in ["counter", "chat", "todomvc"] {
        let folder = tempfile::tempdir().unwrap();
        let output = new(folder.path(), &["my-app", "--template", template]);
        assert!(succeeded(&output).starts_with("The project is in my-app."), "{output:?}");
        let (mut project, example) = (files(&folder.path().join("my-app")), example(template));
        for added in ADDED {
            assert!(project.remove(Path::new(added)).is_some(), "{template} has no {added}");
        }
        let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&project), names(&example), "{template}");
        for (path, bytes) in &example {
            let renamed = RENAMED.iter().any(|name| Path::new(name) == path);
            assert_eq!(&project[path] != bytes, renamed, "{template}: {}", path.display());
        }
    }
}

#[test]
fn a_project_is_a_repository_unless_it_is_in_one() {
    let folder = tempfile::tempdir().unwrap();
    succeeded(&new(folder.path(), &["one"]));
    assert!(folder.path().join("one/.git").is_dir());
    succeeded(&new(folder.path(), &["two", "--vcs", "none"]));
    assert!(!folder.path().join("two/.git").exists());
    succeeded(&new(&folder.path().join("one"), &["inner"]));
    assert!(!folder.path().join("one/inner/.git").exists());
}

#[test]
fn a_checkout_takes_the_place_of_the_published_crate() {
    let folder = tempfile::tempdir().unwrap();
    let output = new(folder.path(), &["my-app", "--path", root().to_str().unwrap()]);
    let told = succeeded(&output);
    assert!(told.contains("/test-runner\"\n") && told.contains("ci.yml fails elsewhere"), "{told}");
    let manifest = fs::read_to_string(folder.path().join("my-app/Cargo.toml")).unwrap();
    let runtime = root().canonicalize().unwrap().join("runtime");
    let line = format!("durable-object = {{ path = \"{}\" }}\n", runtime.display());
    assert!(manifest.ends_with(&format!("[patch.crates-io]\n{line}")), "{manifest}");
}

#[test]
fn before_the_first_release_a_project_without_a_checkout_is_told_of_one() {
    let folder = tempfile::tempdir().unwrap();
    let told = succeeded(&new(folder.path(), &["my-app"]));
    assert!(told.contains("not on crates.io yet") && told.contains("again with `--path CLONE`"), "{told}");
    let readme = fs::read_to_string(folder.path().join("my-app/README.md")).unwrap();
    assert!(readme.contains("\n## Before the first release\n"), "{readme}");
    let told = succeeded(&new(folder.path(), &["other", "--path", root().to_str().unwrap()]));
    assert!(!told.contains("not on crates.io"), "{told}");
}

#[test]
fn names_that_cargo_refuses_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in
        ["macro", "override", "priv", "try", "typeof", "unsafe", "unsized", "virtual", "where", "yield"]
    {
        let cargo =
            Command::new(env!("CARGO")).args(["new", "--lib", name]).current_dir(folder.path()).output();
        assert!(!cargo.unwrap().status.success(), "{name}");
        let said = error(&new(folder.path(), &[name]));
        assert!(said.contains(&format!("`{name}` is a word of Rust")), "{said}");
    }
}

#[test]
fn options_are_taken_in_both_forms_and_each_command_has_help() {
    let folder = tempfile::tempdir().unwrap();
    succeeded(&new(folder.path(), &["my-app", "--template=chat", "--vcs=none"]));
    assert!(
        folder.path().join("my-app/src/room.rs").is_file() && !folder.path().join("my-app/.git").exists()
    );
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_durable-object"));
        succeeded(&command.args(args).current_dir(folder.path()).output().unwrap())
    };
    let help = run(&["--help"]);
    assert!(help.starts_with("Usage: durable-object"), "{help}");
    for command in ["new", "check", "self-host"] {
        assert_eq!([run(&[command, "--help"]), run(&[command, "-h"])], [help.clone(), help.clone()]);
    }
    assert_eq!(run(&["new", "other", "--help"]), help);
    assert!(!folder.path().join("other").exists());
}

#[test]
fn a_project_in_a_workspace_is_not_a_part_of_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = []\n").unwrap();
    succeeded(&new(folder.path(), &["my-app"]));
    let locate = ["locate-project", "--workspace", "--message-format", "plain"];
    let output = Command::new(env!("CARGO")).args(locate).current_dir(folder.path().join("my-app")).output();
    let found = succeeded(&output.unwrap());
    assert!(found.trim_end().ends_with("my-app/Cargo.toml"), "{found}");
}

#[test]
fn an_error_says_what_to_do_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("taken")).unwrap();
    for (options, expected) in [
        (&["MyApp"][..], "for example `my-app`"),
        (&["worker"], "choose another name, for example `my-worker`"),
        (&["wasm-bindgen"], "choose another name, for example `my-wasm-bindgen`"),
        (&["serde", "--template", "counter"], "choose another name, for example `my-serde`"),
        (&["taken"], "taken is there already: choose another name, or delete it first"),
        (&["my-app", "--template", "blog"], "`--template` takes counter, chat, todomvc"),
        (&["my-app", "--path", "taken"], "taken is not a checkout of durable-object"),
        (&[], "`new` needs a name"),
    ] {
        let said = error(&new(folder.path(), options));
        assert!(said.starts_with("error: ") && said.contains(expected), "{options:?}: {said}");
    }
    // Nothing can be found on this PATH, so `git init` fails when all files are written.
    let mut command = Command::new(env!("CARGO_BIN_EXE_durable-object"));
    let said =
        error(&command.args(["new", "my-app"]).current_dir(folder.path()).env("PATH", "").output().unwrap());
    assert!(said.contains("say `--vcs none`"), "{said}");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["taken"]);
}

#[test]
fn the_published_package_has_the_templates_and_nothing_generated() {
    let list = ["package", "--list", "--allow-dirty", "--offline"];
    let output = Command::new(env!("CARGO")).args(list).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let list = succeeded(&output.unwrap());
    let published: Vec<&str> = list.lines().filter_map(|line| line.strip_prefix("templates/")).collect();
    let examples = ["counter", "chat", "todomvc"].map(|name| (name, example(name)));
    for (name, example) in &examples {
        for path in example.keys().filter(|path| path.starts_with("src") || path.starts_with("web")) {
            let path = format!("{name}/{}", path.display());
            assert!(published.contains(&path.as_str()), "{path} is not published");
        }
    }
    let sources: usize = examples.iter().map(|(_, example)| example.len()).sum();
    // The files that all templates have are there once, with the two that the examples lack.
    let common = published.iter().filter(|path| path.starts_with("common/")).count();
    assert_eq!(published.len(), sources - 3 * (common - ADDED.len()) + common, "{published:?}");
}
