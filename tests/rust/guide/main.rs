//! The guide is one: in the repository, in the documentation of the crate, in the book, and in `llms.txt`.
//!
//! `llms.txt` and `runtime/guide/pictures.md` are made of other files. After a change of those, write them with
//! `GUIDE=overwrite cargo test --package durable-object-tests --test guide`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod page;

use std::fs;

use page::{Page, definitions, files, read, root};

/// A line of `SUMMARY.md`, or of a table in `docs/README.md`.
#[derive(Debug, PartialEq)]
struct Entry {
    part: String,
    title: String,
    file: String,
}

/// Returns all pages of the guide.
fn pages() -> Vec<Page> {
    let all = [files("docs", ".md"), files("docs/decisions", ".md")].concat();
    all.iter().filter(|path| *path != "docs/SUMMARY.md").map(|path| Page::read(path)).collect()
}

/// Returns the chapters of the book in their order.
fn chapters() -> Vec<Entry> {
    let (mut part, mut chapters) = (String::new(), Vec::new());
    for line in read("docs/SUMMARY.md").lines() {
        if let Some(name) = line.strip_prefix("# ") {
            part = name.to_owned();
        } else if let Some((title, file)) = line.trim_start_matches([' ', '-', '[']).split_once("](") {
            let file = file.trim_end_matches(')').to_owned();
            chapters.push(Entry { part: part.clone(), title: title.to_owned(), file });
        }
    }
    chapters
}

/// Returns the rows of the tables in `docs/README.md`, with the subject of each page.
fn rows() -> Vec<(Entry, String)> {
    let (mut part, mut rows) = (String::new(), Vec::new());
    for line in read("docs/README.md").lines() {
        if let Some(name) = line.strip_prefix("## ") {
            part = name.to_owned();
        } else if let Some((title, rest)) = line.strip_prefix("| [").and_then(|line| line.split_once("][")) {
            let (file, subject) = rest.split_once("] | ").unwrap();
            let entry = Entry { part: part.clone(), title: title.to_owned(), file: file.to_owned() };
            rows.push((entry, subject.trim_end_matches(" |").to_owned()));
        }
    }
    rows
}

/// Compares a file with the text that it should have, or writes it.
fn assert_is(path: &str, text: &str) {
    if std::env::var("GUIDE").is_ok_and(|wish| wish == "overwrite") {
        fs::write(root().join(path), text).unwrap();
    }
    assert!(read(path) == text, "{path} is stale: run this test with GUIDE=overwrite, and commit it");
}

#[test]
fn each_page_is_a_module_of_the_documentation() {
    let guide = read("runtime/src/guide.rs");
    for page in pages() {
        let name = page.name();
        assert!(guide.contains(&format!("{name}\"")), "{name} is not in runtime/src/guide.rs");
        assert_eq!(
            read(&format!("runtime/guide/{name}")),
            read(&page.path),
            "runtime/guide/{name} is another text"
        );
    }
}

#[test]
fn each_page_is_a_chapter_of_the_book() {
    let mut chapters: Vec<String> = chapters().into_iter().map(|chapter| chapter.file).collect();
    chapters.sort();
    let mut pages: Vec<String> = pages().iter().map(|page| page.name().to_owned()).collect();
    pages.sort();
    assert_eq!(chapters, pages, "docs/SUMMARY.md has to name each page of docs once");
}

#[test]
fn the_first_page_lists_the_chapters_in_their_order() {
    let listed: Vec<Entry> = rows().into_iter().map(|(entry, _)| entry).collect();
    let chapters: Vec<Entry> = chapters()
        .into_iter()
        .filter(|chapter| chapter.file != "README.md" && !chapter.file.starts_with("decisions/0"))
        .collect();
    assert_eq!(listed, chapters, "docs/README.md and docs/SUMMARY.md differ");
}

#[test]
fn links_of_the_guide_are_references_that_all_places_define() {
    let links = read("runtime/guide/links.md") + &read("runtime/guide/pictures.md");
    for page in pages() {
        let path = &page.path;
        for label in page.labels() {
            let is_defined = page.definitions().any(|(defined, _)| defined == label);
            assert!(is_defined, "{path} does not define [{label}]");
        }
        for (label, target) in page.definitions() {
            let is_defined = definitions(&links).any(|(defined, _)| defined == label);
            let is_elsewhere = target.starts_with("http");
            assert!(is_defined || is_elsewhere, "runtime/guide/links.md does not define [{label}] of {path}");
            let is_used = page.labels().any(|used| used == label);
            assert!(is_used, "{path} defines [{label}], and does not use it");
        }
        for link in page.links() {
            let is_free = link.target.starts_with("http") || link.target.starts_with('#');
            assert!(
                is_free || !link.is_inline,
                "{path}: make ({}) a reference, `[text][page.md]`",
                link.target
            );
            let file = page.resolve(&link.target).0;
            assert!(
                is_free || file.starts_with("docs/"),
                "{path}: {} is not in docs, so the book and docs.rs lack it: name it as code",
                link.target
            );
        }
    }
}

#[test]
fn links_to_files_and_headings_lead_somewhere() {
    let mut all = pages();
    let others = [files(".", ".md"), files("tests", "README.md"), files("test-runner", "README.md")].concat();
    let examples = ["counter", "chat", "todomvc"].map(|name| format!("examples/{name}/README.md"));
    let skill = ["llms.txt", "skills/durable-object/SKILL.md"].map(str::to_owned);
    all.extend(
        others.iter().chain(&examples).chain(&skill).map(|path| Page::read(path.trim_start_matches("./"))),
    );
    for page in &all {
        for link in page.links().iter().filter(|link| !link.target.starts_with("http")) {
            let (file, anchor) = page.resolve(&link.target);
            assert!(root().join(&file).exists(), "{}: there is no {file}", page.path);
            let has_heading = anchor.is_empty() || Page::read(&file).has_heading(&anchor);
            assert!(has_heading, "{}: {file} has no heading #{anchor}", page.path);
        }
    }
}

/// crates.io and docs.rs show them without the rest of the repository.
#[test]
fn readmes_of_packages_lead_to_addresses() {
    const GUIDE: &str = "https://docs.rs/durable-object/latest/durable_object/guide/";
    for package in ["runtime", "macros", "config", "cli", "test-runner"] {
        let page = Page::read(&format!("{package}/README.md"));
        for link in page.links() {
            let is_free = link.target.starts_with("https://") || link.target.starts_with('#');
            assert!(is_free, "{}: ({}) leads nowhere on crates.io", page.path, link.target);
            let Some((module, anchor)) =
                link.target.strip_prefix(GUIDE).map(|rest| rest.split_once('/').unwrap_or((rest, "")))
            else {
                continue;
            };
            let file = if module.is_empty() { "README".to_owned() } else { module.replace('_', "-") };
            let file = Page::read(&format!("docs/{file}.md"));
            let anchor = anchor.trim_start_matches('#');
            assert!(anchor.is_empty() || file.has_heading(anchor), "{}: {}", page.path, link.target);
        }
    }
}

/// The manifests say which release comes next, and the changelog whether it is out.
#[test]
fn pages_call_a_release_unpublished_until_it_is() {
    let manifest = read("Cargo.toml");
    let version = manifest.split("\nversion = \"").nth(1).unwrap().split('"').next().unwrap();
    let changes = read("CHANGELOG.md");
    let heading = changes.lines().find_map(|line| line.strip_prefix(&format!("## [{version}] - ")));
    let heading = heading.unwrap_or_else(|| panic!("CHANGELOG.md lacks a heading `## [{version}] - `"));
    let is_out = heading != "unreleased";
    let claims = |path: &str| {
        let text = read(path).replace('\n', " ");
        text.contains("not on crates.io") || text.contains("before its first release")
    };
    let mut texts = ["README.md", "cli/src/new/mod.rs"].map(str::to_owned).to_vec();
    texts.extend(["counter", "chat", "todomvc"].map(|name| format!("examples/{name}/README.md")));
    texts.extend(pages().into_iter().map(|page| page.path));
    texts.retain(|path| claims(path));
    assert_eq!(
        texts.is_empty(),
        is_out,
        "the changelog says `{heading}`, these say that it is not out: {texts:?}"
    );
}

#[test]
fn agents_find_every_page_in_llms_txt() {
    let (head, _) = read("llms.txt")
        .split_once("## Start")
        .map(|(head, rest)| (head.to_owned(), rest.to_owned()))
        .unwrap();
    let (mut text, mut part) = (head, String::new());
    for (entry, subject) in rows() {
        if entry.part != part {
            text += if part.is_empty() { "" } else { "\n" };
            text += &format!("## {}\n\n", entry.part);
            part = entry.part;
        }
        text += &format!("- [{}](docs/{}): {subject}\n", entry.title, entry.file);
    }
    assert_is("llms.txt", &text);
}

#[test]
fn docs_rs_has_the_pictures_in_its_pages() {
    let pictures = files("docs/pictures", ".svg");
    let text: String = pictures
        .iter()
        .map(|path| {
            let label = path.trim_start_matches("docs/");
            format!("[{label}]: data:image/svg+xml,{}\n", in_address(&read(path)))
        })
        .collect();
    assert_is("runtime/guide/pictures.md", &text);
}

/// Returns a picture as a part of an address. Bytes with a meaning in Markdown or in addresses are escaped.
fn in_address(picture: &str) -> String {
    let compact = picture.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    compact.bytes().fold(String::new(), |text, byte| match byte {
        b'=' | b':' | b'/' | b',' | b';' | b'.' | b'-' | b'@' | b'!' => text + &char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => text + &char::from(byte).to_string(),
        _ => text + &format!("%{byte:02X}"),
    })
}

#[test]
fn pictures_have_words_and_two_sets_of_colours() {
    for path in files("docs/pictures", ".svg") {
        let picture = read(&path);
        for part in
            ["<title id=\"title\">", "<desc id=\"desc\">", "prefers-color-scheme: dark", "role=\"img\""]
        {
            assert!(picture.contains(part), "{path} lacks {part}");
        }
        assert!(picture.len() < 5_000, "{path} has {} bytes", picture.len());
        let label = format!("[{}]", path.trim_start_matches("docs/"));
        assert!(pages().iter().any(|page| read(&page.path).contains(&label)), "no page shows {path}");
    }
}

#[test]
fn the_versions_of_the_guide_are_those_of_the_tests() {
    let choices = read("package.json") + &read("Cargo.toml") + &read("CONTRIBUTING.md");
    let status = read("docs/status.md");
    let (_, table) = status.split_once("## Versions").unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let of_packages = rows.iter().filter(|row| row[1].starts_with('`'));
    for row in of_packages.clone() {
        let version = row[2].trim_end_matches(", exactly");
        for package in row[1].split('`').skip(1).step_by(2).filter(|package| *package != "worker-build") {
            let lines = [format!("\"{package}\": \"{version}\""), format!("{package} = \"={version}\"")];
            assert!(
                lines.iter().any(|line| choices.contains(line)),
                "{package} is not {version} in the tests"
            );
        }
    }
    assert!(of_packages.count() > 8, "the table lists the packages");
    for line in ["rust-version = \"1.91\"", "The tests run with Rust 1.95"] {
        assert!(choices.contains(line), "docs/status.md says so, and the workspace does not: {line}");
    }
    let worker = rows.iter().find(|row| row[1].contains("`worker-build`")).unwrap()[2];
    let install = format!("worker-build --version {}\n", worker.trim_end_matches(", exactly"));
    assert!(read("runtime/README.md").contains(&install), "runtime/README.md installs another: {install}");
    for package in ["workerd", "wrangler"] {
        let row = rows.iter().find(|row| row[1] == format!("`{package}`")).unwrap();
        assert!(read("README.md").contains(row[2]), "README.md has another version of {package}");
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
    let (code, template) = (read("config/src/problem/text.rs"), read("examples/counter/wrangler.toml"));
    let date = code.split("NEW_DATE: &str = \"").nth(1).unwrap().split('"').next().unwrap();
    assert!(template.contains(&format!("compatibility_date = \"{date}\"")), "{date}");
}
