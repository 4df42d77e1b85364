//! The conversion of syntax to the model.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{
    Attribute, DeriveInput, Field, LitStr, Meta, Token, ext::IdentExt, parse::Parser, punctuated::Punctuated,
};

use super::model::{Column, Table};
use crate::case::{self, Case};
use crate::derive::{self, Wording};
use crate::{from_row, options, report::Report};

const WORDING: Wording = Wording {
    nameless: "a column has the name of its field, and these have none",
    empty: "there is no field, so the table has no column",
    one_of_many: "a row has all of its columns at once",
    help: "write `struct Todo { #[column(primary_key)] id: String, text: String }`",
};

const NO_LIST: &str = "an index and a unique list name fields of the struct";
const LIST_HELP: &str = "write `index(list, position)` or `unique(list, position)`";

pub(super) fn table(input: &DeriveInput) -> (Table<'_>, Report) {
    let mut report = Report::default();
    let mut table = Table {
        input,
        name: None,
        columns: Vec::new(),
        rowid: false,
        indexes: Vec::new(),
        unique: Vec::new(),
    };
    let case = options(&mut table, &mut report);
    let fields = derive::named_fields(input, &WORDING, &mut report);
    table.columns = fields.filter_map(|field| column(field, case, &mut report)).collect();
    (table, report)
}

/// Reads `#[table("…", ..)]`, and returns the case of `rename_all`.
fn options(table: &mut Table<'_>, report: &mut Report) -> Case {
    let ours = table.input.attrs.iter().filter(|attribute| attribute.path().is_ident("table"));
    let Some(attribute) = single(ours, "table", report) else { return str::to_owned };
    let example = "write `#[table(\"todos\")]`";
    let Some(tokens) = arguments(attribute, "table", example, report) else { return str::to_owned };
    let (name, rest) = options::leading_text(tokens);
    table.name = name;
    let rest = lists(rest, table, report);
    let known = ["rowid", "index", "unique"];
    let ([rename_all], [rowid, index, unique]) =
        options::parse_with_flags(rest, "`#[table(\"…\")]`", ["rename_all"], known, report);
    if index || unique {
        report.add(attribute, NO_LIST, LIST_HELP);
    }
    table.rowid = rowid;
    rename_all.and_then(|given| case::named(&given, "rename_all", report)).unwrap_or(str::to_owned)
}

/// Reads `index(..)` and `unique(..)`, and returns the other options.
fn lists(tokens: TokenStream, table: &mut Table<'_>, report: &mut Report) -> TokenStream {
    let Ok(all) = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens.clone()) else {
        return tokens;
    };
    let mut others = Vec::new();
    for option in all {
        let list = match &option {
            Meta::List(list) if list.path.is_ident("index") => Some((list, &mut table.indexes)),
            Meta::List(list) if list.path.is_ident("unique") => Some((list, &mut table.unique)),
            _ => None,
        };
        let Some((list, target)) = list else {
            others.push(option);
            continue;
        };
        match Punctuated::<Ident, Token![,]>::parse_terminated.parse2(list.tokens.clone()) {
            Ok(fields) if !fields.is_empty() => target.push(fields.into_iter().collect()),
            _ => report.add(list, NO_LIST, LIST_HELP),
        }
    }
    quote!(#(#others),*)
}

fn column(field: &Field, case: Case, report: &mut Report) -> Option<Column> {
    let ident = field.ident.clone()?;
    let ours = field.attrs.iter().filter(|attribute| attribute.path().is_ident("column"));
    let example = "write `#[column(primary_key)]`, or leave it out";
    let tokens = single(ours, "column", report)
        .and_then(|attribute| arguments(attribute, "column", example, report))
        .unwrap_or_default();
    let ([rename, sql_type], [default], [primary_key, unique, index, json]) = options::parse_all(
        tokens,
        "`#[column]`",
        ["rename", "sql_type"],
        ["default"],
        ["primary_key", "unique", "index", "json"],
        report,
    );
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("row")) {
        report.add(
            attribute,
            "`Table` reads rows by itself, and does not read `#[row(..)]`",
            "write `#[column(..)]`, and do not derive `FromRow`",
        );
    }
    let name = rename.as_ref().map_or_else(|| case(&ident.unraw().to_string()), LitStr::value);
    let row =
        from_row::Column { field: ident, ty: field.ty.clone(), name, given: rename, default: false, json };
    Some(Column { row, primary_key, unique, index, default, sql_type })
}

/// Returns the attribute, and reports all but the first.
fn single<'a>(
    mut attributes: impl Iterator<Item = &'a Attribute>,
    name: &str,
    report: &mut Report,
) -> Option<&'a Attribute> {
    let first = attributes.next();
    for extra in attributes {
        report.add(extra, format!("`#[{name}]` is given twice"), "put all options into one");
    }
    first
}

fn arguments(attribute: &Attribute, name: &str, help: &str, report: &mut Report) -> Option<TokenStream> {
    if let Meta::List(list) = &attribute.meta {
        return Some(list.tokens.clone());
    }
    report.add(&attribute.meta, format!("`#[{name}]` takes its options in parentheses"), help);
    None
}
