//! The name of a project: of its folder, its crate, its npm package and its worker.

use anyhow::{Result, ensure};

/// The longest name of a worker. It becomes a part of a host name.
const LONGEST: usize = 63;

/// Names that cargo refuses, and those of the standard library's crates. `gen` is a word of edition 2024.
const TAKEN: [&str; 56] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// A name that cargo, npm and wrangler accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

impl Name {
    /// Checks a name. `dependencies` are crates that projects depend on.
    pub(crate) fn new(name: &str, dependencies: &[&str]) -> Result<Self> {
        let proposal = proposal(name);
        ensure!(
            !name.is_empty() && name == proposal,
            "`{name}` cannot be the name of a crate and of a worker: write it with a to z, 0 to 9 and `-`, at most \
             {LONGEST} of them, a letter first{}",
            if proposal.is_empty() { String::new() } else { format!("; for example `{proposal}`") }
        );
        ensure!(
            !TAKEN.contains(&name),
            "`{name}` is a word of Rust: choose another name, for example `my-{name}`"
        );
        ensure!(
            !dependencies.contains(&name),
            "projects depend on a crate `{name}`: choose another name, for example `my-{name}`"
        );
        Ok(Self(name.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the name itself if it has the right letters, else one like it; empty if nothing is left of it.
fn proposal(name: &str) -> String {
    let mut text = String::new();
    let mut was_lower = false;
    for letter in name.chars() {
        let is_word = letter.is_ascii_alphanumeric();
        let begins = letter.is_ascii_uppercase() && was_lower;
        if (begins || !is_word) && !text.is_empty() && (!text.ends_with('-') || letter == '-') {
            text.push('-');
        }
        if is_word && (letter.is_ascii_alphabetic() || !text.is_empty()) {
            text.push(letter.to_ascii_lowercase());
        }
        was_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    text.truncate(LONGEST);
    text.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(name: &str) -> String {
        Name::new(name, &["worker"])
            .map_or_else(|error| error.to_string(), |name| format!("{name:?} is accepted"))
    }

    #[test]
    fn names_that_all_tools_accept() -> Result<()> {
        for name in ["a", "counter", "my-app", "app2", "a--b", "testing", &"a".repeat(63)] {
            assert_eq!(Name::new(name, &["worker"])?.as_str(), name);
        }
        Ok(())
    }

    #[test]
    fn another_name_is_proposed() {
        for (name, proposal) in [
            ("MyApp", "my-app"),
            ("my_app", "my-app"),
            ("my app!", "my-app"),
            ("2048", ""),
            ("3d-chess", "d-chess"),
            ("-app-", "app"),
            ("apps/chat", "apps-chat"),
            ("grüße", "gr-e"),
            ("", ""),
            ("..", ""),
        ] {
            let error = error(name);
            let expected = format!("; for example `{proposal}`");
            assert!(error.starts_with(&format!("`{name}` cannot be the name")), "{error}");
            assert!(
                error.ends_with(if proposal.is_empty() { "a letter first" } else { &expected }),
                "{error}"
            );
        }
        assert!(error(&"a".repeat(64)).ends_with(&format!("for example `{}`", "a".repeat(63))));
    }

    #[test]
    fn words_and_dependencies_are_refused() {
        assert!(error("async").contains("choose another name, for example `my-async`"));
        assert!(error("worker").contains("projects depend on a crate `worker`"));
    }
}
