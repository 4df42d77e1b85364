//! What the derives for structs with named fields have in common.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Field, Fields};

use crate::report::Report;

/// What a derive says of types that it is not for.
pub(crate) struct Wording {
    /// Of a field without a name.
    pub(crate) nameless: &'static str,
    /// Of a struct without fields.
    pub(crate) empty: &'static str,
    /// Of an enum or a union.
    pub(crate) one_of_many: &'static str,
    /// What to write instead.
    pub(crate) help: &'static str,
}

/// Reads the type with `parse`, and makes its implementation of what that finds. Where something is wrong, one
/// without a body stays in place: whoever uses the type is not to blame.
pub(crate) fn expand<T>(
    input: TokenStream,
    parse: impl FnOnce(&DeriveInput, &mut Report) -> Vec<T>,
    body: impl FnOnce(&[T]) -> TokenStream,
    implementation: impl FnOnce(&DeriveInput, &TokenStream) -> TokenStream,
) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut report = Report::default();
    let fields = parse(&input, &mut report);
    if report.is_empty() {
        return implementation(&input, &body(&fields));
    }
    let placeholder = implementation(&input, &quote!(loop {}));
    let mistakes = report.into_tokens();
    quote!(#placeholder #mistakes)
}

/// The fields of a struct that has some with names; none of anything else, which is reported.
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
