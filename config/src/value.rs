//! Values of a configuration, each with its place in the text.

use serde_json::{Map, Number};

/// A value, whichever language the file is written in.
#[derive(Debug, Clone)]
pub struct Value {
    /// The byte of the text at which it begins.
    pub(crate) at: usize,
    pub(crate) data: Data,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    Null,
    Boolean(bool),
    Number(Number),
    Text(String),
    List(Vec<Value>),
    Table(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: Value,
}

// Values are equal wherever they stand.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl Value {
    /// Returns the value under a key; none in a value that is not a table.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Returns the value at the end of a path of keys.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Returns the text, if the value is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the text under a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::as_text)
    }

    /// Returns the items of a list; none of another value.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// Returns the items of the list under a key; none if there is no list.
    #[must_use]
    pub fn list(&self, key: &str) -> &[Self] {
        self.get(key).map_or(&[], Self::items)
    }

    /// Returns the value as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match &self.data {
            Data::Null => serde_json::Value::Null,
            Data::Boolean(boolean) => (*boolean).into(),
            Data::Number(number) => number.clone().into(),
            Data::Text(text) => text.as_str().into(),
            Data::List(items) => items.iter().map(Self::to_json).collect(),
            Data::Table(entries) => {
                let members = entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json()));
                members.collect::<Map<_, _>>().into()
            }
        }
    }

    /// Returns the name of the value's kind, with its article.
    pub(crate) fn kind(&self) -> &'static str {
        match self.data {
            Data::Null => "null",
            Data::Boolean(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::Text(_) => "a text",
            Data::List(_) => "a list",
            Data::Table(_) => "a table",
        }
    }

    pub(crate) fn is_table(&self) -> bool {
        matches!(self.data, Data::Table(_))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.data, Data::List(_))
    }

    /// Returns the entries of a table; none of another value.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Table(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }
}
