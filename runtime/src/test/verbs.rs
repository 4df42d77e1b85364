//! What tests can do with objects beside calling them.

use crate::object::{Class, RawStub};
use crate::sys::test::Sockets;
use crate::{Env, Result, sys};

/// The environment that a test finds: the bindings of the package's wrangler configuration.
#[must_use]
pub fn env() -> Env {
    sys::env()
}

/// Takes an object out of memory and leaves its sockets open, as the platform does with one that has had
/// nothing to do for some time. What it has stored stays; the next event, a message on one of the sockets
/// included, starts it anew.
///
/// Gives whether it was in memory: where it was not, nothing happened.
///
/// # Errors
/// [`Error::Remote`](crate::Error::Remote) when something keeps it awake for 30 s: a call that is not
/// answered, a response or a stream that nobody has read to its end, a timer of `worker::Delay` that is still
/// to fire. Up to then it is waited for.
pub async fn hibernate(object: &impl AsRef<RawStub>) -> Result<bool> {
    sys::test::evict(object.as_ref().target(), Sockets::Stay).await
}

/// Takes an object out of memory and cuts its sockets off, as when the platform moves it to another machine
/// or starts new code. Clients see the close code 1006. What it has stored stays; the next event starts it
/// anew.
///
/// Gives whether it was in memory.
///
/// # Errors
/// As [`hibernate`].
pub async fn evict(object: &impl AsRef<RawStub>) -> Result<bool> {
    sys::test::evict(object.as_ref().target(), Sockets::Close).await
}

/// [`evict`]s all objects of the worker, facets included.
///
/// # Errors
/// As [`hibernate`], when one of them is kept awake.
pub async fn evict_all() -> Result<()> {
    sys::test::evict_all(Sockets::Close).await
}

/// Ends all objects of the worker where they stand, as a crash of the machine does: calls that they have not
/// answered fail, sockets are cut off, and what is not yet on disk is lost.
///
/// Stubs made before are broken: the first call on each fails, and the next one finds the object started
/// anew.
///
/// # Errors
/// [`Error::Message`](crate::Error::Message) outside the test runner.
pub async fn abort_all() -> Result<()> {
    sys::test::abort_all().await
}

/// [`abort_all`], and deletes what the objects have stored, alarms included: all is as before the first test.
///
/// # Errors
/// As [`abort_all`].
pub async fn delete_all() -> Result<()> {
    sys::test::delete_all().await
}

/// Runs an object's alarm now, whether its time has come or not: the one of `#[alarm]`, or the timers of
/// `#[scheduled]` that are due when the first of them is. Gives whether one was set.
///
/// The platform runs it, so all is as at its time: the handler finds no alarm set, the timers' next alarm is
/// set when it ends, and one that fails is run again in two seconds. The clock alone stays where it is: a
/// handler that asks for the time gets that of now, and
/// [`AlarmInfo::scheduled`](crate::alarm::AlarmInfo::scheduled) says for when the alarm was set.
///
/// # Errors
/// What the handler failed with, as [`Error::Remote`](crate::Error::Remote). A `#[scheduled]` method that
/// fails is no failure of the alarm: the timer waits for its next attempt, which the next `run_alarm` makes.
pub async fn run_alarm(object: &impl AsRef<RawStub>) -> Result<bool> {
    sys::test::run_alarm(object.as_ref().target()).await
}

/// The ids of a class's objects that have been called since the tests began or [`delete_all`] was called, the
/// oldest first. [`Class::from_id`] leads to each.
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) when the worker has no binding for the class.
pub fn ids<C: Class>(env: &Env) -> Result<Vec<String>> {
    let namespace = C::namespace(env)?;
    let mut ids = sys::test::ids(C::NAME)?;
    // A facet of the class has an id that is none of the class's.
    ids.retain(|id| namespace.from_id(id).is_ok());
    Ok(ids)
}
