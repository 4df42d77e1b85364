//! Documentation comments.

use syn::{Attribute, Expr, Meta};

/// What the documentation attributes say, each an expression that is a text.
pub(crate) fn lines(attributes: &[Attribute]) -> Vec<&Expr> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(doc) => Some(&doc.value),
            _ => None,
        })
        .collect()
}
