use std::cell::Cell;
use std::collections::BTreeMap;

use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

/// Gives back what it is given.
#[durable_object]
pub struct Values {
    calls: Cell<u32>,
}

/// A value with fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Required.
    pub full_name: String,
    /// May be missing.
    pub age: Option<u32>,
    /// May be empty.
    pub tags: Vec<String>,
}

/// One of several things.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Kind {
    /// Without fields.
    Empty,
    /// With one.
    Sized {
        /// Its size.
        size: u32,
    },
}

#[durable_object]
impl Values {
    #[init]
    fn init(_: Ctx) -> Self {
        Self { calls: Cell::new(0) }
    }

    /// Counts its calls: a sign of life, and of which instance lives.
    #[rpc]
    pub fn calls(&self) -> u32 {
        self.calls.set(self.calls.get() + 1);
        self.calls.get()
    }

    /// A 32-bit integer.
    #[rpc]
    pub fn int(&self, value: i32) -> i32 {
        value
    }

    /// A small one.
    #[rpc]
    pub fn byte(&self, value: u8) -> u8 {
        value
    }

    /// A 64-bit integer.
    #[rpc]
    pub fn long(&self, value: i64) -> i64 {
        value
    }

    /// One without sign.
    #[rpc]
    pub fn unsigned(&self, value: u64) -> u64 {
        value
    }

    /// Any number.
    #[rpc]
    pub fn number(&self, value: f64) -> f64 {
        value
    }

    /// Yes or no.
    #[rpc]
    pub fn boolean(&self, value: bool) -> bool {
        value
    }

    /// Text.
    #[rpc]
    pub fn text(&self, value: String) -> String {
        value
    }

    /// Several texts.
    #[rpc]
    pub fn list(&self, values: Vec<String>) -> Vec<String> {
        values
    }

    /// A pair.
    #[rpc]
    pub fn pair(&self, value: (i32, String)) -> (i32, String) {
        value
    }

    /// Perhaps a number.
    #[rpc]
    pub fn maybe(&self, value: Option<i32>) -> Option<i32> {
        value
    }

    /// Text by text.
    #[rpc]
    pub fn map(&self, value: BTreeMap<String, i64>) -> BTreeMap<String, i64> {
        value
    }

    /// A value with fields.
    #[rpc]
    pub async fn record(&self, value: Record) -> Record {
        value
    }

    /// One of several things.
    #[rpc]
    pub async fn kind(&self, value: Kind) -> Kind {
        value
    }

    /// Nothing.
    #[rpc]
    pub fn nothing(&self) {}

    /// Two arguments, of which the second may be missing.
    #[rpc]
    pub fn greet(&self, name: String, greeting: Option<String>) -> String {
        format!("{}, {name}", greeting.as_deref().unwrap_or("Hello"))
    }

    /// Under another name in JavaScript.
    #[rpc(name = "delete")]
    pub fn remove(&self, key: String) -> String {
        format!("deleted {key}")
    }

    /// Fails in one of the ways there are.
    #[rpc]
    pub async fn fail(&self, kind: String) -> Result<()> {
        Err(match kind.as_str() {
            "message" => Error::new("something is wrong: ä 🎉"),
            "value" => Error::Value("no such value".to_owned()),
            "limit" => Error::Limit { what: "the number of things", actual: 2, limit: 1 },
            "config" => Error::Config("not configured".to_owned()),
            other => Error::new(format!("no kind {other}")),
        })
    }

    /// Not for callers, although its name is good.
    pub fn helper(&self) -> u8 {
        0
    }
}
