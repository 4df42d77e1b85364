//! The bindings of the package's `wrangler.toml` that are not objects.

use js_sys::{Promise, futures::JsFuture};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::env;

#[wasm_bindgen]
extern "C" {
    type Database;

    #[wasm_bindgen(method)]
    fn prepare(this: &Database, statement: &str) -> Statement;

    type Statement;

    #[wasm_bindgen(method)]
    fn first(this: &Statement, column: &str) -> Promise;
}

#[wasm_bindgen_test]
fn vars_are_text_or_json() {
    assert_eq!(env().var("TEXT").unwrap().to_string(), "hello");
    let limits = env().object_var::<serde_json::Value>("NUMBERS").unwrap();
    assert_eq!(limits, serde_json::json!({ "calls": 3 }));
}

#[wasm_bindgen_test]
async fn a_kv_namespace_keeps_values() {
    let cache = env().kv("KV").unwrap();
    cache.put("key", "value").unwrap().execute().await.unwrap();
    assert_eq!(cache.get("key").text().await.unwrap(), Some("value".to_owned()));
}

#[wasm_bindgen_test]
async fn a_d1_database_answers_queries() {
    let database = js_sys::Reflect::get(env().as_ref(), &"D1".into()).unwrap();
    let database: Database = database.unchecked_into();
    let answer = database.prepare("SELECT 6 * 7 AS n").first("n");
    assert_eq!(JsFuture::from(answer).await.unwrap(), 42);
}
