//! The kinds of bindings, and the ways to declare them.

use wasm_bindgen::JsValue;

use super::unmet::Flaw;
use crate::sys;

/// The kind of a binding: the type that its value must have, and the way to declare it. It gives the text of
/// the error for a binding that is missing or of another kind.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The name of the kind, with its article.
    pub(super) noun: &'static str,
    js_type: JsType,
    /// The way to declare the binding.
    pub(super) source: Source,
}

/// The type of a value in JavaScript.
#[derive(Debug, Clone, Copy)]
enum JsType {
    /// Any type.
    Any,
    /// A value whose `typeof` is `"object"`.
    Object,
    /// The name of an object's class, or the `typeof` of another value.
    Named(&'static str),
}

/// The table of namespaces. Their classes have to be declared as well.
pub(super) const OBJECTS_TABLE: &str = "[[durable_objects.bindings]]";

/// The place where a binding is declared.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// A table of its own in wrangler.toml.
    Table {
        /// The table's head.
        head: &'static str,
        /// The key that holds the binding's name.
        name: &'static str,
        /// The other keys that the table needs, with their values.
        rest: &'static [(&'static str, &'static str)],
    },
    /// The table `[vars]` in wrangler.toml, with a value such as this.
    Var(&'static str),
    /// An upload: the sources do not contain it.
    Secret,
}

impl Kind {
    /// Describes an object of the platform that has a table of its own in wrangler.toml.
    ///
    /// `noun` is its name in an error, with its article. `head` is the table's head with its brackets, and
    /// `name` is the key that holds the binding's name. `rest` holds the other keys that the table needs.
    /// Their values are texts, or inline tables if they begin with `{`.
    ///
    /// ```
    /// use durable_object::env::Kind;
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

    /// Describes a variable under `[vars]`. `sample` is a value for it as wrangler.toml has it: `"\"…\""` for
    /// a text.
    #[must_use]
    pub const fn var(noun: &'static str, sample: &'static str) -> Self {
        Self { noun, js_type: JsType::Any, source: Source::Var(sample) }
    }

    /// Describes a text that `wrangler secret put` uploads.
    #[must_use]
    pub const fn secret(noun: &'static str) -> Self {
        Self { noun, js_type: JsType::Named("string"), source: Source::Secret }
    }

    /// Expects a value of this class, `value.constructor.name` in JavaScript, or of this `typeof` if it is
    /// not an object.
    ///
    /// Some bindings have another class under `wrangler dev` than after deployment. Do not call it for those.
    #[must_use]
    pub const fn of_type(self, js_type: &'static str) -> Self {
        Self { js_type: JsType::Named(js_type), ..self }
    }

    /// Returns whether the value has to be a text.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn is_text(self) -> bool {
        matches!(self.js_type, JsType::Named("string"))
    }

    /// Compares a value with the expected type.
    pub(super) fn check(self, value: &JsValue) -> Result<(), Flaw> {
        let fits = match self.js_type {
            JsType::Any => true,
            JsType::Object => value.is_object(),
            JsType::Named(name) => sys::type_name(value) == name,
        };
        if fits { Ok(()) } else { Err(Flaw::OtherType(sys::type_name(value))) }
    }
}
