//! `durable-object self-host`, with the configurations in `tests/self-host` and the files that it writes for each.
//!
//! Set `FIXTURES=overwrite` to write the `expected` folders. Read them as a user would.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The file of `expected` with what the command prints, its status and the list of the files.
const SAID: &str = "said.txt";

/// A copy of a fixture, in which the command may write.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn of(fixture: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&fixtures().join(fixture), folder.path());
        Self { folder }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    /// Runs the command, and returns all it prints.
    fn run(&self, args: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_durable-object"));
        let output = command.arg("self-host").args(args).current_dir(self.folder.path()).output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        format!("{out}{err}{}\n", output.status)
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/self-host")
}

fn copy(from: &Path, to: &Path) {
    for file in files(from).into_iter().filter(|file| !file.starts_with("expected")) {
        fs::create_dir_all(to.join(&file).parent().unwrap()).unwrap();
        fs::copy(from.join(&file), to.join(&file)).unwrap();
    }
}

/// Lists the files of a folder and those below, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = PathBuf::from(path.file_name().unwrap());
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|file| name.join(file)));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

/// Runs the command for a fixture, and compares its output with the expected one.
fn check(fixture: &str, args: &[&str], out: &str) {
    let project = Project::of(fixture);
    let mut said = project.run(args);
    let written = files(&project.path(out));
    let mut found = BTreeMap::new();
    for file in &written {
        said += &format!("{}\n", file.display());
        // Those in folders are copies, and git would obey the other one.
        if file.components().count() == 1 && file != Path::new(".gitignore") {
            found.insert(file.clone(), fs::read_to_string(project.path(out).join(file)).unwrap());
        }
    }
    found.insert(SAID.into(), said);
    let expected = fixtures().join(fixture).join("expected");
    if env::var("FIXTURES").is_ok_and(|value| value == "overwrite") {
        fs::create_dir_all(&expected).unwrap();
        for (file, text) in &found {
            fs::write(expected.join(file), text).unwrap();
        }
    }
    for (file, text) in &found {
        let expected = fs::read_to_string(expected.join(file)).unwrap_or_default();
        assert_eq!(*text, expected, "{fixture}/expected/{}", file.display());
    }
    let known: Vec<_> = found.into_keys().collect();
    assert_eq!(files(&expected), known);
}

#[test]
fn a_worker_with_everything_that_is_served() {
    check("full", &[], "self-host/shop");
}

#[test]
fn objects_only_in_an_environment() {
    check("plain", &["--env", "staging", "--out", "out"], "out");
}

#[test]
fn bindings_that_are_not_served_are_explained() {
    check("refused", &[], "self-host");
}

#[test]
fn a_name_is_one_that_wrangler_takes() {
    let said = Project::of("refused").run(&["--env", "my shop"]);
    assert!(said.contains("`name` is `my shop`: it may have letters"), "{said}");
}

#[test]
fn settings_that_workerd_would_not_take_are_refused() {
    let project = Project::of("plain");
    let plain = fs::read_to_string(project.path("wrangler.jsonc")).unwrap();
    let run = |line: &str, other: &str| {
        assert!(plain.contains(line));
        project.write("wrangler.jsonc", &plain.replace(line, other));
        project.run(&["--env", "staging", "--out", "out"])
    };
    let date = r#""compatibility_date": "2026-08-01","#;
    for (found, reason) in [
        (r#""soon""#, r#"`compatibility_date` is "soon", and not a date such as "2026-08-01""#),
        (r#""2026-13-01""#, "and not a date such as"),
        (r#""2026-8-1""#, "and not a date such as"),
        (r#""1999-12-31""#, "and not a date such as"),
        ("20260801", "`compatibility_date` is 20260801, and not a date"),
        (r#""2099-01-01""#, "workerd 1.20261117.1 serves dates until 2026-11-24: choose one of those"),
        (r#""2026-11-25""#, "serves dates until 2026-11-24"),
    ] {
        let said = run(date, &format!(r#""compatibility_date": {found},"#));
        assert!(said.contains(reason) && said.contains("exit status: 1"), "{found}: {said}");
    }
    for (line, name) in [
        (r#""compatibility_flags": ["nodejs_compat", 1],"#, "`compatibility_flags` takes a list of texts"),
        (r#""compatibility_flags": "nodejs_compat","#, "`compatibility_flags` takes a list of texts"),
        (r#""triggers": { "crons": [5] },"#, "`triggers.crons` takes a list of texts"),
    ] {
        let said = run(date, &format!("{date} {line}"));
        assert!(said.contains(name) && said.contains("exit status: 1"), "{line}: {said}");
    }
    let staging = r#""staging": {"#;
    for (line, reason) in [
        (r#""secrets": { "required": [true] },"#, "`secrets.required` takes a list of texts"),
        (
            r#""services": [{ "binding": "SELF", "service": "plain-staging", "entrypoint": 1 }],"#,
            "`entrypoint` of the binding `SELF` is not a text",
        ),
    ] {
        let said = run(staging, &format!("{staging} {line}"));
        assert!(said.contains(reason) && said.contains("exit status: 1"), "{line}: {said}");
    }
    assert!(!project.path("out").exists());
    let said = run(date, r#""compatibility_date": "2026-11-24","#);
    assert!(said.contains("exit status: 0"), "{said}");
}

#[test]
fn an_earlier_output_is_replaced() {
    let project = Project::of("full");
    project.run(&[]);
    let old = ["worker/old.js", "assets/old.html", "data/shop-Room/1.sqlite"]
        .map(|name| format!("self-host/shop/{name}"));
    for name in &old {
        project.write(name, "old");
    }
    let said = project.run(&[]);
    assert!(said.contains("exit status: 0"), "{said}");
    let left = old.map(|name| project.path(&name).exists());
    assert_eq!(left, [false, false, true], "the data stays");
    let ignored = fs::read_to_string(project.path("self-host/shop/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n", "and git sees nothing of it");
}

#[test]
fn a_folder_with_other_files_is_left_alone() {
    let project = Project::of("full");
    for (name, reason) in
        [("own.txt", "has other files"), ("config.capnp", "was not written by this command")]
    {
        project.write(&format!("own/{name}"), "mine");
        let said = project.run(&["--out", "own"]);
        assert!(said.contains(reason), "{said}");
    }
    assert_eq!(files(&project.path("own")).len(), 2);
    let absolute = project.path("web/out");
    for (out, reason) in [
        ("web/out", "whose files are public"),
        (absolute.to_str().unwrap(), "whose files are public"),
        ("build/out", "whose modules are served"),
    ] {
        let said = project.run(&["--out", out]);
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn the_worker_has_to_be_built() {
    let project = Project::of("full");
    project.write("src/index.ts", "");
    project.write("src/index.js", "");
    fs::create_dir_all(project.path("src/node_modules")).unwrap();
    project.write("index.js", "");
    for (main, reason) in [
        ("build/missing.js", "build/missing.js is not there: build the worker first"),
        ("src/index.ts", "takes a built module of JavaScript"),
        ("index.js", ". has wrangler.toml, so it is not the output of a build"),
        ("src/index.js", "src has node_modules, so it is not the output of a build"),
    ] {
        let said = project.run(&["--main", main]);
        assert!(said.contains(reason), "{said}");
    }
    assert!(!project.path("self-host").exists());
}

/// `worker-build` 0.8.7 writes these files.
#[test]
fn the_output_of_worker_build_is_served() {
    let project = Project::of("plain");
    for (name, text) in [
        ("build/index_bg.wasm", "\0asm"),
        ("build/index.d.ts", "export {}"),
        ("build/package.json", r#"{ "type": "module", "main": "index.js" }"#),
        ("build/worker/shim.mjs", "export * from '../index.js'"),
    ] {
        project.write(name, text);
    }
    let said = project.run(&["--env", "staging", "--out", "out"]);
    assert!(said.contains("exit status: 0"), "{said}");
    let modules = files(&project.path("out/worker"));
    assert_eq!(modules, ["index.js", "index_bg.wasm", "worker/shim.mjs"].map(PathBuf::from));
}

/// Returns the files of a folder with their bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(folder).into_iter().map(|file| (file.clone(), fs::read(folder.join(file)).unwrap())).collect()
}

#[cfg(unix)]
#[test]
fn only_files_are_copied_and_an_error_leaves_the_earlier_output() {
    use std::os::unix::fs::symlink;

    let project = Project::of("full");
    project.run(&[]);
    let out = project.path("self-host/shop");
    let earlier = contents(&out);
    for (name, is_pipe, target, reason) in [
        ("web/folder", false, "../build", "web/folder is a link to a folder: put a copy"),
        ("web/nowhere", false, "missing", "web/nowhere is a link that leads nowhere"),
        ("web/circle", false, "circle", "web/circle is a link that leads nowhere"),
        ("web/pipe", true, "", "web/pipe is not a file"),
        ("build/pipe.js", true, "", "build/pipe.js is not a file"),
        ("build/nowhere.wasm", false, "missing", "build/nowhere.wasm is a link that leads nowhere"),
        ("build/folder.bin", false, "../web", "build/folder.bin is a link to a folder"),
    ] {
        let path = project.path(name);
        if is_pipe {
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        } else {
            symlink(target, &path).unwrap();
        }
        let said = project.run(&[]);
        assert!(said.contains(reason) && said.contains("exit status: 1"), "{said}");
        assert_eq!(contents(&out), earlier, "{name}");
        fs::remove_file(path).unwrap();
    }
    fs::remove_file(project.path("web/_headers")).unwrap();
    assert!(Command::new("mkfifo").arg(project.path("web/_headers")).status().unwrap().success());
    let said = project.run(&[]);
    assert!(said.contains("web/_headers is not a file"), "{said}");
    fs::remove_file(project.path("web/_headers")).unwrap();

    // A folder with the name of a file is the last thing that is met.
    fs::remove_file(out.join("shop.service")).unwrap();
    project.write("self-host/shop/shop.service/own.txt", "mine");
    let earlier = contents(&out);
    project.write("web/new.html", "new");
    let said = project.run(&[]);
    assert!(said.contains("shop.service is a folder, and the command writes a file of that name"), "{said}");
    assert_eq!(contents(&out), earlier);
    let left: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".durable-object")), "{left:?}");

    fs::remove_dir_all(out.join("shop.service")).unwrap();
    symlink("../build/text/note.txt", project.path("web/note.txt")).unwrap();
    let said = project.run(&[]);
    assert!(said.contains("exit status: 0"), "{said}");
    let note = fs::symlink_metadata(out.join("assets/note.txt")).unwrap();
    assert!(note.is_file(), "a link to a file is copied as that file");
}

#[cfg(unix)]
#[test]
fn an_output_and_its_sources_are_apart_whatever_the_path() {
    use std::os::unix::fs::symlink;

    let project = Project::of("full");
    project.run(&["--out", "o2"]);
    let earlier = contents(&project.path("o2"));
    symlink("build", project.path("link")).unwrap();
    symlink("nowhere", project.path("dangling")).unwrap();
    project.write("own/worker/own.txt", "mine");
    for (args, reason) in [
        (
            &["--main", "o2/worker/index.js", "--out", "o2"][..],
            "o2 contains o2/worker, whose modules are served",
        ),
        (&["--out", "foo/../build/out"], "is in build, whose modules are served"),
        (&["--out", "build/../o2/../web"], "is in web, whose files are public"),
        (&["--out", "link/out"], "is in build, whose modules are served"),
        (&["--main", "link/index.js", "--out", "build/out"], "is in link, whose modules are served"),
        (&["--out", "."], ". contains build, whose modules are served"),
        (&["--out", "foo/../own"], "own has other files"),
        (&["--out", "dangling"], "dangling is a link that leads nowhere"),
        (&["--out", "wrangler.toml"], "wrangler.toml is not a folder"),
    ] {
        let said = project.run(args);
        assert!(said.contains(reason) && said.contains("exit status: 1"), "{args:?}: {said}");
    }
    assert_eq!(contents(&project.path("o2")), earlier);
    assert_eq!(contents(&project.path("build")), contents(&fixtures().join("full/build")));
    assert!(!project.path("foo").exists());

    fs::create_dir(project.path("elsewhere")).unwrap();
    symlink("elsewhere", project.path("there")).unwrap();
    let said = project.run(&["--out", "there"]);
    assert!(said.contains("exit status: 0"), "{said}");
    assert_eq!(contents(&project.path("elsewhere")), earlier);
}

#[test]
fn the_files_of_a_worker_that_has_none_any_more_are_gone() {
    let project = Project::of("full");
    project.run(&["--out", "out"]);
    assert!(project.path("out/assets").is_dir());
    let plain = fs::read_to_string(fixtures().join("plain/wrangler.jsonc")).unwrap();
    project.write("wrangler.jsonc", &plain);
    let said = project.run(&["--config", "wrangler.jsonc", "--env", "staging", "--out", "out"]);
    assert!(said.contains("exit status: 0"), "{said}");
    assert!(!project.path("out/assets").exists());
}

#[test]
fn a_wrong_command_line_is_explained() {
    let project = Project::of("plain");
    for (args, reason) in [
        (&["--env", "production"][..], "no environment `production`; those that it has: staging"),
        (&["--out"], "`--out` needs a value"),
        (&["build"], "no option `build`"),
        (&["--config", "none.toml"], "cannot read none.toml"),
    ] {
        let said = project.run(args);
        assert!(said.contains(reason), "{said}");
    }
}
