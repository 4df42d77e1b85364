//! The kinds of bindings, and how a worker comes by one.

/// What a type expects of its binding.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// What it is called, with its article.
    pub(super) noun: &'static str,
    /// What JavaScript calls its type; `None` where any value will do.
    pub(super) js_type: Option<&'static str>,
    /// How to get one.
    pub(super) source: Source,
}

/// Where a binding is declared.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// In a table of its own in wrangler.toml.
    Table {
        /// The table's head.
        head: &'static str,
        /// The key that holds the binding's name.
        name: &'static str,
        /// The other keys that the table needs, with their values.
        rest: &'static [(&'static str, &'static str)],
    },
    /// Under `[vars]` in wrangler.toml, with a value such as this.
    Var(&'static str),
    /// Nowhere in the sources: it is uploaded.
    Secret,
}

impl Kind {
    pub(super) const fn table(
        noun: &'static str,
        js_type: &'static str,
        head: &'static str,
        name: &'static str,
        rest: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { noun, js_type: Some(js_type), source: Source::Table { head, name, rest } }
    }
}
