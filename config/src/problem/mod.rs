//! The mistakes in a configuration.

mod text;

pub(crate) use text::NEW_DATE;

use crate::lifecycle::{End, Misstep};

/// A mistake in a configuration, or a difference between it and the code. Its text says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A value is of another kind than wrangler takes.
    Malformed {
        /// The value's path.
        path: String,
        /// The kind that wrangler takes, with its article.
        expected: &'static str,
    },

    /// No binding leads to an exported class.
    Unbound {
        /// The class.
        class: String,
        /// The binding under which the code looks for it.
        binding: String,
        /// Whether the top level has the binding, and this environment does not.
        top_has_it: bool,
    },
    /// A class is bound under another name than the code expects.
    OtherName {
        /// The class.
        class: String,
        /// The name in the configuration.
        found: String,
        /// The name in the code.
        expected: String,
    },
    /// A binding leads to a class that the code does not export.
    UnknownClass {
        /// The binding.
        binding: String,
        /// The class.
        class: String,
        /// The exported class that may be meant.
        nearest: Option<String>,
    },
    /// A binding leads to another class than the code expects.
    OtherClass {
        /// The binding.
        binding: String,
        /// The class in the configuration.
        found: String,
        /// The class in the code.
        expected: String,
    },
    /// A binding leads to a class of another worker, and does not name the worker.
    NoScript {
        /// The binding.
        binding: String,
        /// The class.
        class: String,
    },

    /// Classes are exported, and not declared.
    Undeclared {
        /// The classes.
        classes: Vec<String>,
    },
    /// A class is declared, and not exported.
    NotExported {
        /// The class.
        class: String,
        /// The exported class that may be meant.
        nearest: Option<String>,
    },
    /// A class is declared with the older storage.
    NoSqlite {
        /// The class.
        class: String,
        /// The declaration that the class needs instead, as the form of the file has it.
        instead: &'static str,
    },
    /// Classes are declared in both forms.
    BothForms,
    /// A migration has no tag, or an empty one.
    Untagged {
        /// The number of the migration, counted from 1.
        number: usize,
    },
    /// Two migrations have one tag.
    SameTag {
        /// The tag.
        tag: String,
    },
    /// A migration cannot be applied.
    Misstep(Misstep),
    /// A class that is gone is still exported.
    StillExported {
        /// The class.
        class: String,
        /// Its end.
        end: End,
    },
    /// A class that is gone is still bound.
    StillBound {
        /// The binding.
        binding: String,
        /// The class.
        class: String,
        /// Its end.
        end: End,
    },
    /// A class gets the name of a class that is not declared.
    RenamedToNothing {
        /// The class.
        class: String,
        /// Its new name.
        to: String,
    },

    /// The list of migrations does not begin with the committed one.
    Rewritten {
        /// The tag in the committed list.
        committed: String,
        /// The tag at its place.
        found: Option<String>,
    },
    /// A committed migration was changed.
    Edited {
        /// Its tag.
        tag: String,
    },
    /// The committed configuration has `exports`, and this one has `migrations`.
    BackToMigrations,

    /// There is no compatibility date.
    NoDate,
    /// The compatibility date is not a date.
    NoSuchDate {
        /// The text.
        found: String,
    },
    /// The code needs a feature of the platform that the date and the flags do not give.
    NoFeature {
        /// The flag of the feature.
        flag: &'static str,
        /// The date from which on it needs no flag.
        from: &'static str,
        /// The flag that turns it off, if that is there.
        off: Option<&'static str>,
        /// The effect.
        effect: &'static str,
    },

    /// A binding is missing.
    Missing {
        /// Its name.
        name: String,
        /// Its kind, with its article.
        noun: String,
        /// The struct that has it.
        owner: String,
        /// Whether the top level has the binding, and this environment does not.
        top_has_it: bool,
        /// The name that may be meant.
        nearest: Option<String>,
    },
    /// A name is bound to something of another kind.
    OtherKind {
        /// The name.
        name: String,
        /// The kind in the code, with its article.
        noun: String,
        /// The place in the configuration.
        found: String,
    },
    /// A secret is not listed.
    UnlistedSecret {
        /// Its name.
        name: String,
        /// Whether `.dev.vars` has a value for it.
        in_dev_vars: bool,
        /// The environment, if it has a name.
        environment: Option<String>,
    },
    /// A secret is a variable, which everybody can read.
    OpenSecret {
        /// Its name.
        name: String,
    },

    /// There is no `main`.
    NoMain,
    /// `main` is not JavaScript.
    MainIsSource {
        /// The path.
        main: String,
    },
    /// `main` is not the file that `worker-build` writes, nor one that is there.
    OtherMain {
        /// The path.
        main: String,
        /// The file that `worker-build` writes.
        expected: String,
    },
    /// Nothing builds `main`.
    NoBuild {
        /// The path.
        main: String,
    },
    /// The build command cannot make a worker.
    OtherBuild {
        /// The program that it calls.
        program: &'static str,
    },

    /// `Cargo.toml` makes an exception for a class that is not there.
    NoSuchException {
        /// The list.
        list: &'static str,
        /// The class.
        class: String,
    },
    /// `Cargo.toml` has a key without a meaning.
    NoSuchKey {
        /// The key.
        key: String,
    },
}
