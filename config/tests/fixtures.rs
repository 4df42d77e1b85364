//! Configurations, right ones and wrong ones, and the text of the check for each.
//!
//! Set `FIXTURES=overwrite` to write the `expected.txt` files. Read them as a user would.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod code;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use durable_object_config::{Code, Config, Findings, Surroundings, check, find};

use code::{chat, shop};

/// Each folder of fixtures, with the code that its configurations are for.
fn fixtures() -> Vec<(PathBuf, Code)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut fixtures = Vec::new();
    for (name, code) in [("objects", chat()), ("fields", shop())] {
        let folders = fs::read_dir(root.join(name)).unwrap().map(|entry| entry.unwrap().path());
        fixtures.extend(folders.map(|folder| (folder, code.clone())));
    }
    fixtures.sort_by(|(left, _), (right, _)| left.cmp(right));
    fixtures
}

/// Checks the configuration in a folder. Texts name it as if the folder were the current one.
fn checked(folder: &Path, code: &Code) -> Findings {
    let path = find(folder).unwrap();
    let config = Config::read(&path).unwrap();
    let mut surroundings = if folder.join("Cargo.toml").exists() {
        Surroundings::read(&config, folder).unwrap()
    } else {
        bare(&config, folder)
    };
    let committed = folder.join("committed.toml");
    surroundings.committed = committed.exists().then(|| Config::read(&committed).unwrap());
    let name = Path::new(path.file_name().unwrap());
    check(&Config::parse(name, fs::read_to_string(&path).unwrap()).unwrap(), code, &surroundings)
}

/// The surroundings of a configuration whose package makes no exceptions.
fn bare(config: &Config, folder: &Path) -> Surroundings {
    let package = tempfile::tempdir().unwrap();
    fs::write(package.path().join("Cargo.toml"), "").unwrap();
    let mut surroundings = Surroundings::read(config, package.path()).unwrap();
    assert!(surroundings.mains.iter().all(|main| folder.join(main).exists()));
    surroundings.committed = None;
    surroundings
}

#[test]
fn wrong_configurations_are_explained() {
    let overwrite = env::var("FIXTURES").is_ok_and(|value| value == "overwrite");
    let mut different = Vec::new();
    for (folder, code) in fixtures() {
        if is_right(&folder) {
            continue;
        }
        let findings = checked(&folder, &code);
        assert!(!findings.is_empty(), "{}", folder.display());
        let (path, found) = (folder.join("expected.txt"), format!("{findings}\n"));
        if overwrite {
            fs::write(&path, &found).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != found {
            different.push(format!("{}:\n{found}", folder.display()));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn every_problem_has_a_fixture() {
    let text = include_str!("../src/problem/mod.rs");
    let (_, variants) = text.split_once("pub enum Problem {\n").unwrap();
    let is_variant = |line: &&str| line.starts_with("    ") && line[4..].starts_with(char::is_uppercase);
    let name =
        |line: &str| line.trim().split(|letter: char| !letter.is_alphanumeric()).next().unwrap().to_owned();
    let all: BTreeSet<String> =
        variants.lines().take_while(|line| *line != "}").filter(is_variant).map(name).collect();
    let mut found = BTreeSet::new();
    for (folder, code) in fixtures() {
        found.extend(checked(&folder, &code).iter().map(|finding| name(&format!("{:?}", finding.problem))));
    }
    assert!(all.len() > 30, "{all:?}");
    assert_eq!(all.difference(&found).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn right_configurations_have_no_findings() {
    let right: Vec<_> = fixtures().into_iter().filter(|(folder, _)| is_right(folder)).collect();
    assert_eq!(right.len(), 4);
    for (folder, code) in right {
        let findings = checked(&folder, &code);
        assert!(findings.is_empty(), "{}: {findings}", folder.display());
    }
}

fn is_right(folder: &Path) -> bool {
    folder.file_name().unwrap().to_str().unwrap().starts_with("right")
}

/// The lines to add can be pasted, and then only the lines that have to be completed are left.
#[test]
fn the_lines_repair_the_configuration() {
    for code in [chat(), shop()] {
        for (name, text) in
            [("wrangler.toml", "name = \"app\"\n"), ("wrangler.jsonc", "{ \"name\": \"app\", }")]
        {
            let lines = |text: &str| {
                let findings =
                    check(&Config::parse(Path::new(name), text).unwrap(), &code, &Surroundings::default());
                let text = findings.to_string();
                text.split_once("add to ").map(|(_, rest)| rest.split_once(":\n\n").unwrap().1.to_owned())
            };
            let missing = lines(text).unwrap().replace("{ … }", "3");
            let repaired = match text.strip_suffix('}') {
                Some(open) => format!("{open}{missing}\n}}"),
                None => format!("{text}{missing}"),
            };
            assert_eq!(lines(&repaired), None, "{repaired}");
        }
    }
}
