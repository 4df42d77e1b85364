//! A socket without a network.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use wasm_bindgen::JsValue;

use super::State;
use crate::Date;
use crate::value::Message;

/// The number of the last socket that was given one.
static NUMBERS: AtomicU32 = AtomicU32::new(0);

/// One end of a connection. It remembers the sent messages.
#[derive(Debug, Clone)]
pub(crate) struct Socket(Rc<RefCell<Line>>);

#[derive(Debug, Default)]
struct Line {
    number: u32,
    tags: Vec<String>,
    sent: Vec<Message>,
    attachment: Option<String>,
    closed: Option<(Option<u16>, String)>,
    /// Whether sent messages stay here until the client reads them.
    stalled: bool,
    pinged: Option<Date>,
}

/// A guard for the last words of a socket. On workerd the client receives them if the object is lost first.
pub(crate) struct LastWords;

/// An object's sockets, and the settings for all of them.
#[derive(Default)]
pub(super) struct Network {
    sockets: Vec<Socket>,
    auto_response: Option<(String, String)>,
    event_timeout: Option<u32>,
}

impl PartialEq for Socket {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Socket {
    /// Never called: JavaScript does not pass sockets in this process.
    pub(crate) fn from_js(_socket: JsValue) -> Self {
        Self(Rc::default())
    }

    pub(crate) fn is_open(&self) -> bool {
        self.0.borrow().closed.is_none()
    }

    /// Returns a number that no other socket has.
    pub(crate) fn number(&self) -> u32 {
        let number = &mut self.0.borrow_mut().number;
        if *number == 0 {
            *number = NUMBERS.fetch_add(1, Relaxed) + 1;
        }
        *number
    }

    /// Does nothing: no object is lost here before the tests end.
    pub(crate) fn last_words(&self, _words: Option<&str>) -> LastWords {
        LastWords
    }

    /// Returns the number of bytes still to leave. Messages leave at once, unless the client does not read.
    pub(crate) fn buffered_bytes(&self) -> u64 {
        let line = self.0.borrow();
        let size = |message: &Message| match message {
            Message::Text(text) => text.utf8_len() as u64,
            Message::Binary(bytes) => bytes.len() as u64,
        };
        if line.stalled { line.sent.iter().map(size).sum() } else { 0 }
    }

    pub(crate) fn send(&self, message: &Message) -> Result<(), String> {
        let mut line = self.0.borrow_mut();
        if line.closed.is_some() {
            return Err("Can't call WebSocket send() after close().".to_owned());
        }
        line.sent.push(message.clone());
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "on workerd it can fail")]
    pub(crate) fn close(&self, code: Option<u16>, reason: &str) -> Result<(), String> {
        self.0.borrow_mut().closed.get_or_insert_with(|| (code, reason.to_owned()));
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "on workerd it can fail")]
    pub(crate) fn attachment(&self) -> Result<Option<String>, String> {
        Ok(self.0.borrow().attachment.clone())
    }

    #[expect(clippy::unnecessary_wraps, reason = "on workerd it can fail")]
    pub(crate) fn set_attachment(&self, attachment: &str) -> Result<(), String> {
        self.0.borrow_mut().attachment = Some(attachment.to_owned());
        Ok(())
    }

    /// Returns the messages sent since the last call of this function.
    #[cfg(test)]
    pub(crate) fn take_sent(&self) -> Vec<String> {
        let sent = std::mem::take(&mut self.0.borrow_mut().sent);
        let text = |message| match message {
            Message::Text(text) => text.to_string(),
            Message::Binary(bytes) => format!("{bytes:?}"),
        };
        sent.into_iter().map(text).collect()
    }

    /// Makes the client stop reading.
    #[cfg(test)]
    pub(crate) fn stall(&self) {
        self.0.borrow_mut().stalled = true;
    }

    /// Makes the client ping; the runtime answers.
    #[cfg(test)]
    pub(crate) fn ping(&self, at: Date) {
        self.0.borrow_mut().pinged = Some(at);
    }

    /// Returns the code with which our side closed the socket, if it did.
    #[cfg(test)]
    pub(crate) fn close_code(&self) -> Option<u16> {
        self.0.borrow().closed.as_ref().and_then(|(code, _)| *code)
    }
}

/// Some of an object's sockets.
pub(crate) struct Selection(Vec<Socket>);

impl Selection {
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the attachments, one line each, with an empty line for a socket without one.
    pub(crate) fn attachments(&self) -> String {
        let attachments = self.0.iter().map(|socket| socket.0.borrow().attachment.clone());
        attachments.map(Option::unwrap_or_default).collect::<Vec<_>>().join("\n")
    }

    /// Returns the numbers of the sockets, in their order.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        self.0.iter().map(Socket::number).collect()
    }

    /// Returns the socket at this place.
    pub(crate) fn at(&self, place: u32) -> Option<Socket> {
        self.0.get(place as usize).cloned()
    }

    /// Returns the sockets whose byte is 1.
    pub(crate) fn keep(&self, wanted: &[u8]) -> Self {
        let wanted = self.0.iter().zip(wanted).filter(|(_, wanted)| **wanted == 1);
        Self(wanted.map(|(socket, _)| socket.clone()).collect())
    }

    /// Sends the message to each socket, and returns the number of those that accepted it.
    pub(crate) fn send(&self, message: &Message) -> usize {
        self.0.iter().filter(|socket| socket.send(message).is_ok()).count()
    }

    /// Sends the message to the sockets at these places.
    pub(crate) fn send_to(&self, places: &[u32], message: &Message) {
        for socket in places.iter().filter_map(|place| self.at(*place)) {
            let _ = socket.send(message);
        }
    }
}

impl IntoIterator for Selection {
    type Item = Socket;
    type IntoIter = std::vec::IntoIter<Socket>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl State {
    /// Connects a client and accepts it.
    #[cfg(test)]
    pub(crate) fn connect(&self, tags: &[String]) -> Socket {
        let socket = Socket(Rc::new(RefCell::new(Line { tags: tags.to_vec(), ..Line::default() })));
        self.network.borrow_mut().sockets.push(socket.clone());
        socket
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn accept(&self, _tags: Vec<String>, _attachment: &str) -> Result<worker::WebSocket, String> {
        Err("there is no network in this process; tests attach sockets with `State::connect`".to_owned())
    }

    /// Returns the open sockets that have all of these tags and are not among the excepted.
    pub(crate) fn select(&self, tags: &[String], except: &[Socket]) -> Selection {
        let wanted = |socket: &&Socket| {
            let line = socket.0.borrow();
            line.closed.is_none()
                && !except.contains(socket)
                && tags.iter().all(|tag| line.tags.contains(tag))
        };
        Selection(self.network.borrow().sockets.iter().filter(wanted).cloned().collect())
    }

    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn tags(&self, socket: &Socket) -> Result<Vec<String>, String> {
        Ok(socket.0.borrow().tags.clone())
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn auto_response_timestamp(&self, socket: &Socket) -> Option<Date> {
        socket.0.borrow().pinged
    }

    #[expect(clippy::unnecessary_wraps, reason = "on workerd it can fail")]
    pub(crate) fn set_auto_response(&self, pair: Option<(&str, &str)>) -> Result<(), String> {
        let pair = pair.map(|(request, response)| (request.to_owned(), response.to_owned()));
        self.network.borrow_mut().auto_response = pair;
        Ok(())
    }

    pub(crate) fn auto_response(&self) -> Option<(String, String)> {
        self.network.borrow().auto_response.clone()
    }

    /// Sets the time limit. `None` removes it.
    #[expect(clippy::unnecessary_wraps, reason = "on workerd it can fail")]
    pub(crate) fn set_event_timeout(&self, millis: Option<u32>) -> Result<(), String> {
        self.network.borrow_mut().event_timeout = millis;
        Ok(())
    }

    pub(crate) fn event_timeout(&self) -> Option<u32> {
        self.network.borrow().event_timeout
    }
}

/// Returns `None`: no JavaScript value exists here.
pub(crate) fn message(_value: JsValue) -> Option<Message> {
    None
}
