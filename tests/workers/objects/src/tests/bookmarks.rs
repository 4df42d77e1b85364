//! Going back in time, as far as a local workerd does.

use durable_object::{Class, Result};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{env, remote};
use crate::Notes;

#[wasm_bindgen_test]
async fn there_is_a_current_bookmark() -> Result<()> {
    let notes = Notes::named(&env(), "bookmarked")?;
    let first = notes.bookmarks("current".to_owned()).await?;
    assert!(first <= notes.bookmarks("current".to_owned()).await?);
    assert!(!String::from(first).is_empty());
    Ok(())
}

#[wasm_bindgen_test]
async fn what_the_platform_refuses_is_an_error() {
    let notes = Notes::named(&env(), "bookmarked").unwrap();
    for what in ["for time", "00000000-00000000-00000000-00000000000000000000000000000000"] {
        let (_, message) = remote(notes.bookmarks(what.to_owned()).await);
        assert!(message.contains("does not implement point-in-time recovery"), "{message}");
    }
}
