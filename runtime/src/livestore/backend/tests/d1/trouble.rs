//! A database that does not answer for a while, and what each generation of clients hears of it.

use super::super::super::headers::ForwardedHeaders;
use super::super::super::transport::http;
use super::*;
use crate::sys::{now_millis, set_now};

/// As a client after 0.4.0 says it.
fn later(frame: &str) -> String {
    let (before, rest) = frame.split_once(r#""id":""#).unwrap();
    let (id, after) = rest.split_once('"').unwrap();
    format!(r#"{before}"id":{id}{after}"#)
}

impl World {
    /// Loses whatever is asked for, until nothing is.
    fn lose_all(&mut self) {
        self.run();
        while self.database.waiting() > 0 {
            self.database.lose(0);
            self.run();
        }
    }

    /// Time passes.
    fn wait(&mut self, seconds: i64) {
        set_now(now_millis() + seconds * 1_000);
        self.run();
    }
}

#[test]
fn a_later_client_waits_until_its_push_is_stored() {
    let mut world = World::new();
    let (client, other) = (world.connect(), world.connect());
    for client in [&client, &other] {
        world.send(client, &later(&pull(0, true)));
        client.received();
    }
    world.database.hold(true);
    world.send(&client, &later(&push(1, &batch(1..=2))));
    for seconds in [1, 2, 4] {
        world.lose_all();
        world.wait(seconds);
        assert!(world.database.waiting() > 0, "it is tried again");
    }
    assert_eq!((client.received(), other.received()), (vec![], vec![]));
    world.settle();
    assert_eq!((seen(&other.received()), world.stored(), world.head()), (vec![1, 2], vec![1, 2], 2));
    let heard = client.received();
    assert_eq!((seen(&heard), &heard[1]["exit"]["_tag"]), (vec![1, 2], &json!("Success")));
    assert_eq!([&client, &other].map(|client| client.line.close_code()), [None; 2]);
}

#[test]
fn a_push_whose_client_has_gone_is_not_tried_again() {
    let mut world = World::new();
    let client = world.connect();
    world.database.hold(true);
    world.send(&client, &later(&push(1, &batch(1..=2))));
    world.lose_all();
    client.line.close(Some(1_000), "").unwrap();
    world.wait(1);
    assert_eq!((world.database.waiting(), world.tasks.len()), (0, 0));
}

#[test]
fn an_earlier_client_is_told_that_its_push_failed_and_its_pull_is_closed() {
    let mut world = World::new();
    let (pusher, puller) = (world.connect(), world.connect());
    world.database.hold(true);
    world.send(&pusher, &push(1, &batch(1..=2)));
    world.lose_all();
    assert_eq!(failure(&pusher.received()[0]), "UnknownError");
    world.send(&puller, &pull(0, true));
    world.lose_all();
    assert_eq!((puller.received(), puller.line.close_code()), (vec![], Some(1011)));
    assert_eq!(world.tasks.len(), 0);
}

#[test]
fn a_later_client_waits_for_its_pages() {
    let mut world = World::new();
    let writer = world.connect();
    world.send(&writer, &push(0, &batch(1..=150)));
    let reader = world.connect();
    world.database.hold(true);
    world.send(&reader, &later(&pull(1, true)));
    world.lose_all();
    // The push looks up where the log ends by now. It must not take the reader for one that was left alone.
    world.send(&writer, &push(2, &batch(151..=151)));
    world.lose_all();
    world.wait(1);
    world.settle();
    assert_eq!((seen(&reader.received()), reader.line.close_code()), ((1..=150).collect(), None));
    world.send(&writer, &push(3, &batch(151..=151)));
    world.settle();
    assert_eq!(seen(&reader.received()), [151]);
}

#[test]
fn a_later_client_waits_until_its_object_has_opened_the_log() {
    let mut world = World::new();
    let client = world.connect();
    world.send(&client, &push(0, &batch(1..=3)));
    client.received();
    world.lose_memory();
    world.database.hold(true);
    world.send(&client, &later(&pull(1, true)));
    world.lose_all();
    world.wait(1);
    world.settle();
    assert_eq!((seen(&client.received()), client.line.close_code()), (vec![1, 2, 3], None));
}

#[test]
fn a_pull_over_http_is_answered_late_rather_than_with_an_error() {
    for change in [str::to_owned, later] {
        let mut world = World::new();
        let client = world.connect();
        world.send(&client, &push(0, &batch(1..=3)));
        world.database.hold(true);
        let object = Rc::clone(&world.object);
        let said = Rc::new(std::cell::RefCell::new(String::new()));
        let request = change(&pull(1, false)).replace("SyncWsRpc", "SyncHttpRpc");
        let body = Rc::clone(&said);
        world.tasks.push(Box::pin(async move {
            let service = &object.service;
            let mut answer = http::answer(service, &request, &ForwardedHeaders::default()).await.unwrap();
            let (text, more) = answer.next(service).await;
            assert!(!more);
            body.replace(text.to_string());
        }));
        world.lose_all();
        assert_eq!(world.tasks.len(), 1, "it waits");
        world.wait(1);
        world.settle();
        let answer = parse(&said.borrow());
        assert_eq!((numbers(&answer[0]), &answer[1]["exit"]["_tag"]), (vec![1, 2, 3], &json!("Success")));
    }
}
