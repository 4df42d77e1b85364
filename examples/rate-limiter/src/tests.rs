//! These run inside workerd, against real objects.

use durable_object::test::{env, evict};
use durable_object::{Class, Date, Request, Response};
use futures_util::future::{join, join_all};
use wasm_bindgen_test::wasm_bindgen_test;
use worker::{Headers, Method, RequestInit};

use crate::{Lease, Lock, LockStub, RateLimiter, Verdict};

async fn ask(user: &str, method: Method, path: &str) -> Response {
    let headers = Headers::new();
    headers.set("authorization", user).unwrap();
    let mut init = RequestInit::new();
    init.with_method(method).with_headers(headers);
    let request = Request::new_with_init(&format!("https://example.com{path}"), &init).unwrap();
    crate::route(request, &env()).await.unwrap()
}

#[wasm_bindgen_test]
async fn a_hundred_in_a_minute_are_allowed_and_no_more() {
    let limiter = RateLimiter::named(&env(), "ann").unwrap();
    assert_eq!(limiter.ask().await.unwrap(), Verdict::Allowed { left: 99 });
    let verdicts = join_all((0..109).map(|_| limiter.ask())).await;
    let allowed = verdicts.iter().filter(|verdict| matches!(verdict, Ok(Verdict::Allowed { .. }))).count();
    // A drop comes back every 600 ms, should this take so long.
    assert!((99..109).contains(&allowed), "{allowed}");
    let refused = ask("ann", Method::Get, "/").await;
    assert_eq!(refused.status_code(), 429);
    assert_eq!(refused.headers().get("retry-after").unwrap().as_deref(), Some("1"));
}

#[wasm_bindgen_test]
async fn each_user_has_a_limit_of_their_own() {
    let limiter = RateLimiter::named(&env(), "ben").unwrap();
    join_all((0..100).map(|_| limiter.ask())).await;
    assert_eq!(ask("cem", Method::Get, "/").await.status_code(), 200);
}

#[wasm_bindgen_test]
async fn who_does_not_say_who_they_are_stays_outside() {
    let request = Request::new("https://example.com/", Method::Get).unwrap();
    assert_eq!(crate::route(request, &env()).await.unwrap().status_code(), 401);
}

fn lock(name: &str) -> LockStub {
    Lock::named(&env(), name).unwrap()
}

#[wasm_bindgen_test]
async fn one_at_a_time_holds_a_lock() {
    let lock = lock("turns");
    let first = lock.acquire(60_000).await.unwrap();
    assert_eq!(first.token, 1);
    assert_eq!(lock.try_acquire(60_000).await.unwrap(), None);
    let (second, released) = join(lock.acquire(60_000), lock.release(first.token)).await;
    assert!(released.unwrap());
    assert_eq!(second.unwrap().token, 2);
    assert!(!lock.release(first.token).await.unwrap(), "it is another's now");
}

#[wasm_bindgen_test]
async fn all_who_wait_get_their_turn() {
    let waiting = lock("queue");
    let turns = join_all((0..20).map(async |_| {
        let lease = waiting.acquire(60_000).await.unwrap();
        waiting.release(lease.token).await.unwrap().then_some(lease.token)
    }));
    let mut tokens: Vec<u64> = turns.await.into_iter().flatten().collect();
    tokens.sort_unstable();
    assert_eq!(tokens, (1..=20).collect::<Vec<_>>());
}

#[wasm_bindgen_test]
async fn a_lease_ends_by_itself() {
    let lock = lock("crashed holder");
    let Lease { token, until } = lock.acquire(50).await.unwrap();
    let next = lock.acquire(60_000).await.unwrap();
    assert_eq!(next.token, token + 1);
    assert!(Date::now() >= until);
    assert!(!lock.release(token).await.unwrap());
}

#[wasm_bindgen_test]
async fn who_holds_a_lock_still_does_after_it_was_out_of_memory() {
    let lock = lock("evicted");
    let held = lock.acquire(60_000).await.unwrap();
    assert!(evict(&lock).await.unwrap());
    assert_eq!(lock.try_acquire(60_000).await.unwrap(), None);
    assert!(lock.release(held.token).await.unwrap());
    assert_eq!(lock.acquire(60_000).await.unwrap().token, held.token + 1);
}

#[wasm_bindgen_test]
async fn requests_take_turns() {
    let answer = ask("dee", Method::Post, "/lock/report").await.text().await;
    assert_eq!(answer.unwrap(), "done as number 1\n");
}
