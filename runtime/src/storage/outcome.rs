//! What the body of a transaction returns.

/// What the body of a transaction returns: a `Result`. It commits on `Ok` and rolls back on `Err`.
#[diagnostic::on_unimplemented(
    message = "the body of a transaction returns a `Result` at once: it is not async",
    label = "`{Self}` is no `Result`",
    note = "nothing can come between the statements of a transaction, so nothing is awaited in it",
    note = "await before or after it, and return `Ok(…)` or an `Err` that rolls back"
)]
pub trait Outcome: Sized {
    /// What a transaction that commits gives.
    type Value;
    /// Why it is rolled back.
    type Error;

    /// The same as a `Result`.
    #[doc(hidden)]
    fn into_result(self) -> Result<Self::Value, Self::Error>;

    /// The reverse.
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
