//! Histories that once ended badly, as short as they can be told.

use super::run;
use super::steps::Step::{self, Act, Commit, Cut, Pass, Replace, Slow, ToClient, ToServer, Trouble};
use super::world::Crash;

/// The first client with a socket, and the first that is a durable object.
const SOCKET: usize = 0;
const POLLER: usize = 2;
const OBJECT: usize = 3;
const OTHER: usize = 1;

const GO_ON: Step = Step::GoOn { which: 0 };
const CONNECT_AGAIN: Step = Trouble { client: SOCKET, which: 2 };

fn commit(client: usize) -> Step {
    Commit { client, count: 1 }
}

fn act(client: usize) -> Step {
    Act { client }
}

fn to_server(client: usize) -> Step {
    ToServer { client, messages: 1 }
}

fn to_client(client: usize) -> Step {
    ToClient { client, messages: 2 }
}

/// The object has applied what it pulled, and listens.
fn listening() -> Vec<Step> {
    vec![act(OBJECT), to_server(OBJECT), Pass { millis: 500 }, to_client(OBJECT)]
}

/// Another client has stored an event.
fn stored(client: usize) -> Vec<Step> {
    vec![
        act(client),
        to_server(client),
        to_client(client),
        commit(client),
        act(client),
        to_server(client),
        to_server(client),
    ]
}

#[test]
fn a_client_that_says_nothing_after_a_ping_timeout() {
    run(vec![act(SOCKET), CONNECT_AGAIN, commit(OTHER)], 0, 1);
}

#[test]
fn a_client_that_lacks_nothing_after_a_ping_timeout() {
    run(vec![act(SOCKET), CONNECT_AGAIN], 0, 1);
}

#[test]
fn a_push_whose_answer_was_lost_in_a_ping_timeout() {
    let mut steps = stored(SOCKET);
    steps.push(CONNECT_AGAIN);
    run(steps, 0, 1);
}

#[test]
fn an_object_that_still_applies_its_pull_when_the_backend_starts_anew() {
    let mut steps = vec![act(OBJECT), to_server(OBJECT), to_client(OBJECT)];
    steps.extend(stored(SOCKET));
    steps.extend([
        Step::Crash { how: Crash::Nothing },
        GO_ON,
        GO_ON,
        to_client(OBJECT),
        GO_ON,
        to_client(OBJECT),
    ]);
    run(steps, 0, 1);
}

#[test]
fn a_hook_that_takes_longer_than_an_object_to_listen() {
    let mut steps = stored(SOCKET);
    steps.extend([act(OBJECT), Slow { slow: true }, to_server(OBJECT), GO_ON, Slow { slow: false }]);
    steps.extend(stored(OTHER));
    steps.extend([Pass { millis: 1_000 }, to_client(OBJECT), GO_ON, to_client(OBJECT), GO_ON]);
    run(steps, 0, 1);
}

#[test]
fn a_reset_while_an_object_is_called() {
    let mut steps = listening();
    steps.extend(stored(SOCKET));
    steps.extend([GO_ON, Replace { moved: false }, commit(OTHER)]);
    run(steps, 0, 1);
}

#[test]
fn a_pull_that_waits_longer_than_the_one_after_it() {
    let pull = [act(OBJECT), to_server(OBJECT)];
    let mut steps = vec![Slow { slow: true }];
    steps.extend(pull.clone());
    steps.push(Cut { client: OBJECT, unnoticed: false });
    steps.extend(pull);
    steps.push(commit(SOCKET));
    run(steps, 0, 1);
}

#[test]
fn what_was_stored_just_before_the_end_of_a_process() {
    let mut steps = listening();
    steps.extend([act(SOCKET), to_server(SOCKET), to_client(SOCKET), commit(SOCKET), act(SOCKET)]);
    // An Ack, and then the push.
    steps.extend([to_server(SOCKET), Step::Crash { how: Crash::Messages }, to_server(SOCKET)]);
    run(steps, 0, 1);
}

#[test]
fn a_hook_that_is_told_of_a_push_while_the_next_one_is_stored() {
    let connect = |client| [act(client), to_server(client), to_client(client), to_server(client)];
    let mut steps = Vec::from(connect(OTHER));
    steps.extend(connect(SOCKET));
    steps.extend([commit(SOCKET), act(SOCKET), Slow { slow: true }, to_server(SOCKET), GO_ON]);
    steps.extend([Slow { slow: false }, act(POLLER), to_server(POLLER), to_client(POLLER)]);
    steps.extend([commit(POLLER), act(POLLER), to_server(POLLER), to_client(OTHER), GO_ON, to_client(OTHER)]);
    run(steps, 0, 1);
}
