//! The needs of the code: the classes that it exports, and the bindings that it reads.

/// The parts of a worker's code that its configuration has to fit.
#[derive(Debug, Clone, Default)]
pub struct Code {
    /// The exported classes.
    pub classes: Vec<Class>,
    /// The fields of the structs that stand for the environment.
    pub fields: Vec<Field>,
}

/// An exported class of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: &'static str,
    /// The binding under which the code looks for its objects.
    pub binding: &'static str,
    /// Whether one of its methods fails with an error of the application.
    pub own_errors: bool,
}

/// A field of a struct that stands for the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The struct.
    pub owner: &'static str,
    /// The name of the binding.
    pub name: &'static str,
    /// The kind of the binding, with its article.
    pub noun: &'static str,
    /// The place where it is declared.
    pub source: Source,
    /// Whether the code works without it.
    pub optional: bool,
}

/// The place where a binding is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The list of bindings to objects.
    Objects {
        /// The class of the objects.
        class: &'static str,
        /// Whether this worker exports the class.
        exported: bool,
    },
    /// Another list or table of bindings.
    Section {
        /// Its path, such as `queues.producers`.
        path: &'static str,
        /// Whether it is a list.
        is_list: bool,
        /// The key that holds the binding's name.
        key: &'static str,
        /// The other keys, with their values: texts, or TOML if they begin with `{`.
        rest: &'static [(&'static str, &'static str)],
    },
    /// The variables.
    Variable {
        /// A value, in TOML.
        sample: &'static str,
        /// Whether it has to be a text.
        is_text: bool,
    },
    /// An upload.
    Secret,
}

impl Source {
    /// Describes a list or table by its head in TOML: `[[kv_namespaces]]`, or `[ai]`.
    #[must_use]
    pub fn section(
        head: &'static str,
        key: &'static str,
        rest: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self::Section { path: head.trim_matches(['[', ']']), is_list: head.starts_with("[["), key, rest }
    }
}
