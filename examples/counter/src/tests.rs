//! These run inside workerd, against real objects.

use durable_object::test::env;
use durable_object::{Class, Error};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::Counter;

#[wasm_bindgen_test]
async fn each_name_is_a_counter_of_its_own() {
    let (one, other) = (Counter::named(&env(), "one").unwrap(), Counter::named(&env(), "other").unwrap());
    assert_eq!(one.increment(5).await.unwrap(), 5);
    assert_eq!(one.increment(-2).await.unwrap(), 3);
    assert_eq!(one.total().await.unwrap(), 3);
    assert_eq!(other.total().await.unwrap(), 0);
}

#[wasm_bindgen_test]
async fn what_is_too_much_changes_nothing() {
    let counter = Counter::named(&env(), "full").unwrap();
    let most = (1 << 53) - 1;
    counter.increment(most).await.unwrap();
    // An integer that no JavaScript number is exactly is neither stored nor returned.
    assert!(matches!(counter.increment(1).await, Err(Error::Remote(_))));
    assert_eq!(counter.total().await.unwrap(), most);
}
