//! Objects of classes that were declared without SQLite.

use crate::{Error, sys};

/// What an object is told that has neither tables nor synchronous keys.
pub(crate) const NO_SQLITE: &str = "the object has no SQLite storage; in wrangler.toml its class needs \
     `storage = \"sqlite\"` under [exports], or to be among the `new_sqlite_classes` of [[migrations]]";

/// An error of the platform, or that the object has no SQLite, if that is why: the platform's own words differ from call
/// to call.
pub(super) fn explained(state: &sys::State, error: Error) -> Error {
    if state.has_sqlite() { error } else { Error::Config(NO_SQLITE.to_owned()) }
}
