//! What can happen, one thing after the other.

use proptest::prelude::*;

use super::world::{Crash, World};
use super::{CLIENTS, Client};

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A client's user does something.
    Commit {
        client: usize,
        count: usize,
    },
    Act {
        client: usize,
    },
    ToServer {
        client: usize,
        messages: usize,
    },
    ToClient {
        client: usize,
        messages: usize,
    },
    Cut {
        client: usize,
        unnoticed: bool,
    },
    Trouble {
        client: usize,
        which: usize,
    },
    Restart {
        client: usize,
    },
    /// Something that waits in the backend goes on.
    GoOn {
        which: usize,
    },
    Pass {
        millis: i64,
    },
    /// Hooks wait for something from now on, or not any more.
    Slow {
        slow: bool,
    },
    Hibernate,
    Crash {
        how: Crash,
    },
    Replace {
        moved: bool,
    },
}

/// The longest time, in milliseconds, in which clients do nothing by themselves.
const MOMENT: i64 = 5_000;

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let client = 0..CLIENTS;
    let some = prop_oneof![6 => 1..4_usize, 1 => 40..260_usize];
    let time = prop_oneof![4 => 1..1_500_i64, 1 => 1_500..15_000_i64];
    let how = prop_oneof![Just(Crash::Writes), Just(Crash::Messages), Just(Crash::Nothing)];
    let step = prop_oneof![
        8 => (client.clone(), some).prop_map(|(client, count)| Step::Commit { client, count }),
        14 => client.clone().prop_map(|client| Step::Act { client }),
        14 => (client.clone(), 1..4_usize).prop_map(|(client, messages)| Step::ToServer { client, messages }),
        14 => (client.clone(), 1..4_usize).prop_map(|(client, messages)| Step::ToClient { client, messages }),
        2 => (client.clone(), any::<bool>()).prop_map(|(client, unnoticed)| Step::Cut { client, unnoticed }),
        6 => (client.clone(), 0..12_usize).prop_map(|(client, which)| Step::Trouble { client, which }),
        1 => client.prop_map(|client| Step::Restart { client }),
        6 => (0..4_usize).prop_map(|which| Step::GoOn { which }),
        6 => time.prop_map(|millis| Step::Pass { millis }),
        3 => any::<bool>().prop_map(|slow| Step::Slow { slow }),
        2 => Just(Step::Hibernate),
        2 => how.prop_map(|how| Step::Crash { how }),
    ];
    // Operators seldom do anything, and half of all histories are without.
    let operated =
        prop_oneof![60 => step.clone(), 1 => any::<bool>().prop_map(|moved| Step::Replace { moved })];
    prop_oneof![prop::collection::vec(step, 1..160), prop::collection::vec(operated, 1..160)]
}

impl Step {
    pub(super) fn take(self, world: &mut World, clients: &mut [Box<dyn Client>]) {
        match self {
            Self::Commit { client, count } => clients[client].replica().commit(count),
            Self::Act { client } => clients[client].act(world),
            Self::ToServer { client, messages } => {
                for _ in 0..messages {
                    clients[client].to_server(world);
                }
            }
            Self::ToClient { client, messages } => {
                for _ in 0..messages {
                    clients[client].to_client(world);
                }
            }
            Self::Cut { client, unnoticed } => clients[client].cut(world, unnoticed),
            Self::Trouble { client, which } => clients[client].trouble(world, which),
            Self::Restart { client } => clients[client].restart(world),
            Self::GoOn { which } => world.go_on(which),
            Self::Pass { millis } => {
                // A client that stood still meanwhile, and did not ping, could not be told from one that is gone.
                let mut left = millis;
                while left > 0 {
                    world.pass(left.min(MOMENT));
                    left -= MOMENT;
                    for client in &mut *clients {
                        client.idle(world);
                    }
                }
            }
            Self::Slow { slow } => world.set_slow(slow),
            Self::Hibernate => world.hibernate(),
            Self::Crash { how } => world.crash_next(how),
            Self::Replace { moved } => world.replace(moved),
        }
    }
}
