//! What becomes of a push when its answer is late or lost.

use super::*;

#[test]
fn pushes_take_turns() {
    let mut world = World::new();
    let clients: Vec<_> = (0..8).map(|_| world.connect()).collect();
    world.database.hold(true);
    for (index, client) in clients.iter().enumerate() {
        let own = event(1, 0).replace("\"c\"", &format!("\"c{index}\""));
        world.send(client, &push(1, &[own]));
    }
    assert_eq!(world.database.waiting(), 1);
    world.settle();
    let answers: Vec<_> = clients.iter().flat_map(Client::received).collect();
    assert_eq!(answers.iter().filter(|frame| frame["exit"]["_tag"] == "Success").count(), 1);
    assert_eq!(answers.iter().filter(|frame| *failure(frame) == "ServerAheadError").count(), 7);
    assert_eq!(world.stored(), [1]);
}

#[test]
fn a_push_whose_answer_is_lost_is_stored_and_published_once() {
    let mut world = World::new();
    let (writer, reader) = (world.connect(), world.connect());
    world.send(&reader, &pull(0, true));
    reader.received();
    world.database.hold(true);
    world.send(&writer, &push(1, &batch(1..=2)));
    world.database.run(0);
    world.database.lose(0);
    world.settle();
    assert_eq!(writer.received()[0]["exit"]["_tag"], "Success");
    assert_eq!(seen(&reader.received()), [1, 2]);
    assert_eq!((world.stored(), world.head(), reader.line.close_code()), (vec![1, 2], 2, None));
}

#[test]
fn events_that_nest_deeply_are_recognised_as_others_are() {
    let mut world = World::new();
    let client = world.connect();
    for (events, answer) in deep_pushes() {
        world.send(&client, &push(1, &events));
        assert_eq!(client.received()[0]["exit"]["_tag"], answer, "{events:?}");
    }
    assert_eq!((world.stored(), client.line.close_code()), (vec![1, 2], None));
}

#[test]
fn a_push_that_never_arrives_is_refused_and_may_come_again() {
    let mut world = World::new();
    let client = world.connect();
    world.send(&client, &pull(0, true));
    client.received();
    world.database.hold(true);
    world.send(&client, &push(1, &batch(1..=2)));
    for _ in 0..3 {
        world.database.lose(0);
        world.run();
    }
    assert_eq!(failure(&client.received()[0]), "UnknownError");
    // Nothing was answered, so nothing is known until the log is opened again.
    let client = world.connect();
    world.send(&client, &pull(0, true));
    world.settle();
    assert_eq!(seen(&client.received()), Vec::<i64>::new());
    world.send(&client, &push(2, &batch(1..=2)));
    world.settle();
    let answer = client.received();
    assert_eq!((seen(&answer), &answer[1]["exit"]["_tag"]), (vec![1, 2], &json!("Success")));
}

#[test]
fn events_that_were_stored_without_the_head_are_taken_up() {
    let mut world = World::new();
    let (writer, listener) = (world.connect(), world.connect());
    world.send(&listener, &pull(0, true));
    world.database.hold(true);
    world.send(&writer, &push(1, &batch(1..=2)));
    world.database.run(0);
    // The object is lost between the INSERT and the head.
    world.lose_memory();
    world.database.lose(0);
    assert_eq!((world.stored(), world.head()), (vec![1, 2], 0));
    let late = world.connect();
    world.send(&late, &pull(0, true));
    world.settle();
    assert_eq!(world.head(), 2);
    // Those who have heard nothing of it start over.
    assert_eq!([&writer, &listener].map(|client| client.line.close_code()), [Some(1012); 2]);
    let again = world.connect();
    world.send(&again, &push(1, &batch(1..=2)));
    world.settle();
    assert_eq!(again.received()[0]["exit"]["_tag"], "Success", "stored once");
    world.send(&again, &push(2, &batch(3..=3)));
    world.settle();
    assert_eq!(again.received()[0]["exit"]["_tag"], "Success");
    assert_eq!(world.stored(), [1, 2, 3]);
}

#[test]
fn events_that_are_stored_are_made_known_though_the_object_is_lost_while_it_looks() {
    let mut world = World::new();
    let (writer, listener) = (world.connect(), world.connect());
    world.send(&listener, &pull(0, true));
    listener.received();
    world.database.hold(true);
    world.send(&writer, &push(1, &batch(1..=1)));
    world.database.run(0);
    // The answer is lost, a second attempt refused; the object has seen that there is something, and not yet what.
    world.database.lose(0);
    world.run();
    for _ in 0..2 {
        world.answer(0);
    }
    world.lose_memory();
    world.database.lose(0);
    let late = world.connect();
    world.send(&late, &pull(0, true));
    world.settle();
    assert_eq!(listener.line.close_code(), Some(1012), "it lacks an event");
    let reader = world.connect();
    world.send(&reader, &pull(0, true));
    world.settle();
    assert_eq!(seen(&reader.received()), [1]);
}

#[test]
fn a_push_of_an_object_that_is_gone_is_not_stored_behind_its_successor() {
    let mut world = World::new();
    let client = world.connect();
    world.database.hold(true);
    world.send(&client, &push(1, &batch(1..=3)));
    world.lose_memory();
    let client = world.connect();
    world.send(&client, &push(1, &[event(5, 0)]));
    // The request of the earlier one waits first, and is carried out last.
    for _ in 0..3 {
        world.answer(1);
    }
    assert_eq!(client.received()[0]["exit"]["_tag"], "Success");
    world.database.run(0);
    assert_eq!(world.stored(), [5]);
}

#[test]
fn a_push_of_an_object_that_is_gone_that_arrives_in_time_is_noticed() {
    let mut world = World::new();
    let (client, listener) = (world.connect(), world.connect());
    world.database.hold(true);
    world.send(&client, &push(1, &batch(1..=3)));
    world.lose_memory();
    world.send(&listener, &pull(0, true));
    for _ in 0..3 {
        world.answer(1);
    }
    let page = listener.received();
    assert_eq!((seen(&page), is_last(&page[0])), (vec![], true));
    // It comes late.
    world.answer(0);
    let other = world.connect();
    world.send(&other, &push(1, &[event(1, 0).replace("t1", "other")]));
    world.settle();
    assert_eq!(listener.line.close_code(), Some(1012), "it lacks events, and asks again");
    assert_eq!((world.stored(), world.head()), (vec![1, 2, 3], 3));
    let reader = world.connect();
    world.send(&reader, &pull(0, true));
    world.settle();
    assert_eq!(seen(&reader.received()), [1, 2, 3]);
}

#[test]
fn who_has_read_further_than_the_object_knows_may_go_on_from_there() {
    let mut world = World::new();
    let client = world.connect();
    world.send(&client, &push(0, &batch(1..=1)));
    world.send(&client, &pull(0, true));
    assert_eq!(seen(&client.received()[1..]), [1]);
    world.database.query("INSERT INTO eventlog_7_s VALUES (2, 1, 'n', '{}', 't', 'c', 's')");
    let reader = world.connect();
    world.send(&reader, &pull(0, true));
    assert_eq!(seen(&reader.received()), [1, 2]);
    world.send(&reader, &push(1, &batch(3..=3)));
    assert_eq!(client.line.close_code(), Some(1012), "it has not read the second");
    assert_eq!((world.stored(), world.head()), (vec![1, 2, 3], 3));
}

#[test]
fn a_log_that_is_gone_takes_no_late_events_into_its_successor() {
    let mut world = World::new();
    let client = world.connect();
    world.database.hold(true);
    world.send(&client, &push(1, &batch(1..=3)));
    world.lose_memory();
    world.database.query("UPDATE eventlog_owner_7 SET backendId = 'another'");
    world.database.run(0);
    assert_eq!(world.stored(), Vec::<i64>::new());
}
