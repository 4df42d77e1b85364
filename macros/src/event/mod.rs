//! `#[derive(Event)]`: parse an enum to a model, check it, expand it.

mod check;
mod expand;
mod model;
mod parse;
mod types;

use proc_macro2::TokenStream;
use quote::quote;

/// Returns the implementations of `Event`, and of `Materialize` if the variants have their SQL.
///
/// With mistakes, implementations without a body stay in place, so that uses of the type are not errors as well.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let (events, mut report) = parse::events(&input);
    report.merge(check::events(&events));
    if report.is_empty() {
        return expand::events(&events);
    }
    let placeholder = expand::broken(&events);
    let mistakes = report.into_tokens();
    quote!(#placeholder #mistakes)
}

#[cfg(test)]
mod tests;
