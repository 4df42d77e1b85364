//! Bytes as text.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::error::ConversionError;
use crate::storage::{FromSql, ToSql};
use crate::value::Value;

/// Bytes whose JSON is text, `"Af8="`: Effect's `Schema.Uint8ArrayFromBase64`. In SQL they are a blob.
///
/// The JSON of [`Blob`](crate::value::Blob) and of `Vec<u8>` is an array of numbers: Effect's `Schema.Uint8Array`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Base64(pub Vec<u8>);

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit) & 63) as usize;
            let letter = DIGITS.get(index).copied().map_or('=', char::from);
            text.push(if digit > group.len() { '=' } else { letter });
        }
    }
    text
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    let digits = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits {
        let value = DIGITS.iter().position(|known| known == digit)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 255).ok()?);
        }
    }
    Some(bytes)
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encoded(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = decoded(&String::deserialize(deserializer)?).map(Self);
        bytes.ok_or_else(|| D::Error::custom("the text is not base64, such as `Af8=`"))
    }
}

impl ToSql for Base64 {
    fn to_sql(&self) -> Result<Value, ConversionError> {
        self.0.to_sql()
    }
}

impl FromSql for Base64 {
    fn from_sql(value: Value) -> Result<Self, ConversionError> {
        Vec::from_sql(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_is_text() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg=="),
            (&[1, 255], "Af8="),
            (&[251, 239, 190, 255], "++++/w=="),
        ] {
            assert_eq!(encoded(bytes), text);
            assert_eq!(decoded(text).as_deref(), Some(bytes));
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["A", "Af8", "Af8=\n", "====", "A===", "Af-_", "ä=="] {
            assert_eq!(decoded(text), None, "{text}");
        }
        let wrong = serde_json::from_str::<Base64>(r#""?""#).unwrap_err().to_string();
        assert!(wrong.starts_with("the text is not base64, such as `Af8=`"), "{wrong}");
    }

    proptest! {
        #[test]
        fn all_bytes_come_back(bytes: Vec<u8>) {
            prop_assert_eq!(decoded(&encoded(&bytes)), Some(bytes));
        }
    }
}
