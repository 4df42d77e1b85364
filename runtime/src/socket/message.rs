//! What goes over a socket, and how it ends.

use wasm_bindgen::JsValue;

use crate::sys::Text;

/// One WebSocket message.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Text. It stays on the JavaScript side until it is looked at, see [`Text`].
    Text(Text),
    /// Bytes.
    Binary(Vec<u8>),
}

impl Message {
    pub(crate) fn from_js(value: JsValue) -> Option<Self> {
        #[cfg(target_arch = "wasm32")]
        if value.is_string() {
            return Some(Self::Text(Text::wrap(value)));
        }
        let bytes = js_sys::Uint8Array::new(wasm_bindgen::JsCast::dyn_ref::<js_sys::ArrayBuffer>(&value)?);
        Some(Self::Binary(bytes.to_vec()))
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Text> for Message {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes)
    }
}

impl From<&[u8]> for Message {
    fn from(bytes: &[u8]) -> Self {
        Self::Binary(bytes.to_vec())
    }
}

/// Why a socket was closed. The framework answers the close frame after the handler has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The status code, RFC 6455 section 7.4.
    pub code: u16,
    /// The client's words, often empty.
    pub reason: String,
    /// Whether the client sent a close frame, rather than just going away.
    pub was_clean: bool,
}

impl Close {
    /// The code of a close frame without a code.
    pub const NO_STATUS: u16 = 1005;

    /// The code and reason of our own close frame: the client's, where it may be sent at all. 1006 and
    /// 1015 say that there was no close frame, so there is nobody to answer.
    pub(crate) fn answer(&self) -> Option<(Option<u16>, &str)> {
        match self.code {
            Self::NO_STATUS => Some((None, "")),
            1006 | 1015 => None,
            code => Some((Some(code), &self.reason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_is_answered_in_kind() {
        let close = |code| Close { code, reason: "bye".into(), was_clean: true };
        assert_eq!(close(1000).answer(), Some((Some(1000), "bye")));
        assert_eq!(close(4001).answer(), Some((Some(4001), "bye")));
        assert_eq!(close(1005).answer(), Some((None, "")));
        assert_eq!(close(1006).answer(), None);
        assert_eq!(close(1015).answer(), None);
    }
}
