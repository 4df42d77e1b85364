//! Statements on D1.

use js_sys::{Array, Object, Promise};
use wasm_bindgen::prelude::*;

use super::cursor::{from_js, into_js};
use super::property;
use super::thrown::message_of;
use crate::value::Value;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type D1Database;

    #[wasm_bindgen(method, catch)]
    fn prepare(this: &D1Database, statement: &str) -> Result<D1PreparedStatement, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn batch(this: &D1Database, statements: &Array) -> Result<Promise, JsValue>;

    type D1PreparedStatement;

    #[wasm_bindgen(method, catch, variadic)]
    fn bind(this: &D1PreparedStatement, values: Array) -> Result<JsValue, JsValue>;
}

/// A D1 database.
#[derive(Clone)]
pub(crate) struct Database(D1Database);

impl Database {
    #[expect(clippy::unnecessary_wraps, reason = "in a test there may be none")]
    pub(crate) fn wrap(bound: JsValue) -> Result<Self, String> {
        Ok(Self(bound.unchecked_into()))
    }

    /// Runs all of the statements or none, and returns the rows of each.
    pub(crate) async fn batch(
        &self,
        statements: Vec<(&str, Vec<Value>)>,
    ) -> Result<Vec<Vec<Vec<Value>>>, String> {
        let run = async {
            let bound = Array::new();
            for (statement, values) in statements {
                let values = values.into_iter().map(into_js).collect::<Array>();
                bound.push(&self.0.prepare(statement)?.bind(values)?);
            }
            js_sys::futures::JsFuture::from(self.0.batch(&bound)?).await
        };
        let results = run.await.map_err(|thrown: JsValue| message_of(&thrown))?;
        Ok(Array::from(&results).iter().map(|result| rows(&result)).collect())
    }
}

fn rows(result: &JsValue) -> Vec<Vec<Value>> {
    let rows = Array::from(&property(result, "results"));
    rows.iter().map(|row| Object::values(row.unchecked_ref()).iter().map(from_js).collect()).collect()
}
