//! The object whose code runs.
//!
//! All code of an object runs in a [`Turn`]. A turn catches the code's panics, stops the code of a lost
//! object, and notes the object whose code runs.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll};

use js_sys::futures::spawn_local;
use wasm_bindgen::JsValue;

use super::glue;
use super::state::State;

thread_local! {
    /// The object whose code runs right now.
    static RUNNING: RefCell<Option<Runner>> = const { RefCell::new(None) };
    /// The message of the last panic that unwinds.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The number of the object whose code runs, or 0. When the instance has trapped, the JavaScript half reads
/// it.
static CULPRIT: AtomicU32 = AtomicU32::new(0);

/// The object for which code runs.
#[derive(Clone)]
struct Runner {
    state: Rc<State>,
    /// Whether the code is one of the object's handlers, for which others may have to wait.
    handles: bool,
}

/// Returns the address in this instance's memory of the number of the object whose code runs.
pub(super) fn culprit_address() -> usize {
    CULPRIT.as_ptr().addr()
}

/// Keeps the message of a panic that unwinds, for the code that catches it.
pub(super) fn note_panic(message: String) {
    PANIC.set(message);
}

/// Returns the object whose handler runs right now, if any.
pub(crate) fn handling() -> Option<Rc<State>> {
    RUNNING.with_borrow(|running| {
        running.as_ref().filter(|runner| runner.handles).map(|it| Rc::clone(&it.state))
    })
}

/// Returns the `ctx` of the object whose code runs right now, if any.
pub(super) fn running() -> JsValue {
    RUNNING.with_borrow(|running| running.as_ref().map_or(JsValue::UNDEFINED, |runner| runner.state.to_js()))
}

/// A task without its type, so that the code that runs tasks is compiled once.
pub(super) type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Runs a background task, as part of the object that starts it.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    let task: Task = Box::pin(task);
    match RUNNING.with_borrow(Clone::clone) {
        Some(Runner { state, .. }) => spawn_turn(Turn::background(&state, task)),
        None => spawn_local(task),
    }
}

/// Runs the rest of an object's handler after its caller has got the answer.
pub(crate) fn spawn_handler(state: &Rc<State>, task: impl Future<Output = ()> + 'static) {
    spawn_turn(Turn::handler(state, Box::pin(task)));
}

fn spawn_turn(turn: Turn<Task>) {
    // The callers that wait for the object get its crash as an error.
    spawn_local(async move { drop(turn.await) });
}

/// A future of an object's code. Its error is the caller's result when the object is lost on the way.
///
/// A panic may have left the object's fields half changed. So the object starts anew, and its other running
/// futures are dropped, so that they do not continue beside its successor.
pub(super) struct Turn<F> {
    future: Option<F>,
    runner: Runner,
}

impl<F> Turn<F> {
    /// Creates a turn that answers an event.
    pub(super) fn handler(state: &Rc<State>, future: F) -> Self {
        Self { future: Some(future), runner: Runner { state: Rc::clone(state), handles: true } }
    }

    /// Creates a turn for a background task.
    pub(super) fn background(state: &Rc<State>, future: F) -> Self {
        Self { future: Some(future), runner: Runner { state: Rc::clone(state), handles: false } }
    }
}

impl<F: Future + Unpin> Future for Turn<F> {
    type Output = Result<F::Output, JsValue>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { future, runner } = &mut *self;
        let Some(running) = future.as_mut().filter(|_| !runner.state.is_lost()) else {
            *future = None;
            // The JavaScript half has answered the caller.
            return Poll::Ready(Err(JsValue::UNDEFINED));
        };
        let mut inside = Inside { outer: switch(Some(runner.clone())), finished: false };
        let progress = catch_unwind(AssertUnwindSafe(|| Pin::new(running).poll(cx)));
        inside.finished = true;
        drop(inside);
        progress.map(|progress| progress.map(Ok)).unwrap_or_else(|_| {
            *future = None;
            runner.state.lose();
            Poll::Ready(Err(glue::panicked(&runner.state.to_js(), &PANIC.take())))
        })
    }
}

/// Switches the current object.
fn switch(to: Option<Runner>) -> Option<Runner> {
    CULPRIT.store(to.as_ref().map_or(0, |runner| runner.state.number()), Relaxed);
    RUNNING.replace(to)
}

/// The time in which an object's code is on the stack.
struct Inside {
    outer: Option<Runner>,
    finished: bool,
}

impl Drop for Inside {
    fn drop(&mut self) {
        let runner = switch(self.outer.take());
        // A JavaScript exception passes. It is not a panic and cannot be caught here.
        if let Some(Runner { state, .. }) = runner
            && !self.finished
        {
            state.lose();
            glue::unwound(&state.to_js());
            // The exception also ends the executor's round. This starts another one, for the tasks that were
            // still to be polled in it.
            spawn_local(async {});
        }
    }
}
