//! TOML.

use std::ops::Range;

use serde_json::Number;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Mistake;
use crate::value::{Data, Entry, Value};

/// Reads a text.
pub(super) fn parse(text: &str) -> Result<Value, Mistake> {
    let table = DeTable::parse(text).map_err(|error| Mistake {
        at: error.span().map_or(0, |span: Range<usize>| span.start),
        message: error.message().to_owned(),
    })?;
    Ok(Value { at: 0, data: self::table(table.get_ref()) })
}

fn value(spanned: &Spanned<DeValue<'_>>) -> Value {
    let data = match spanned.get_ref() {
        DeValue::String(text) => Data::Text(text.to_string()),
        DeValue::Integer(number) => {
            let digits = number.as_str();
            i64::from_str_radix(digits, number.radix())
                .map_or_else(|_| Data::Text(digits.to_owned()), integer)
        }
        DeValue::Float(number) => {
            let float = number.as_str().parse().ok().and_then(Number::from_f64);
            float.map_or_else(|| Data::Text(number.as_str().to_owned()), Data::Number)
        }
        DeValue::Boolean(boolean) => Data::Boolean(*boolean),
        DeValue::Datetime(date) => Data::Text(date.to_string()),
        DeValue::Array(items) => Data::List(items.iter().map(value).collect()),
        DeValue::Table(entries) => table(entries),
    };
    Value { at: spanned.span().start, data }
}

fn integer(number: i64) -> Data {
    Data::Number(number.into())
}

fn table(table: &DeTable<'_>) -> Data {
    let entries =
        table.iter().map(|(key, spanned)| Entry { key: key.get_ref().to_string(), value: value(spanned) });
    Data::Table(entries.collect())
}
