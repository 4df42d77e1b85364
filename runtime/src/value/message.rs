//! The messages of a socket.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Text;
use crate::{Error, Result};

/// One WebSocket message.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Text. It stays on the JavaScript side until it is read, see [`Text`].
    Text(Text),
    /// Bytes.
    Binary(Vec<u8>),
}

impl Message {
    /// Creates a message with a value as JSON text.
    ///
    /// # Errors
    /// [`Error::Message`] when the value has no JSON form.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        Ok(Self::from(serde_json::to_string(value)?))
    }

    /// Returns the value that was sent as JSON, in text or in bytes.
    ///
    /// # Errors
    /// [`Error::Message`] when the message is not JSON or not a `T`, with the place of the difference.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        match self {
            Self::Text(text) => serde_json::from_str(&text.to_string()),
            Self::Binary(bytes) => serde_json::from_slice(bytes),
        }
        .map_err(Error::from)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_text_and_read_from_either() {
        let message = Message::json(&("ada", [1, 2])).unwrap();
        assert_eq!(message, Message::from(r#"["ada",[1,2]]"#));
        for message in [message, Message::from(br#"["ada",[1,2]]"#.as_slice())] {
            assert_eq!(message.parse::<(String, Vec<u8>)>().unwrap(), ("ada".to_owned(), vec![1, 2]));
        }
    }

    #[test]
    fn what_is_no_such_json_is_an_error() {
        for message in ["", "[1", r#"{"a":1}"#] {
            let error = Message::from(message).parse::<[u8; 2]>().unwrap_err();
            assert!(error.to_string().starts_with("JSON: "), "{error}");
        }
        assert!(Message::from([0xff].as_slice()).parse::<String>().is_err());
    }
}
