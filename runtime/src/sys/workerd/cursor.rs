//! Statements on workerd's SQLite.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

use super::Text;
use super::thrown::message_of;
use crate::value::{Blob, Value};

#[wasm_bindgen]
extern "C" {
    pub(super) type SqlStorage;

    #[wasm_bindgen(method, getter, js_name = databaseSize, catch)]
    pub(super) fn database_size(this: &SqlStorage) -> Result<f64, JsValue>;
}

#[wasm_bindgen(module = "/src/sys/workerd/sql.js")]
extern "C" {
    #[derive(Debug)]
    type Executed;

    #[wasm_bindgen(catch)]
    fn execute(
        sql: &SqlStorage,
        statement: &JsValue,
        bindings: Vec<JsValue>,
        all: bool,
    ) -> Result<Executed, JsValue>;

    #[wasm_bindgen(catch)]
    fn write(
        sql: &SqlStorage,
        statement: &JsValue,
        bindings: Vec<JsValue>,
        has_rows: bool,
    ) -> Result<f64, JsValue>;

    #[wasm_bindgen(catch)]
    fn step(executed: &Executed) -> Result<Option<Vec<JsValue>>, JsValue>;

    #[wasm_bindgen(catch)]
    fn finish(executed: &Executed) -> Result<f64, JsValue>;

    fn close(executed: &Executed);

    #[wasm_bindgen(catch, js_name = closeAll)]
    pub(super) fn close_all(sql: &SqlStorage) -> Result<(), JsValue>;

    #[wasm_bindgen(catch)]
    fn columns(executed: &Executed) -> Result<Vec<String>, JsValue>;

    #[wasm_bindgen(catch)]
    fn read(executed: &Executed) -> Result<f64, JsValue>;

    #[wasm_bindgen(catch)]
    fn written(executed: &Executed) -> Result<f64, JsValue>;
}

/// The rows of one statement. Each is read when it is asked for.
#[derive(Debug)]
pub(crate) struct Cursor {
    executed: Executed,
}

impl Cursor {
    pub(super) fn open(
        sql: &SqlStorage,
        statement: &Text,
        values: Vec<Value>,
        all: bool,
    ) -> Result<Self, String> {
        match execute(sql, statement.as_js(), bindings(values), all) {
            Ok(executed) => Ok(Self { executed }),
            Err(thrown) => Err(message_of(&thrown)),
        }
    }

    pub(crate) fn next_row(&self) -> Result<Option<Vec<Value>>, String> {
        let row = step(&self.executed).map_err(|thrown| message_of(&thrown))?;
        Ok(row.map(|row| row.into_iter().map(from_js).collect()))
    }

    /// Steps through the remaining rows, and returns the number of rows that were written.
    pub(crate) fn finish(&self) -> Result<u64, String> {
        finish(&self.executed).map(count).map_err(|thrown| message_of(&thrown))
    }

    /// Ends a statement that has rows left. It asks SQLite for one more row, because the platform has no
    /// other way.
    pub(crate) fn close(&self) {
        close(&self.executed);
    }

    pub(crate) fn columns(&self) -> Vec<String> {
        columns(&self.executed).unwrap_or_default()
    }

    pub(crate) fn rows_read(&self) -> u64 {
        count(read(&self.executed).unwrap_or_default())
    }

    pub(crate) fn rows_written(&self) -> u64 {
        count(written(&self.executed).unwrap_or_default())
    }
}

/// Runs a statement whose rows, if it has any, nobody reads. Returns the number of rows that it wrote.
pub(super) fn run(
    sql: &SqlStorage,
    statement: &Text,
    values: Vec<Value>,
    has_rows: bool,
) -> Result<u64, String> {
    let written = write(sql, statement.as_js(), bindings(values), has_rows);
    written.map(count).map_err(|thrown| message_of(&thrown))
}

fn bindings(values: Vec<Value>) -> Vec<JsValue> {
    values.into_iter().map(into_js).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counters are small and positive"
)]
fn count(counter: f64) -> u64 {
    counter as u64
}

pub(super) fn into_js(value: Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(integer) => match Value::integer_to_bind(integer) {
            Ok(number) => JsValue::from_f64(number),
            Err(text) => JsValue::from_str(&text),
        },
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
