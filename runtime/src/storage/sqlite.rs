//! Objects of classes that were declared without SQLite.

use crate::{Error, sys};

/// The error of an object that has neither tables nor synchronous keys.
pub(crate) const NO_SQLITE: &str = "the object has no SQLite storage; in wrangler.toml its class needs \
     `storage = \"sqlite\"` under [exports], or to be among the `new_sqlite_classes` of [[migrations]]";

/// Returns an error of the platform, or says that the object has no SQLite, if that is the cause. The
/// platform's own words differ from call to call.
pub(super) fn explained(state: &sys::State, error: Error) -> Error {
    if state.has_sqlite() { error } else { Error::Config(NO_SQLITE.to_owned()) }
}
