//! These run inside workerd, with the backend and its client as real objects.

use durable_object::Class;
use durable_object::test::{WebSocket, env, evict};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::LiveStoreClientDO;

/// The next message of a list that has such a member.
async fn next(socket: &mut WebSocket, member: &str) -> Value {
    loop {
        let message: Value = socket.json().await.unwrap();
        if let Some(value) = message.get(member) {
            return value.clone();
        }
    }
}

/// Opens the page's socket to the list of that name.
async fn open(name: &str) -> WebSocket {
    let list = LiveStoreClientDO::named(&env(), name).unwrap();
    WebSocket::connect(&list, &format!("/client-do?storeId={name}")).await.unwrap()
}

#[wasm_bindgen_test]
async fn the_backend_confirms_what_a_page_changes() {
    let mut page = open("groceries").await;
    let created = json!({ "name": "v1.TodoCreated", "args": { "id": "1", "text": "milk" } });
    page.send_json(&created).unwrap();
    while next(&mut page, "status").await["head"] != 1 {}
    let list = LiveStoreClientDO::named(&env(), "groceries").unwrap();
    assert!(list.status().await.unwrap().is_backend_synced);

    assert!(evict(&list).await.unwrap(), "it was in memory");
    let mut page = open("groceries").await;
    let tables = next(&mut page, "tables").await;
    assert_eq!(tables["todos"][0]["text"], "milk");
}

#[wasm_bindgen_test]
async fn a_page_is_told_of_an_event_that_nobody_knows() {
    let mut page = open("unknown").await;
    page.send_json(&json!({ "name": "v9.TodoSung", "args": {} })).unwrap();
    let error = next(&mut page, "error").await;
    assert!(error.as_str().unwrap().contains("v9.TodoSung"), "{error}");
}
