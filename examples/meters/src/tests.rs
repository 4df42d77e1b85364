//! These run inside workerd, against real objects. `tests/object/meters.test.mjs` has the queues as well.

use durable_object::Class;
use durable_object::error::CallError;
use durable_object::test::{env, evict};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{Meter, MeterError, Outcome, Reading};

fn readings(ids: &[(&str, f64)]) -> Vec<Reading> {
    ids.iter().map(|(id, value)| Reading { id: (*id).to_owned(), value: *value }).collect()
}

#[wasm_bindgen_test]
async fn a_message_that_comes_twice_counts_once() {
    let meter = Meter::named(&env(), "twice").unwrap();
    let first = meter.record(readings(&[("a", 1.5), ("b", 2.0), ("a", 1.5)])).await.unwrap();
    assert_eq!(first, [Outcome::Stored, Outcome::Stored, Outcome::Known]);
    evict(&meter).await.unwrap();
    let second = meter.record(readings(&[("b", 2.0), ("c", 4.0), ("d", -1.0)])).await.unwrap();
    let refused = Outcome::Refused("a meter reads 0 to 1e12, and not -1e0".to_owned());
    assert_eq!(second, [Outcome::Known, Outcome::Stored, refused]);
    let sum = meter.sum().await.unwrap();
    assert_eq!((sum.count, sum.total, sum.calls), (3, 7.5, 2));
}

#[wasm_bindgen_test]
async fn a_sum_is_finite() {
    let meter = Meter::named(&env(), "large").unwrap();
    let outcomes =
        meter.record(readings(&[("a", 1e308), ("b", 1e308), ("c", 1e12), ("d", 1.1e12)])).await.unwrap();
    let refused = |value| Outcome::Refused(format!("a meter reads 0 to 1e12, and not {value}"));
    assert_eq!(outcomes, [refused("1e308"), refused("1e308"), Outcome::Stored, refused("1.1e12")]);
    assert_eq!(meter.sum().await.unwrap().total, 1e12);
}

#[wasm_bindgen_test]
async fn a_busy_meter_says_when_to_come_again() {
    let meter = Meter::named(&env(), "busy").unwrap();
    meter.service(Some(9)).await.unwrap();
    match meter.record(readings(&[("a", 1.0)])).await {
        Err(CallError::Application(busy)) => assert_eq!(busy, MeterError::Busy { seconds: 9 }),
        other => panic!("{other:?}"),
    }
    meter.service(None).await.unwrap();
    assert_eq!(meter.record(readings(&[("a", 1.0)])).await.unwrap(), [Outcome::Stored]);
}
