//! Objects that call objects.

use durable_object::rpc::{Jurisdiction, LocationHint};
use durable_object::{Class, Error, Namespace, Request};
use wasm_bindgen_test::wasm_bindgen_test;
use worker::Method;

use super::{env, remote};
use crate::{Bystander, Caller, Condition, Counter, Mortal, Room, Unbound, Values, Waking};

#[wasm_bindgen_test]
async fn the_same_name_is_the_same_object() {
    let counter = Counter::named(&env(), "same").unwrap();
    assert_eq!(counter.increment(2).await.unwrap(), 2);
    assert_eq!(Counter::named(&env(), "same").unwrap().increment(3).await.unwrap(), 5);
    assert_eq!(counter.clone().total().await.unwrap(), 5);
    assert_eq!(Counter::named(&env(), "another").unwrap().total().await.unwrap(), 0);
}

#[wasm_bindgen_test]
async fn every_unique_object_is_another() {
    let (one, other) = (Counter::unique(&env()).unwrap(), Counter::unique(&env()).unwrap());
    assert_eq!(one.increment(2).await.unwrap(), 2);
    assert_eq!(other.increment(3).await.unwrap(), 3);
    assert_eq!(one.total().await.unwrap(), 2);
}

#[wasm_bindgen_test]
async fn an_object_is_found_again_by_its_id() {
    let named = Caller::named(&env(), "to be found").unwrap();
    let id = named.own_id().await.unwrap();
    assert_eq!(id.len(), 64);
    named.keep("here".to_owned()).await.unwrap();
    let found = Caller::from_id(&env(), &id).unwrap();
    assert_eq!(found.found().await.unwrap().as_deref(), Some("here"));
}

#[wasm_bindgen_test]
async fn an_object_knows_the_name_it_was_called_by() {
    assert_eq!(Caller::named(&env(), "ä name").unwrap().own_name().await.unwrap().as_deref(), Some("ä name"));
    assert_eq!(Caller::unique(&env()).unwrap().own_name().await.unwrap(), None);
}

#[wasm_bindgen_test]
fn a_wrong_id_is_refused() {
    for id in ["", "not an id", &"0".repeat(64)] {
        let (name, message) = remote(Counter::from_id(&env(), id));
        assert_eq!(name, "TypeError", "{message}");
    }
}

#[wasm_bindgen_test]
async fn an_object_calls_others() {
    let caller = Caller::named(&env(), "caller").unwrap();
    assert_eq!(caller.increment_named("called".to_owned(), 4).await.unwrap(), 4);
    assert_eq!(caller.increment_unique(4).await.unwrap(), 8);
    let other = Caller::named(&env(), "other caller").unwrap();
    assert_eq!(caller.id_by_id(other.own_id().await.unwrap()).await.unwrap(), other.own_id().await.unwrap());
}

#[wasm_bindgen_test]
async fn values_with_fields_are_passed_on() {
    Bystander::named(&env(), "known").unwrap().keep("something".to_owned()).await.unwrap();
    let caller = Caller::named(&env(), "caller").unwrap();
    let kept = Some("something".to_owned());
    let expected = Condition { boots: 1, memory: kept.clone(), stored: kept, running: 0 };
    assert_eq!(caller.condition_of("known".to_owned()).await.unwrap(), expected);
}

#[wasm_bindgen_test]
async fn a_missing_binding_is_named() {
    let Err(Error::Config(message)) = Unbound::named(&env(), "any") else {
        panic!("there is no such binding")
    };
    assert!(message.contains("`NOT_CONFIGURED`") && message.contains("\"Unbound\""), "{message}");
    let (name, message) = remote(Caller::named(&env(), "caller").unwrap().call_unbound().await);
    assert_eq!(name, "ConfigError");
    assert!(message.contains("`NOT_CONFIGURED`"), "{message}");
}

#[wasm_bindgen_test]
async fn errors_keep_name_and_message_on_their_way() {
    let failed = Values::named(&env(), "any").unwrap().fail("limit".to_owned()).await;
    let expected = ("LimitError".to_owned(), "the number of things is 2, above the limit of 1".to_owned());
    assert_eq!(remote(failed), expected);
    // Through one object more.
    let caller = Caller::named(&env(), "caller").unwrap();
    assert_eq!(remote(caller.error_of("limit".to_owned()).await), expected);
    let description = caller.describe_error_of("message".to_owned()).await.unwrap();
    assert_eq!(description, "Error|something is wrong: ä 🎉|remote=true retryable=false");
}

#[wasm_bindgen_test]
async fn an_object_that_calls_itself_is_told() {
    let caller = Caller::named(&env(), "selfish").unwrap();
    for failed in
        [caller.call_itself().await, caller.call_itself_alone(0).await, caller.call_itself_alone(5).await]
    {
        let (name, message) = remote(failed);
        assert_eq!(name, "SelfCallError");
        assert!(message.contains("`ownId`"), "{message}");
    }
    assert_eq!(caller.found().await.unwrap(), None);
}

#[wasm_bindgen_test]
async fn an_object_may_call_itself_when_no_handler_waits() {
    let caller = Caller::named(&env(), "patient").unwrap();
    caller.call_itself_later().await.unwrap();
    for _ in 0..100 {
        if caller.found().await.unwrap().as_deref() == Some("called later") {
            return;
        }
        crate::time::pause(5).await;
    }
    panic!("the call did not arrive");
}

#[wasm_bindgen_test]
async fn two_objects_may_call_each_other_while_both_share() {
    let first = Caller::named(&env(), "first").unwrap();
    let answer = first.id_through("second".to_owned()).await.unwrap();
    assert_eq!(answer, first.own_id().await.unwrap());
}

#[wasm_bindgen_test]
async fn init_is_done_before_the_first_call() {
    let waking = Waking::named(&env(), "asleep").unwrap();
    assert_eq!(waking.boots().await.unwrap(), 1);
    assert_eq!(waking.boots_alone().await.unwrap(), 1);
}

#[wasm_bindgen_test]
async fn the_timer_of_the_worker_crate_fires() {
    assert_eq!(Counter::named(&env(), "timer").unwrap().delay(5).await.unwrap(), 5);
}

#[wasm_bindgen_test]
async fn a_namespace_is_found_once_and_asked_often() {
    let counters = Counter::namespace(&env()).unwrap();
    assert_eq!(counters.named("by namespace").unwrap().increment(2).await.unwrap(), 2);
    assert_eq!(Counter::named(&env(), "by namespace").unwrap().total().await.unwrap(), 2);
    let unique = counters.unique().unwrap();
    assert_eq!(counters.from_id(&unique.id()).unwrap().increment(1).await.unwrap(), 1);
    let near = counters.clone().near(LocationHint::WesternEurope);
    assert_eq!(near.named("by namespace").unwrap().total().await.unwrap(), 2);
}

#[wasm_bindgen_test]
async fn a_class_is_found_without_a_binding() {
    let counters = Counter::exported().unwrap();
    assert_eq!(counters.named("exported").unwrap().increment(2).await.unwrap(), 2);
    assert_eq!(Counter::named(&env(), "exported").unwrap().total().await.unwrap(), 2);
}

#[wasm_bindgen_test]
fn a_stub_knows_the_name_it_was_made_with() {
    let counters = Counter::namespace(&env()).unwrap();
    assert_eq!(counters.named("ä name").unwrap().name().as_deref(), Some("ä name"));
    let unique = counters.unique().unwrap();
    assert_eq!(unique.name(), None);
    assert_eq!(counters.from_id(&unique.id()).unwrap().name(), None);
}

#[wasm_bindgen_test]
async fn another_binding_may_lead_to_the_class() {
    let bound = Namespace::<Unbound>::bound(&env(), "COUNTER").unwrap();
    let (name, message) = remote(bound.named("no counter").unwrap().ping().await);
    assert_eq!(name, "TypeError", "{message}");
    assert!(message.contains("ping"), "the counter has no such method: {message}");
    let missing = Namespace::<Counter>::bound(&env(), "NOWHERE");
    let Err(Error::Config(message)) = missing else { panic!("found {missing:?}") };
    assert!(
        message.contains("name = \"NOWHERE\"\nclass_name = \"Counter\"\n[exports.Counter]\n"),
        "{message}"
    );
}

#[wasm_bindgen_test]
async fn a_request_is_answered_as_the_handler_wants() {
    let request = || Request::new("http://room/ada", Method::Get).unwrap();
    let mut response = Room::named(&env(), "asked").unwrap().fetch(request()).await.unwrap();
    assert_eq!(response.status_code(), 426);
    assert_eq!(response.text().await.unwrap(), "expected `Upgrade: websocket`");
    let (_, message) = remote(Counter::named(&env(), "asked").unwrap().fetch(request()).await);
    assert!(message.contains("does not export a fetch() function"), "{message}");
}

#[wasm_bindgen_test]
async fn a_jurisdiction_is_the_platform_s_to_grant() {
    let counters = Counter::namespace(&env()).unwrap();
    for jurisdiction in [Jurisdiction::Eu, Jurisdiction::Us, Jurisdiction::FedRamp, Jurisdiction::FedRampHigh]
    {
        // This platform has none, and says so.
        let (_, message) = remote(counters.jurisdiction(jurisdiction));
        assert!(message.to_lowercase().contains("jurisdiction"), "{message}");
    }
    assert_eq!(Mortal::named(&env(), "anywhere").unwrap().jurisdiction().await.unwrap(), None);
}
