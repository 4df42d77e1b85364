//! Values between Rust objects.

use std::collections::BTreeMap;

use durable_object::Class;
use wasm_bindgen_test::wasm_bindgen_test;

use super::env;
use crate::{Kind, Record, Values, ValuesStub};

const SAFE: i64 = (1 << 53) - 1;

fn values() -> ValuesStub {
    Values::named(&env(), "values").unwrap()
}

#[wasm_bindgen_test]
async fn plain_values_come_back() {
    let values = values();
    assert_eq!(values.int(i32::MIN).await.unwrap(), i32::MIN);
    assert_eq!(values.byte(255).await.unwrap(), 255);
    assert_eq!(values.number(0.1).await.unwrap(), 0.1);
    assert_eq!(values.number(f64::INFINITY).await.unwrap(), f64::INFINITY);
    assert!(values.number(-0.0).await.unwrap().is_sign_negative());
    assert!(values.boolean(true).await.unwrap());
    assert_eq!(values.text("ä \0 🎉".to_owned()).await.unwrap(), "ä \0 🎉");
    assert_eq!(values.list(vec![]).await.unwrap(), Vec::<String>::new());
    assert_eq!(values.pair((1, "a".to_owned())).await.unwrap(), (1, "a".to_owned()));
    values.nothing().await.unwrap();
}

#[wasm_bindgen_test]
async fn options_come_back() {
    assert_eq!(values().maybe(None).await.unwrap(), None);
    assert_eq!(values().maybe(Some(0)).await.unwrap(), Some(0));
}

#[wasm_bindgen_test]
async fn values_with_fields_come_back() {
    let record = Record { full_name: "Ada".to_owned(), age: None, tags: vec!["a".to_owned()] };
    assert_eq!(values().record(record.clone()).await.unwrap(), record);
    for kind in [Kind::Empty, Kind::Sized { size: 3 }] {
        assert_eq!(values().kind(kind.clone()).await.unwrap(), kind);
    }
    let map = BTreeMap::from([("a".to_owned(), 1), (String::new(), 3)]);
    assert_eq!(values().map(map.clone()).await.unwrap(), map);
}

#[wasm_bindgen_test]
async fn a_map_may_have_any_key() {
    let keys = ["constructor", "toString", "0", "then"];
    let map: BTreeMap<_, _> = keys.iter().zip(1..).map(|(key, value)| ((*key).to_owned(), value)).collect();
    assert_eq!(values().map(map.clone()).await.unwrap(), map);
}

#[wasm_bindgen_test]
async fn safe_integers_come_back() {
    for value in [0, -1, SAFE, -SAFE] {
        assert_eq!(values().long(value).await.unwrap(), value);
    }
}
