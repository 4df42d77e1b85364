//! The data that a socket carries through hibernation.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// A type that can be attached to a socket: any type that serde can write and read.
///
/// The bounds belong to the blanket implementation and not to this trait, so that a type without them causes
/// only one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be attached to a socket",
    label = "needs serde's `Serialize` and `Deserialize`",
    note = "an attachment is written down while the object sleeps: derive both traits for it, and let it own its data"
)]
pub trait Attachment: Sized + 'static {
    /// Writes the attachment as JSON.
    ///
    /// # Errors
    /// [`Error::Attachment`] when the value has no JSON form.
    #[doc(hidden)]
    fn write(&self, to: &mut Vec<u8>) -> Result<()>;

    /// Reads the attachment from JSON.
    ///
    /// # Errors
    /// [`Error::Attachment`] when the JSON has another shape.
    #[doc(hidden)]
    fn read(json: &str) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + 'static> Attachment for T {
    fn write(&self, to: &mut Vec<u8>) -> Result<()> {
        serde_json::to_writer(to, self).map_err(|why| Error::Attachment(why.to_string()))
    }

    fn read(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|why| Error::Attachment(format!("it has another shape: {why}")))
    }
}

/// The platform's limit on a serialised attachment, in bytes (workerd `api/web-socket.h`,
/// `MAX_ATTACHMENT_SIZE`).
const MAX_BYTES: usize = 16_384;

/// The first character of every attachment. It names the layout of the rest.
const VERSION: char = '1';

/// Returns the text that is attached: a version and compact JSON. It is text because the platform stores a
/// string of Latin-1 characters in one byte each, and because JSON tolerates fields that are added later. It
/// is one line, so that many attachments can be read in one piece.
pub(super) fn encode<A: Attachment>(attachment: &A) -> Result<String> {
    let mut text = Vec::from([VERSION as u8]);
    attachment.write(&mut text)?;
    let mut text = String::from_utf8(text).map_err(|why| Error::Attachment(why.to_string()))?;
    // Only a `RawValue` has line breaks. They are outside of strings, where they are mere spaces.
    if text.contains('\n') {
        text = text.replace('\n', " ");
    }
    let actual = serialised_size(&text);
    if actual > MAX_BYTES {
        return Err(Error::Limit {
            what: "the size of a socket's attachment in bytes",
            actual,
            limit: MAX_BYTES,
        });
    }
    Ok(text)
}

/// Reads the attachment from its text.
pub(super) fn decode<A: Attachment>(text: &str) -> Result<A> {
    let Some(json) = text.strip_prefix(VERSION) else {
        return Err(Error::Attachment(
            "it was not written by this framework, or by a newer version of it".into(),
        ));
    };
    A::read(json)
}

/// Returns the number of bytes that V8 needs for a string: two of header, a tag, its length, possibly one of
/// padding, and one or two for each UTF-16 code unit.
fn serialised_size(text: &str) -> usize {
    const OVERHEAD: usize = 8;
    let units = text.encode_utf16().count();
    let width = if text.chars().all(|c| u32::from(c) < 256) { 1 } else { 2 };
    OVERHEAD + units * width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was() {
        let session = ("ada".to_owned(), Some(7_u64));
        let text = encode(&session).unwrap();
        assert_eq!(text, r#"1["ada",7]"#);
        assert_eq!(decode::<(String, Option<u64>)>(&text).unwrap(), session);
    }

    #[test]
    fn is_one_line() {
        assert_eq!(encode(&"a\nb".to_owned()).unwrap(), r#"1"a\nb""#);
        let raw: Box<serde_json::value::RawValue> = serde_json::from_str("{\n\"a\": 1\n}").unwrap();
        assert_eq!(encode(&raw).unwrap(), r#"1{ "a": 1 }"#);
    }

    #[test]
    fn what_does_not_fit_is_refused_before_the_platform_does() {
        let fits = "x".repeat(MAX_BYTES - 8 - 3);
        assert!(encode(&fits).is_ok());
        let error = encode(&format!("{fits}x")).unwrap_err();
        assert!(matches!(error, Error::Limit { actual: 16_385, limit: 16_384, .. }), "{error}");
        // Beyond Latin-1 every character takes two bytes.
        assert!(encode(&"∞".repeat(MAX_BYTES / 2)).is_err());
        assert!(encode(&"é".repeat(MAX_BYTES / 2)).is_ok());
    }

    #[test]
    fn foreign_attachments_are_named_as_such() {
        assert!(decode::<()>("2null").unwrap_err().to_string().contains("newer version"));
        assert!(decode::<()>("").unwrap_err().to_string().contains("not written by this framework"));
        assert!(decode::<u8>("1\"x\"").unwrap_err().to_string().contains("another shape"));
    }
}
