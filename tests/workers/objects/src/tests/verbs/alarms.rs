//! Alarms go off before their time.

use std::time::Duration;

use durable_object::test::{hibernate, run_alarm};
use durable_object::{Class, Date};
use wasm_bindgen_test::wasm_bindgen_test;

use super::super::{env, remote};
use crate::{Alarming, Mortal, Scheduling, SchedulingStub};

const HOUR: u64 = 3_600_000;

fn scheduling(name: &str) -> SchedulingStub {
    Scheduling::named(&env(), name).unwrap()
}

async fn texts(object: &SchedulingStub) -> Vec<String> {
    object.notes().await.unwrap().into_iter().map(|(text, _)| text).collect()
}

#[wasm_bindgen_test]
async fn an_alarm_is_told_for_when_it_was_set() {
    let alarming = Alarming::named(&env(), "early").unwrap();
    assert!(!run_alarm(&alarming).await.unwrap(), "none is set");
    let time = alarming.set_after(HOUR, 0).await.unwrap().unwrap();
    assert!(hibernate(&alarming).await.unwrap());
    assert!(run_alarm(&alarming).await.unwrap());
    #[expect(clippy::cast_precision_loss, reason = "dates are exact")]
    let seen = (2, time.as_millis() as f64, 0, false);
    assert_eq!(alarming.seen().await.unwrap(), (2, vec![seen]));
    assert_eq!(alarming.get().await.unwrap(), None);
    assert!(!run_alarm(&alarming).await.unwrap(), "it has gone off");
}

#[wasm_bindgen_test]
async fn an_object_without_an_alarm_has_none_to_run() {
    assert!(!run_alarm(&Mortal::named(&env(), "no alarm").unwrap()).await.unwrap());
}

#[wasm_bindgen_test]
async fn what_an_alarm_fails_with_is_told_and_it_may_be_run_again() {
    let alarming = Alarming::named(&env(), "early and failing").unwrap();
    alarming.set_after(HOUR, 1).await.unwrap();
    assert_eq!(remote(run_alarm(&alarming).await), ("Error".to_owned(), "not yet".to_owned()));
    assert!(run_alarm(&alarming).await.unwrap());
    assert_eq!(alarming.seen().await.unwrap().1.len(), 2);
    assert!(!run_alarm(&alarming).await.unwrap());
}

#[wasm_bindgen_test]
async fn timers_that_are_due_with_the_first_run_and_no_others() {
    let object = scheduling("early");
    let soon = Date::now().checked_add(Duration::from_secs(60)).unwrap();
    object.note_after("later".to_owned(), HOUR, None).await.unwrap();
    object.note_at("soon".to_owned(), soon).await.unwrap();
    object.note_at("as soon".to_owned(), soon).await.unwrap();
    assert!(run_alarm(&object).await.unwrap());
    assert_eq!(texts(&object).await, ["soon", "as soon"]);
    assert!(run_alarm(&object).await.unwrap());
    assert_eq!(texts(&object).await, ["soon", "as soon", "later"]);
    assert!(!run_alarm(&object).await.unwrap());
}

#[wasm_bindgen_test]
async fn a_timer_that_recurs_goes_off_once_each_time() {
    let object = scheduling("early again and again");
    object.tick_every("tick".to_owned(), HOUR, None).await.unwrap();
    for times in 1..=3 {
        assert!(run_alarm(&object).await.unwrap());
        assert_eq!(texts(&object).await, vec!["tick"; times]);
    }
    let object = scheduling("early by cron");
    object.tick_cron("daily".to_owned(), "0 0 * * *".to_owned()).await.unwrap();
    assert!(run_alarm(&object).await.unwrap());
    assert_eq!(texts(&object).await, ["daily"]);
}

#[wasm_bindgen_test]
async fn each_run_is_one_attempt_of_a_timer_that_fails() {
    let object = scheduling("early and failing");
    object.fail_after("try".to_owned(), HOUR, 2).await.unwrap();
    for times in 1..=3 {
        assert!(run_alarm(&object).await.unwrap());
        assert_eq!(texts(&object).await, vec!["try"; times]);
    }
    assert!(!run_alarm(&object).await.unwrap(), "it has succeeded");
}

#[wasm_bindgen_test]
async fn an_object_may_end_itself_in_its_alarm() {
    let object = scheduling("early and ending");
    object.forget_after(HOUR).await.unwrap();
    assert!(run_alarm(&object).await.unwrap());
    assert!(!run_alarm(&scheduling("early and ending")).await.unwrap());
    assert_eq!(scheduling("early and ending").wakes().await.unwrap(), 1, "as if it had never been");
}
