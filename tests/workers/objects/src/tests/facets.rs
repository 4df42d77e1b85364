//! Objects within an object.

use durable_object::{Class, Error};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{env, remote};
use crate::faceted::{About, Start, Task};
use crate::{Faceted, FacetedStub, Part};

fn faceted(name: &str) -> FacetedStub {
    Faceted::named(&env(), name).unwrap()
}

#[wasm_bindgen_test]
async fn every_part_has_storage_of_its_own() {
    let object = faceted("apart");
    assert_eq!(object.add("a".to_owned(), 2).await.unwrap(), (2, 1));
    assert_eq!(object.add("a".to_owned(), 3).await.unwrap(), (5, 1));
    assert_eq!(object.add("b".to_owned(), 1).await.unwrap(), (1, 1));
    assert_eq!(object.sum().await.unwrap(), 0);
    assert_eq!(faceted("another").add("a".to_owned(), 1).await.unwrap(), (1, 1));
}

#[wasm_bindgen_test]
async fn a_part_is_told_who_it_is() {
    let object = faceted("telling");
    let told = |id: &str, name: Option<&str>, own_name: Option<&str>, task| About {
        id: id.to_owned(),
        name: name.map(str::to_owned),
        own_id: id.to_owned(),
        own_name: own_name.map(str::to_owned),
        task,
    };
    let plain = object.about("plain".to_owned(), Start::default()).await.unwrap();
    assert_eq!(plain, told(&object.id(), Some("plain"), Some("telling"), None));
    let task = || Some(Task { owner: "ä".to_owned(), limit: Some(7) });
    let start = Start { id: Some("of my own".to_owned()), task: task() };
    let started = object.about("told".to_owned(), start).await.unwrap();
    assert_eq!(started, told("of my own", Some("told"), None, task()));
    // It runs already, so what it would be started with does not count.
    let again = object.about("told".to_owned(), Start::default()).await.unwrap();
    assert_eq!((again.own_id, again.task), ("of my own".to_owned(), task()));
}

#[wasm_bindgen_test]
async fn an_object_outside_of_others_is_told_nothing() {
    let (name, message) = remote(faceted("alone").own_task().await);
    assert_eq!(name, "ValueError");
    assert!(message.starts_with("the props: ") && message.contains("owner"), "{message}");
}

#[wasm_bindgen_test]
async fn a_part_that_is_ended_starts_anew_on_its_storage() {
    let (told, sum, boots) = faceted("ending").interrupt("a".to_owned()).await.unwrap();
    assert!(told.contains("enough"), "{told}");
    assert_eq!((sum, boots), (2, 2));
}

#[wasm_bindgen_test]
async fn a_part_that_is_deleted_has_lost_everything() {
    let object = faceted("deleting");
    object.add("a".to_owned(), 2).await.unwrap();
    object.add("b".to_owned(), 3).await.unwrap();
    object.delete("a".to_owned()).await.unwrap();
    object.delete("never made".to_owned()).await.unwrap();
    assert_eq!(object.add("a".to_owned(), 1).await.unwrap(), (1, 1));
    assert_eq!(object.add("b".to_owned(), 1).await.unwrap(), (4, 1));
}

#[wasm_bindgen_test]
async fn a_part_is_copied_with_what_it_has() {
    let object = faceted("copying");
    object.add("a".to_owned(), 2).await.unwrap();
    object.add("b".to_owned(), 10).await.unwrap();
    object.copy("a".to_owned(), "b".to_owned()).await.unwrap();
    assert_eq!(object.add("b".to_owned(), 1).await.unwrap(), (3, 2));
    assert_eq!(object.add("a".to_owned(), 1).await.unwrap(), (3, 1));
}

#[wasm_bindgen_test]
async fn a_part_is_destroyed_with_its_object() {
    let object = faceted("destroying");
    object.add("a".to_owned(), 2).await.unwrap();
    assert!(object.destroy().await.is_err());
    assert_eq!(object.add("a".to_owned(), 1).await.unwrap(), (1, 1));
}

#[wasm_bindgen_test]
async fn a_part_sets_no_alarm() {
    let (_, message) = remote(faceted("alarming").set_alarm_of("a".to_owned()).await);
    assert!(message.contains("Facets currently cannot set alarms"), "{message}");
}

#[wasm_bindgen_test]
async fn a_part_may_call_the_object_that_it_is_in() {
    assert_eq!(faceted("around").call_around("a".to_owned()).await.unwrap(), 0);
}

#[wasm_bindgen_test]
async fn parts_are_four_deep_with_their_object() {
    let (depth, why) = faceted("deep").depth("a".to_owned()).await.unwrap();
    assert_eq!(depth, 3);
    assert!(why.contains("depth limit exceeded"), "{why}");
}

#[wasm_bindgen_test]
async fn a_name_is_checked() {
    let object = faceted("naming");
    assert_eq!(object.add("x".repeat(256), 1).await.unwrap(), (1, 1));
    let (name, message) = remote(object.add("x".repeat(257), 1).await);
    assert_eq!((&*name, message.contains("limit of 256")), ("LimitError", true), "{message}");
    assert_eq!(remote(object.add(String::new(), 1).await).0, "ValueError");
}

#[wasm_bindgen_test]
fn a_class_without_a_namespace_has_none() {
    let Err(Error::Config(message)) = Part::exported() else { panic!("there is none") };
    assert!(message.contains("`Part`") && message.contains("2025-11-17"), "{message}");
}

#[wasm_bindgen_test]
async fn what_is_not_wrapped_is_within_reach() {
    let object = faceted("raw");
    assert_eq!(object.raw().await.unwrap(), (object.id(), true, false));
}
