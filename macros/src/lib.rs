//! The macros behind `durable_object`, which re-exports and documents them.

mod case;
mod class;
mod derive;
mod doc;
mod durable_object;
mod event;
mod export_object;
mod from_env;
mod from_row;
mod migrations;
mod naming;
mod nearest;
mod options;
mod report;
mod rpc_error;
mod shape;
mod sql;
mod table;

use proc_macro::TokenStream;

#[allow(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro_attribute]
pub fn durable_object(options: TokenStream, item: TokenStream) -> TokenStream {
    durable_object::expand(options.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro_attribute]
pub fn part(options: TokenStream, item: TokenStream) -> TokenStream {
    durable_object::expand_part(options.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro]
pub fn export_object(input: TokenStream) -> TokenStream {
    export_object::expand(input.into()).into()
}

#[allow(missing_docs, reason = "documented at the trait of the same name")]
#[proc_macro_derive(RpcError, attributes(rpc_error))]
pub fn rpc_error(input: TokenStream) -> TokenStream {
    rpc_error::expand(input.into()).into()
}

#[allow(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro_derive(FromEnv, attributes(binding))]
pub fn from_env(input: TokenStream) -> TokenStream {
    from_env::expand(input.into()).into()
}

#[allow(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro_derive(FromRow, attributes(row))]
pub fn from_row(input: TokenStream) -> TokenStream {
    from_row::expand(input.into()).into()
}

#[allow(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro_derive(Event, attributes(event, serde))]
pub fn event(input: TokenStream) -> TokenStream {
    event::expand(input.into()).into()
}

#[allow(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro_derive(Table, attributes(table, column, row))]
pub fn table(input: TokenStream) -> TokenStream {
    table::expand(input.into()).into()
}

#[allow(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    migrations::expand(input.into()).into()
}
