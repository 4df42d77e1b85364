//! The rules for tables. Each names the mistake, the reason, and the correction.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{LitStr, ext::IdentExt};

use super::default;
use super::model::{Column, Table};
use crate::{nearest::nearest, report::Report, shape};

/// The limit of columns. A table has at most 100 on Cloudflare, and the store keeps four more for each change.
const COLUMNS: usize = 96;

/// The values of `sql_type`.
pub(super) const TYPES: [(&str, &str); 5] =
    [("INTEGER", "Integer"), ("REAL", "Real"), ("TEXT", "Text"), ("BLOB", "Blob"), ("ANY", "Any")];

pub(super) fn table(table: &Table<'_>) -> Report {
    let mut report = Report::default();
    let ident = &table.input.ident;
    if !table.input.generics.params.is_empty() {
        report.add(
            &table.input.generics,
            "a table has no generics: its columns have one type each",
            "write the types themselves",
        );
    }
    match &table.name {
        None => {
            report.add(ident, "the table has no name", "write `#[table(\"todos\")]` in front of the struct")
        }
        Some(name) => self::name(name, &mut report),
    }
    if table.primary_key().next().is_none() {
        report.add(
            ident,
            "the table has no primary key, by which the store finds a row again when it undoes an event",
            "write `#[column(primary_key)]` on a field, or on several for a key of several columns",
        );
    }
    if table.columns.len() > COLUMNS {
        let count = table.columns.len();
        report.add(ident, format!("a table has at most {COLUMNS} columns, and this has {count}"), "split it");
    }
    columns(table, &mut report);
    lists(table, &mut report);
    report
}

fn name(name: &LitStr, report: &mut Report) {
    let value = name.value();
    let lower = value.to_ascii_lowercase();
    if value.is_empty() {
        report.add(name, "the name of a table is not empty", "write a name such as `todos`");
    }
    let owner = match lower.as_str() {
        "eventlog" | "vfs_pages" => "LiveStore",
        "context_7" | "rpc_subscriber_2" => "the sync backend",
        "_schedule" | "_durable_object_migrations" => "`durable_object`",
        name if name.starts_with("__livestore_") => "LiveStore",
        name if name.starts_with("eventlog_") => "the sync backend",
        name if name.starts_with("_cf_") || name.starts_with("__miniflare_") => "the platform",
        name if name.starts_with("sqlite_") => "SQLite",
        _ => return,
    };
    report.add(name, format!("the name `{value}` belongs to {owner}"), "write another name");
}

fn columns(table: &Table<'_>, report: &mut Report) {
    let mut taken: HashMap<String, &Ident> = HashMap::new();
    let single_key = table.primary_key().count() == 1;
    for column in &table.columns {
        let name = column.row.name.to_ascii_lowercase();
        if name.is_empty() {
            report.add(place(column), "a column has a name", "write a name such as `text`");
        } else if let Some(first) = taken.get(&name) {
            report.add(
                place(column),
                format!("`{}` is the column `{}` already", first.unraw(), column.row.name),
                "remove one of them, or name another column with `#[column(rename = \"…\")]`",
            );
        } else {
            taken.insert(name.clone(), &column.row.field);
        }
        if name.starts_with("__livestore_") {
            report.add(
                place(column),
                "names that begin with `__livestore_` belong to LiveStore",
                "write another name",
            );
        }
        if table.rowid && ["rowid", "oid", "_rowid_"].contains(&&*name) {
            report.add(
                place(column),
                "the column hides the rowid of the table",
                "write another name, or remove `rowid`",
            );
        }
        self::column(column, single_key, report);
    }
}

fn column(column: &Column, single_key: bool, report: &mut Report) {
    let Column { row, primary_key, unique, index, default, sql_type } = column;
    if *primary_key && shape::is_option(&row.ty) {
        report.add(
            &row.ty,
            "a row is found by its primary key, so the key is not `NULL`",
            "write the type without `Option`",
        );
    }
    if *primary_key && single_key && (*unique || *index) {
        report.add(&row.field, "a primary key is unique, and has an index", "remove `unique` and `index`");
    } else if *unique && *index {
        report.add(&row.field, "a unique column has an index", "remove `index`");
    }
    if let Some(given) = sql_type {
        if !TYPES.iter().any(|(name, _)| *name == given.value()) {
            report.add(
                given,
                format!("a column of a STRICT table is not `{}`", given.value()),
                format!("write one of {}", TYPES.map(|(name, _)| format!("`{name}`")).join(", ")),
            );
        }
        if row.json {
            report.add(given, "JSON is kept as text", "remove `sql_type` or `json`");
        }
    }
    if let Some(default) = default
        && let Err((problem, help)) = default::literal(default, &row.ty, row.json)
    {
        report.add(default, problem, help);
    }
}

fn place(column: &Column) -> TokenStream {
    let given = column.row.given.as_ref();
    given.map_or_else(|| column.row.field.to_token_stream(), ToTokens::to_token_stream)
}

/// Checks `index(..)` and `unique(..)` of the struct.
fn lists(table: &Table<'_>, report: &mut Report) {
    let names: Vec<String> =
        table.columns.iter().map(|column| column.row.field.unraw().to_string()).collect();
    for (at, list) in table.indexes.iter().chain(&table.unique).enumerate() {
        for (index, field) in list.iter().enumerate() {
            let name = field.unraw().to_string();
            if table.column(field).is_none() {
                let help = match nearest(&name, names.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the fields are {}", names.join(", ")),
                };
                report.add(field, format!("`{}` has no field `{name}`", table.input.ident), help);
            } else if list.iter().take(index).any(|earlier| earlier.unraw() == field.unraw()) {
                report.add(field, format!("`{name}` is in the list already"), "remove one of them");
            }
        }
        if table.indexes.iter().chain(&table.unique).take(at).any(|earlier| earlier == list) {
            report.add(list.first(), "there is such a list already", "remove one of them");
        }
    }
}
