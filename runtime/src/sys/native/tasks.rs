//! Time, and background tasks. Both stand still unless a test moves them.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
#[cfg(test)]
use std::task::{Context, Waker};
use std::time::Duration;

type Task = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    /// The start of 2026, unless a test sets another time.
    static NOW: Cell<i64> = const { Cell::new(1_767_225_600_000) };
    static TASKS: RefCell<Vec<Task>> = const { RefCell::new(Vec::new()) };
}

/// Returns the time, in milliseconds since 1970.
pub(crate) fn now_millis() -> i64 {
    NOW.get()
}

/// Sets the clock of this thread.
#[cfg(test)]
pub(crate) fn set_now(millis: i64) {
    NOW.set(millis);
}

/// Waits until a test has moved the clock this far.
pub(crate) async fn sleep(duration: Duration) {
    let until = NOW.get().saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX));
    poll_fn(|_| if NOW.get() < until { Poll::Pending } else { Poll::Ready(()) }).await;
}

/// Keeps a background task until a test runs it.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    TASKS.with_borrow_mut(|tasks| tasks.push(Box::pin(task)));
}

/// Runs every task of this thread as far as it goes, and returns how many are left.
#[cfg(test)]
pub(crate) fn run_tasks() -> usize {
    let mut waiting = Vec::new();
    loop {
        // A task may start others.
        let tasks = TASKS.take();
        if tasks.is_empty() {
            break;
        }
        for mut task in tasks {
            if task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
                waiting.push(task);
            }
        }
    }
    let left = waiting.len();
    TASKS.set(waiting);
    left
}

/// Drops all tasks of this thread, as the end of its process would.
#[cfg(test)]
pub(crate) fn drop_tasks() {
    drop(TASKS.take());
}
