//! These run inside workerd, against real objects.

use durable_object::test::env;
use durable_object::{Class, Error};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::Counter;
use crate::shards::Shards;

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

#[wasm_bindgen_test]
async fn shards_count_together() {
    let shared = Shards::of("shared");
    for visitor in 0..40 {
        shared.increment(&env(), &format!("visitor {visitor}"), 1).await.unwrap();
    }
    assert_eq!(shared.total(&env()).await.unwrap(), 40);
}

#[wasm_bindgen_test]
fn the_same_key_is_always_in_the_same_shard() {
    assert_eq!(Shards::number("ann"), Shards::number("ann"));
    let used: std::collections::BTreeSet<_> = (0..1000).map(|key| Shards::number(&key.to_string())).collect();
    assert_eq!(used.len() as u64, Shards::COUNT);
}
