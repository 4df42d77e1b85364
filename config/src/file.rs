//! Files: where a configuration is, and how it is read.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::syntax::{Mistake, Syntax};
use crate::value::Value;

/// The names under which wrangler looks for a configuration, in its order.
pub const FILES: [&str; 3] = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// Returns the configuration in a folder. If there are several, it is the one that wrangler takes.
#[must_use]
pub fn find(folder: &Path) -> Option<PathBuf> {
    FILES.iter().map(|name| folder.join(name)).find(|path| path.exists())
}

/// A wrangler configuration.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) path: PathBuf,
    pub(crate) syntax: Syntax,
    pub(crate) text: String,
    pub(crate) root: Value,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, counted from 1.
    pub line: usize,
    /// The letter in the line, counted from 1.
    pub column: usize,
}

/// The reason why there is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The folder has none.
    #[error("{} has no {}: wrangler needs one of them", folder.display(), FILES.join(", "))]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// The file cannot be opened.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
    /// The file is not TOML, or not JSON.
    #[error("{}:{place}: {message}\n{excerpt}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The place of the mistake.
        place: Place,
        /// The mistake.
        message: String,
        /// The line of the mistake, with a mark below it.
        excerpt: String,
    },
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is not in the language that its name says.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let text = fs::read_to_string(path);
        let text = text.map_err(|error| ReadError::Unreadable { path: path.to_owned(), error })?;
        Self::parse(path, text)
    }

    /// Reads the text of a file. Messages name the path.
    ///
    /// # Errors
    /// When it is not in the language that the file's name says.
    pub fn parse(path: &Path, text: impl Into<String>) -> Result<Self, ReadError> {
        let (syntax, text) = (Syntax::of(path), text.into());
        match syntax.parse(&text) {
            Ok(root) => Ok(Self { path: path.to_owned(), syntax, text, root }),
            Err(Mistake { at, message }) => Err(ReadError::Invalid {
                path: path.to_owned(),
                place: Place::of(&text, at),
                message,
                excerpt: excerpt(&text, at),
            }),
        }
    }

    /// Returns the value that is the whole file.
    #[must_use]
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// Returns the language of the file.
    #[must_use]
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    pub(crate) fn place(&self, at: usize) -> Place {
        Place::of(&self.text, at)
    }

    /// Returns the text from a byte on.
    pub(crate) fn text_at(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or_default()
    }
}

impl Place {
    fn of(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Returns the line of a mistake, and a mark below it.
fn excerpt(text: &str, at: usize) -> String {
    let Place { line, column } = Place::of(text, at);
    let number = line.to_string();
    let content = text.lines().nth(line - 1).unwrap_or_default();
    format!(
        "{number} | {content}\n{:width$} | {:before$}^",
        "",
        "",
        width = number.len(),
        before = column - 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(path: &str, text: &str) -> String {
        Config::parse(Path::new(path), text).unwrap_err().to_string()
    }

    #[test]
    fn a_mistake_has_a_place() {
        let toml = error("wrangler.toml", "name = \"a\"\nmain = build\n");
        assert!(toml.starts_with("wrangler.toml:2:8: "), "{toml}");
        assert!(toml.ends_with("2 | main = build\n  |        ^"), "{toml}");
        let json = error("wrangler.jsonc", "{\n  \"name\": \"a\"\n  \"main\": \"b\"\n}");
        assert_eq!(json, "wrangler.jsonc:2:14: Expected comma\n2 |   \"name\": \"a\"\n  |              ^");
        assert!(error("wrangler.json", "").starts_with("wrangler.json:1:1: "));
    }

    #[test]
    fn both_languages_give_the_same_values() {
        let toml = "a = 1\nb = [\"x\", 1.5, true]\n[c]\nd = \"y\"\n[[e]]\nf = 1\n";
        let json = r#"{ "a": 1, "b": ["x", 1.5, true,], /* note */ "c": { "d": "y" }, "e": [{ "f": 1 }] }"#;
        let toml = Config::parse(Path::new("wrangler.toml"), toml).unwrap();
        let json = Config::parse(Path::new("wrangler.json"), json).unwrap();
        assert_eq!(toml.root().to_json(), json.root().to_json());
        assert_eq!(toml.root().at(&["c", "d"]).and_then(Value::as_text), Some("y"));
    }

    #[test]
    fn json_has_no_more_than_wrangler_reads() {
        for text in ["{ a: 1 }", "{ 'a': 1 }", "{ \"a\": 0x1 }", "{ \"a\": 1 \"b\": 2 }"] {
            assert!(Config::parse(Path::new("wrangler.json"), text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Config::read(Path::new("nowhere/wrangler.toml")).unwrap_err().to_string();
        assert!(error.starts_with("cannot read nowhere/wrangler.toml: "), "{error}");
    }
}
