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
pub(crate) struct InObject<T> {
    state: Rc<sys::State>,
    future: Pin<Box<dyn Future<Output = T>>>,
}

impl<T> InObject<T> {
    pub(crate) fn new(state: Rc<sys::State>, future: impl Future<Output = T> + 'static) -> Self {
        Self { state, future: Box::pin(future) }
    }
}

impl<T> Future for InObject<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let outer = CURRENT.replace(Some(Rc::clone(&self.state)));
        let progress = self.future.as_mut().poll(cx);
        CURRENT.set(outer);
        progress
    }
}
