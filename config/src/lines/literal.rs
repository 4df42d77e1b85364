//! Values to be written.

use crate::syntax::Syntax;
use crate::value::{Data, Value};

/// A value to be written in either language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    /// A number or a placeholder, which both languages write in the same way.
    Plain(String),
    List(Vec<Self>),
    Table(Vec<(String, Self)>),
}

impl Literal {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(crate) fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    pub(crate) fn table<'a>(members: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Table(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Returns a value that is written in TOML. A text that is not TOML is a placeholder.
    pub(crate) fn toml(text: &str) -> Self {
        let parsed = Syntax::Toml.parse(&format!("value = {text}")).ok();
        let value = parsed.as_ref().and_then(|table| table.get("value"));
        value.map_or_else(|| Self::Plain(text.to_owned()), Self::of)
    }

    fn of(value: &Value) -> Self {
        match &value.data {
            Data::Text(text) => Self::text(text),
            Data::List(items) => Self::List(items.iter().map(Self::of).collect()),
            Data::Table(entries) => {
                Self::Table(entries.iter().map(|it| (it.key.clone(), Self::of(&it.value))).collect())
            }
            Data::Null | Data::Boolean(_) | Data::Number(_) => Self::Plain(value.to_json().to_string()),
        }
    }
}

/// Returns a text in quotes. The languages agree about the letters that need a backslash.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
