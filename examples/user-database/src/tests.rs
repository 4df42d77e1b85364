//! These run inside workerd, against real objects.

use durable_object::test::{env, run_alarm};
use durable_object::{Class, FromEnv, Request, Response};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;
use worker::{Headers, Method, RequestInit};

use crate::{Bindings, Session};

async fn ask(token: &str, method: Method, path: &str, body: Option<Value>) -> Response {
    let headers = Headers::new();
    headers.set("authorization", &format!("Bearer {token}")).unwrap();
    let mut init = RequestInit::new();
    init.with_method(method).with_headers(headers).with_body(body.map(|body| body.to_string().into()));
    let request = Request::new_with_init(&format!("https://example.com{path}"), &init).unwrap();
    crate::route::answer(request, &Bindings::from_env(&env()).unwrap()).await.unwrap()
}

async fn log_in(user: &str) -> String {
    let mut answer =
        ask("only for development", Method::Post, "/sessions", Some(json!({ "user": user }))).await;
    assert_eq!(answer.status_code(), 200);
    answer.text().await.unwrap()
}

async fn texts(token: &str, path: &str) -> Vec<String> {
    let notes: Vec<Value> = ask(token, Method::Get, path, None).await.json().await.unwrap();
    notes.iter().map(|note| note["text"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn add(token: &str, text: &str, tags: &[&str]) -> i64 {
    let note = json!({ "text": text, "tags": tags });
    let mut answer = ask(token, Method::Post, "/notes", Some(note)).await;
    assert_eq!(answer.status_code(), 201);
    answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap()
}

#[wasm_bindgen_test]
async fn each_user_sees_their_own_notes() {
    let (ann, ben) = (log_in("ann").await, log_in("ben").await);
    add(&ann, "water the plants", &["home"]).await;
    add(&ann, "write a report", &["work"]).await;
    add(&ben, "call Ann", &[]).await;
    assert_eq!(texts(&ann, "/notes").await, ["write a report", "water the plants"]);
    assert_eq!(texts(&ann, "/notes?tag=home").await, ["water the plants"]);
    assert_eq!(texts(&ben, "/notes").await, ["call Ann"]);
    let again = log_in("ann").await;
    assert_eq!(texts(&again, "/notes").await.len(), 2, "another session of the same user");
}

#[wasm_bindgen_test]
async fn a_note_can_be_read_changed_and_removed() {
    let token = log_in("cem").await;
    let id = add(&token, "buy milk", &[]).await;
    let path = format!("/notes/{id}");
    let changed = json!({ "text": "buy oat milk" });
    assert_eq!(ask(&token, Method::Put, &path, Some(changed)).await.status_code(), 200);
    let note: Value = ask(&token, Method::Get, &path, None).await.json().await.unwrap();
    assert_eq!((&note["text"], &note["tags"]), (&json!("buy oat milk"), &json!([])));
    assert_eq!(ask(&token, Method::Delete, &path, None).await.status_code(), 200);
    for method in [Method::Get, Method::Delete] {
        let mut gone = ask(&token, method, &path, None).await;
        assert_eq!((gone.status_code(), gone.text().await.unwrap()), (404, format!("there is no note {id}")));
    }
}

#[wasm_bindgen_test]
async fn long_lists_come_in_pages() {
    let token = log_in("dee").await;
    let mut ids = Vec::new();
    for number in 0..101 {
        ids.push(add(&token, &number.to_string(), &[]).await);
    }
    assert_eq!(texts(&token, "/notes").await.len(), 100);
    assert_eq!(texts(&token, &format!("/notes?before={}", ids[1])).await, ["0"]);
}

#[wasm_bindgen_test]
async fn nobody_gets_in_without_a_session() {
    let refused = async |token: &str, method, path: &str| ask(token, method, path, None).await.status_code();
    assert_eq!(refused("made up", Method::Get, "/notes").await, 401);
    assert_eq!(refused("made up", Method::Post, "/sessions").await, 403);
    let request = Request::new_with_init(
        "https://example.com/sessions",
        RequestInit::new().with_method(Method::Delete),
    );
    let answer = crate::route::answer(request.unwrap(), &Bindings::from_env(&env()).unwrap()).await;
    assert_eq!(answer.unwrap().status_code(), 401, "without a token");
    let token = log_in("eve").await;
    assert_eq!(refused(&token, Method::Get, "/notes").await, 200);
    assert_eq!(refused(&token, Method::Delete, "/sessions").await, 204);
    assert_eq!(refused(&token, Method::Get, "/notes").await, 401);
}

#[wasm_bindgen_test]
async fn a_session_ends_when_it_is_not_used() {
    let token = log_in("gil").await;
    let session = Session::named(&env(), &token).unwrap();
    assert_eq!(session.user().await.unwrap().as_deref(), Some("gil"));
    assert!(run_alarm(&session).await.unwrap());
    assert_eq!(session.user().await.unwrap(), None);
    assert_eq!(ask(&token, Method::Get, "/notes", None).await.status_code(), 401);
    assert!(!run_alarm(&session).await.unwrap(), "nothing is left of it");
}

#[wasm_bindgen_test]
async fn what_makes_no_sense_is_said_so() {
    let token = log_in("fay").await;
    let status = async |method, path: &str, body| ask(&token, method, path, body).await.status_code();
    assert_eq!(status(Method::Post, "/notes", Some(json!({ "text": "  " }))).await, 400);
    assert_eq!(status(Method::Post, "/notes", Some(json!(7))).await, 400);
    assert_eq!(status(Method::Get, "/notes?before=yesterday", None).await, 400);
    assert_eq!(status(Method::Get, "/notes/first", None).await, 404);
    assert_eq!(status(Method::Patch, "/notes/1", None).await, 405);
    assert_eq!(status(Method::Get, "/elsewhere", None).await, 404);
}
