//! The conversion of syntax to the model.

use proc_macro2::TokenStream;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Fields, Lit, LitStr, Meta, ext::IdentExt};

use super::model::{Events, Field, Variant};
use crate::case::{self, Case};
use crate::{options, report::Report, sql};

const EXAMPLE: &str = "write `#[event(\"v1.TodoCreated\")]`";

pub(super) fn events(input: &DeriveInput) -> (Events<'_>, Report) {
    let mut report = Report::default();
    let case = case(&input.attrs, &mut report);
    let help = "write `enum TodoEvent { #[event(\"v1.TodoCreated\")] Created { id: String } }`";
    let problem = "an event is one of several that can happen, so events are an enum";
    let variants = match &input.data {
        Data::Enum(data) => {
            data.variants.iter().map(|variant| self::variant(variant, case, &mut report)).collect()
        }
        Data::Struct(data) => {
            report.add(data.struct_token, problem, help);
            Vec::new()
        }
        Data::Union(data) => {
            report.add(data.union_token, problem, help);
            Vec::new()
        }
    };
    let is_enum = matches!(input.data, Data::Enum(_));
    (Events { ident: &input.ident, generics: &input.generics, variants, is_enum }, report)
}

/// Returns the case of `rename_all_fields`. serde's option of that name has to agree.
fn case(attributes: &[Attribute], report: &mut Report) -> Case {
    let mut case = None;
    for attribute in named(attributes, "event") {
        let example = "write `#[event(rename_all_fields = \"camelCase\")]`, or leave it out";
        let Some(tokens) = arguments(attribute, example, report) else { continue };
        let [given] = options::parse(tokens, "`#[event]` of an enum", ["rename_all_fields"], report);
        let Some(given) = given else { continue };
        if case.is_some() {
            report.add(attribute, "`rename_all_fields` is given twice", "remove one of them");
        }
        case = case::named(&given, "rename_all_fields", report).or(case);
    }
    if case.is_none() {
        for attribute in named(attributes, "serde") {
            let Meta::List(list) = &attribute.meta else { continue };
            if list.tokens.to_string().contains("rename_all_fields") {
                report.add(
                    attribute,
                    "`Event` does not read `#[serde(..)]`, so this does not rename the arguments of events",
                    "add `#[event(rename_all_fields = \"camelCase\")]`",
                );
            }
        }
    }
    case.unwrap_or(str::to_owned)
}

fn variant<'a>(variant: &'a syn::Variant, case: Case, report: &mut Report) -> Variant<'a> {
    let (mut name, mut sql) = (None, None);
    let mut attributes = named(&variant.attrs, "event");
    if let Some(attribute) = attributes.next()
        && let Some(tokens) = arguments(attribute, EXAMPLE, report)
    {
        let (text, rest) = options::leading_text(tokens);
        let ([], [given]) = options::parse_with_values(rest, "`#[event(\"…\")]`", [], ["sql"], report);
        name = text;
        sql = given.map(|given| statements(&given, report));
    }
    for extra in attributes {
        report.add(extra, "`#[event]` is given twice", "put all options into one");
    }
    let fields = match &variant.fields {
        Fields::Named(fields) => {
            fields.named.iter().filter_map(|field| self::field(field, case, report)).collect()
        }
        Fields::Unnamed(_) | Fields::Unit => Vec::new(),
    };
    Variant { ident: &variant.ident, fields_of_source: &variant.fields, name, fields, sql }
}

/// Returns the statements in the value of `sql`: a text, or a list of texts.
fn statements(given: &Expr, report: &mut Report) -> Vec<(LitStr, sql::Statement)> {
    let texts: Vec<&Expr> = match given {
        Expr::Array(array) => array.elems.iter().collect(),
        other => vec![other],
    };
    let mut statements = Vec::new();
    for text in texts {
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = text else {
            report.add(
                text,
                "`sql` takes a text in quotes, because the derive reads its parameters",
                "write `sql = \"INSERT …\"`, or `sql = [\"INSERT …\", \"UPDATE …\"]`",
            );
            continue;
        };
        match sql::statements(&text.value()) {
            Ok(found) if found.is_empty() => {
                report.add(
                    text,
                    "there is no statement in the text",
                    "write `sql = []` for an event without effect",
                );
            }
            Ok(found) => statements.extend(found.into_iter().map(|statement| (text.clone(), statement))),
            Err(problem) => report.add(text, problem, "close it"),
        }
    }
    statements
}

fn field<'a>(field: &'a syn::Field, case: Case, report: &mut Report) -> Option<Field<'a>> {
    let ident = field.ident.as_ref()?;
    let mut attributes = named(&field.attrs, "event").peekable();
    let serde = if attributes.peek().is_none() { named(&field.attrs, "serde").next() } else { None };
    let (mut given, mut with, mut flags) = (None, None, [false; 3]);
    if let Some(attribute) = attributes.next()
        && let Some(tokens) = arguments(attribute, "write `#[event(optional)]`, or leave it out", report)
    {
        let known = ["optional", "default", "json"];
        let ([rename, module], found) =
            options::parse_with_flags(tokens, "`#[event]` of a field", ["rename", "with"], known, report);
        (given, flags) = (rename, found);
        with = module.and_then(|module| {
            let path = module.parse().ok();
            if path.is_none() {
                report.add(
                    &module,
                    "`with` takes the path of a module",
                    "write `with = \"module\"`; it has the functions `serialize` and `deserialize` of serde",
                );
            }
            path
        });
    }
    for extra in attributes {
        report.add(extra, "`#[event]` is given twice", "put all options into one");
    }
    let [optional, default, json] = flags;
    let name = given.as_ref().map_or_else(|| case(&ident.unraw().to_string()), LitStr::value);
    Some(Field { ident, ty: &field.ty, name, given, with, optional, default, json, serde })
}

fn named<'a>(attributes: &'a [Attribute], name: &'static str) -> impl Iterator<Item = &'a Attribute> {
    attributes.iter().filter(move |attribute| attribute.path().is_ident(name))
}

fn arguments(attribute: &Attribute, help: &str, report: &mut Report) -> Option<TokenStream> {
    if let Meta::List(list) = &attribute.meta {
        return Some(list.tokens.clone());
    }
    report.add(&attribute.meta, "`#[event]` takes its options in parentheses", help);
    None
}
