//! Objects leave memory, and what they have stored stays.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use durable_object::test::{abort_all, delete_all, evict, evict_all, hibernate, ids};
use durable_object::{Class, Error};
use wasm_bindgen_test::wasm_bindgen_test;

use super::super::{env, remote};
use crate::{Alarming, Faceted, Mortal, MortalStub, Part, Waking};

fn mortal(name: &str) -> MortalStub {
    Mortal::named(&env(), name).unwrap()
}

/// The class of what is within objects of another, as if a worker could call it.
struct Bound;

impl Class for Bound {
    type Object = Part;
    const NAME: &'static str = "Part";
    const BINDING: &'static str = "MORTAL";
}

/// Has a future go as far as it gets by itself.
async fn begin(future: &mut (impl Future + Unpin)) {
    let mut future = pin!(future);
    poll_fn(|context| {
        assert!(future.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_object_out_of_memory_starts_anew_on_its_storage() {
    for (name, way) in [("hibernating", true), ("evicted", false)] {
        let object = mortal(name);
        object.note("kept".to_owned()).await.unwrap();
        assert_eq!((object.step().await.unwrap(), object.step().await.unwrap()), (1, 2));
        assert!(if way { hibernate(&object).await } else { evict(&object).await }.unwrap());
        assert_eq!(object.notes().await.unwrap(), (vec!["kept".to_owned()], 0), "{name}");
    }
}

#[wasm_bindgen_test]
async fn an_object_that_is_not_in_memory_stays_out_of_it() {
    let waking = Waking::named(&env(), "not in memory").unwrap();
    assert!(!hibernate(&waking).await.unwrap(), "it was never called");
    assert_eq!(waking.boots().await.unwrap(), 1);
    assert!(evict(&waking).await.unwrap());
    assert!(!evict(&waking).await.unwrap());
    assert_eq!(waking.boots().await.unwrap(), 2);
}

#[wasm_bindgen_test]
async fn a_call_under_way_is_waited_for() {
    let object = mortal("busy");
    let mut call = Box::pin(object.wait(50));
    begin(&mut call).await;
    assert!(hibernate(&object).await.unwrap());
    call.await.unwrap();
}

#[wasm_bindgen_test]
async fn all_objects_leave_memory_and_so_do_their_parts() {
    let (object, faceted) = (mortal("one of all"), Faceted::named(&env(), "one of all").unwrap());
    object.step().await.unwrap();
    assert_eq!(faceted.add("part".to_owned(), 1).await.unwrap(), (1, 1));
    evict_all().await.unwrap();
    assert_eq!(object.step().await.unwrap(), 1);
    assert_eq!(faceted.add("part".to_owned(), 1).await.unwrap(), (2, 2));
}

#[wasm_bindgen_test]
async fn an_abort_cuts_calls_short_and_keeps_what_is_stored() {
    let object = mortal("aborted");
    object.note("kept".to_owned()).await.unwrap();
    let alarming = Alarming::named(&env(), "aborted").unwrap();
    alarming.set_after(3_600_000, 0).await.unwrap();
    let mut call = Box::pin(object.wait(60_000));
    begin(&mut call).await;
    abort_all().await.unwrap();
    let (_, message) = remote(call.await);
    assert!(message.contains("abortAllDurableObjects"), "{message}");
    let Err(Error::Remote(error)) = alarming.get().await else { panic!("the stub is not broken") };
    assert!(error.message.contains("abortAllDurableObjects"), "{error}");
    assert_eq!(
        object.notes().await.unwrap(),
        (vec!["kept".to_owned()], 0),
        "its stub is new since the error"
    );
    assert!(alarming.get().await.unwrap().is_some());
}

#[wasm_bindgen_test]
async fn after_all_is_deleted_nothing_is_left() {
    let object = || mortal("deleted");
    let alarming = || Alarming::named(&env(), "deleted").unwrap();
    object().note("lost".to_owned()).await.unwrap();
    alarming().set_after(3_600_000, 0).await.unwrap();
    assert!(ids::<Mortal>(&env()).unwrap().contains(&object().id()));
    delete_all().await.unwrap();
    assert!(ids::<Mortal>(&env()).unwrap().is_empty());
    assert_eq!(object().notes().await.unwrap(), (Vec::new(), 0));
    assert_eq!(alarming().get().await.unwrap(), None);
    assert_eq!(ids::<Mortal>(&env()).unwrap(), [object().id()]);
}

#[wasm_bindgen_test]
async fn a_class_s_objects_are_listed_in_the_order_of_their_first_call() {
    delete_all().await.unwrap();
    let (second, first) = (mortal("second"), Mortal::unique(&env()).unwrap());
    first.step().await.unwrap();
    second.step().await.unwrap();
    evict(&first).await.unwrap();
    first.step().await.unwrap();
    assert_eq!(ids::<Mortal>(&env()).unwrap(), [first.id(), second.id()]);
    let found = Mortal::from_id(&env(), &ids::<Mortal>(&env()).unwrap()[1]).unwrap();
    assert_eq!(found.step().await.unwrap(), 2);
    let faceted = Faceted::named(&env(), "listed").unwrap();
    faceted.add("part".to_owned(), 1).await.unwrap();
    assert_eq!(ids::<Faceted>(&env()).unwrap(), [faceted.id()]);
    assert!(ids::<Bound>(&env()).unwrap().is_empty(), "what is within an object has none of its own");
}
