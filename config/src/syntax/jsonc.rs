//! JSON with comments.

use jsonc_parser::common::Ranged;
use jsonc_parser::{ParseOptions, ast, parse_to_ast};
use serde_json::Number;

use super::Mistake;
use crate::value::{Data, Entry, Value};

/// The additions to JSON that wrangler reads: comments, and commas at the end.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads a text.
pub(super) fn parse(text: &str) -> Result<Value, Mistake> {
    let parsed = parse_to_ast(text, &jsonc_parser::CollectOptions::default(), &OPTIONS);
    let parsed =
        parsed.map_err(|error| Mistake { at: error.range().start, message: error.kind().to_string() })?;
    let root = parsed.value.as_ref().map(value);
    root.ok_or_else(|| Mistake { at: 0, message: "there is no object".to_owned() })
}

fn value(node: &ast::Value<'_>) -> Value {
    let data = match node {
        ast::Value::StringLit(text) => Data::Text(text.value.to_string()),
        ast::Value::NumberLit(number) => {
            let text = number.value;
            text.parse::<Number>().map_or_else(|_| Data::Text(text.to_owned()), Data::Number)
        }
        ast::Value::BooleanLit(boolean) => Data::Boolean(boolean.value),
        ast::Value::NullKeyword(_) => Data::Null,
        ast::Value::Array(array) => Data::List(array.elements.iter().map(value).collect()),
        ast::Value::Object(object) => Data::Table(object.properties.iter().map(entry).collect()),
    };
    Value { at: node.range().start, data }
}

fn entry(property: &ast::ObjectProp<'_>) -> Entry {
    Entry { key: property.name.as_str().to_owned(), value: value(&property.value) }
}
