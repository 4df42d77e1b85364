//! Several processes and one backend, with a network that loses, doubles, delays and reorders.

mod backend;
mod client;

use std::collections::BTreeSet;

use proptest::prelude::*;

use self::backend::Backend;
use self::client::Client;
use super::*;
use crate::livestore::client::merge::{ClientOnly, Merged, Payload, SyncState, merge};

/// The number of events in a page of the model.
const PAGE: usize = 3;
/// The limit of rounds until all clients are equal.
const ROUNDS: usize = 300;
/// The limit of messages in a round.
const MESSAGES: usize = 2_000;

#[derive(Debug, Clone)]
enum Step {
    /// A client commits some events.
    Commit { client: usize, count: usize },
    /// A message arrives. The messages are not in order.
    Deliver { which: usize },
    /// A message is lost, and its client is told so or not.
    Lose { which: usize, is_told: bool },
    /// An answer or a call comes once more, later.
    Double { which: usize },
    /// A pull's answer ends after some pages.
    Cut { which: usize, pages: usize },
    /// The backend refuses a push.
    Refuse { which: usize },
    /// Time passes, and alarms go off.
    Pass { millis: i64 },
    /// A client loses its memory, and wakes.
    Evict { client: usize },
    /// A client begins with its tables again, or with empty ones. Answers to its calls come still.
    StartOver { client: usize, is_empty: bool },
    /// Someone resumes a client.
    Resume { client: usize },
    /// The backend forgets whom to call.
    Forget,
    /// The backend begins anew.
    Replace,
    /// The backend loses its last events. Only a client that is alone can notice.
    RollBack { count: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let (client, which) = (0..3_usize, 0..1_000_usize);
    prop_oneof![
        8 => (client.clone(), 1..4_usize).prop_map(|(client, count)| Step::Commit { client, count }),
        24 => which.clone().prop_map(|which| Step::Deliver { which }),
        4 => (which.clone(), any::<bool>()).prop_map(|(which, is_told)| Step::Lose { which, is_told }),
        3 => which.clone().prop_map(|which| Step::Double { which }),
        2 => (which.clone(), 0..3_usize).prop_map(|(which, pages)| Step::Cut { which, pages }),
        1 => which.prop_map(|which| Step::Refuse { which }),
        5 => prop_oneof![0..200_i64, Just(1_000), Just(31_000), Just(61_000)]
            .prop_map(|millis| Step::Pass { millis }),
        2 => client.clone().prop_map(|client| Step::Evict { client }),
        2 => (client.clone(), any::<bool>())
            .prop_map(|(client, is_empty)| Step::StartOver { client, is_empty }),
        1 => client.prop_map(|client| Step::Resume { client }),
        1 => Just(Step::Forget),
        1 => Just(Step::Replace),
        1 => (1..3_usize).prop_map(|count| Step::RollBack { count }),
    ]
}

/// A message on its way.
#[derive(Debug, Clone)]
enum Message {
    Pull { number: u32, after: Option<(String, i64)>, is_live: bool },
    Push { number: u32, batch: Vec<LogEvent>, backend_id: Option<String> },
    Pulled { number: u32, pages: Vec<Page>, exit: Exit },
    Pushed { number: u32, through: i64, exit: Exit },
    Call(Page),
}

/// A message from a client, or to it.
#[derive(Debug, Clone)]
struct Packet {
    client: usize,
    /// The number of evictions of the client before the message.
    life: usize,
    message: Message,
}

struct World {
    clients: Vec<Client>,
    backend: Backend,
    network: Vec<Packet>,
    now: i64,
    made: usize,
    has_rolled_back: bool,
}

/// The text that no two committed events share.
fn mark(event: &LogEvent) -> String {
    event.content.args.clone().unwrap()
}

impl World {
    fn new(clients: usize, is_lenient: bool) -> Self {
        let backend = Backend { id: "b0".into(), log: Vec::new(), listeners: BTreeSet::new(), is_lenient };
        let mut world = Self {
            clients: Vec::new(),
            backend,
            network: Vec::new(),
            now: 0,
            made: 0,
            has_rolled_back: false,
        };
        for index in 0..clients {
            let (process, actions) = Process::open(CONFIG, Opened::default(), 0);
            world.clients.push(Client {
                process,
                state: SyncState::empty(),
                log: Vec::new(),
                backend_id: None,
                parked: Vec::new(),
                alarm: None,
                life: 0,
                committed: BTreeSet::new(),
                rejected: BTreeSet::new(),
                forgotten: BTreeSet::new(),
            });
            world.act(index, actions);
            world.input(index, |process, now| process.watch(true, now));
        }
        world
    }

    fn input(&mut self, client: usize, input: impl FnOnce(&mut Process, i64) -> Vec<Action>) {
        let actions = input(&mut self.clients[client].process, self.now);
        self.act(client, actions);
    }

    /// Does the work that a process asks for.
    fn act(&mut self, index: usize, actions: Vec<Action>) {
        let last = actions.len().saturating_sub(1);
        for (place, action) in actions.into_iter().enumerate() {
            let client = &mut self.clients[index];
            let message = match action {
                Action::Pull { number, after, is_live } => Message::Pull { number, after, is_live },
                Action::Push { number, after, limit } => {
                    assert_eq!(after, client.state.upstream_head.global);
                    // The bytes allow only some of them.
                    let limit = usize::try_from(limit).unwrap().min(1 + number as usize % 3);
                    let pending = client.state.pending.iter().take(limit);
                    let batch: Vec<_> =
                        pending.map(|event| LogEvent::from_global(event.to_global())).collect();
                    Message::Push { number, batch, backend_id: client.backend_id.clone() }
                }
                Action::Confirm { through } => {
                    let count = usize::try_from(through - client.state.upstream_head.global).unwrap();
                    let confirmed = client.state.pending.drain(..count);
                    client.log.extend(confirmed.map(|event| LogEvent::from_global(event.to_global())));
                    client.state.upstream_head = Seq::synced(through);
                    continue;
                }
                Action::Apply { events } => {
                    assert_eq!(place, last, "it is the last action");
                    let applied = client.apply(events);
                    self.input(index, |process, now| process.applied(applied, now));
                    continue;
                }
                Action::Learn { backend_id } => {
                    let earlier = client.backend_id.replace(backend_id);
                    assert!(earlier.is_none() || client.state.upstream_head.global == 0);
                    continue;
                }
                Action::Reset => {
                    client.reset();
                    continue;
                }
                Action::Park(parked) => {
                    client.parked.push(parked);
                    continue;
                }
                Action::Resumed => {
                    client.parked.clear();
                    continue;
                }
                Action::Wake { at } => {
                    client.alarm = at;
                    continue;
                }
                Action::Halt(halt) => panic!("{halt:?}"),
                Action::Unsubscribe { .. } | Action::Notify => continue,
            };
            let life = client.life;
            self.network.push(Packet { client: index, life, message });
        }
        self.clients[index].check(self.has_rolled_back);
    }

    fn take_packet(&mut self, which: usize) -> Option<Packet> {
        let count = self.network.len();
        (count > 0).then(|| self.network.remove(which % count))
    }

    fn step(&mut self, step: Step) {
        let clients = self.clients.len();
        match step {
            Step::Commit { client, count } => self.commit(client % clients, count),
            Step::Deliver { which } => {
                if let Some(packet) = self.take_packet(which) {
                    self.deliver(packet, usize::MAX);
                }
            }
            Step::Lose { which, is_told } => {
                if let Some(packet) = self.take_packet(which)
                    && is_told
                {
                    self.fail(&packet);
                }
            }
            Step::Double { which } => {
                let count = self.network.len().max(1);
                if let Some(packet) = self.network.get(which % count)
                    && !matches!(packet.message, Message::Pull { .. } | Message::Push { .. })
                {
                    self.network.push(packet.clone());
                }
            }
            Step::Cut { which, pages } => {
                if let Some(packet) = self.take_packet(which) {
                    self.deliver(packet, pages);
                }
            }
            Step::Refuse { which } => match self.take_packet(which) {
                Some(Packet { client, life, message: Message::Push { number, batch, .. } }) => {
                    let through = batch.last().unwrap().seq.global;
                    let message = Message::Pushed { number, through, exit: unknown() };
                    self.network.push(Packet { client, life, message });
                }
                other => self.network.extend(other),
            },
            Step::Pass { millis } => {
                self.now += millis;
                for client in 0..clients {
                    if self.clients[client].alarm.is_some_and(|at| at <= self.now) {
                        self.clients[client].alarm = None;
                        self.input(client, Process::timer);
                    }
                }
            }
            Step::Evict { client } => {
                self.clients[client % clients].life += 1;
                self.open(client % clients, 0);
            }
            Step::StartOver { client, is_empty } => {
                let client = client % clients;
                if is_empty {
                    self.clients[client].reset();
                    self.clients[client].parked.clear();
                }
                let calls = self.clients[client].process.calls();
                self.open(client, calls);
            }
            Step::Resume { client } => self.input(client % clients, Process::resume),
            Step::Forget => self.backend.listeners.clear(),
            Step::Replace => {
                self.backend.id.push('x');
                self.backend.log.clear();
                self.backend.listeners.clear();
            }
            Step::RollBack { count } => {
                if clients == 1 {
                    let left = self.backend.log.len().saturating_sub(count);
                    self.backend.log.truncate(left);
                    self.has_rolled_back = true;
                }
            }
        }
    }

    fn commit(&mut self, index: usize, count: usize) {
        for _ in 0..count {
            self.made += 1;
            let mut event = event(0, 0, &format!("client {index}"));
            Rc::get_mut(&mut event.content).unwrap().args = Some(self.made.to_string());
            let client = &mut self.clients[index];
            client.committed.insert(mark(&event));
            let new = vec![event.after(client.state.local_head, 0)];
            let merged = merge(client.state.clone(), Payload::LocalPush { new }, ClientOnly::Compare);
            let Ok(Merged::Advance { state, .. }) = merged else { panic!("{merged:?}") };
            client.state = state;
        }
        self.input(index, |process, now| process.committed(i64::try_from(count).unwrap(), now));
    }

    /// Delivers a message, or a part of the pages in it.
    fn deliver(&mut self, packet: Packet, most_pages: usize) {
        let Packet { client, life, ref message } = packet;
        let mut answer = None;
        let is_current = self.clients[client].life == life;
        match message {
            Message::Pull { number, after, is_live } => {
                let (pages, exit) = self.backend.pull(after.as_ref());
                if *is_live && exit == Exit::Success {
                    self.backend.listeners.insert(client);
                }
                answer = Some(Message::Pulled { number: *number, pages, exit });
            }
            Message::Push { number, batch, backend_id } => {
                let before = self.backend.log.len();
                let exit = self.backend.push(batch, backend_id.as_ref());
                let through = batch.last().unwrap().seq.global;
                answer = Some(Message::Pushed { number: *number, through, exit });
                if self.backend.log.len() > before {
                    let page = Page {
                        backend_id: self.backend.id.clone(),
                        events: batch.clone(),
                        more: More::Nothing,
                    };
                    for &client in &self.backend.listeners {
                        let message = Message::Call(page.clone());
                        self.network.push(Packet { client, life: 0, message });
                    }
                }
            }
            Message::Pulled { number, pages, exit } if is_current => {
                for page in pages.iter().take(most_pages) {
                    self.input(client, |process, now| process.page(*number, page.clone(), now));
                }
                if most_pages < pages.len() {
                    self.fail(&packet);
                } else {
                    self.input(client, |process, now| process.pull_ended(*number, exit.clone(), now));
                }
            }
            Message::Pushed { number, through, exit } if is_current => {
                let random = u32::try_from(self.made).unwrap().wrapping_mul(2_654_435_761);
                self.input(client, |process, now| {
                    process.push_answered(*number, *through, exit.clone(), now, random)
                });
            }
            Message::Call(page) => self.input(client, |process, now| process.callback(page.clone(), now)),
            Message::Pulled { .. } | Message::Pushed { .. } => {}
        }
        if let Some(message) = answer {
            self.network.push(Packet { client, life, message });
        }
    }

    /// Tells the client of a call that it has failed.
    fn fail(&mut self, packet: &Packet) {
        if self.clients[packet.client].life != packet.life {
            return;
        }
        match packet.message {
            Message::Pull { number, .. } | Message::Pulled { number, .. } => {
                self.input(packet.client, |process, now| {
                    process.pull_failed(number, failure(true, false), now)
                });
            }
            Message::Push { number, .. } | Message::Pushed { number, .. } => {
                self.input(packet.client, |process, now| {
                    process.push_failed(number, failure(true, false), now)
                });
            }
            Message::Call(_) => {}
        }
    }

    fn open(&mut self, index: usize, calls: u32) {
        let client = &mut self.clients[index];
        let opened = Opened {
            head: client.state.upstream_head.global,
            pending: i64::try_from(client.state.pending.len()).unwrap(),
            backend_id: client.backend_id.clone(),
            halted: None,
            parked: client.parked.clone(),
            calls,
        };
        let (process, actions) = Process::open(CONFIG, opened, self.now);
        client.process = process;
        self.act(index, actions);
        self.input(index, |process, now| process.watch(true, now));
    }

    /// Lets everything arrive until all clients are equal.
    fn settle(&mut self) {
        for index in 0..self.clients.len() {
            if self.has_rolled_back {
                // Only a push shows a client that it is ahead.
                self.commit(index, 1);
            }
        }
        for _ in 0..ROUNDS {
            for _ in 0..MESSAGES {
                if let Some(packet) = self.take_packet(0) {
                    self.deliver(packet, usize::MAX);
                }
            }
            assert_eq!(self.network.len(), 0, "the clients fall silent until an alarm");
            let head = self.backend.head();
            let is_equal = |client: &Client| {
                let status = client.process.status();
                status.is_backend_synced
                    && status.head == head
                    && client.backend_id.as_ref() == Some(&self.backend.id)
            };
            if self.clients.iter().all(is_equal) {
                return;
            }
            self.step(Step::Pass { millis: 10_000 });
            for index in 0..self.clients.len() {
                if !self.clients[index].parked.is_empty() {
                    self.step(Step::Resume { client: index });
                }
            }
        }
        let clients: Vec<_> = self.clients.iter().map(|client| (&client.process, &client.alarm)).collect();
        panic!("the clients do not become equal to {} {}: {clients:?}", self.backend.id, self.backend.head());
    }

    fn check_end(&self) {
        let content = |log: &[LogEvent]| -> Vec<_> {
            log.iter().map(|event| (event.seq.global, Rc::clone(&event.content))).collect()
        };
        for client in &self.clients {
            assert_eq!(content(&client.log), content(&self.backend.log), "the logs are equal");
            assert_eq!(client.state.pending, []);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn all_clients_become_equal_and_no_event_is_lost_or_doubled(
        clients in 1..4_usize,
        is_lenient: bool,
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut world = World::new(clients, is_lenient);
        for step in steps {
            world.step(step);
        }
        world.settle();
        world.check_end();
    }
}
