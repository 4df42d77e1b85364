//! The objects that the tests call, each the smallest that shows one side of the model.

mod bystander;
mod caller;
mod counter;
mod crashing;
mod echo;
mod room;
mod stillborn;
mod tables;
mod time;
mod values;
mod waking;

pub use bystander::{Bystander, Condition};
pub use caller::{Caller, Unbound};
pub use counter::{Counter, CounterStub};
pub use crashing::Crashing;
pub use echo::{Echo, EchoStub, Flat, Nested, Shape, Tagged, Todo, Tree};
pub use room::{Closed, Member, Report, Room};
pub use stillborn::Stillborn;
pub use tables::{Cell, Tables, TablesStub};
pub use values::{Kind, Record, Values, ValuesStub};
pub use waking::Waking;

#[cfg(all(test, target_arch = "wasm32"))]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
mod tests;
