//! Objects without tables, for a build without the feature `sqlite`. Every operation fails and says so.

use wasm_bindgen::JsValue;

use crate::value::Value;

const MISSING: &str =
    "this test needs SQLite: add `durable-object` with the feature `sqlite` to the dev-dependencies";

/// The missing database of an object.
pub(super) struct Engine;

impl Engine {
    #[expect(clippy::unnecessary_wraps, reason = "as with SQLite")]
    pub(super) fn open() -> Result<Self, String> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "as with SQLite")]
    pub(super) fn is_autocommit(&self) -> bool {
        true
    }

    #[expect(clippy::unused_self, reason = "as with SQLite")]
    pub(super) fn run(&self, _sql: &str) -> Result<(), String> {
        Err(MISSING.to_owned())
    }

    #[expect(clippy::unused_self, reason = "as with SQLite")]
    pub(super) fn execute(&self, _statement: &str, _values: &[Value], _all: bool) -> Result<Cursor, String> {
        Err(MISSING.to_owned())
    }

    #[expect(clippy::unused_self, reason = "as with SQLite")]
    pub(super) fn size(&self) -> u64 {
        0
    }
}

/// The rows of a statement. There are none.
#[derive(Debug)]
#[allow(dead_code, reason = "no statement runs")]
pub(crate) struct Cursor;

#[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as with SQLite")]
impl Cursor {
    pub(crate) fn next_row(&self) -> Result<Option<Vec<Value>>, String> {
        Ok(None)
    }

    pub(crate) fn close(&self) {}

    pub(crate) fn finish(&self) -> Result<u64, String> {
        Ok(0)
    }

    pub(crate) fn columns(&self) -> Vec<String> {
        Vec::new()
    }

    pub(crate) fn rows_read(&self) -> u64 {
        0
    }

    pub(crate) fn rows_written(&self) -> u64 {
        0
    }
}

/// A D1 database. There is none.
#[derive(Clone)]
pub(crate) struct Database;

impl Database {
    pub(crate) fn wrap(_bound: JsValue) -> Result<Self, String> {
        Err(MISSING.to_owned())
    }

    pub(super) fn is_bound() -> bool {
        false
    }

    #[expect(clippy::unused_async, reason = "as with SQLite")]
    pub(crate) async fn batch(
        &self,
        _statements: Vec<(&str, Vec<Value>)>,
    ) -> Result<Vec<Vec<Vec<Value>>>, String> {
        Err(MISSING.to_owned())
    }
}
