//! `#[durable_object]`, on a struct and on its impl block: parse to a model, check it, expand it.

mod check;
mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Item;

use crate::report::Report;

/// Returns the expansion of `#[durable_object(options)] item`.
///
/// The user's own item is always part of it, even with mistakes, so that one mistake does not make every use
/// of the type an error.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    match syn::parse2(item.clone()) {
        Ok(Item::Struct(item)) => {
            let (declaration, mut report) = parse::declaration(options, item);
            report.merge(check::declaration(&declaration));
            let expansion = expand::declaration(&declaration, report.is_empty());
            let mistakes = report.into_tokens();
            quote!(#expansion #mistakes)
        }
        Ok(Item::Impl(item)) => {
            let (implementation, mut report) = parse::implementation(options, item);
            report.merge(check::implementation(&implementation));
            if report.is_empty() {
                return expand::implementation(&implementation);
            }
            let expansion = expand::broken_implementation(&implementation);
            let mistakes = report.into_tokens();
            quote!(#expansion #mistakes)
        }
        Ok(other) => {
            let mut report = Report::default();
            report.add(
                keyword(&other),
                "`#[durable_object]` goes on a struct and on its impl block: an object is a struct \
                 that the platform creates, and methods that it calls",
                "make it a struct, or remove the attribute",
            );
            let mistakes = report.into_tokens();
            quote!(#item #mistakes)
        }
        Err(error) => {
            let mistakes = error.into_compile_error();
            quote!(#item #mistakes)
        }
    }
}

/// Returns the expansion of `#[part] impl Type { .. }`.
pub(crate) fn expand_part(options: TokenStream, item: TokenStream) -> TokenStream {
    let block = match syn::parse2(item.clone()) {
        Ok(Item::Impl(block)) => block,
        Ok(other) => {
            let mut report = Report::default();
            report.add(
                keyword(&other),
                "`#[part]` goes on the impl block of a part, and on the fields of an object that are parts",
                "move it to `impl TheType { .. }`",
            );
            let mistakes = report.into_tokens();
            return quote!(#item #mistakes);
        }
        Err(error) => {
            let mistakes = error.into_compile_error();
            return quote!(#item #mistakes);
        }
    };
    let (implementation, mut report) = parse::part(options, block);
    report.merge(check::part(&implementation));
    if report.is_empty() {
        return expand::part(&implementation);
    }
    let expansion = expand::broken_part(&implementation);
    let mistakes = report.into_tokens();
    quote!(#expansion #mistakes)
}

/// Returns the keyword of the item, which an editor should underline.
fn keyword(item: &Item) -> TokenStream {
    match item {
        Item::Enum(item) => item.enum_token.to_token_stream(),
        Item::Union(item) => item.union_token.to_token_stream(),
        Item::Trait(item) => item.trait_token.to_token_stream(),
        Item::Fn(item) => item.sig.fn_token.to_token_stream(),
        Item::Mod(item) => item.mod_token.to_token_stream(),
        Item::Type(item) => item.type_token.to_token_stream(),
        other => other.to_token_stream(),
    }
}
