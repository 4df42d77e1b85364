//! The generated implementations.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{LitStr, spanned::Spanned};

use super::check::TYPES;
use super::default;
use super::model::{Column, Table};
use crate::{from_row, shape};

pub(super) fn table(table: &Table<'_>) -> TokenStream {
    let name = table.name();
    let columns = table.columns.iter().map(column);
    let key = table.primary_key().map(|column| &column.row.name);
    let unique = unique(table);
    let indexes = indexes(table);
    let rowid = table.rowid.then(|| quote!(.with_rowid()));
    let definition = quote! {
        ::durable_object::livestore::schema::TableDef::new(#name, &[#(#columns),*], &[#(#key),*])
            #unique
            #indexes
            #rowid
    };
    let body = from_row::body(table.columns.iter().map(|column| &column.row));
    implementations(table, &definition, &body)
}

/// Returns implementations without a body.
pub(super) fn broken(table: &Table<'_>) -> TokenStream {
    let definition = quote!(::durable_object::livestore::schema::TableDef::new("", &[], &[]));
    implementations(table, &definition, &quote!(loop {}))
}

fn implementations(table: &Table<'_>, definition: &TokenStream, body: &TokenStream) -> TokenStream {
    let ident = &table.input.ident;
    let (impl_generics, ty_generics, where_clause) = table.input.generics.split_for_impl();
    let from_row = from_row::implementation(table.input, body);
    quote! {
        #[automatically_derived]
        impl #impl_generics ::durable_object::livestore::schema::Table for #ident #ty_generics #where_clause {
            const DEFINITION: ::durable_object::livestore::schema::TableDef = #definition;
        }

        #from_row
    }
}

fn column(column: &Column) -> TokenStream {
    let Column { row, default, sql_type, .. } = column;
    let (name, ty) = (&row.name, &row.ty);
    let path = quote!(::durable_object::livestore::schema);
    let nullable =
        shape::is_option(ty) || shape::last_segment(ty).is_some_and(|segment| segment.ident == "Value");
    let nullable = nullable.then(|| quote!(.nullable()));
    let definition = match sql_type_of(row, sql_type.as_ref()) {
        Some(sql_type) => quote!(#path::Column::new(#name, #path::ColumnType::#sql_type) #nullable),
        // A type without a column is shown at the type.
        None => quote_spanned!(ty.span()=> #path::Column::of::<#ty>(#name)),
    };
    let default = default.as_ref().and_then(|default| default::literal(default, ty, row.json).ok());
    let default = default.map(|literal| quote!(.with_default(#literal)));
    quote!(#definition #default)
}

/// Returns the type that is given, or that of JSON.
fn sql_type_of(row: &from_row::Column, given: Option<&LitStr>) -> Option<Ident> {
    if row.json {
        return Some(format_ident!("Text"));
    }
    let given = given?.value();
    TYPES.iter().find(|(name, _)| *name == given).map(|(_, variant)| format_ident!("{variant}"))
}

fn names<'a>(table: &'a Table<'_>, fields: &[Ident]) -> Vec<&'a str> {
    fields.iter().filter_map(|field| table.column(field)).map(|column| column.row.name.as_str()).collect()
}

fn unique(table: &Table<'_>) -> Option<TokenStream> {
    let single =
        table.columns.iter().filter(|column| column.unique).map(|column| vec![column.row.name.as_str()]);
    let lists: Vec<_> = single.chain(table.unique.iter().map(|fields| names(table, fields))).collect();
    (!lists.is_empty()).then(|| {
        let lists = lists.iter().map(|names| quote!(&[#(#names),*]));
        quote!(.with_unique(&[#(#lists),*]))
    })
}

fn indexes(table: &Table<'_>) -> Option<TokenStream> {
    let single =
        table.columns.iter().filter(|column| column.index).map(|column| vec![column.row.name.as_str()]);
    let lists: Vec<_> = single.chain(table.indexes.iter().map(|fields| names(table, fields))).collect();
    (!lists.is_empty()).then(|| {
        let indexes = lists.iter().map(|names| {
            let index = format!("{}_{}", table.name(), names.join("_"));
            quote!(::durable_object::livestore::schema::Index::new(#index, &[#(#names),*]))
        });
        quote!(.with_indexes(&[#(#indexes),*]))
    })
}
