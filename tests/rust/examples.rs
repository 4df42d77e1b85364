//! The examples that are templates: each has everything that a copy needs, and all of them have the same of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::fs;
use std::path::Path;

/// The examples from which `durable-object new` makes projects.
const TEMPLATES: [&str; 3] = ["counter", "chat", "todomvc"];

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the text between `before` and the next quotation mark.
fn quoted(text: &str, before: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("there is no {before}"));
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn templates_build_and_test_in_the_same_way() {
    for file in ["build.mjs", "build.rs", ".cargo/config.toml", ".gitignore"] {
        let first = read(&format!("examples/{}/{file}", TEMPLATES[0]));
        for template in TEMPLATES {
            assert_eq!(read(&format!("examples/{template}/{file}")), first, "examples/{template}/{file}");
        }
    }
}

#[test]
fn crates_of_templates_have_the_versions_of_the_workspace() {
    let workspace = read("Cargo.toml");
    let own = quoted(&workspace, "[workspace.package]\nversion = \"");
    let worker = quoted(&workspace, "\nworker = \"=");
    let tests = quoted(&workspace, "\nwasm-bindgen-test = \"");
    for template in TEMPLATES {
        let manifest = read(&format!("examples/{template}/Cargo.toml")).replace("{ version = ", "");
        assert!(own.starts_with(&quoted(&manifest, "\ndurable-object = \"")), "{template}: durable-object");
        assert!(worker.starts_with(&quoted(&manifest, "\nworker = \"")), "{template}: worker");
        assert_eq!(quoted(&manifest, "\nwasm-bindgen-test = \""), tests, "{template}");
    }
}

#[test]
fn the_guide_names_the_crates_of_the_example_with_tokens() {
    let (workspace, guide) = (read("Cargo.toml"), read("docs/authentication.md"));
    let dependencies = |manifest: &str| -> Vec<(String, String)> {
        let (_, lines) = manifest.split_once("[dependencies]\n").unwrap();
        let lines = lines.lines().map_while(|line| line.split_once([' ', '.']));
        lines.map(|(name, rest)| (name.to_owned(), rest.to_owned())).collect()
    };
    let features =
        |line: &str| line.split_once("features = ").map(|(_, features)| features.replace(" }", ""));
    let named = dependencies(&guide);
    let used = dependencies(&read("examples/auth/Cargo.toml"));
    let names = |all: &[(String, String)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&named), names(&used));
    for ((name, ours), (_, line)) in named.iter().zip(&used) {
        let shared = workspace.split_once(&format!("\n{name} = ")).map_or("", |(_, rest)| rest);
        let shared = if line.contains("workspace") { shared.lines().next().unwrap() } else { line };
        let version = |text: &str| text.split('"').nth(1).unwrap().trim_start_matches('=').to_owned();
        // That of the library is its path.
        let fits = name == "durable-object" || version(shared).starts_with(&version(ours));
        assert!(fits, "{name}: {ours}, and not {shared}");
        assert_eq!(features(ours), features(line).or_else(|| features(shared)), "{name}");
    }
}

#[test]
fn npm_packages_of_templates_have_the_versions_of_the_root() {
    let root = read("package.json");
    for template in TEMPLATES {
        let package = read(&format!("examples/{template}/package.json"));
        let (_, dependencies) = package.split_once("\"devDependencies\": {\n").unwrap();
        let lines: Vec<&str> =
            dependencies.lines().take_while(|line| !line.contains('}')).map(str::trim).collect();
        assert!(lines.iter().any(|line| line.starts_with("\"wrangler\"")), "{template}: {lines:?}");
        for line in lines {
            // LiveStore publishes it with each of its versions; the root has the packages that it names.
            let line = line.trim_end_matches(',').replace("@livestore/peer-deps", "@livestore/livestore");
            assert!(root.contains(&format!("    {line}")), "{template}: package.json has another {line}");
        }
    }
}

#[test]
fn everybody_installs_the_worker_build_of_the_tests() {
    let version = quoted(&read("xtask/src/test/stock.rs"), "WORKER_BUILD: &str = \"");
    let readmes = TEMPLATES.map(|template| format!("examples/{template}/README.md"));
    let others =
        ["cli/src/new/mod.rs", "cli/templates/common/ci.yml", "docs/getting-started.md"].map(str::to_owned);
    for path in readmes.into_iter().chain(others) {
        let text = read(&path);
        let named = text.split("install worker-build").skip(1).map(|rest| {
            rest.trim_start_matches(['@', ' '])
                .trim_start_matches("--version ")
                .split_whitespace()
                .next()
                .unwrap()
        });
        let named: Vec<&str> = named.collect();
        assert!(
            !named.is_empty() && named.iter().all(|it| *it == version),
            "{path}: {named:?}, not {version}"
        );
    }
}
