//! The user's enum, without attribute syntax.

use proc_macro2::Ident;
use syn::{Attribute, Fields, Generics, LitStr, Path, Type};

use crate::sql::Statement;

/// The enum.
pub(super) struct Events<'a> {
    pub(super) ident: &'a Ident,
    pub(super) generics: &'a Generics,
    pub(super) variants: Vec<Variant<'a>>,
    /// Whether the item is an enum. The parser reports any other.
    pub(super) is_enum: bool,
}

/// One event.
pub(super) struct Variant<'a> {
    pub(super) ident: &'a Ident,
    pub(super) fields_of_source: &'a Fields,
    /// The name in the log.
    pub(super) name: Option<LitStr>,
    pub(super) fields: Vec<Field<'a>>,
    /// `sql = …`, with each statement, or `None` if the variant has none.
    pub(super) sql: Option<Vec<(LitStr, Statement)>>,
}

/// One argument.
pub(super) struct Field<'a> {
    pub(super) ident: &'a Ident,
    pub(super) ty: &'a Type,
    /// Its name in the JSON.
    pub(super) name: String,
    /// `rename = "…"`.
    pub(super) given: Option<LitStr>,
    /// `with = "…"`: a module that has `serialize` and `deserialize`.
    pub(super) with: Option<Path>,
    /// `optional`: `None` is left out.
    pub(super) optional: bool,
    /// `default`: older events do not have it.
    pub(super) default: bool,
    /// `json`: SQL gets the value as JSON text.
    pub(super) json: bool,
    /// An attribute of serde, which this derive does not read.
    pub(super) serde: Option<&'a Attribute>,
}

impl Events<'_> {
    /// Returns whether the derive implements `Materialize`: a variant has SQL.
    pub(super) fn materialize(&self) -> bool {
        self.variants.iter().any(|variant| variant.sql.is_some())
    }
}

impl Variant<'_> {
    pub(super) fn name(&self) -> String {
        self.name.as_ref().map(LitStr::value).unwrap_or_default()
    }
}
