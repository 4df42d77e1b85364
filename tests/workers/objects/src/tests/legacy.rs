//! Objects of classes that were declared without SQLite.

use durable_object::Class;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{env, remote};
use crate::time::pause;
use crate::{Legacy, LegacyStub, LegacyTimers};

const NO_SQLITE: &str = "the object has no SQLite storage; in wrangler.toml its class needs `storage = \"sqlite\"` \
    under [exports], or to be among the `new_sqlite_classes` of [[migrations]]";

fn legacy(name: &str) -> LegacyStub {
    Legacy::named(&env(), name).unwrap()
}

#[wasm_bindgen_test]
async fn what_needs_sqlite_says_so() {
    let legacy = legacy("without");
    let mut outcomes = legacy.without_sqlite().await.unwrap();
    // A local workerd has SQLite under the storage of these objects too, and knows where it stands.
    let current = outcomes.iter().position(|(what, _)| what == "current").unwrap();
    assert_eq!(outcomes.remove(current).1, "ok");
    assert_eq!(outcomes.len(), 13);
    for (what, outcome) in outcomes {
        assert_eq!(outcome, format!("ConfigError: {NO_SQLITE}"), "{what}");
    }
    assert_eq!(legacy.size().await.unwrap(), 0);
    let timers = LegacyTimers::named(&env(), "without").unwrap();
    let (_, message) = remote(timers.later().await);
    assert!(message.contains(NO_SQLITE), "{message}");
}

#[wasm_bindgen_test]
async fn values_are_kept_all_the_same() {
    let legacy = legacy("values");
    let entries =
        |entries: &[(&str, u32)]| entries.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect();
    let stored: Vec<_> = entries(&[("a", 1), ("b", 2)]);
    assert_eq!(legacy.store(stored.clone(), false).await.unwrap(), stored);
    assert_eq!(legacy.store(entries(&[("c", 3)]), true).await.unwrap(), stored);
    legacy.clear(false).await.unwrap();
    assert_eq!(legacy.store(entries(&[("d", 4)]), false).await.unwrap(), entries(&[("d", 4)]));
    remote(legacy.clear(true).await);
    let anew = Legacy::named(&env(), "values").unwrap();
    assert_eq!(anew.store(vec![], false).await.unwrap(), []);
}

#[wasm_bindgen_test]
async fn the_alarm_goes_off_all_the_same() {
    let legacy = legacy("alarm");
    assert!(legacy.set_alarm(0).await.unwrap().is_some());
    for _ in 0..200 {
        if legacy.rang().await.unwrap() {
            return;
        }
        pause(25).await;
    }
    panic!("it does not go off");
}
