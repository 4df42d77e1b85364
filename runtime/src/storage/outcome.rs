//! The result of a transaction's body.

/// The result of a transaction's body: a `Result`. The transaction commits on `Ok` and rolls back on `Err`.
#[diagnostic::on_unimplemented(
    message = "the body of a transaction returns a `Result` at once: it is not async",
    label = "`{Self}` is no `Result`",
    note = "nothing can come between the statements of a transaction, so nothing is awaited in it",
    note = "await before or after it, and return `Ok(…)` or an `Err` that rolls back"
)]
pub trait Outcome: Sized {
    /// The value of a transaction that commits.
    type Value;
    /// The reason why a transaction rolls back.
    type Error;

    /// Converts it into a `Result`.
    #[doc(hidden)]
    fn into_result(self) -> Result<Self::Value, Self::Error>;

    /// Converts a `Result` back.
    #[doc(hidden)]
    fn from_result(result: Result<Self::Value, Self::Error>) -> Self;
}

impl<T, E> Outcome for Result<T, E> {
    type Value = T;
    type Error = E;

    fn into_result(self) -> Self {
        self
    }

    fn from_result(result: Self) -> Self {
        result
    }
}
