//! Events: what happened, as the clients of a store tell each other.

use super::EventError;

/// The events of a store, as an enum with named fields: one variant for each event.
///
/// [`#[derive(Event)]`](derive@crate::livestore::schema::Event) implements it, and its page has an example.
///
/// An event crosses as its name and its arguments. The arguments are JSON in the form that Effect's Schema encodes, so
/// that LiveStore clients in JavaScript read them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of a store",
    label = "needs `Event`",
    note = "an enum derives it: `#[derive(Event)]`, with `#[event(\"v1.TodoCreated\")]` on each variant"
)]
pub trait Event: Sized + 'static {
    /// The names of all events.
    const NAMES: &'static [&'static str];

    /// Returns the name of this event, for example `v1.TodoCreated`.
    fn name(&self) -> &'static str;

    /// Returns the arguments as JSON.
    ///
    /// # Errors
    /// [`EventError::Encode`] when JavaScript cannot hold a value: a whole number beyond ±(2⁵³−1), a number that is
    /// not finite, a map whose keys are not text.
    fn encode(&self) -> Result<String, EventError>;

    /// Returns the event with this name and these arguments, or `None` when the enum has no event of that name.
    ///
    /// Arguments that the event does not have are ignored. `null` stands for arguments that are all missing: this is
    /// the form in which a backend keeps an event whose schema is `Schema.Void`.
    ///
    /// # Errors
    /// Any other [`EventError`], when the arguments are not those of the event.
    fn decode(name: &str, args: &str) -> Result<Option<Self>, EventError>;
}
