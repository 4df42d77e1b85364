//! The manifests, the files and the dependencies of the packages that are published.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::HashMap;
use std::env;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Files that each package has.
const NEEDED: [&str; 5] = ["Cargo.toml", "Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// Files that cargo adds to a package, if they are there.
const ADDED: [&str; 2] = [".cargo_vcs_info.json", "Cargo.toml.orig"];

/// The workspace as cargo describes it, with its dependencies for all features and targets.
struct Metadata(Value);

impl Metadata {
    fn read() -> Self {
        Self(
            serde_json::from_str(&cargo(&[
                "metadata",
                "--format-version",
                "1",
                "--all-features",
                "--locked",
            ]))
            .unwrap(),
        )
    }

    /// Returns the packages that are published.
    fn published(&self) -> Vec<&Value> {
        let members = self.0["workspace_members"].as_array().unwrap();
        let packages = self.0["packages"].as_array().unwrap().iter();
        packages.filter(|package| members.contains(&package["id"]) && package["publish"].is_null()).collect()
    }

    /// Returns all packages that a user of the published ones compiles.
    fn compiled(&self) -> Vec<&Value> {
        let packages: HashMap<&str, &Value> = by_id(&self.0["packages"]);
        let nodes: HashMap<&str, &Value> = by_id(&self.0["resolve"]["nodes"]);
        let mut found: Vec<&str> =
            self.published().iter().map(|package| package["id"].as_str().unwrap()).collect();
        let mut next = 0;
        while let Some(id) = found.get(next) {
            for dependency in nodes[id]["deps"].as_array().unwrap() {
                let kinds = dependency["dep_kinds"].as_array().unwrap();
                let id = dependency["pkg"].as_str().unwrap();
                if kinds.iter().any(|kind| kind["kind"] != "dev") && !found.contains(&id) {
                    found.push(id);
                }
            }
            next += 1;
        }
        found.into_iter().map(|id| packages[id]).collect()
    }
}

fn by_id(list: &Value) -> HashMap<&str, &Value> {
    list.as_array().unwrap().iter().map(|item| (item["id"].as_str().unwrap(), item)).collect()
}

fn cargo(args: &[&str]) -> String {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new(program).args(args).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "cargo {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap()
}

/// Returns the release of Rust that a package needs, as numbers: 1.91 is `[1, 91]`.
fn rust_version(package: &Value) -> Option<Vec<u32>> {
    let version = package["rust_version"].as_str()?;
    Some(version.split('.').take(2).map(|number| number.parse().unwrap()).collect())
}

/// Returns the folder with the texts that the code of a package embeds.
fn embedded(package: &str) -> Option<&'static str> {
    match package {
        "durable-object" => Some("guide/"),
        "durable-object-cli" => Some("templates/"),
        _ => None,
    }
}

#[test]
fn the_packages_for_users_are_published_and_no_other() {
    let metadata = Metadata::read();
    let mut names: Vec<&str> = metadata.published().into_iter().map(name).collect();
    names.sort_unstable();
    let expected =
        ["", "-cli", "-config", "-macros", "-test-runner"].map(|end| format!("durable-object{end}"));
    assert_eq!(names, expected, "the others have `publish = false`");
}

#[test]
fn each_manifest_says_what_crates_io_shows() {
    for package in Metadata::read().published() {
        let name = name(package);
        for key in ["description", "license", "documentation", "readme", "rust_version"] {
            assert!(package[key].is_string(), "{name} has no `{key}`");
        }
        let keywords = package["keywords"].as_array().unwrap();
        assert!((1..=5).contains(&keywords.len()), "{name}: crates.io takes five keywords");
        assert!(keywords.iter().all(|keyword| keyword.as_str().unwrap().len() <= 20), "{name}: {keywords:?}");
        assert!(!package["categories"].as_array().unwrap().is_empty(), "{name} has no categories");
    }
}

#[test]
fn packages_have_their_sources_and_no_tests() {
    for package in Metadata::read().published() {
        let name = name(package);
        let list = cargo(&["package", "--list", "--allow-dirty", "--package", name]);
        let files: Vec<&str> = list.lines().collect();
        for file in NEEDED {
            assert!(files.contains(&file), "{name} lacks {file}");
        }
        for file in files {
            let is_test = file.split('/').any(|part| part == "tests" || part == "tests.rs");
            let is_code = file == "build.rs" || (file.starts_with("src/") && !is_test);
            let is_text = embedded(name).is_some_and(|folder| file.starts_with(folder));
            let belongs = NEEDED.contains(&file) || ADDED.contains(&file) || is_code || is_text;
            assert!(belongs, "{name} has {file}: exclude it, or allow it here");
        }
    }
}

/// The code that macros write fits one release of the library.
#[test]
fn the_library_takes_the_macros_of_its_own_release_only() {
    let metadata = Metadata::read();
    let library = *metadata.published().iter().find(|package| name(package) == "durable-object").unwrap();
    let dependencies = library["dependencies"].as_array().unwrap();
    let macros = dependencies.iter().find(|it| it["name"] == "durable-object-macros").unwrap();
    assert_eq!(macros["req"], format!("={}", library["version"].as_str().unwrap()));
}

#[test]
fn no_dependency_needs_a_newer_rust() {
    let metadata = Metadata::read();
    let ours: Vec<_> = metadata.published().into_iter().map(rust_version).collect();
    let promised = ours.first().cloned().unwrap();
    assert!(promised.is_some() && ours.iter().all(|version| *version == promised), "{ours:?}");
    let compiled = metadata.compiled();
    assert!(compiled.len() > 100, "the dependencies of dependencies are among them");
    let newer: Vec<String> = compiled
        .into_iter()
        .filter(|package| rust_version(package) > promised)
        .map(|package| format!("{} {}: {}", name(package), package["version"], package["rust_version"]))
        .collect();
    assert!(newer.is_empty(), "these need more than Rust {promised:?}: {newer:#?}");
}
