//! What happens when Rust code panics or traps.
//!
//! Where a panic cannot unwind, it costs the wasm instance, and with it the memory of every object in it, as a
//! trap does in any build. Where it unwinds, it costs no more than the object whose code panicked.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll};

use js_sys::futures::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen::handler::{schedule_reinit, set_on_abort};

use super::glue;
use super::object::Life;

thread_local! {
    static PREPARED: Cell<bool> = const { Cell::new(false) };
    /// Whose code runs right now.
    static RUNNING: RefCell<Option<Memory>> = const { RefCell::new(None) };
    /// What the last panic said that unwinds.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The number of the object whose code runs, or 0. When the instance has trapped, the JavaScript half reads it.
static CULPRIT: AtomicU32 = AtomicU32::new(0);

/// Objects that this instance has had.
static OBJECTS: AtomicU32 = AtomicU32::new(0);

/// Once for each wasm instance: tells the JavaScript half that a new one runs, and has it told when this
/// one is lost. A panic that cannot unwind is reported before it traps, while there is still a message.
pub(super) fn prepare() {
    if PREPARED.replace(true) {
        return;
    }
    glue::started(Life::probe(), &wasm_bindgen::memory(), CULPRIT.as_ptr().addr());
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        previous(info);
        if cfg!(panic = "unwind") {
            PANIC.set(info.to_string());
        } else {
            glue::crash(&info.to_string());
        }
    }));
    // Whoever called finds out by the exception, and tells the JavaScript half what it says.
    set_on_abort(schedule_reinit);
}

/// The `ctx` of the object whose code runs right now, if any.
pub(super) fn running() -> JsValue {
    RUNNING.with_borrow(|memory| memory.as_ref().map_or(JsValue::UNDEFINED, |Memory(it)| it.ctx.clone()))
}

/// Runs a task that nobody waits for, as part of the object that starts it.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    match RUNNING.with_borrow(Clone::clone) {
        Some(memory) => {
            let task = memory.guard(Box::pin(task));
            // A crash in it is told to those who wait for the object.
            spawn_local(async move { drop(task.await) });
        }
        None => spawn_local(task),
    }
}

/// One object's memory, as long as it can be relied on.
///
/// A panic may have left the object's fields half changed. So the object starts anew, and what else was
/// running in it is dropped instead of going on beside its successor.
#[derive(Clone)]
pub(super) struct Memory(Rc<Condition>);

struct Condition {
    ctx: JsValue,
    number: u32,
    lost: Cell<bool>,
}

impl Memory {
    pub(super) fn of(ctx: JsValue) -> Self {
        let number = OBJECTS.fetch_add(1, Relaxed) + 1;
        Self(Rc::new(Condition { ctx, number, lost: Cell::new(false) }))
    }

    pub(super) fn number(&self) -> u32 {
        self.0.number
    }

    /// After a panic of the object's code. Gives the error of the call in which that was.
    fn lose(&self) -> JsValue {
        self.0.lost.set(true);
        glue::panicked(&self.0.ctx, &PANIC.take())
    }

    /// The future, for as long as the memory it works on is not lost.
    pub(super) fn guard<F: Future + Unpin>(&self, future: F) -> Guarded<F> {
        Guarded { future: Some(future), memory: self.clone() }
    }
}

/// Has the code that follows run for another object, or for none.
fn switch(to: Option<Memory>) -> Option<Memory> {
    CULPRIT.store(to.as_ref().map_or(0, Memory::number), Relaxed);
    RUNNING.replace(to)
}

/// The time in which an object's code runs.
struct Turn {
    outer: Option<Memory>,
    finished: bool,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let memory = switch(self.outer.take());
        // An exception of JavaScript passes, which is no panic and cannot be caught here.
        if let Some(Memory(condition)) = memory
            && !self.finished
        {
            condition.lost.set(true);
            glue::unwound(&condition.ctx);
            // It also ends the executor's round: another one is for the tasks that were still to be polled in it.
            spawn_local(async {});
        }
    }
}

/// A future of an object's code. Its error is what the caller gets when the object is lost on the way.
pub(super) struct Guarded<F> {
    future: Option<F>,
    memory: Memory,
}

impl<F: Future + Unpin> Future for Guarded<F> {
    type Output = Result<F::Output, JsValue>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { future, memory } = &mut *self;
        let Some(running) = future.as_mut().filter(|_| !memory.0.lost.get()) else {
            *future = None;
            // The JavaScript half has answered the caller.
            return Poll::Ready(Err(JsValue::UNDEFINED));
        };
        let mut turn = Turn { outer: switch(Some(memory.clone())), finished: false };
        let progress = catch_unwind(AssertUnwindSafe(|| Pin::new(running).poll(cx)));
        turn.finished = true;
        drop(turn);
        progress.map(|progress| progress.map(Ok)).unwrap_or_else(|_| {
            *future = None;
            Poll::Ready(Err(memory.lose()))
        })
    }
}
