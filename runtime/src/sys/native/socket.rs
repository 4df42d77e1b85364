//! A socket without a network.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use crate::socket::Message;

/// One end of a connection, which remembers what was sent.
#[derive(Debug, Clone)]
pub(crate) struct Socket(Rc<RefCell<Line>>);

#[derive(Debug, Default)]
struct Line {
    sent: Vec<Message>,
    attachment: Option<String>,
    closed: Option<(Option<u16>, String)>,
}

impl PartialEq for Socket {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Socket {
    /// Nobody passes sockets through JavaScript here.
    pub(crate) fn from_js(_socket: JsValue) -> Self {
        Self::open()
    }

    pub(crate) fn pair() -> Result<(Self, worker::WebSocket), String> {
        Err("there is no network in this process; tests attach sockets with `State::connect`".to_owned())
    }

    pub(crate) fn send(&self, message: &Message) -> Result<(), String> {
        let mut line = self.0.borrow_mut();
        if line.closed.is_some() {
            return Err("Can't call WebSocket send() after close().".to_owned());
        }
        line.sent.push(message.clone());
        Ok(())
    }

    pub(crate) fn close(&self, code: Option<u16>, reason: &str) -> Result<(), String> {
        self.0.borrow_mut().closed = Some((code, reason.to_owned()));
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "on workerd it can fail")]
    pub(crate) fn attachment(&self) -> Result<Option<String>, String> {
        Ok(self.0.borrow().attachment.clone())
    }

    pub(crate) fn set_attachment(&self, attachment: &str) -> Result<(), String> {
        self.0.borrow_mut().attachment = Some(attachment.to_owned());
        Ok(())
    }

    /// The one place where the platform itself makes a socket.
    pub(super) fn open() -> Self {
        Self(Rc::default())
    }

    pub(super) fn is_open(&self) -> bool {
        self.0.borrow().closed.is_none()
    }

    /// What was sent since the last time this was asked.
    #[cfg(test)]
    pub(crate) fn take_sent(&self) -> Vec<String> {
        let sent = std::mem::take(&mut self.0.borrow_mut().sent);
        let text = |message| match message {
            Message::Text(text) => text.to_string(),
            Message::Binary(bytes) => format!("{bytes:?}"),
        };
        sent.into_iter().map(text).collect()
    }

    /// With which code our side closed it, if it did.
    #[cfg(test)]
    pub(crate) fn close_code(&self) -> Option<u16> {
        self.0.borrow().closed.as_ref().and_then(|(code, _)| *code)
    }
}
