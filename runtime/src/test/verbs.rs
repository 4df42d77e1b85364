//! The verbs of tests: a test takes objects out of memory, ends them, and runs their alarms.

use crate::object::{Class, RawStub};
use crate::sys::test::Sockets;
use crate::{Env, Result, sys};

/// Returns the environment of a test: the bindings of the package's wrangler configuration.
#[must_use]
pub fn env() -> Env {
    sys::env()
}

/// Takes an object out of memory and leaves its sockets open. The platform does the same with an object that
/// has had no event for some time. The object's storage stays. The next event, also a message on one of the
/// sockets, starts the object again.
///
/// Returns whether the object was in memory. If it was not, nothing happens.
///
/// # Errors
/// [`Error::Remote`](crate::Error::Remote) when something keeps the object awake for 30 s: a call without an
/// answer, a response or a stream that has not been read to its end, or a timer of `worker::Delay` that has
/// not fired. Until then the test waits.
pub async fn hibernate(object: &impl AsRef<RawStub>) -> Result<bool> {
    sys::test::evict(object.as_ref().target(), Sockets::Stay).await
}

/// Takes an object out of memory and cuts its sockets off. The platform does the same when it moves an object
/// to another machine, or starts new code. Clients see the close code 1006. The object's storage stays. The
/// next event starts the object again.
///
/// Returns whether the object was in memory.
///
/// # Errors
/// As [`hibernate`].
pub async fn evict(object: &impl AsRef<RawStub>) -> Result<bool> {
    sys::test::evict(object.as_ref().target(), Sockets::Close).await
}

/// Does to all objects of the worker, and to their facets, what [`evict`] does to one.
///
/// # Errors
/// As [`hibernate`], when something keeps one of them awake.
pub async fn evict_all() -> Result<()> {
    sys::test::evict_all(Sockets::Close).await
}

/// Ends all objects of the worker at once, as a crash of the machine does. Calls that wait for an answer fail,
/// sockets are cut off, and writes that are not on disk yet are lost.
///
/// This breaks the stubs that exist. The first call on each of them fails, and the next call finds the object
/// started again.
///
/// # Errors
/// [`Error::Message`](crate::Error::Message) outside the test runner.
pub async fn abort_all() -> Result<()> {
    sys::test::abort_all().await
}

/// Does what [`abort_all`] does, and deletes the storage and the alarms of all objects. Afterwards the worker is
/// as it was before the first test.
///
/// # Errors
/// As [`abort_all`].
pub async fn delete_all() -> Result<()> {
    sys::test::delete_all().await
}

/// Runs an object's alarm now, also before its time: the `#[alarm]` method, or the timers of `#[scheduled]`
/// that are due together with the first one. Returns whether an alarm was set.
///
/// The platform runs the alarm in the same way as at its time. The handler finds no alarm set. When the handler
/// ends, the alarm for the next timers is set. When it fails, the platform runs it again after two seconds.
/// Only the clock does not move: a handler that reads the time gets the present time, and
/// [`AlarmInfo::scheduled`](crate::alarm::AlarmInfo::scheduled) is the time for which the alarm was set.
///
/// # Errors
/// The error of the handler, as [`Error::Remote`](crate::Error::Remote). The failure of a `#[scheduled]` method
/// is not a failure of the alarm: its timer waits for the next attempt, which the next `run_alarm` makes.
pub async fn run_alarm(object: &impl AsRef<RawStub>) -> Result<bool> {
    sys::test::run_alarm(object.as_ref().target()).await
}

/// Returns the ids of the objects of a class, the oldest first. These are the objects that were called since
/// the tests began, or since the last [`delete_all`]. [`Class::from_id`] finds each of them.
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) when the worker has no binding for the class.
pub fn ids<C: Class>(env: &Env) -> Result<Vec<String>> {
    let namespace = C::namespace(env)?;
    let mut ids = sys::test::ids(C::NAME)?;
    // The id of a facet is not an id of its class.
    ids.retain(|id| namespace.from_id(id).is_ok());
    Ok(ids)
}
