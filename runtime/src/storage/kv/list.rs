//! The selection of entries of key-value storage.

use serde::Serialize;

use crate::value::is_false;

/// A selection of entries, and their order. Keys are in the order of their UTF-8 bytes.
///
/// ```
/// use durable_object::storage::List;
///
/// let latest = List::prefix("message:").reverse().limit(10);
/// let rest = List::all().start_after("user:7").end("user:8");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(flatten)]
    start: Option<Start>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    reverse: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Start {
    Start(String),
    StartAfter(String),
}

impl List {
    /// Selects every entry.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Selects the entries whose key begins with this prefix.
    #[must_use]
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self { prefix: Some(prefix.into()), ..Self::default() }
    }

    /// Selects the entries whose key is this one or a greater one.
    #[must_use]
    pub fn start(mut self, key: impl Into<String>) -> Self {
        self.start = Some(Start::Start(key.into()));
        self
    }

    /// Selects the entries whose key is greater than this one. It replaces [`List::start`].
    #[must_use]
    pub fn start_after(mut self, key: impl Into<String>) -> Self {
        self.start = Some(Start::StartAfter(key.into()));
        self
    }

    /// Selects the entries whose key is less than this one.
    #[must_use]
    pub fn end(mut self, key: impl Into<String>) -> Self {
        self.end = Some(key.into());
        self
    }

    /// Lists the entries from the greatest key to the least.
    #[must_use]
    pub fn reverse(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// Limits the list to this many entries.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Returns the name of the list in errors.
    pub(super) fn label(&self) -> String {
        format!("{}*", self.prefix.as_deref().unwrap_or_default())
    }

    /// Returns whether the list asks for nothing. The platform refuses such a request.
    pub(super) fn is_empty(&self) -> bool {
        self.limit == Some(0)
    }

    /// Returns the first `size` of the entries.
    pub(super) fn page(&self, size: u32) -> Self {
        let limit = self.limit.map_or(size, |limit| limit.min(size));
        Self { limit: Some(limit), ..self.clone() }
    }

    /// Returns the rest of the list after `count` entries; `last` is the key of the last of them.
    pub(super) fn after(mut self, count: u32, last: &str) -> Self {
        if self.reverse {
            self.end = Some(last.to_owned());
        } else {
            self.start = Some(Start::StartAfter(last.to_owned()));
        }
        self.limit = self.limit.map(|limit| limit.saturating_sub(count));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(list: &List) -> String {
        serde_json::to_string(list).unwrap()
    }

    #[test]
    fn says_what_the_platform_understands() {
        assert_eq!(json(&List::all()), "{}");
        let list = List::prefix("a").start("b").end("c").reverse().limit(4);
        assert_eq!(json(&list), r#"{"prefix":"a","start":"b","end":"c","reverse":true,"limit":4}"#);
        assert_eq!(json(&list.start_after("d").page(3)).matches("start").count(), 1);
    }

    #[test]
    fn pages_go_on_where_the_last_one_ended() {
        let list = List::prefix("a").limit(5);
        assert_eq!(list.page(2), List::prefix("a").limit(2));
        let rest = list.after(2, "a2");
        assert_eq!(rest, List::prefix("a").start_after("a2").limit(3));
        assert_eq!(rest.page(4), rest);
        assert!(rest.after(3, "a5").is_empty());
        let backwards = List::all().end("z").reverse().after(1, "y");
        assert_eq!(backwards, List::all().end("y").reverse());
        assert_eq!(backwards.page(9).limit, Some(9));
    }
}
