//! The kinds of bindings, and how a worker comes by one.

use wasm_bindgen::JsValue;

use super::unmet::Flaw;
use crate::sys;

/// What a type expects of its binding, and how a worker gets one: the text of the error for a binding that is
/// missing or of another kind.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// What it is called, with its article.
    pub(super) noun: &'static str,
    js_type: JsType,
    /// How to get one.
    pub(super) source: Source,
}

/// What JavaScript says about the type of a value.
#[derive(Debug, Clone, Copy)]
enum JsType {
    /// Anything.
    Any,
    /// `typeof` gives `"object"`.
    Object,
    /// The name of an object's class, or the `typeof` of another value.
    Named(&'static str),
}

/// The table of namespaces, whose classes have to be declared as well.
pub(super) const OBJECTS_TABLE: &str = "[[durable_objects.bindings]]";

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
    /// An object of the platform that has a table of its own in wrangler.toml.
    ///
    /// `noun` is what to call it in an error, with its article. `head` is the table's head with its brackets, and
    /// `name` the key that holds the binding's name. `rest` are the other keys that the table needs; their values are
    /// texts, or inline tables if they begin with `{`.
    ///
    /// ```
    /// use durable_object::binding::Kind;
    ///
    /// const INDEX: Kind = Kind::table("a Vectorize index", "[[vectorize]]", "binding", &[("index_name", "…")]);
    /// ```
    #[must_use]
    pub const fn table(
        noun: &'static str,
        head: &'static str,
        name: &'static str,
        rest: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { noun, js_type: JsType::Object, source: Source::Table { head, name, rest } }
    }

    /// A variable under `[vars]`. `sample` is a value for it as wrangler.toml has it: `"\"…\""` for a text.
    #[must_use]
    pub const fn var(noun: &'static str, sample: &'static str) -> Self {
        Self { noun, js_type: JsType::Any, source: Source::Var(sample) }
    }

    /// A text that `wrangler secret put` uploads.
    #[must_use]
    pub const fn secret(noun: &'static str) -> Self {
        Self { noun, js_type: JsType::Named("string"), source: Source::Secret }
    }

    /// Expects a value of this class, `value.constructor.name` in JavaScript, or of this `typeof` if it is no object.
    ///
    /// Some bindings are of another class under `wrangler dev` than they are when deployed: leave it out for those.
    #[must_use]
    pub const fn of_type(self, js_type: &'static str) -> Self {
        Self { js_type: JsType::Named(js_type), ..self }
    }

    /// Compares a value with what is expected.
    pub(super) fn check(self, value: &JsValue) -> Result<(), Flaw> {
        let fits = match self.js_type {
            JsType::Any => true,
            JsType::Object => value.is_object(),
            JsType::Named(name) => sys::type_name(value) == name,
        };
        if fits { Ok(()) } else { Err(Flaw::OtherType(sys::type_name(value))) }
    }
}
