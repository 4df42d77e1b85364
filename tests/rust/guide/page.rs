//! A page of Markdown, as far as its links go.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of Markdown in the repository.
pub(crate) struct Page {
    /// Its path from the root.
    pub(crate) path: String,
    /// The text without its blocks of code.
    prose: String,
}

/// A link to another place.
pub(crate) struct Link {
    pub(crate) target: String,
    pub(crate) is_inline: bool,
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let text = read(path);
        Self { path: path.to_owned(), prose: without_code(&text) }
    }

    /// Returns the name of the page in `docs/`: `decisions/README.md`.
    pub(crate) fn name(&self) -> &str {
        self.path.strip_prefix("docs/").unwrap_or(&self.path)
    }

    /// Returns the labels of the references that the page uses: `sql.md` in `[SQL][sql.md]`.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        self.prose.split("][").skip(1).filter_map(|rest| rest.split(']').next())
    }

    /// Returns the references that the page defines, and their targets.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = (&str, &str)> {
        definitions(&self.prose)
    }

    /// Returns all links, of both kinds.
    pub(crate) fn links(&self) -> Vec<Link> {
        let inline = self.prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let inline = inline.map(|target| Link { target: target.to_owned(), is_inline: true });
        let defined =
            self.definitions().map(|(_, target)| Link { target: target.to_owned(), is_inline: false });
        inline.chain(defined).collect()
    }

    /// Returns the path of the file that a relative target names, and the anchor in it.
    pub(crate) fn resolve(&self, target: &str) -> (String, String) {
        let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
        let folder = Path::new(&self.path).parent().unwrap_or(Path::new(""));
        let file = if file.is_empty() { self.path.clone() } else { normal(&folder.join(file)) };
        (file, anchor.to_owned())
    }

    /// Returns whether the page has a heading with this anchor.
    pub(crate) fn has_heading(&self, anchor: &str) -> bool {
        let headings = self.prose.lines().filter_map(|line| line.strip_prefix('#'));
        headings.map(|heading| slug(heading.trim_matches('#'))).any(|slug| slug == anchor)
    }
}

/// Returns the references that a text defines, and their targets.
pub(crate) fn definitions(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "))
}

/// Returns the anchor that GitHub, rustdoc and mdBook give a heading.
fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// Returns a text without its blocks of code, and without the code in its paragraphs. Headings keep theirs.
fn without_code(text: &str) -> String {
    let prose = text.split("\n```").step_by(2).collect::<Vec<_>>().join("\n");
    let paragraph = |text: &str| match text.starts_with('#') {
        true => text.replace('`', ""),
        false => text.split('`').step_by(2).collect(),
    };
    prose.split("\n\n").map(paragraph).collect::<Vec<String>>().join("\n\n")
}

/// Removes `.` and `..` from a path.
fn normal(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.iter().map(|part| part.to_string_lossy().into_owned()) {
        match part.as_str() {
            "." => {}
            ".." if parts.last().is_some_and(|last| last != "..") => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// Returns the files of a folder whose names have one of these endings, sorted.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|why| panic!("{folder}: {why}"));
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<String> =
        names.filter(|name| name.ends_with(ending)).map(|name| format!("{folder}/{name}")).collect();
    files.sort();
    files
}
