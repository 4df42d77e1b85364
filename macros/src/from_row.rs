//! `#[derive(FromRow)]`: a struct whose fields are columns.

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Attribute, DeriveInput, Field, LitStr, Meta, Type, ext::IdentExt, spanned::Spanned};

use crate::case::{self, Case};
use crate::derive::{self, Wording};
use crate::{options, report::Report};

/// One field.
pub(crate) struct Column {
    pub(crate) field: Ident,
    pub(crate) ty: Type,
    /// Its name in SQL.
    pub(crate) name: String,
    /// `rename = "…"`.
    pub(crate) given: Option<LitStr>,
    /// `default`: the column may be missing.
    pub(crate) default: bool,
    /// `json`: the column's text is JSON.
    pub(crate) json: bool,
}

const WORDING: Wording = Wording {
    nameless: "a column is found by the name of its field, and these have none",
    empty: "there is no field, so there is nothing to read",
    one_of_many: "a row has all of its columns at once",
    help: "write `struct Note { id: i64, text: String }`, or read a tuple",
};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    derive::expand(input, parse, |_, columns| body(columns.iter()), implementation)
}

fn parse(input: &DeriveInput, report: &mut Report) -> Vec<Column> {
    let case = case(&input.attrs, report);
    let fields = derive::named_fields(input, &WORDING, report);
    let columns: Vec<_> = fields.filter_map(|field| column(field, case, report)).collect();
    check(&columns, report);
    columns
}

/// Returns the case of the struct's own `rename_all`.
fn case(attributes: &[Attribute], report: &mut Report) -> Case {
    let mut case: Option<Case> = None;
    for attribute in rows(attributes) {
        let Some(tokens) = arguments(attribute, "#[row(rename_all = \"…\")]", report) else { continue };
        let [given] = options::parse(tokens, "`#[row]` of a struct", ["rename_all"], report);
        let Some(given) = given else { continue };
        if case.is_some() {
            report.add(attribute, "`rename_all` is given twice", "remove one of them");
        }
        case = case::named(&given, "rename_all", report).or(case);
    }
    case.unwrap_or(str::to_owned)
}

fn column(field: &Field, case: Case, report: &mut Report) -> Option<Column> {
    let ident = field.ident.clone()?;
    let name = case(&ident.unraw().to_string());
    let mut column =
        Column { field: ident, ty: field.ty.clone(), name, given: None, default: false, json: false };
    for attribute in rows(&field.attrs) {
        let Some(tokens) = arguments(attribute, "#[row(rename = \"…\")]", report) else { continue };
        let ([rename], [default, json]) =
            options::parse_with_flags(tokens, "`#[row]` of a field", ["rename"], ["default", "json"], report);
        for (option, twice) in [
            ("rename", column.given.is_some() && rename.is_some()),
            ("default", column.default && default),
            ("json", column.json && json),
        ] {
            if twice {
                report.add(attribute, format!("`{option}` is given twice"), "remove one of them");
            }
        }
        if let Some(rename) = rename {
            column.name = rename.value();
            column.given = Some(rename);
        }
        column.default |= default;
        column.json |= json;
    }
    Some(column)
}

fn rows(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("row"))
}

fn arguments(attribute: &Attribute, example: &str, report: &mut Report) -> Option<TokenStream> {
    if let Meta::List(list) = &attribute.meta {
        return Some(list.tokens.clone());
    }
    let help = format!("write `{example}`, or leave it out");
    report.add(&attribute.meta, "`#[row]` takes its options in parentheses", help);
    None
}

fn check(columns: &[Column], report: &mut Report) {
    let mut taken: HashMap<&str, &Ident> = HashMap::new();
    for column in columns {
        let place = || {
            column.given.as_ref().map_or_else(|| column.field.to_token_stream(), ToTokens::to_token_stream)
        };
        if column.name.is_empty() {
            report.add(place(), "a column has a name", "write the name that the statement gives it");
        } else if let Some(first) = taken.get(column.name.as_str()) {
            report.add(
                place(),
                format!("`{}` is the column `{}` already", first.unraw(), column.name),
                "remove one of them, or name another column with `#[row(rename = \"…\")]`",
            );
        } else {
            taken.insert(&column.name, &column.field);
        }
    }
}

pub(crate) fn body<'a>(columns: impl Iterator<Item = &'a Column> + Clone) -> TokenStream {
    let row = Ident::new("row", Span::mixed_site());
    let fields = columns.clone().map(|column| &column.field);
    let values: Vec<Ident> = columns.clone().enumerate().map(value).collect();
    let reads = columns.zip(&values).map(|(column, value)| {
        let (ty, name) = (&column.ty, &column.name);
        // Mistakes in the type are shown at the type.
        let span = ty.span();
        let read = if column.json { quote_spanned!(span=> ::durable_object::Json<#ty>) } else { quote!(#ty) };
        let take = if column.default { quote!(take_or_default) } else { quote!(take) };
        let open = column.json.then(|| quote!(.0));
        quote_spanned!(span=> let #value: #ty = #row.#take::<#read>(#name)? #open;)
    });
    quote! {
        let mut #row = row;
        #(#reads)*
        ::core::result::Result::Ok(Self { #(#fields: #values),* })
    }
}

/// Returns the variable that holds the read value.
fn value((index, column): (usize, &Column)) -> Ident {
    format_ident!("value{index}", span = Span::mixed_site().located_at(column.ty.span()))
}

pub(crate) fn implementation(input: &DeriveInput, body: &TokenStream) -> TokenStream {
    let name = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #[diagnostic::do_not_recommend]
        #[automatically_derived]
        impl #impl_generics ::durable_object::FromRow for #name #ty_generics #where_clause {
            fn from_row(
                row: ::durable_object::storage::Row,
            ) -> ::core::result::Result<Self, ::durable_object::error::ConversionError> {
                #body
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(input: TokenStream) -> String {
        expand(input).to_string().split_whitespace().collect()
    }

    #[test]
    fn fields_are_columns() {
        let expansion = expanded(quote!(
            #[row(rename_all = "camelCase")]
            struct Note<T: FromSql> {
                created_at: Date,
                #[row(rename = "body")]
                r#type: T,
                #[row(json, default)]
                tags: Vec<String>,
            }
        ));
        assert!(expansion.contains("impl<T:FromSql>::durable_object::FromRowforNote<T>{"), "{expansion}");
        assert!(expansion.contains("take::<Date>(\"createdAt\")?"), "{expansion}");
        assert!(expansion.contains("take::<T>(\"body\")?"), "{expansion}");
        assert!(
            expansion.contains("take_or_default::<::durable_object::Json<Vec<String>>>(\"tags\")?"),
            "{expansion}"
        );
        assert!(expansion.contains("r#type:value1"), "{expansion}");
        assert!(!expansion.contains("compile_error"), "{expansion}");
    }

    #[test]
    fn mistakes_leave_the_implementation_in_place() {
        for (fields, part) in [
            (quote!(#[row] a: i64), "inparentheses"),
            (quote!(#[row = "b"] a: i64), "inparentheses"),
            (quote!(#[row(flatten)] a: i64), "nosuchoption"),
            (quote!(#[row(json = "yes")] a: i64), "takesnovalue"),
            (quote!(#[row(rename = "")] a: i64), "acolumnhasaname"),
            (quote!(#[row(rename = "b")] #[row(rename = "c")] a: i64), "giventwice"),
            (quote!(#[row(rename = "b")] a: i64, b: i64), "isthecolumn`b`already"),
        ] {
            let expansion = expanded(quote!(struct A { #fields }));
            assert!(expansion.contains("compile_error"), "{expansion}");
            assert!(expansion.contains(part), "{expansion}");
            assert!(expansion.contains("FromRowforA"), "still made from rows: {expansion}");
        }
    }
}
