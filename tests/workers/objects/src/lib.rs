//! The objects that the tests call, each the smallest that shows one side of the model.

mod account;
mod alarming;
mod bystander;
mod caller;
mod configured;
mod counter;
mod crashing;
mod echo;
mod faceted;
mod flow;
mod former;
mod legacy;
mod lobby;
mod matrix;
mod mortal;
mod notes;
mod pairs;
mod quota;
mod room;
mod scheduling;
mod stillborn;
mod tables;
mod time;
mod unread;
mod values;
mod versions;
mod waking;

pub use account::{Account, AccountStub, NotFound, Scripted, WithdrawError};
pub use alarming::{Alarming, AlarmingStub};
pub use bystander::{Bystander, Condition};
pub use caller::{Caller, Unbound};
pub use configured::{Bindings, Configured, Limits, Misconfigured, Misunderstood};
pub use counter::{Counter, CounterStub};
pub use crashing::Crashing;
pub use echo::{Echo, EchoStub, Flat, Large, Nested, Shape, Tagged, Todo, Tree};
pub use faceted::{About, Faceted, FacetedStub, Part, Start, Task};
pub use flow::{Flow, FlowStub};
pub use former::{Former, FormerStub, Visit};
pub use legacy::{Legacy, LegacyStub, LegacyTimers, LegacyTimersStub};
pub use lobby::{Guest, Lobby, Seen};
pub use mortal::{Mortal, MortalStub};
pub use notes::{Note, Notes, NotesStub};
pub use pairs::{Pairs, PairsStub, Photo, Wanted};
pub use quota::{Metered, MeteredStub, Quota, Ticker, Ticking, TickingStub};
pub use room::{Closed, Member, Report, Room, RoomStub};
pub use scheduling::{Listed, Scheduling, SchedulingStub};
pub use stillborn::Stillborn;
pub use tables::{Cell, Rows, Tables, TablesStub};
pub use unread::{Unread, UnreadStub, Way};
pub use values::{Kind, Record, Values, ValuesStub};
pub use versions::{Versions, VersionsStub};
pub use waking::Waking;

/// The worker written in Rust, which calls the objects too.
#[worker::event(fetch)]
async fn fetch(
    request: worker::Request,
    env: worker::Env,
    _ctx: worker::Context,
) -> worker::Result<worker::Response> {
    match request.path().as_str() {
        "/rust/echo" => match matrix::echo_all(&env).await {
            Ok(outcomes) => worker::Response::from_json(&outcomes),
            Err(error) => worker::Response::error(error.to_string(), 500),
        },
        _ => worker::Response::error("not found", 404),
    }
}

/// Some objects are wrong on purpose.
#[test]
#[cfg(not(target_arch = "wasm32"))]
fn configuration() {
    let found = durable_object::config::check("wrangler.toml").map_err(|error| format!("{error}\n"));
    assert_eq!(found, Err(include_str!("../configuration.txt").to_owned()));
}

#[cfg(all(test, target_arch = "wasm32"))]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
mod tests;
