//! The command, on an example of this workspace and with configurations that are written here.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Runs `durable-object check` for the counter.
fn check(config: &Path, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_durable-object"));
    command.args(["check", "--package", "counter", "--config"]).arg(config).args(options);
    command.current_dir(root()).output().unwrap()
}

fn printed(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_owned()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

fn git(folder: &Path, args: &[&str]) {
    let identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"];
    let status = Command::new("git").arg("-C").arg(folder).args(identity).args(args).status().unwrap();
    assert!(status.success(), "{args:?}");
}

const RIGHT: &str = r#"name = "counter"
main = "build/index.js"
compatibility_date = "2026-08-01"
build = { command = "worker-build --release" }

[[durable_objects.bindings]]
name = "COUNTER"
class_name = "Counter"

[[migrations]]
tag = "v1"
new_sqlite_classes = ["Counter"]
"#;

#[test]
fn a_configuration_fits_or_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("wrangler.toml");
    fs::write(&config, RIGHT).unwrap();
    let output = check(&config, &[]);
    let (stdout, stderr) = printed(&output);
    assert!(
        output.status.success() && stdout == "the configuration of counter fits its code\n",
        "{stdout}{stderr}"
    );
    assert!(stderr.contains("not compared with what was committed"), "{stderr}");

    fs::write(&config, RIGHT.replace("\"Counter\"", "\"Countre\"")).unwrap();
    let output = check(&config, &[]);
    let (stdout, stderr) = printed(&output);
    assert_eq!(output.status.code(), Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("`COUNTER` leads to the class `Countre`"), "{stdout}");
    assert!(stdout.contains("Is `Counter` meant?"), "{stdout}");
}

#[test]
fn a_mistake_in_the_file_needs_no_build() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("wrangler.jsonc");
    fs::write(&config, "{\n  \"name\" \"counter\"\n}").unwrap();
    let (stdout, stderr) = printed(&check(&config, &[]));
    assert!(stdout.is_empty() && stderr.contains("wrangler.jsonc:2:10: Expected colon"), "{stderr}");
}

#[test]
fn a_revision_of_git_is_compared_with() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("wrangler.toml");
    let second = "\n[[migrations]]\ntag = \"v2\"\nnew_sqlite_classes = [\"Old\"]\n\n[[migrations]]\ntag = \"v3\"\ndeleted_classes = [\"Old\"]\n";
    git(folder.path(), &["init", "--quiet"]);
    fs::write(&config, format!("{RIGHT}{second}")).unwrap();
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "--message", "first"]);
    let output = check(&config, &["--since", "HEAD"]);
    let (stdout, stderr) = printed(&output);
    assert!(output.status.success() && !stderr.contains("committed"), "{stdout}{stderr}");

    fs::write(&config, RIGHT).unwrap();
    assert!(check(&config, &[]).status.success(), "by itself, it is right");
    let output = check(&config, &["--since", "HEAD"]);
    let (stdout, stderr) = printed(&output);
    assert_eq!(output.status.code(), Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("the committed list of migrations has `v2` where this one ends"), "{stdout}");

    let (_, stderr) = printed(&check(&config, &["--since", "nowhere"]));
    assert!(stderr.contains("git knows no revision `nowhere`"), "{stderr}");
}
