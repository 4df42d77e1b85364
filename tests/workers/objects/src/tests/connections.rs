//! TCP connections to objects.

use durable_object::Class;
use durable_object::socket::TcpSocket;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wasm_bindgen_test::wasm_bindgen_test;

use super::env;
use crate::{Counter, Faceted};

async fn ask(socket: &mut TcpSocket, text: &str) -> std::io::Result<String> {
    socket.write_all(text.as_bytes()).await?;
    socket.shutdown().await?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[wasm_bindgen_test]
async fn an_object_answers_a_connection() {
    let object = Faceted::named(&env(), "connected").unwrap();
    let mut socket = object.connect("object:1").unwrap();
    assert_eq!(ask(&mut socket, "hello").await.unwrap(), "HELLO");
    let long = "a".repeat(200_000);
    let mut socket = object.connect("object:1").unwrap();
    assert_eq!(ask(&mut socket, &long).await.unwrap(), long.to_uppercase());
}

#[wasm_bindgen_test]
async fn a_handler_that_fails_ends_the_connection_without_an_answer() {
    let object = Faceted::named(&env(), "refusing").unwrap();
    let mut socket = object.connect("object:1").unwrap();
    // Why, the platform does not say, and not always that it was a failure.
    assert_eq!(ask(&mut socket, "refuse").await.unwrap_or_default(), "");
    let mut socket = object.connect("object:1").unwrap();
    assert_eq!(ask(&mut socket, "again").await.unwrap(), "AGAIN");
}

#[wasm_bindgen_test]
async fn an_object_without_a_handler_takes_no_connection() {
    let mut socket = Counter::named(&env(), "deaf").unwrap().connect("object:1").unwrap();
    assert!(ask(&mut socket, "hello").await.is_err());
}
