//! Running statements on workerd's SQLite.

use std::cell::OnceCell;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

use super::error::message_of;
use super::{Text, glue};
use crate::storage::{Blob, MAX_SAFE_INTEGER, Value};

#[wasm_bindgen]
extern "C" {
    pub(super) type SqlStorage;

    #[wasm_bindgen(method, catch, variadic)]
    pub(super) fn exec(this: &SqlStorage, query: &str, bindings: Array) -> Result<SqlCursor, JsValue>;

    #[wasm_bindgen(method, getter, js_name = databaseSize, catch)]
    pub(super) fn database_size(this: &SqlStorage) -> Result<f64, JsValue>;

    #[derive(Debug)]
    pub(super) type SqlCursor;

    #[wasm_bindgen(method, catch)]
    fn raw(this: &SqlCursor) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, getter, js_name = columnNames)]
    fn column_names(this: &SqlCursor) -> Result<Array, JsValue>;

    #[wasm_bindgen(method, catch, getter, js_name = rowsRead)]
    fn rows_read(this: &SqlCursor) -> Result<f64, JsValue>;

    #[wasm_bindgen(method, catch, getter, js_name = rowsWritten)]
    fn rows_written(this: &SqlCursor) -> Result<f64, JsValue>;
}

/// The rows of one statement, read as they are asked for.
#[derive(Debug)]
pub(crate) struct Cursor {
    cursor: SqlCursor,
    rows: JsValue,
    // Asked for only when somebody needs them: they cost a trip to JavaScript.
    columns: OnceCell<Vec<String>>,
}

impl Cursor {
    pub(super) fn open(sql: &SqlStorage, statement: &str, values: Vec<Value>) -> Result<Self, String> {
        let bindings = values.into_iter().map(into_js).collect::<Array>();
        let open = || {
            let cursor = sql.exec(statement, bindings)?;
            let rows = cursor.raw()?;
            Ok(Self { cursor, rows, columns: OnceCell::new() })
        };
        open().map_err(|thrown: JsValue| message_of(&thrown))
    }

    pub(crate) fn next_row(&self) -> Result<Option<Vec<Value>>, String> {
        let row = glue::step(&self.rows).map_err(|thrown| message_of(&thrown))?;
        Ok(row.dyn_into::<Array>().ok().map(|row| row.iter().map(from_js).collect()))
    }

    /// The texts of what is left, joined by commas, and the last one's number: rows of a number, a size and a text, as
    /// many as fit `limit` by their sizes, and at least one.
    pub(crate) fn gather(&self, limit: usize) -> Result<Option<(Value, Text)>, String> {
        let gathered = glue::gather(&self.rows, limit).map_err(|thrown| message_of(&thrown))?;
        Ok(gathered.map(|pair| (from_js(pair.get(0)), Text::wrap(pair.get(1)))))
    }

    pub(crate) fn columns(&self) -> &[String] {
        self.columns.get_or_init(|| {
            let names = self.cursor.column_names().unwrap_or_default();
            names.iter().filter_map(|name| name.as_string()).collect()
        })
    }

    pub(crate) fn rows_read(&self) -> u64 {
        count(self.cursor.rows_read())
    }

    pub(crate) fn rows_written(&self) -> u64 {
        count(self.cursor.rows_written())
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counters are small and positive"
)]
fn count(counter: Result<f64, JsValue>) -> u64 {
    counter.unwrap_or_default() as u64
}

pub(super) fn into_js(value: Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        // Within a CAST, see `storage::statement`: a number as far as numbers are exact, text beyond.
        #[expect(clippy::cast_precision_loss, reason = "checked to be a safe integer")]
        Value::Integer(integer) if integer.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs() => {
            JsValue::from_f64(integer as f64)
        }
        Value::Integer(integer) => JsValue::from_str(&integer.to_string()),
        Value::Real(real) => JsValue::from_f64(real),
        Value::Text(text) => text.into_js(),
        Value::Blob(Blob(bytes)) => Uint8Array::from(bytes.as_slice()).into(),
    }
}

pub(super) fn from_js(value: JsValue) -> Value {
    if let Some(number) = value.as_f64() {
        Value::from_number(number)
    } else if value.is_string() {
        Value::Text(Text::wrap(value))
    } else if let Some(buffer) = value.dyn_ref::<ArrayBuffer>() {
        Value::Blob(Blob(Uint8Array::new(buffer).to_vec()))
    } else {
        Value::Null
    }
}
