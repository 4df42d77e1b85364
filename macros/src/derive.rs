//! The common part of the derives for structs with named fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Field, Fields};

use crate::report::Report;

/// The messages of a derive for types that it does not support.
pub(crate) struct Wording {
    /// For a field without a name.
    pub(crate) nameless: &'static str,
    /// For a struct without fields.
    pub(crate) empty: &'static str,
    /// For an enum or a union.
    pub(crate) one_of_many: &'static str,
    /// The advice for all of them.
    pub(crate) help: &'static str,
}

/// Reads the type with `parse`, and makes its implementation from the result. If there is a mistake, an
/// implementation without a body stays in place, so that uses of the type are not errors as well.
pub(crate) fn expand<T>(
    input: TokenStream,
    parse: impl FnOnce(&DeriveInput, &mut Report) -> Vec<T>,
    body: impl FnOnce(&DeriveInput, &[T]) -> TokenStream,
    implementation: impl FnOnce(&DeriveInput, &TokenStream) -> TokenStream,
) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut report = Report::default();
    let fields = parse(&input, &mut report);
    if report.is_empty() {
        return implementation(&input, &body(&input, &fields));
    }
    let placeholder = implementation(&input, &quote!(loop {}));
    let mistakes = report.into_tokens();
    quote!(#placeholder #mistakes)
}

/// Returns the fields of a struct with named fields. It reports any other type, and returns none.
pub(crate) fn named_fields<'a>(
    input: &'a DeriveInput,
    wording: &Wording,
    report: &mut Report,
) -> impl Iterator<Item = &'a Field> + use<'a> {
    let named = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => Some(&fields.named),
            Fields::Unnamed(fields) => {
                report.add(fields, wording.nameless, wording.help);
                None
            }
            Fields::Named(_) | Fields::Unit => {
                report.add(&input.ident, wording.empty, wording.help);
                None
            }
        },
        Data::Enum(data) => {
            report.add(data.enum_token, wording.one_of_many, wording.help);
            None
        }
        Data::Union(data) => {
            report.add(data.union_token, wording.one_of_many, wording.help);
            None
        }
    };
    named.into_iter().flatten()
}
