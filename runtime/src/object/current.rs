//! Which object the code that runs right now belongs to.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::sys;

thread_local! {
    static CURRENT: RefCell<Option<Rc<sys::State>>> = const { RefCell::new(None) };
}

/// The object whose handler is running, if any.
pub(super) fn current() -> Option<Rc<sys::State>> {
    CURRENT.with_borrow(Clone::clone)
}

/// A future that runs on behalf of one object.
pub(super) struct InObject<F> {
    state: Rc<sys::State>,
    future: Pin<Box<F>>,
}

impl<F: Future> InObject<F> {
    pub(super) fn new(state: Rc<sys::State>, future: F) -> Self {
        Self { state, future: Box::pin(future) }
    }
}

impl<F: Future> Future for InObject<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let outer = CURRENT.replace(Some(Rc::clone(&self.state)));
        let progress = self.future.as_mut().poll(cx);
        CURRENT.set(outer);
        progress
    }
}
