//! What an object stored with the crate `worker`, as `docs/moving-from-workers-rs.md` says.

use std::collections::BTreeMap;

use durable_object::Class;
use durable_object::test::{env, run_alarm};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{Former, Visit};

#[wasm_bindgen_test]
async fn an_object_of_the_crate_worker_keeps_what_it_has_stored() {
    let visit = Visit {
        name: "ann".to_owned(),
        count: 1 << 40,
        share: 0.5,
        is_new: true,
        tags: vec!["a".to_owned()],
        bytes: vec![0, 255],
        seen: BTreeMap::from([("home".to_owned(), -1)]),
        note: None,
    };
    let former = Former::named(&env(), "moved").unwrap();
    former.store(visit.clone()).await.unwrap();
    assert_eq!(former.kinds().await.unwrap(), ["text", "text"], "booleans are texts there");
    assert!(former.todos().await.is_err(), "which are not read as booleans");
    former.migrate().await.unwrap();
    let todos = former.todos().await.unwrap();
    assert_eq!(todos, [("one".to_owned(), true, 3), ("two".to_owned(), false, 4)]);
    assert_eq!(former.visit().await.unwrap(), Some(visit));
    assert!(run_alarm(&former).await.unwrap(), "the old alarm goes off, and finds no timer");
    assert!(!run_alarm(&former).await.unwrap());
}
