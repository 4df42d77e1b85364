//! The links of the guide lead somewhere, in the repository and in the documentation of the crate.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Returns the pages of the guide by their file names.
fn pages() -> BTreeMap<String, String> {
    let files = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// Returns the text of a page without its blocks of code.
fn prose(page: &str) -> String {
    page.split("\n```").step_by(2).collect::<Vec<_>>().join("\n")
}

/// Returns the references that a text defines, and their targets.
fn definitions(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "))
}

/// Returns whether a page has a heading with this anchor.
fn has_heading(page: &str, anchor: &str) -> bool {
    let slug = |heading: &str| -> String {
        let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    };
    page.lines().filter_map(|line| line.strip_prefix('#')).any(|line| slug(line.trim_matches('#')) == anchor)
}

#[test]
fn each_page_is_a_module_of_the_documentation() {
    let guide = read("runtime/src/guide.rs");
    for (name, page) in pages() {
        assert!(guide.contains(&name), "{name} is not in runtime/src/guide.rs");
        assert_eq!(read(format!("runtime/guide/{name}")), page, "runtime/guide/{name} is another text");
    }
}

#[test]
fn links_between_pages_are_references_that_both_places_define() {
    let (pages, links) = (pages(), read("runtime/guide/links.md"));
    for (name, page) in &pages {
        let prose = prose(page);
        for target in prose.split("](").skip(1) {
            assert!(
                target.starts_with('#') || target.starts_with("http"),
                "{name}: make ({}) a reference, `[text][page.md]`",
                target.split(')').next().unwrap_or(target)
            );
        }
        for label in prose.split("][").skip(1).filter_map(|rest| rest.split(']').next()) {
            assert!(
                definitions(&prose).any(|(defined, _)| defined == label),
                "{name} does not define [{label}]"
            );
        }
        for (label, target) in definitions(&prose) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let Some(other) = pages.get(file) else { continue };
            let defined = definitions(&links).any(|(defined, _)| defined == label);
            assert!(defined, "runtime/guide/links.md does not define [{label}] of {name}");
            assert!(
                anchor.is_empty() || has_heading(other, anchor),
                "{name}: {file} has no heading #{anchor}"
            );
        }
    }
}

#[test]
fn references_to_files_of_the_repository_lead_to_one() {
    for (name, page) in pages() {
        for (_, target) in definitions(&prose(&page)).filter(|(_, target)| !target.starts_with("http")) {
            let file = root().join("docs").join(target.split('#').next().unwrap_or(target));
            assert!(file.exists(), "{name}: there is no {target}");
        }
    }
}

#[test]
fn the_check_of_configurations_knows_the_dates_of_the_guide() {
    let (code, page) = (read("config/src/check/features.rs"), read("docs/compatibility-dates.md"));
    let values = |key: &str| -> Vec<String> {
        code.split(key).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let (dates, flags) = (values(" from: \""), values(" flag: \""));
    assert!(dates.len() == flags.len() && dates.len() > 3, "{dates:?} {flags:?}");
    for (date, flag) in dates.into_iter().zip(flags) {
        assert!(page.contains(&format!("| {date} | `{flag}` |")), "{date} {flag}");
    }
}

#[test]
fn the_check_of_configurations_proposes_the_date_of_the_template() {
    let (code, template) = (read("config/src/problem/text.rs"), read("examples/template/wrangler.toml"));
    let date = code.split("NEW_DATE: &str = \"").nth(1).unwrap().split('"').next().unwrap();
    assert!(template.contains(&format!("compatibility_date = \"{date}\"")), "{date}");
}
