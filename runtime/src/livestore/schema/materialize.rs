//! The effect of an event on the tables.

use super::Tx;
use crate::Result;

/// Writes the effect of an event into the tables.
///
/// [`#[derive(Event)]`](derive@crate::livestore::schema::Event) implements it when the variants have their SQL beside
/// them. Otherwise it is written by hand:
///
/// ```
/// use durable_object::livestore::schema::{Event, EventMeta, Materialize, Tx};
/// use durable_object::prelude::*;
///
/// #[derive(Event)]
/// enum Vote {
///     #[event("v1.VoteCast")]
///     Cast { poll: String, choice: u32 },
/// }
///
/// impl Materialize for Vote {
///     fn materialize(&self, tx: &Tx<'_>, meta: &EventMeta) -> Result<()> {
///         match self {
///             Self::Cast { poll, choice } => {
///                 let vote = "INSERT OR REPLACE INTO votes (poll, voter, choice) VALUES (?, ?, ?)";
///                 tx.execute(vote, (poll, &meta.client_id, choice))
///             }
///         }
///     }
/// }
/// ```
///
/// Every client of a store runs it for itself, so the result may depend on the event and on the tables only. It reads
/// no clock, draws no random number, and does not depend on the order in which a table happens to keep its rows. Times
/// and ids belong in the event. `schema::check` tests that natively, with the feature `sqlite`.
#[diagnostic::on_unimplemented(
    message = "nothing says what the events of `{Self}` do to the tables",
    label = "needs `Materialize`",
    note = "give every variant its statement, `#[event(\"v1.TodoCreated\", sql = \"INSERT …\")]`, or implement `Materialize`"
)]
pub trait Materialize {
    /// The statements of each event, by the event's name. The derive fills it in. It is empty for an implementation
    /// by hand, whose changes [`Schema::VERSION`](super::Schema::VERSION) has to tell.
    const STATEMENTS: &'static [(&'static str, &'static [&'static str])] = &[];

    /// Writes the effect of the event.
    ///
    /// # Errors
    /// Fails when a statement does, and then has no effect.
    fn materialize(&self, tx: &Tx<'_>, meta: &EventMeta) -> Result<()>;
}

/// The author of an event, and the event's place in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventMeta {
    /// The number of the event. Until the backend has confirmed the event, a rebase may give it a larger one.
    pub seq: u64,
    /// The client that made it.
    pub client_id: String,
    /// The client's session that made it.
    pub session_id: String,
}

impl EventMeta {
    /// Creates the description of an event.
    pub fn new(seq: u64, client_id: impl Into<String>, session_id: impl Into<String>) -> Self {
        Self { seq, client_id: client_id.into(), session_id: session_id.into() }
    }
}
