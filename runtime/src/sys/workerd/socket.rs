//! A hibernating WebSocket.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::error::message_of;
use super::property;
use crate::socket::Message;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) type Socket;

    #[wasm_bindgen(method, catch, js_name = send)]
    fn send_raw(this: &Socket, message: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = close)]
    fn close_raw(this: &Socket, code: Option<u16>, reason: Option<&str>) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = serializeAttachment)]
    fn serialize_attachment(this: &Socket, attachment: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = deserializeAttachment)]
    fn deserialize_attachment(this: &Socket) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = WebSocketPair)]
    type Pair;

    #[wasm_bindgen(constructor, catch, js_class = WebSocketPair)]
    fn new() -> Result<Pair, JsValue>;
}

impl Socket {
    /// A socket that the runtime passed to a handler.
    pub(crate) fn from_js(socket: JsValue) -> Self {
        socket.unchecked_into()
    }

    /// The two ends of a new connection: ours, and the one for the client's response.
    pub(crate) fn pair() -> Result<(Self, worker::WebSocket), String> {
        let pair = Pair::new().map_err(|thrown| message_of(&thrown))?;
        let client: worker::worker_sys::web_sys::WebSocket = property(&pair, "0").unchecked_into();
        Ok((property(&pair, "1").unchecked_into(), client.into()))
    }

    pub(crate) fn send(&self, message: &Message) -> Result<(), String> {
        let value = match message {
            Message::Text(text) => text.clone().into_js(),
            Message::Binary(bytes) => Uint8Array::from(bytes.as_slice()).into(),
        };
        self.send_raw(&value).map_err(|thrown| message_of(&thrown))
    }

    pub(crate) fn close(&self, code: Option<u16>, reason: &str) -> Result<(), String> {
        let reason = code.is_some().then_some(reason);
        self.close_raw(code, reason).map_err(|thrown| message_of(&thrown))
    }

    pub(crate) fn attachment(&self) -> Result<Option<String>, String> {
        let attachment = self.deserialize_attachment().map_err(|thrown| message_of(&thrown))?;
        Ok(attachment.as_string())
    }

    pub(crate) fn set_attachment(&self, attachment: &str) -> Result<(), String> {
        self.serialize_attachment(&JsValue::from_str(attachment)).map_err(|thrown| message_of(&thrown))
    }
}
