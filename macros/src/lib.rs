//! The macros behind `durable_object`, which re-exports and documents them.

mod class;
mod doc;
mod durable_object;
mod export_object;
mod naming;
mod options;
mod report;

use proc_macro::TokenStream;

#[allow(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro_attribute]
pub fn durable_object(options: TokenStream, item: TokenStream) -> TokenStream {
    durable_object::expand(options.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro]
pub fn export_object(input: TokenStream) -> TokenStream {
    export_object::expand(input.into()).into()
}
