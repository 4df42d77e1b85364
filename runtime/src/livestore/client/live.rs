//! The messages of the sockets of a [`ClientDO`](super::ClientDO), as JSON.

use super::Status;
use crate::Result;
use crate::livestore::wire::json::{self, JsonError, Reader, push_quoted, required, set};

/// An event that a client wants to commit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Commit<'a> {
    pub(super) name: String,
    /// The arguments, as JSON.
    pub(super) args: &'a str,
}

impl<'a> Commit<'a> {
    /// Reads the message of a client.
    pub(super) fn read(message: &'a str) -> Result<Self, JsonError> {
        let (mut name, mut args) = Default::default();
        json::parse(message, |reader: &mut Reader<'a>| {
            reader.object(&mut |reader, member| match member {
                "name" => set(&mut name, member, reader.text()?.into_owned()),
                "args" => set(&mut args, member, reader.raw()?),
                _ => reader.skip(),
            })
        })?;
        Ok(Self { name: required(name, "name")?, args: required(args, "args")? })
    }
}

/// Returns the message with the rows of some tables.
pub(super) fn tables(tables: &[(&'static str, String)]) -> String {
    ["{\"tables\":", &object(tables), "}"].concat()
}

/// Returns the message with the progress of the store, and its pending events.
pub(super) fn status(status: &Status, pending: &str) -> Result<String> {
    Ok(["{\"status\":", &serde_json::to_string(status)?, ",\"pending\":", pending, "}"].concat())
}

/// Returns the message that says why a message was refused.
pub(super) fn refusal(error: &str) -> String {
    let mut json = String::from("{\"error\":");
    push_quoted(error, &mut |piece| json.push_str(piece));
    json.push('}');
    json
}

/// Returns a JSON object with the rows of each table.
pub(super) fn object(tables: &[(&'static str, String)]) -> String {
    let mut json = String::from("{");
    for (name, rows) in tables {
        if json.len() > 1 {
            json.push(',');
        }
        push_quoted(name, &mut |piece| json.push_str(piece));
        json.push(':');
        json.push_str(rows);
    }
    json.push('}');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_read_with_its_arguments_as_they_are() {
        let read = Commit::read(r#" {"args": {"id": 1.0}, "later": [], "name": "v1.\"A"} "#).unwrap();
        assert_eq!(read, Commit { name: "v1.\"A".to_owned(), args: r#"{"id": 1.0}"# });
        for wrong in ["", "[]", r#"{"name":"a"}"#, r#"{"args":{}}"#, r#"{"name":1,"args":{}}"#] {
            assert!(Commit::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn messages_are_json() {
        assert_eq!(tables(&[("a", "[1]".into()), ("b", "[]".into())]), r#"{"tables":{"a":[1],"b":[]}}"#);
        assert_eq!(refusal("no \"such\" event"), r#"{"error":"no \"such\" event"}"#);
    }
}
