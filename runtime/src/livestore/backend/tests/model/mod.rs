//! Clients of all kinds on one store, over a network and a platform that fail in every way they can: in the end
//! everybody has the same log, with every event once, and on the way nobody is told anything that an official client
//! does not survive.
//!
//! The backend is the real one on the native platform. The clients do what official ones were seen to do.

mod found;
mod object;
mod poller;
mod replica;
mod socket;
mod steps;
mod world;

use proptest::prelude::*;

use object::ObjectClient;
use poller::Poller;
use replica::Replica;
use socket::SocketClient;
use steps::{Step, steps};
use world::World;

/// What the steps do to a client, whatever its transport.
trait Client {
    fn replica(&mut self) -> &mut Replica;

    /// It does what it has to do: connects, pulls, pushes.
    fn act(&mut self, world: &mut World);

    /// Time passes, in which it does only what it does by itself.
    fn idle(&mut self, _world: &mut World) {}

    /// The network delivers one of its messages; whether there was any.
    fn to_server(&mut self, world: &mut World) -> bool;

    /// The network delivers a message for it; whether there was any.
    fn to_client(&mut self, world: &mut World) -> bool;

    /// Its connection breaks. The server notices only later, if `unnoticed`.
    fn cut(&mut self, world: &mut World, unnoticed: bool);

    /// Something that only happens to clients of its kind.
    fn trouble(&mut self, world: &mut World, which: usize);

    /// Its process ends; it keeps what it has stored.
    fn restart(&mut self, world: &mut World);

    /// The faults are over: whoever waits for a person gets what it waits for.
    fn calm(&mut self, world: &mut World);
}

/// Rounds of a second each in which everybody has to have everything, once nothing fails any more. Waiting takes
/// them: twenty seconds until a silent socket is closed, fifteen until an object has been called five times.
const ROUNDS: usize = 240;
/// Rounds after which a socket without a pull is closed, and its client has pulled over another.
const PATIENCE: usize = 22;

const CLIENTS: usize = 5;

fn clients(world: &mut World, gap: i64) -> Vec<Box<dyn Client>> {
    vec![
        Box::new(SocketClient::new(Replica::new(0, 1))),
        Box::new(SocketClient::new(Replica::new(1, gap))),
        Box::new(Poller::new(Replica::new(2, gap))),
        Box::new(ObjectClient::new(world, Replica::new(3, 1))),
        Box::new(ObjectClient::new(world, Replica::new(4, gap))),
    ]
}

/// Runs a whole history and checks it.
fn run(steps: Vec<Step>, history: usize, gap: i64) {
    let mut world = World::new(history);
    let mut clients = clients(&mut world, gap);
    for step in steps {
        step.take(&mut world, &mut clients);
        world.check_bounds();
    }
    world.check_log(&mut clients);
    settle(&mut world, &mut clients);
    world.check_rest();
    for client in &mut clients {
        client.replica().check_complete(&world.stored());
    }
    world.check_log(&mut clients);
}

/// From here on everything works. Nobody may stay behind.
fn settle(world: &mut World, clients: &mut [Box<dyn Client>]) {
    world.calm();
    for round in 0..ROUNDS {
        world.pass(1_000);
        for client in &mut *clients {
            client.calm(world);
            client.act(world);
        }
        // Messages cause further messages, but not without end.
        for _ in 0..1_000 {
            world.go_on(0);
            let moved = clients.iter_mut().filter_map(|client| {
                let out = client.to_server(world);
                (client.to_client(world) || out).then_some(())
            });
            if moved.count() == 0 && !world.is_busy() {
                break;
            }
        }
        world.check_bounds();
        let log = world.stored();
        // One that has lost its pull is helped once, and that is all.
        assert!(world.closed <= 4, "sockets are closed without end");
        // Who has everything may still have a socket without a pull.
        if round >= PATIENCE && clients.iter_mut().all(|client| client.replica().has(&log)) {
            return;
        }
    }
    let log = world.stored().len();
    let behind: Vec<_> = clients.iter_mut().map(|client| client.replica().to_string()).collect();
    panic!("somebody is left behind; the log has {log} events:\n{}", behind.join("\n"));
}

/// Histories that are tried in a run of all tests.
const CASES: u32 = 32;

/// More of them: `SYNC_MODEL_CASES`.
fn cases() -> u32 {
    std::env::var("SYNC_MODEL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn everybody_ends_with_the_same_log(
        steps in steps(),
        // More than a window of pages, now and then.
        history in prop_oneof![5 => Just(0), 1 => 400..700_usize],
        gap in 1..4_i64,
    ) {
        run(steps, history, gap);
    }
}
