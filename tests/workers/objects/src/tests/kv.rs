//! Values by their key.

use durable_object::{Class, Date};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{env, remote};
use crate::{Pairs, PairsStub, Photo, Wanted};

fn pairs(name: &str) -> PairsStub {
    Pairs::named(&env(), name).unwrap()
}

fn photo() -> Photo {
    Photo {
        title: "Äpfel 🍏".to_owned(),
        pixels: vec![0, 1, 255],
        taken: Date::from_millis(1_767_225_600_123).unwrap(),
        views: -9_007_199_254_740_991,
    }
}

fn numbers(range: impl Iterator<Item = u32>) -> Vec<(String, u32)> {
    range.map(|number| (format!("{number:03}"), number)).collect()
}

#[wasm_bindgen_test]
async fn a_value_is_there_until_it_is_deleted() {
    let pairs = pairs("value");
    let key = || "ä/🔑".to_owned();
    assert_eq!(pairs.get(key()).await.unwrap(), None);
    pairs.put(key(), photo()).await.unwrap();
    assert_eq!(pairs.get(key()).await.unwrap(), Some(photo()));
    assert!(pairs.delete(key()).await.unwrap());
    assert!(!pairs.delete(key()).await.unwrap());
    assert_eq!(pairs.get(key()).await.unwrap(), None);
}

#[wasm_bindgen_test]
async fn a_missing_value_has_a_default() {
    let pairs = pairs("default");
    assert_eq!(pairs.visit("a".to_owned()).await.unwrap(), 1);
    assert_eq!(pairs.visit("a".to_owned()).await.unwrap(), 2);
    assert_eq!(pairs.visit("b".to_owned()).await.unwrap(), 1);
}

#[wasm_bindgen_test]
async fn another_value_is_an_error_with_its_key() {
    let pairs = pairs("another");
    pairs.visit("a".to_owned()).await.unwrap();
    let (name, message) = remote(pairs.get("a".to_owned()).await);
    assert_eq!(name, "KvError");
    let expected =
        "the value is another one: invalid type: integer `1`, expected struct Photo (at the key `a`)";
    assert_eq!(message, expected);
}

#[wasm_bindgen_test]
async fn a_list_is_in_order_however_long_it_is() {
    let pairs = pairs("list");
    pairs.fill(300).await.unwrap();
    let wanted = |wanted| pairs.list(wanted);
    assert_eq!(wanted(Wanted::default()).await.unwrap(), numbers(0..300));
    let reverse = Wanted { reverse: true, ..Wanted::default() };
    assert_eq!(wanted(reverse).await.unwrap(), numbers((0..300).rev()));
    let prefix = || Wanted { prefix: Some("02".to_owned()), ..Wanted::default() };
    assert_eq!(wanted(prefix()).await.unwrap(), numbers(20..30));
    assert_eq!(wanted(Wanted { limit: Some(3), ..prefix() }).await.unwrap(), numbers(20..23));
    let last = Wanted { limit: Some(3), reverse: true, ..prefix() };
    assert_eq!(wanted(last).await.unwrap(), numbers((27..30).rev()));
    let range = || Wanted { start: Some("100".to_owned()), end: Some("250".to_owned()), ..Wanted::default() };
    assert_eq!(wanted(range()).await.unwrap(), numbers(100..250));
    assert_eq!(wanted(Wanted { limit: Some(140), ..range() }).await.unwrap(), numbers(100..240));
    assert_eq!(wanted(Wanted { reverse: true, ..range() }).await.unwrap(), numbers((100..250).rev()));
    let after = Wanted { start_after: Some("297".to_owned()), ..Wanted::default() };
    assert_eq!(wanted(after).await.unwrap(), numbers(298..300));
    assert_eq!(wanted(Wanted { limit: Some(0), ..Wanted::default() }).await.unwrap(), []);
}

#[wasm_bindgen_test]
async fn lists_may_change_and_be_nested() {
    let pairs = pairs("drain");
    pairs.fill(300).await.unwrap();
    assert_eq!(pairs.drain().await.unwrap(), 300);
    assert_eq!(pairs.list(Wanted::default()).await.unwrap(), []);
}

#[wasm_bindgen_test]
async fn a_list_gives_what_comes_before_another_value() {
    let pairs = pairs("mixed");
    pairs.fill(3).await.unwrap();
    pairs.put_text("0021".to_owned(), "x".to_owned(), 1).await.unwrap();
    let (before, message) = pairs.numbers_before().await.unwrap();
    assert_eq!(before, 3);
    assert_eq!(
        message,
        "the value is another one: invalid type: string \"x\", expected u32 (at the key `0021`)"
    );
}

#[wasm_bindgen_test]
async fn a_value_beyond_the_limit_is_refused() {
    let pairs = pairs("limit");
    let put = |text: &str, times| pairs.put_text("k".to_owned(), text.to_owned(), times);
    put("x", 1_999_000).await.unwrap();
    put("é", 1_999_000).await.unwrap();
    put("∞", 999_000).await.unwrap();
    for (text, times) in [("x", 2_000_000), ("∞", 1_000_000), ("🎉", 500_000)] {
        let (name, message) = remote(put(text, times).await);
        assert_eq!(name, "LimitError");
        assert!(message.contains("above the limit of 2000000"), "{message}");
    }
}

#[wasm_bindgen_test]
async fn tables_and_values_change_together() {
    let pairs = pairs("both");
    remote(pairs.change_both(true).await);
    assert_eq!(pairs.both().await.unwrap(), (0, None));
    pairs.change_both(false).await.unwrap();
    assert_eq!(pairs.both().await.unwrap(), (1, Some(1)));
}

#[wasm_bindgen_test]
async fn bytes_beyond_the_limit_come_in_chunks() {
    let pairs = pairs("chunks");
    assert_eq!(pairs.has_chunked(0).await.unwrap(), (false, 0));
    for (count, keys) in [(5_000_001, 7), (2_000_000, 3), (0, 1), (10, 2)] {
        pairs.put_chunked(count).await.unwrap();
        assert_eq!(pairs.has_chunked(count).await.unwrap(), (true, keys));
    }
    assert!(pairs.delete_chunked().await.unwrap());
    assert!(!pairs.delete_chunked().await.unwrap());
    assert_eq!(pairs.list(Wanted::default()).await.unwrap(), []);
}

#[wasm_bindgen_test]
async fn chunks_that_changed_are_found_out() {
    let pairs = pairs("tampered");
    pairs.put_chunked(2_000_000).await.unwrap();
    pairs.mix_up().await.unwrap();
    let (name, message) = remote(pairs.has_chunked(2_000_000).await);
    assert_eq!(name, "KvError");
    assert!(message.contains("their hash differs (at the key `large`)"), "{message}");
    pairs.delete("large\u{1}000000".to_owned()).await.unwrap();
    assert!(remote(pairs.has_chunked(2_000_000).await).1.contains("chunk 0 is missing"));
}

#[wasm_bindgen_test]
async fn a_value_can_be_waited_for() {
    let outcome = pairs("waited").wait_for("k".to_owned(), photo()).await.unwrap();
    assert_eq!(outcome, (false, Some(photo()), true, false));
}

#[wasm_bindgen_test]
async fn many_are_passed_in_batches() {
    assert_eq!(pairs("batches").wait_for_many(300).await.unwrap(), (300, 300, 300));
    assert_eq!(pairs("batches").wait_for_many(0).await.unwrap(), (0, 0, 0));
}

#[wasm_bindgen_test]
async fn any_key_may_be_one_of_many() {
    assert_eq!(pairs("odd").put_odd_keys().await.unwrap(), ["", "__proto__", "constructor", "ä 🔑"]);
}

#[wasm_bindgen_test]
async fn of_many_none_is_stored_if_one_cannot_be() {
    let pairs = pairs("too much");
    assert_eq!(remote(pairs.put_too_much().await).0, "LimitError");
    assert_eq!(pairs.list(Wanted::default()).await.unwrap(), []);
}

#[wasm_bindgen_test]
async fn both_storages_see_the_same() {
    let pairs = pairs("same");
    pairs.fill(10).await.unwrap();
    let wanted = || Wanted { start_after: Some("004".to_owned()), reverse: true, ..Wanted::default() };
    assert_eq!(pairs.wait_for_list(wanted()).await.unwrap(), numbers((5..10).rev()));
    assert_eq!(pairs.wait_for_list(Wanted { limit: Some(0), ..wanted() }).await.unwrap(), []);
    assert_eq!(pairs.delete_all().await.unwrap(), 0);
}

#[wasm_bindgen_test]
async fn a_transaction_is_all_or_nothing() {
    let pairs = pairs("transaction");
    assert_eq!(remote(pairs.transfer(11).await).1, "not enough");
    assert_eq!(pairs.balances().await.unwrap(), (10, 0));
    assert_eq!(pairs.transfer(4).await.unwrap(), (6, 4));
    assert_eq!(pairs.balances().await.unwrap(), (6, 4));
}
