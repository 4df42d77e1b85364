//! What is pulled, and what happens while it is read.

use super::*;

#[test]
fn what_is_pushed_is_pulled_as_it_was() {
    let mut world = World::new();
    let live = world.connect();
    world.send(&live, &pull(0, true));
    let odd = r#"{"name":"né\u0001w","args":{"n":1e21,"s":"\ud800 \u0000 é","d":1,"d":2},"seqNum":7,"parentSeqNum":0,"clientId":"\"c\\","sessionId":"s"}"#;
    let without = r#"{"name":"n","seqNum":8,"parentSeqNum":7,"clientId":"c","sessionId":"s"}"#;
    let null = r#"{"name":"n","args":null,"seqNum":9,"parentSeqNum":8,"clientId":"c","sessionId":"s"}"#;
    live.line.take_sent();
    let events = [odd.to_owned(), without.to_owned(), null.to_owned()];
    world.send(&live, &push(1, &events));
    world.send(&live, &push(2, &[deep_event(10, 9)]));
    let published = live.line.take_sent();
    assert!(published[1].contains("Success") && published[3].contains("Success"), "{published:?}");
    let late = world.connect();
    world.send(&late, &pull(0, true));
    let pulled = late.line.take_sent();
    let batch = |frame: &str| {
        let (_, rest) = frame.split_once(r#""batch":["#).unwrap();
        rest.split_once(r#"],"pageInfo""#).unwrap().0.to_owned()
    };
    assert_eq!(batch(&pulled[0]), format!("{},{}", batch(&published[0]), batch(&published[2])));
    world.send(&late, &push(3, &events));
    assert_eq!(late.received()[0]["exit"]["_tag"], "Success", "they are known");
    world.send(&late, &push(3, &[event(7, 0)]));
    assert_eq!(failure(&late.received()[0]), "ServerAheadError");
    assert_eq!((world.stored(), world.head()), (vec![7, 8, 9, 10], 10));
}

#[test]
fn pages_fit_an_answer_and_large_events_travel_alone() {
    let mut world = World::new();
    let client = world.connect();
    world.send(&client, &pull(0, true));
    let sized = |number: i64, size: usize| {
        event(number, number - 1).replace(&format!("t{number}"), &"x".repeat(size))
    };
    let events: Vec<_> = (1..=12).map(|number| sized(number, 100_000)).collect();
    world.send(&client, &push(1, &events));
    world.send(&client, &push(2, &[sized(13, 1_800_000), sized(14, 10), sized(15, 1_000_000)]));
    assert_eq!(client.received().iter().filter(|frame| frame["exit"]["_tag"] == "Success").count(), 2);
    let late = world.connect();
    world.send(&late, &pull(0, true));
    let mut frames = late.received();
    for _ in 0..10 {
        world.send(&late, &ack(0));
        frames.extend(late.received());
    }
    let pages: Vec<_> = frames.iter().map(numbers).collect();
    assert_eq!(
        pages,
        [vec![1, 2, 3, 4], vec![5, 6, 7, 8], vec![9, 10, 11, 12], vec![13], vec![14], vec![15]]
    );
    assert!(is_last(frames.last().unwrap()));
}

#[test]
fn a_page_that_was_read_before_a_push_is_not_the_last() {
    let mut world = World::new();
    let (writer, reader) = (world.connect(), world.connect());
    world.send(&writer, &push(0, &batch(1..=2)));
    world.database.hold(true);
    world.send(&reader, &pull(0, true));
    world.database.run(0);
    world.send(&writer, &push(1, &batch(3..=3)));
    // The push is answered first.
    world.answer(1);
    assert_eq!(reader.received(), Vec::<Json>::new());
    world.answer(0);
    let page = reader.received();
    assert_eq!((numbers(&page[0]), is_last(&page[0])), (vec![1, 2], false));
    world.settle();
    let page = reader.received();
    assert_eq!((numbers(&page[0]), is_last(&page[0])), (vec![3], true));
}

#[test]
fn an_empty_page_that_was_read_before_a_push_is_read_again() {
    let mut world = World::new();
    let (writer, reader) = (world.connect(), world.connect());
    world.database.hold(true);
    world.send(&reader, &pull(0, true));
    world.database.run(0);
    world.send(&writer, &push(1, &batch(1..=3)));
    world.answer(1);
    world.answer(0);
    assert_eq!(reader.received(), Vec::<Json>::new());
    world.settle();
    let page = reader.received();
    assert_eq!((page.len(), numbers(&page[0]), is_last(&page[0])), (1, vec![1, 2, 3], true));
}

#[test]
fn a_page_that_has_a_push_before_it_is_answered_has_it_once() {
    let mut world = World::new();
    let (writer, reader) = (world.connect(), world.connect());
    world.database.hold(true);
    world.send(&writer, &push(1, &batch(1..=3)));
    world.database.run(0);
    world.send(&reader, &pull(0, true));
    world.answer(1);
    assert_eq!(seen(&reader.received()), [1, 2, 3]);
    world.settle();
    assert_eq!(reader.received(), Vec::<Json>::new());
    world.send(&writer, &push(2, &batch(4..=4)));
    world.settle();
    assert_eq!(seen(&reader.received()), [4]);
}

#[test]
fn frames_that_arrive_while_a_page_is_read_lose_nothing() {
    let mut world = World::new();
    let (writer, reader) = (world.connect(), world.connect());
    world.send(&writer, &push(0, &batch(1..=600)));
    world.send(&reader, &pull(0, true));
    world.send(&reader, &pull(1, false));
    let first = reader.received();
    assert_eq!(first.len(), 8, "two windows");
    world.database.hold(true);
    // All acknowledgements at once: only one page is read at a time, and none twice.
    for _ in 0..4 {
        world.send(&reader, &ack(0));
    }
    assert_eq!(world.database.waiting(), 1);
    world.send(&reader, &ack(1));
    assert_eq!(world.database.waiting(), 2);
    // The second pull goes, the first goes on.
    world.send(&reader, &interrupt(1));
    world.settle();
    let rest = reader.received();
    assert_eq!(rest.iter().map(|frame| frame["requestId"].clone()).collect::<Vec<_>>(), ["0", "0"]);
    assert_eq!(seen(&rest), (401..=600).collect::<Vec<_>>());
    // A pull takes the place of one that is still being read.
    world.send(&reader, &pull(2, false));
    world.send(&reader, &interrupt(2));
    world.send(&reader, &pull(2, false));
    world.settle();
    assert_eq!(seen(&reader.received()), (1..=400).collect::<Vec<_>>());
    // And one whose socket goes meanwhile harms nobody.
    world.send(&reader, &pull(3, false));
    reader.line.close(None, "").unwrap();
    world.settle();
    world.send(&writer, &push(1, &batch(601..=601)));
    world.settle();
    assert_eq!(writer.received().last().unwrap()["exit"]["_tag"], "Success");
}
