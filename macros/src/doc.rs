//! Documentation comments.

use syn::{Attribute, Expr, Meta};

/// Returns the texts of the documentation attributes, each as an expression.
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
