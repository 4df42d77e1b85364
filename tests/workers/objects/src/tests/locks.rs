//! The locks of an object.

use durable_object::{Class, Result};
use js_sys::futures::future_to_promise;
use js_sys::{Array, Promise, futures::JsFuture};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{env, remote};
use crate::{Counter, CounterStub};

/// The results of calls made one after the other, without waiting.
async fn together(calls: impl Iterator<Item = impl Future<Output = Result<i64>> + 'static>) -> Vec<i64> {
    let promises =
        calls.map(|call| future_to_promise(async move { Ok(call.await.unwrap().to_string().into()) }));
    let all = Promise::all(&promises.collect::<Array>());
    let values = Array::from(&JsFuture::from(all).await.unwrap());
    values.iter().map(|value| value.as_string().unwrap().parse().unwrap()).collect()
}

fn counter(name: &str) -> CounterStub {
    Counter::named(&env(), name).unwrap()
}

#[wasm_bindgen_test]
async fn mut_self_runs_alone() {
    let calls = (0..10).map(|_| async { counter("alone").add_slowly(1, 2).await });
    assert_eq!(together(calls).await, (1..=10).collect::<Vec<_>>());
}

#[wasm_bindgen_test]
async fn shared_self_interleaves() {
    let calls = (0..10).map(|_| async { counter("together").add_slowly_shared(1, 20).await });
    // All read before any wrote: the updates are lost, as the method's author asked for.
    assert_eq!(together(calls).await, [1; 10]);
}

#[wasm_bindgen_test]
async fn short_shared_turns_lose_nothing() {
    let calls = (0..10).map(|_| async { counter("turns").increment(1).await });
    assert_eq!(together(calls).await, (1..=10).collect::<Vec<_>>());
}

#[wasm_bindgen_test]
async fn a_failed_call_lets_go() {
    let counter = counter("failing");
    assert_eq!(remote(counter.fail_slowly(1).await).1, "failed after a while");
    assert_eq!(counter.add_slowly(1, 0).await.unwrap(), 1);
}

#[wasm_bindgen_test]
async fn a_waiting_writer_is_not_overtaken() {
    let reader = future_to_promise(async {
        assert_eq!(counter("fair").notes(30).await.unwrap(), Vec::<i64>::new());
        Ok(JsValue::UNDEFINED)
    });
    let writer = future_to_promise(async {
        assert_eq!(counter("fair").note(1, 0).await.unwrap(), [1]);
        Ok(JsValue::UNDEFINED)
    });
    // Comes later than the writer, and could share with the first reader.
    let late = future_to_promise(async {
        assert_eq!(counter("fair").notes(0).await.unwrap(), [1]);
        Ok(JsValue::UNDEFINED)
    });
    JsFuture::from(Promise::all(&Array::of3(&reader, &writer, &late))).await.unwrap();
}

#[wasm_bindgen_test]
async fn work_in_the_background_holds_nothing() {
    let counter = counter("background");
    counter.increment_in_background(5, 20).await.unwrap();
    assert_eq!(counter.add_slowly(1, 0).await.unwrap(), 1);
    for _ in 0..100 {
        if counter.total().await.unwrap() == 6 {
            return;
        }
        crate::time::pause(5).await;
    }
    panic!("the background task did not run");
}
