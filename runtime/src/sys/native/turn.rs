//! The object whose code runs.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::state::State;
use super::tasks::spawn;

thread_local! {
    static HANDLING: RefCell<Option<Rc<State>>> = const { RefCell::new(None) };
}

/// Returns the object whose handler runs right now, if any.
pub(crate) fn handling() -> Option<Rc<State>> {
    HANDLING.with_borrow(Clone::clone)
}

/// Runs the rest of an object's handler after its caller has got the answer.
pub(crate) fn spawn_handler(state: &Rc<State>, task: impl Future<Output = ()> + 'static) {
    spawn(Turn::handler(state, task));
}

/// A future that answers an event of an object.
pub(super) struct Turn<F> {
    state: Rc<State>,
    future: Pin<Box<F>>,
}

impl<F> Turn<F> {
    pub(super) fn handler(state: &Rc<State>, future: F) -> Self {
        Self { state: Rc::clone(state), future: Box::pin(future) }
    }
}

impl<F: Future> Future for Turn<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _outer = Outer(HANDLING.replace(Some(Rc::clone(&self.state))));
        self.future.as_mut().poll(cx)
    }
}

/// The object that ran before. It becomes the current one again when this is dropped, also by a panic.
struct Outer(Option<Rc<State>>);

impl Drop for Outer {
    fn drop(&mut self) {
        HANDLING.set(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn the_running_object_is_known_only_while_it_runs() {
        let state = Rc::new(State::in_memory());
        let mut awaited = false;
        let mut turn = Turn::handler(
            &state,
            std::future::poll_fn(move |_| {
                assert!(handling().is_some());
                if std::mem::replace(&mut awaited, true) { Poll::Ready(()) } else { Poll::Pending }
            }),
        );
        let mut poll = || Pin::new(&mut turn).poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll().is_pending());
        assert!(handling().is_none());
        assert!(poll().is_ready());
        assert!(handling().is_none());
    }
}
