//! The client's end of a WebSocket.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::*;

use super::error::from_js;
use super::property;
use super::socket::Socket;
use super::socket::message;
use crate::Result;
use crate::value::{Close, Message};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Socket)]
    type ClientSocket;

    #[wasm_bindgen(method, setter, js_name = binaryType)]
    fn set_binary_type(this: &ClientSocket, kind: &str);

    #[wasm_bindgen(method, js_name = addEventListener)]
    fn listen(this: &ClientSocket, event: &str, listener: &Listener);

    #[wasm_bindgen(method, js_name = removeEventListener)]
    fn unlisten(this: &ClientSocket, event: &str, listener: &Listener);

    #[wasm_bindgen(method, catch)]
    fn accept(this: &ClientSocket) -> std::result::Result<(), JsValue>;
}

type Listener = Closure<dyn FnMut(JsValue)>;

/// A client's end, read by its owner. Messages wait here until they are asked for.
pub(crate) struct Client {
    socket: ClientSocket,
    inbox: Rc<RefCell<Inbox>>,
    listeners: [(&'static str, Listener); 2],
}

#[derive(Default)]
struct Inbox {
    messages: VecDeque<Message>,
    close: Option<Close>,
    reader: Option<Waker>,
}

impl Inbox {
    fn put(&mut self, news: impl FnOnce(&mut Self)) {
        news(self);
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// Returns the result of `find`, or has the reader woken later.
    fn poll<T>(&mut self, context: &Context<'_>, find: impl FnOnce(&mut Self) -> Option<T>) -> Poll<T> {
        match find(self) {
            Some(found) => Poll::Ready(found),
            None => {
                self.reader = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Client {
    /// Takes over the socket of a response.
    pub(crate) fn accept(socket: &worker::WebSocket) -> Result<Self> {
        let socket: ClientSocket = JsValue::from(socket.as_ref()).unchecked_into();
        let inbox = Rc::new(RefCell::new(Inbox::default()));
        let listeners = [
            (
                "message",
                listener(&inbox, |inbox, event| {
                    inbox.messages.extend(message(property(event, "data")));
                }),
            ),
            ("close", listener(&inbox, |inbox, event| inbox.close = Some(close_of(event)))),
        ];
        for (event, listener) in &listeners {
            socket.listen(event, listener);
        }
        // With newer compatibility dates the data would be a `Blob`.
        socket.set_binary_type("arraybuffer");
        socket.accept().map_err(|thrown| from_js(&thrown))?;
        Ok(Self { socket, inbox, listeners })
    }

    pub(crate) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Returns the next message, or the reason why there are no more.
    pub(crate) fn poll_message(&self, context: &Context<'_>) -> Poll<std::result::Result<Message, Close>> {
        self.inbox.borrow_mut().poll(context, |inbox| match inbox.messages.pop_front() {
            Some(message) => Some(Ok(message)),
            None => inbox.close.clone().map(Err),
        })
    }

    /// Returns how the socket was closed. Unread messages stay.
    pub(crate) fn poll_close(&self, context: &Context<'_>) -> Poll<Close> {
        self.inbox.borrow_mut().poll(context, |inbox| inbox.close.clone())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        for (event, listener) in &self.listeners {
            self.socket.unlisten(event, listener);
        }
        // A socket that is already closed refuses this.
        let _ = self.socket.close(Some(1000), "");
    }
}

fn listener(inbox: &Rc<RefCell<Inbox>>, mut take: impl FnMut(&mut Inbox, &JsValue) + 'static) -> Listener {
    let inbox = Rc::clone(inbox);
    Closure::wrap_assert_unwind_safe(Box::new(move |event: JsValue| {
        inbox.borrow_mut().put(|inbox| take(inbox, &event));
    }))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a code has 16 bits")]
fn close_of(event: &JsValue) -> Close {
    Close {
        code: property(event, "code").as_f64().unwrap_or_default() as u16,
        reason: property(event, "reason").as_string().unwrap_or_default(),
        was_clean: property(event, "wasClean").is_truthy(),
    }
}
