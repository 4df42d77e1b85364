//! These run inside workerd, against real objects.

use durable_object::test::env;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::shards::Shards;

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
