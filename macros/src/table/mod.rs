//! `#[derive(Table)]`: parse a struct to a model, check it, expand it.

mod check;
mod default;
mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;

/// Returns the implementations of `Table` and `FromRow`.
///
/// With mistakes, implementations without a body stay in place, so that uses of the type are not errors as well.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let (table, mut report) = parse::table(&input);
    if report.is_empty() {
        report.merge(check::table(&table));
    }
    if report.is_empty() {
        return expand::table(&table);
    }
    let placeholder = expand::broken(&table);
    let mistakes = report.into_tokens();
    quote!(#placeholder #mistakes)
}

#[cfg(test)]
mod tests;
