//! The rules for events. Each names the mistake, the reason, and the correction.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Fields, LitStr, ext::IdentExt};

use super::model::{Events, Field, Variant};
use super::types;
use crate::{nearest::nearest, report::Report, shape, sql::Statement};

/// The number of parameters that a statement takes on Cloudflare.
const PARAMETERS: usize = 100;

/// The statements that change rows.
const VERBS: [&str; 5] = ["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"];

pub(super) fn events(events: &Events<'_>) -> Report {
    let mut report = Report::default();
    if !events.generics.params.is_empty() {
        report.add(
            events.generics,
            "events have no generics: JavaScript has to know the JSON of each",
            "write the types themselves",
        );
    }
    if events.variants.is_empty() && events.is_enum {
        report.add(
            events.ident,
            "there is no event",
            "add a variant, such as `#[event(\"v1.TodoCreated\")] Created { id: String }`",
        );
    }
    for variant in &events.variants {
        self::variant(variant, &mut report);
    }
    duplicates(&events.variants, &mut report);
    coverage(events, &mut report);
    report
}

fn variant(variant: &Variant<'_>, report: &mut Report) {
    match &variant.name {
        None => report.add(
            variant.ident,
            "the event has no name in the log; other clients know it by that name",
            format!("write `#[event(\"v1.{}\")]` in front of the variant", variant.ident.unraw()),
        ),
        Some(name) if name.value().is_empty() => {
            report.add(name, "the name of an event is not empty", "write a name such as `v1.TodoCreated`");
        }
        Some(_) => {}
    }
    match variant.fields_of_source {
        Fields::Named(_) => {}
        Fields::Unnamed(fields) => report.add(
            fields,
            "the arguments of an event are an object in JavaScript, so each has a name",
            format!("write `{} {{ name: Type }}`", variant.ident),
        ),
        Fields::Unit => report.add(
            variant.ident,
            "the arguments of an event are an object in JavaScript, even if it is empty",
            format!("write `{} {{}}`", variant.ident),
        ),
    }
    let mut taken: HashMap<&str, &Ident> = HashMap::new();
    for field in &variant.fields {
        self::field(field, report);
        if let Some(first) = taken.insert(&field.name, field.ident) {
            report.add(
                place(field),
                format!("`{}` is the argument `{}` already", first.unraw(), field.name),
                "remove one of them, or name another argument with `#[event(rename = \"…\")]`",
            );
        }
    }
    for (text, statement) in variant.sql.iter().flatten() {
        self::statement(text, statement, variant, report);
    }
}

fn field(field: &Field<'_>, report: &mut Report) {
    if field.name.is_empty() {
        report.add(place(field), "an argument has a name", "write the name that JavaScript gives it");
    }
    if let Some(attribute) = field.serde {
        report.add(
            attribute,
            "`Event` does not read `#[serde(..)]`",
            "write `#[event(..)]` beside it, with `rename = \"…\"`, `with = \"…\"`, `optional` or `default`",
        );
    }
    if field.optional && !shape::is_option(field.ty) {
        report.add(
            field.ty,
            "an optional argument may be missing, so its field is an `Option`",
            "write `Option<..>`, or `#[event(default)]` for one that only older events lack",
        );
    }
    if field.optional && field.default {
        report.add(
            field.ident,
            "an optional argument that is missing is `None` already",
            "remove `optional` or `default`",
        );
    }
    if field.with.is_none() {
        types::check(field.ty, report);
    }
}

fn place(field: &Field<'_>) -> TokenStream {
    field.given.as_ref().map_or_else(|| field.ident.to_token_stream(), ToTokens::to_token_stream)
}

fn statement(text: &LitStr, statement: &Statement, variant: &Variant<'_>, report: &mut Report) {
    if !VERBS.contains(&&*statement.verb) {
        report.add(
            text,
            format!("an event changes rows, and `{}` does not", statement.verb),
            "write INSERT, UPDATE, DELETE, REPLACE, or one of them behind WITH; for more, implement `Materialize`",
        );
    }
    if statement.parameters.len() > PARAMETERS {
        let count = statement.parameters.len();
        report.add(
            text,
            format!("a statement takes {PARAMETERS} parameters, and this has {count}"),
            "split it",
        );
    }
    let names: Vec<String> = variant.fields.iter().map(|field| field.ident.unraw().to_string()).collect();
    for parameter in &statement.parameters {
        let Some(name) = parameter.strip_prefix(':') else {
            report.add(
                text,
                format!("`{parameter}` does not name a field"),
                "write `:field`, with the name of the field in Rust",
            );
            continue;
        };
        if names.iter().any(|known| known == name) {
            continue;
        }
        let help = match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `:{near}`?"),
            None => "write the name of a field in Rust".to_owned(),
        };
        let list: Vec<String> = names.iter().map(|name| format!("`:{name}`")).collect();
        let list = if list.is_empty() { "none".to_owned() } else { list.join(", ") };
        report.add(
            text,
            format!("`{}` has no field for `{parameter}`; there are {list}", variant.ident),
            help,
        );
    }
}

/// Reports events with the same name in the log.
fn duplicates(variants: &[Variant<'_>], report: &mut Report) {
    let mut taken = HashMap::new();
    for variant in variants {
        let Some(name) = &variant.name else { continue };
        match taken.get(&name.value()) {
            Some(first) => report.add(
                name,
                format!(
                    "`{first}` has the name `{}` already, and clients tell events apart by it",
                    name.value()
                ),
                "give one of them another name",
            ),
            None => {
                taken.insert(name.value(), variant.ident);
            }
        }
    }
}

/// Reports variants without SQL beside variants that have some.
fn coverage(events: &Events<'_>, report: &mut Report) {
    let Some(example) = events.variants.iter().find(|variant| variant.sql.is_some()) else { return };
    for variant in events.variants.iter().filter(|variant| variant.sql.is_none() && variant.name.is_some()) {
        report.add(
            variant.ident,
            format!("`{}` has its SQL here, and `{}` has none", example.ident, variant.ident),
            "add `sql = \"…\"`, or `sql = []` for an event without effect; or remove all, and implement `Materialize`",
        );
    }
}
