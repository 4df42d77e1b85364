//! A JSON reader that reads in one pass, from the front, as far as the protocol needs.
//!
//! Values that are only passed on are checked and stay unchanged text. The reader accepts a text exactly when
//! `JSON.parse` does. SQLite, which reads the same text, is more lenient.

mod pretty;
mod quoted;
mod reader;
#[cfg(test)]
mod tests;

pub(crate) use pretty::pretty;
pub(crate) use quoted::{is_compact, push_escaped, push_quoted, unquoted, with_whole_characters};
pub(crate) use reader::{Kind, Reader};

/// The reason why a text is not the expected one. It is one word in size, because every step of reading may
/// return it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.message)]
pub(crate) struct JsonError(Box<Mistake>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mistake {
    message: String,
}

pub(crate) type Result<T> = std::result::Result<T, JsonError>;

impl JsonError {
    #[cold]
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(Box::new(Mistake { message: why.into() }))
    }
}

/// Returns the only value in `text`, as `read` reads it.
pub(crate) fn parse<'a, T>(text: &'a str, read: impl FnOnce(&mut Reader<'a>) -> Result<T>) -> Result<T> {
    let mut reader = Reader::new(text);
    let value = read(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Checks that `text` is JSON.
pub(crate) fn check(text: &str) -> Result<()> {
    parse(text, Reader::raw).map(drop)
}

/// Sets the value of a member. An object has each member at most once.
pub(crate) fn set<T>(member: &mut Option<T>, name: &str, value: T) -> Result<()> {
    match member.replace(value) {
        None => Ok(()),
        Some(_) => Err(JsonError::new(format!("duplicate field `{name}`"))),
    }
}

/// Returns the value of a member that an object must have.
pub(crate) fn required<T>(member: Option<T>, name: &str) -> Result<T> {
    member.ok_or_else(|| JsonError::new(format!("missing field `{name}`")))
}
