//! Hibernating WebSockets.

use js_sys::{Array, Function, Uint8Array};
use wasm_bindgen::prelude::*;

use super::glue;
use super::state::{DurableObjectState, State};
use super::text::Text;
use super::thrown::message_of;
use super::turn::running;
use crate::value::{Date, Message};

#[wasm_bindgen]
extern "C" {
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) type Socket;

    #[wasm_bindgen(method, getter, js_name = readyState)]
    fn ready_state(this: &Socket) -> u16;

    #[wasm_bindgen(method, getter, js_name = bufferedAmount)]
    fn buffered_amount(this: &Socket) -> Option<f64>;

    #[wasm_bindgen(method, catch, js_name = send)]
    fn send_raw(this: &Socket, message: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = close)]
    fn close_raw(this: &Socket, code: Option<u16>, reason: Option<&str>) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = serializeAttachment)]
    fn serialize_attachment(this: &Socket, attachment: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = getTags)]
    fn get_tags(this: &DurableObjectState, socket: &Socket) -> Result<Vec<String>, JsValue>;

    #[wasm_bindgen(method, catch, js_name = setWebSocketAutoResponse)]
    fn set_auto_response_pair(
        this: &DurableObjectState,
        pair: Option<AutoResponsePair>,
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(method, js_name = getWebSocketAutoResponse)]
    fn auto_response_pair(this: &DurableObjectState) -> Option<AutoResponsePair>;

    #[wasm_bindgen(method, js_name = getWebSocketAutoResponseTimestamp)]
    fn auto_response_date(this: &DurableObjectState, socket: &Socket) -> Option<js_sys::Date>;

    #[wasm_bindgen(method, catch, js_name = setHibernatableWebSocketEventTimeout)]
    fn set_event_timeout(this: &DurableObjectState, millis: Option<u32>) -> Result<(), JsValue>;

    #[wasm_bindgen(method, js_name = getHibernatableWebSocketEventTimeout)]
    fn event_timeout(this: &DurableObjectState) -> Option<u32>;

    #[wasm_bindgen(js_name = WebSocketRequestResponsePair)]
    type AutoResponsePair;

    #[wasm_bindgen(constructor, catch, js_class = WebSocketRequestResponsePair)]
    fn new(request: &str, response: &str) -> Result<AutoResponsePair, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn request(this: &AutoResponsePair) -> String;

    #[wasm_bindgen(method, getter)]
    fn response(this: &AutoResponsePair) -> String;
}

#[wasm_bindgen(module = "/src/sys/workerd/sockets.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn accept(
        ctx: &DurableObjectState,
        tags: Vec<String>,
        attachment: &str,
    ) -> Result<web_sys::WebSocket, JsValue>;

    fn select(ctx: &DurableObjectState, tags: Vec<String>, except: &Array) -> Array;
    // See the module `glue`.
    #[wasm_bindgen(js_namespace = direct)]
    fn open(ctx: &DurableObjectState) -> Array;
    #[wasm_bindgen(js_namespace = direct)]
    fn number(socket: &Socket) -> u32;

    #[wasm_bindgen(js_name = numbersOf)]
    fn numbers_of(sockets: &Array) -> Vec<u32>;

    #[wasm_bindgen(catch)]
    fn attachment(socket: &Socket) -> Result<Option<String>, JsValue>;

    fn attachments(sockets: &Array) -> String;
    fn keep(sockets: &Array, wanted: &[u8]) -> Array;
    fn broadcast(sockets: &Array, message: &JsValue) -> usize;
    fn deliver(sockets: &Array, places: &[u32], message: &JsValue);
}

impl Socket {
    /// Wraps a socket that the runtime passed to a handler.
    pub(crate) fn from_js(socket: JsValue) -> Self {
        socket.unchecked_into()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.ready_state() == worker::worker_sys::web_sys::WebSocket::OPEN
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number")]
    pub(crate) fn buffered_bytes(&self) -> u64 {
        self.buffered_amount().unwrap_or_default() as u64
    }

    pub(crate) fn send(&self, message: &Message) -> Result<(), String> {
        self.send_raw(&to_js(message)).map_err(|thrown| message_of(&thrown))
    }

    pub(crate) fn close(&self, code: Option<u16>, reason: &str) -> Result<(), String> {
        let reason = code.is_some().then_some(reason);
        self.close_raw(code, reason).map_err(|thrown| message_of(&thrown))
    }

    /// Returns a number that no other socket has while this worker runs.
    pub(crate) fn number(&self) -> u32 {
        number(self)
    }

    pub(crate) fn last_words(&self, words: Option<&str>) -> LastWords {
        LastWords(glue::entrust(&running(), self, words).ok())
    }

    pub(crate) fn attachment(&self) -> Result<Option<String>, String> {
        attachment(self).map_err(|thrown| message_of(&thrown))
    }

    pub(crate) fn set_attachment(&self, attachment: &str) -> Result<(), String> {
        self.serialize_attachment(attachment).map_err(|thrown| message_of(&thrown))
    }
}

/// A guard for the last words of a socket. The client receives them if the object is lost first.
pub(crate) struct LastWords(Option<Function>);

impl Drop for LastWords {
    fn drop(&mut self) {
        // While a panic unwinds, the object is about to be lost.
        if !std::thread::panicking()
            && let Some(done) = &self.0
        {
            // The function only removes the words.
            let _ = done.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Some of an object's sockets. They stay on the JavaScript side.
pub(crate) struct Selection(Array);

impl Selection {
    pub(crate) fn count(&self) -> usize {
        self.0.length() as usize
    }

    /// Returns the attachments, one line each, with an empty line for a socket without one.
    pub(crate) fn attachments(&self) -> String {
        attachments(&self.0)
    }

    /// Returns the numbers of the sockets, in their order.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        numbers_of(&self.0)
    }

    /// Returns the socket at this place.
    pub(crate) fn at(&self, place: u32) -> Option<Socket> {
        (place < self.0.length()).then(|| Socket::from_js(self.0.get(place)))
    }

    /// Returns the sockets whose byte is 1.
    pub(crate) fn keep(&self, wanted: &[u8]) -> Self {
        Self(keep(&self.0, wanted))
    }

    /// Sends the message to each socket, and returns the number of those that accepted it.
    pub(crate) fn send(&self, message: &Message) -> usize {
        broadcast(&self.0, &to_js(message))
    }

    /// Sends the message to the sockets at these places.
    pub(crate) fn send_to(&self, places: &[u32], message: &Message) {
        deliver(&self.0, places, &to_js(message));
    }
}

impl IntoIterator for Selection {
    type Item = Socket;
    type IntoIter = std::vec::IntoIter<Socket>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(Socket::from_js).collect::<Vec<_>>().into_iter()
    }
}

impl State {
    /// Accepts one end of a new connection, and returns the other one for the client's response.
    pub(crate) fn accept(&self, tags: Vec<String>, attachment: &str) -> Result<worker::WebSocket, String> {
        accept(&self.ctx, tags, attachment).map(Into::into).map_err(|thrown| message_of(&thrown))
    }

    /// Returns the open sockets that have all of these tags and are not among the excepted.
    pub(crate) fn select(&self, tags: &[String], except: &[Socket]) -> Selection {
        if tags.is_empty() && except.is_empty() {
            return Selection(open(&self.ctx));
        }
        Selection(select(&self.ctx, tags.to_vec(), &except.iter().collect()))
    }

    pub(crate) fn tags(&self, socket: &Socket) -> Result<Vec<String>, String> {
        self.ctx.get_tags(socket).map_err(|thrown| message_of(&thrown))
    }

    pub(crate) fn auto_response_timestamp(&self, socket: &Socket) -> Option<Date> {
        let date = self.ctx.auto_response_date(socket)?;
        #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
        Date::from_millis(date.get_time() as i64)
    }

    pub(crate) fn set_auto_response(&self, pair: Option<(&str, &str)>) -> Result<(), String> {
        let pair = pair.map(|(request, response)| AutoResponsePair::new(request, response)).transpose();
        pair.and_then(|pair| self.ctx.set_auto_response_pair(pair)).map_err(|thrown| message_of(&thrown))
    }

    pub(crate) fn auto_response(&self) -> Option<(String, String)> {
        self.ctx.auto_response_pair().map(|pair| (pair.request(), pair.response()))
    }

    /// Sets the time limit. `None` removes it.
    pub(crate) fn set_event_timeout(&self, millis: Option<u32>) -> Result<(), String> {
        self.ctx.set_event_timeout(millis).map_err(|thrown| message_of(&thrown))
    }

    pub(crate) fn event_timeout(&self) -> Option<u32> {
        self.ctx.event_timeout()
    }
}

fn to_js(message: &Message) -> JsValue {
    match message {
        Message::Text(text) => text.clone().into_js(),
        Message::Binary(bytes) => Uint8Array::from(bytes.as_slice()).into(),
    }
}

/// Returns the message of a socket, if it is text or bytes.
pub(crate) fn message(value: JsValue) -> Option<Message> {
    if value.is_string() {
        return Some(Message::Text(Text::wrap(value)));
    }
    let bytes = Uint8Array::new(value.dyn_ref::<js_sys::ArrayBuffer>()?);
    Some(Message::Binary(bytes.to_vec()))
}
