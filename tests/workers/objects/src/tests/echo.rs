//! Values of every kind between Rust objects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use durable_object::value::Blob;
use durable_object::{Class, Date, Error, Result};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{env, remote};
use crate::{Echo, EchoStub, Flat, Nested, Shape, Tagged, Todo, Tree};

const SAFE: i64 = (1 << 53) - 1;

fn echo() -> EchoStub {
    Echo::named(&env(), "echo").unwrap()
}

#[track_caller]
fn same<T: PartialEq + Debug>(answer: Result<T>, given: T) {
    assert_eq!(answer.unwrap(), given);
}

#[wasm_bindgen_test]
async fn numbers_come_back() {
    let echo = echo();
    for value in [i128::MIN, -1, 0, i128::from(u64::MAX), i128::MAX] {
        same(echo.huge(value).await, value);
    }
    same(echo.unsigned_huge(u128::MAX).await, u128::MAX);
    same(echo.float(0.1).await, 0.1);
    assert!(echo.number(-0.0).await.unwrap().is_sign_negative());
    assert!(echo.number(f64::NAN).await.unwrap().is_nan());
}

#[wasm_bindgen_test]
async fn text_and_bytes_come_back() {
    let echo = echo();
    let text = "\u{feff}ä🎉\0".repeat(10_000);
    same(echo.text(text.clone()).await, text);
    same(echo.character('🎉').await, '🎉');
    for bytes in [vec![], vec![0, 255], vec![7; 1 << 20]] {
        same(echo.bytes(bytes.clone()).await, bytes.clone());
        same(echo.blob(Blob(bytes.clone())).await, Blob(bytes));
    }
    let files = BTreeMap::from([("a".to_owned(), Some(vec![1])), ("b".to_owned(), None)]);
    same(echo.files(files.clone()).await, files);
}

#[wasm_bindgen_test]
async fn collections_come_back() {
    let echo = echo();
    same(echo.floats(vec![0.5, -1.0]).await, vec![0.5, -1.0]);
    same(echo.set(BTreeSet::from([1, -1])).await, BTreeSet::from([1, -1]));
    let numbered = BTreeMap::from([(i64::MIN, "a".to_owned()), (0, "b".to_owned())]);
    same(echo.numbered(numbered.clone()).await, numbered);
    same(echo.votes(BTreeMap::from([(true, 1)])).await, BTreeMap::from([(true, 1)]));
    let keys = ["__proto__", "constructor", "toString", "0", "then", ""];
    let map: BTreeMap<_, _> = keys.iter().zip(1..).map(|(key, value)| ((*key).to_owned(), value)).collect();
    same(echo.map(map.clone()).await, map);
}

#[wasm_bindgen_test]
async fn structs_and_enums_come_back() {
    let echo = echo();
    let todo = |id| Todo {
        id,
        title: format!("todo {id} ä"),
        done: id % 2 == 0,
        tags: vec!["x".to_owned()],
        score: 0.5 * f64::from(id),
    };
    let todos: Vec<_> = (0..20).map(todo).collect();
    same(echo.todos(todos.clone()).await, todos);
    let shapes = vec![
        Shape::Empty,
        Shape::Scaled(1.0),
        Shape::Pair(-1, "x".to_owned()),
        Shape::Named { name: None },
        Shape::Empty,
    ];
    same(echo.shapes(shapes.clone()).await, shapes);
    let file = Tagged::File { content: vec![1, 2], since: Date::from_millis(-5).unwrap() };
    same(echo.tagged(file.clone()).await, file);
    let flat = Flat { id: 1, rest: BTreeMap::from([("a".to_owned(), 2)]) };
    same(echo.flat(flat.clone()).await, flat);
}

#[wasm_bindgen_test]
async fn dates_come_back() {
    let date = Date::from_millis(1_767_225_600_001).unwrap();
    same(echo().date(date).await, date);
    let dates = BTreeMap::from([("a".to_owned(), vec![date])]);
    same(echo().dates(dates.clone()).await, dates);
    assert!(echo().now().await.unwrap() >= date);
}

#[wasm_bindgen_test]
async fn large_integers_are_an_error_on_the_side_that_has_them() {
    for value in [SAFE + 1, -SAFE - 1, i64::MAX, i64::MIN] {
        let error = echo().long_as_text(value).await.unwrap_err();
        assert!(matches!(error, Error::Argument { argument: "value", .. }), "{error}");
        assert_eq!(remote(echo().long_from_text(value.to_string()).await).0, "ValueError");
    }
    same(echo().long(SAFE).await, SAFE);
}

#[wasm_bindgen_test]
async fn the_deepest_values_come_back() {
    let deepest = (1..128).fold(Nested(vec![]), |inner, _| Nested(vec![inner]));
    same(echo().nested(deepest.clone()).await, deepest);
    let deepest = (1..64).fold(Tree::Leaf(1), |inner, _| Tree::Branch { children: vec![inner] });
    same(echo().tree(deepest.clone()).await, deepest);
}
