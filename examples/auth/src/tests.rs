//! These run inside workerd, against real objects and sockets. `tests/sync/auth.test.mjs` has tokens of all kinds, made by
//! another library.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use durable_object::test::{WebSocket, env, hibernate, run_alarm, upgrade};
use durable_object::{Class, Date, Request, Response};
use js_sys::futures::JsFuture;
use js_sys::{Array, JSON, Promise, Uint8Array};
use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::Notices;
use crate::claims::LEEWAY;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = importKey)]
    fn import_key(f: &str, k: &Uint8Array, a: &JsValue, e: bool, u: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"])]
    fn sign(algorithm: &str, key: &JsValue, data: &Uint8Array) -> Result<Promise, JsValue>;
}

/// A token for a store, which is accepted for so many seconds.
async fn token(store: &str, seconds: f64) -> String {
    let now = Date::now().as_millis() as f64 / 1_000.0;
    let claims = json!({
        "iss": "https://login.example.com", "aud": "auth-example", "sub": "ann", "store": store,
        "exp": now + seconds - LEEWAY.as_secs_f64(),
    });
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(json!({ "alg": "HS256" }).to_string()), encode(claims.to_string()));
    let secret = Uint8Array::from("only for development, and not a secret".as_bytes());
    let hmac = JSON::parse(r#"{"name":"HMAC","hash":"SHA-256"}"#).unwrap();
    let key = import_key("raw", &secret, &hmac, false, &Array::of1(&"sign".into())).unwrap();
    let key = JsFuture::from(key).await.unwrap();
    let signature = sign("HMAC", &key, &Uint8Array::from(signed.as_bytes())).unwrap();
    let signature = JsFuture::from(signature).await.unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(Uint8Array::new(&signature).to_vec()))
}

async fn ask(path: &str, header: &str, value: &str) -> Response {
    let mut request: Request = upgrade(path).unwrap();
    request.headers_mut().unwrap().set(header, value).unwrap();
    crate::route(request, &env()).await.unwrap()
}

async fn open(store: &str, seconds: f64) -> WebSocket {
    let token = token(store, seconds).await;
    let answer = ask(&format!("/notices/{store}"), "Authorization", &format!("Bearer {token}")).await;
    WebSocket::accept(answer).await.unwrap()
}

#[wasm_bindgen_test]
async fn a_token_opens_its_own_store() {
    let mut socket = open("own", 60.0).await;
    socket.send_json("hello").unwrap();
    assert_eq!(socket.json::<(String, String)>().await.unwrap(), ("ann".into(), "hello".into()));
    let token = token("own", 60.0).await;
    let cookie = format!("a=b; token={token}");
    assert_eq!(ask("/notices/own", "Cookie", &cookie).await.status_code(), 101);
    assert_eq!(ask("/notices/other", "Cookie", &cookie).await.status_code(), 403);
    for path in ["/notices/own", "/client-do?storeId=own"] {
        let offered = ask(path, "Sec-WebSocket-Protocol", &format!("bearer, {token}")).await;
        assert_eq!(
            offered.headers().get("Sec-WebSocket-Protocol").unwrap().as_deref(),
            Some("bearer"),
            "{path}"
        );
    }
}

#[wasm_bindgen_test]
async fn a_refusal_says_why() {
    let mut none = ask("/notices/refused", "X-Nothing", "").await;
    assert_eq!(none.status_code(), 401);
    assert_eq!(none.headers().get("WWW-Authenticate").unwrap().as_deref(), Some("Bearer"));
    assert!(none.text().await.unwrap().contains("there is no token"));
    let expired = format!("Bearer {}", token("refused", -1.0).await);
    let mut expired = ask("/notices/refused", "Authorization", &expired).await;
    assert_eq!(expired.status_code(), 401);
    let challenge = expired.headers().get("WWW-Authenticate").unwrap().unwrap();
    assert_eq!(
        challenge,
        r#"Bearer error="invalid_token", error_description="the token has expired: get a new one""#
    );
    assert_eq!(expired.text().await.unwrap(), "the token has expired: get a new one");
}

#[wasm_bindgen_test]
async fn a_socket_ends_with_its_token_while_the_object_hibernates() {
    let mut short = open("ending", 2.0).await.within(Duration::from_secs(15));
    let mut long = open("ending", 60.0).await;
    let notices = Notices::named(&env(), "ending").unwrap();
    assert!(hibernate(&notices).await.unwrap());
    let close = short.closed().await.unwrap();
    assert_eq!(close.code, crate::notices::UNAUTHORIZED);
    assert_eq!(close.reason, "the token has expired: connect again with a new one");
    assert!(hibernate(&notices).await.unwrap(), "the alarm had woken it");
    long.send_json("still here").unwrap();
    assert_eq!(long.json::<(String, String)>().await.unwrap().1, "still here");
    assert!(run_alarm(&notices).await.unwrap(), "there is an alarm for the other socket");
    long.send_json("and now").unwrap();
    assert_eq!(long.json::<(String, String)>().await.unwrap().1, "and now", "its time has not come");
    assert!(run_alarm(&notices).await.unwrap(), "the alarm was set again");
}
