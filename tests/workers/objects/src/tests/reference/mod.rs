//! The codec beside `serde-wasm-bindgen`, the implementation that everybody knows: wherever both promise an answer,
//! it is the same one. Where they differ on purpose is in [`differences`], and in `docs/values.md`.

mod both;
mod common;
mod derived;
mod differences;
mod js;
mod random;
mod read;
mod shape;
mod write;

use std::rc::Rc;

use durable_object::console_log;
use wasm_bindgen_test::wasm_bindgen_test;

use both::{from_js, reference_from_js, reference_to_js, same, text, to_js};
use random::Random;
use read::Read;
use shape::Shape;
use write::Written;

/// How many values are written, each of a type of its own.
const WRITTEN: u64 = 10_000;
/// How many values are read, likewise.
const READ: u64 = 20_000;

#[wasm_bindgen_test]
fn what_rust_writes_is_the_same_in_javascript() {
    let mut succeeded = 0;
    for seed in 0..WRITTEN {
        let mut random = Random::new(seed);
        let shape = Rc::new(Shape::random(&mut random, 4));
        let written = Written { value: shape.value(&mut random), shape };
        let ours = to_js(&written);
        if let Ok(ours) = &ours {
            let back = Read::of(&written.shape, || from_js::<Read>(ours)).unwrap();
            assert_eq!(back.0, written.value, "{seed}: {written:?}");
        }
        if !written.shape.has_text_as_keys() {
            continue;
        }
        match (ours, reference_to_js(&written)) {
            (Ok(ours), Ok(reference)) => {
                assert!(
                    same(&ours, &reference),
                    "{seed}: {written:?}: {}, {}",
                    text(&ours),
                    text(&reference)
                );
                succeeded += 1;
            }
            (Err(_), Err(_)) => {}
            (ours, reference) => panic!("{seed}: {written:?}: {ours:?}, {reference:?}"),
        }
    }
    console_log!(
        "{succeeded} of {WRITTEN} values are the same in JavaScript; others are refused, or have other keys"
    );
    assert!(succeeded > WRITTEN / 2);
}

#[wasm_bindgen_test]
fn what_javascript_has_is_the_same_in_rust() {
    let (mut read, mut refused, mut different) = (0, 0, 0);
    for seed in 0..READ {
        let mut random = Random::new(seed);
        let shape = Rc::new(Shape::random(&mut random, 3));
        let value = js::for_shape(&mut random, &shape);
        if !common::promised(&shape, &value) {
            different += 1;
            continue;
        }
        let ours = Read::of(&shape, || from_js::<Read>(&value));
        let reference = Read::of(&shape, || reference_from_js::<Read>(&value));
        match (ours, reference) {
            (Ok(ours), Ok(reference)) if ours == reference => read += 1,
            (Err(_), Err(_)) => refused += 1,
            (ours, reference) => {
                panic!("{seed}: {shape:?} of {}: {ours:?}, {reference:?}", text(&value))
            }
        }
    }
    console_log!(
        "{read} values are the same in Rust, {refused} refused; {different} are not promised by both"
    );
    assert!(read > READ / 3 && refused > READ / 10);
}
