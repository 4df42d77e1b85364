//! The objects of `docs/recipes.md`, inside workerd.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may fail")]
#![allow(dead_code, unreachable_pub, reason = "a recipe is public, and more than its test uses")]

use durable_object::Class;
use durable_object::test::{env, evict, run_alarm};
use wasm_bindgen_test::wasm_bindgen_test;
use worker::{Headers, Method, Request, RequestInit};

include!(concat!(env!("OUT_DIR"), "/recipes.rs"));

#[wasm_bindgen_test]
async fn one_leads_until_it_resigns() {
    let election = leader_election::Election::named(&env(), "group").unwrap();
    let lead = async |candidate: &str| {
        let term = election.lead(candidate.to_owned()).await.unwrap();
        (term.leader, term.number)
    };
    assert_eq!(lead("ann").await, ("ann".to_owned(), 1));
    assert_eq!(lead("ben").await, ("ann".to_owned(), 1));
    assert_eq!(lead("ann").await, ("ann".to_owned(), 1), "it stays the leader");
    election.resign("ben".to_owned()).await.unwrap();
    assert_eq!(lead("ben").await, ("ann".to_owned(), 1), "nobody resigns for another");
    election.resign("ann".to_owned()).await.unwrap();
    assert_eq!(lead("ben").await, ("ben".to_owned(), 2));
}

#[wasm_bindgen_test]
async fn a_queue_outlasts_its_object_and_is_worked_through() {
    let mailer = a_durable_queue::Mailer::named(&env(), "ann").unwrap();
    for (text, number) in [("one", 1), ("two", 2)] {
        let mail = a_durable_queue::Mail { to: "ben".to_owned(), text: text.to_owned() };
        assert_eq!(mailer.send(mail).await.unwrap(), number);
    }
    evict(&mailer).await.unwrap();
    for _ in 0..100 {
        // The timer is due at once, so it may have gone off by itself.
        run_alarm(&mailer).await.unwrap();
        if mailer.waiting().await.unwrap() == 0 {
            return;
        }
    }
    panic!("two mails still wait");
}

#[wasm_bindgen_test]
async fn a_leased_job_comes_back_until_it_is_acknowledged_or_dead() {
    let jobs = a_queue_with_leases::Jobs::named(&env(), "jobs").unwrap();
    for key in ["a", "a", "b"] {
        jobs.enqueue(key.to_owned(), format!("job {key}")).await.unwrap();
    }
    let leased = jobs.lease(10).await.unwrap();
    let mut texts: Vec<_> = leased.iter().map(|job| (job.text.as_str(), job.attempt)).collect();
    texts.sort_unstable();
    assert_eq!(texts, [("job a", 1), ("job b", 1)]);
    assert!(jobs.lease(10).await.unwrap().is_empty(), "both are leased");
    let of = |text: &str| leased.iter().find(|job| job.text == text).unwrap().id;
    assert!(jobs.ack(of("job a"), 1).await.unwrap());
    assert!(!jobs.ack(of("job a"), 1).await.unwrap(), "it is gone");
    // Nobody says what became of the other: its lease ends, and the next one is another attempt.
    let next = async |attempt| {
        evict(&jobs).await.unwrap();
        for _ in 0..200 {
            if let [job] = &jobs.lease(10).await.unwrap()[..] {
                assert_eq!((job.id, job.attempt), (of("job b"), attempt));
                return;
            }
            worker::Delay::from(std::time::Duration::from_millis(50)).await;
        }
        panic!("attempt {attempt} does not come");
    };
    assert!(run_alarm(&jobs).await.unwrap(), "there is a timer for the lease");
    // The first alarm may have been that of the other lease.
    run_alarm(&jobs).await.unwrap();
    next(2).await;
    assert!(!jobs.ack(of("job b"), 1).await.unwrap(), "that lease has ended");
    jobs.retry(of("job b"), 1).await.unwrap();
    assert!(jobs.lease(10).await.unwrap().is_empty(), "nor can it be given back");
    jobs.retry(of("job b"), 2).await.unwrap();
    next(3).await;
    assert!(jobs.dead().await.unwrap().is_empty());
}

#[wasm_bindgen_test]
async fn a_session_ends() {
    let session = sessions_that_end::Session::named(&env(), "0123").unwrap();
    assert_eq!(session.user().await.unwrap(), None, "a token that nobody was given");
    session.open("ann".to_owned()).await.unwrap();
    assert_eq!(session.user().await.unwrap().as_deref(), Some("ann"));
    assert!(run_alarm(&session).await.unwrap());
    assert_eq!(session.user().await.unwrap(), None);
    assert!(!run_alarm(&session).await.unwrap(), "nothing is left of it");
}

#[wasm_bindgen_test]
async fn shards_count_together() {
    for visitor in ["ann", "ben", "cem", "dee", "ann"] {
        sharding::visit(&env(), visitor).await.unwrap();
    }
    assert_eq!(sharding::total(&env()).await.unwrap(), 5);
}

#[wasm_bindgen_test]
async fn a_client_gets_each_event_once() {
    let news = server_sent_events::News::named(&env(), "weather").unwrap();
    for text in ["sun\nand wind", "rain"] {
        news.publish(text.to_owned()).await.unwrap();
    }
    let after = async |seen: Option<&str>| {
        let headers = Headers::new();
        if let Some(seen) = seen {
            headers.set("Last-Event-ID", seen).unwrap();
        }
        let mut init = RequestInit::new();
        init.with_method(Method::Get).with_headers(headers);
        let request = Request::new_with_init("https://example.com/", &init).unwrap();
        let mut response = news.fetch(request).await.unwrap();
        assert_eq!(response.headers().get("Content-Type").unwrap().as_deref(), Some("text/event-stream"));
        response.text().await.unwrap()
    };
    let (first, second) =
        ("id: 1\nretry: 5000\ndata: \"sun\\nand wind\"\n\n", "id: 2\nretry: 5000\ndata: \"rain\"\n\n");
    assert_eq!(after(None).await, format!("{first}{second}"));
    assert_eq!(after(Some("1")).await, second);
    assert_eq!(after(Some("2")).await, "");
}

#[wasm_bindgen_test]
async fn an_export_without_a_service_is_done() {
    let orders = calls_of_services_outside::Orders::named(&env(), "shop").unwrap();
    orders.order(1, "pears".to_owned()).await.unwrap();
    // Unless its time has come already.
    run_alarm(&orders).await.unwrap();
    assert!(!run_alarm(&orders).await.unwrap());
}

#[wasm_bindgen_test]
async fn a_watcher_looks_until_it_is_stopped() {
    use keeping_an_object_awake::Watcher;

    let watcher = Watcher::named(&env(), "clock").unwrap();
    for looks in 0..3 {
        assert_eq!(watcher.looks().await.unwrap(), looks);
        assert!(run_alarm(&watcher).await.unwrap());
    }
    assert!(watcher.stop().await.is_err(), "the call ends with the object");
    assert_eq!(Watcher::named(&env(), "clock").unwrap().looks().await.unwrap(), 0);
}
