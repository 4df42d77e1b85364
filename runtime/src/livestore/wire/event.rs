//! One event of a store's log.

use std::borrow::Cow;

use super::is_safe_integer;
use super::json::{self, JsonError, Reader, push_quoted, required, set};

/// An event as clients push it, borrowed from its frame.
#[derive(Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The name of the event in the schema, for example `v1.TodoCreated`.
    pub name: Cow<'a, str>,
    /// The arguments, as the JSON that the client sent. An event may have no arguments.
    pub args: Option<&'a str>,
    /// Its place in the log.
    pub seq_num: i64,
    /// The event before it, as its client knew it.
    pub parent_seq_num: i64,
    /// The client that made it.
    pub client_id: Cow<'a, str>,
    /// The client's session that made it.
    pub session_id: Cow<'a, str>,
}

pub(super) fn sequence_number(reader: &mut Reader<'_>) -> json::Result<i64> {
    let number = reader.integer()?;
    if is_safe_integer(number) {
        return Ok(number);
    }
    Err(JsonError::new(format!("the sequence number {number} is beyond 2^53")))
}

impl<'a> Event<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let (mut event_name, mut args, mut seq_num, mut parent_seq_num) = (None, None, None, None);
        let (mut client_id, mut session_id) = (None, None);
        reader.object(&mut |reader, name| match name {
            "name" => set(&mut event_name, name, reader.text()?),
            // `null` is an argument; a missing member is not.
            "args" => set(&mut args, name, reader.raw()?),
            "seqNum" => set(&mut seq_num, name, sequence_number(reader)?),
            "parentSeqNum" => set(&mut parent_seq_num, name, sequence_number(reader)?),
            "clientId" => set(&mut client_id, name, reader.text()?),
            "sessionId" => set(&mut session_id, name, reader.text()?),
            _ => reader.skip(),
        })?;
        Ok(Self {
            name: required(event_name, "name")?,
            args,
            seq_num: required(seq_num, "seqNum")?,
            parent_seq_num: required(parent_seq_num, "parentSeqNum")?,
            client_id: required(client_id, "clientId")?,
            session_id: required(session_id, "sessionId")?,
        })
    }

    /// Returns an upper bound for the event's JSON in bytes: the arguments as they are, and the rest with
    /// every character of its strings escaped.
    pub(crate) fn encoded_size(&self) -> usize {
        const FIXED: usize = 256;
        const ESCAPED: usize = 6;
        let strings = self.name.len() + self.client_id.len() + self.session_id.len();
        FIXED + ESCAPED * strings + self.args.map_or(0, str::len)
    }

    /// Appends the event as an item of a pull response's `batch`.
    pub(crate) fn write_item(&self, created_at: &str, out: &mut String) {
        out.push_str(r#"{"eventEncoded":"#);
        self.write_json(out);
        out.push_str(r#","metadata":{"_tag":"Some","value":{"_tag":"SyncMessage.SyncMetadata","createdAt":"#);
        push_json_string(out, created_at);
        out.push_str("}}}");
    }

    /// Appends the event in the form in which clients push it.
    pub(crate) fn write_json(&self, out: &mut String) {
        out.push_str(r#"{"name":"#);
        push_json_string(out, &self.name);
        if let Some(args) = self.args {
            out.push_str(r#","args":"#);
            out.push_str(args);
        }
        out.push_str(r#","seqNum":"#);
        push_integer(out, self.seq_num);
        out.push_str(r#","parentSeqNum":"#);
        push_integer(out, self.parent_seq_num);
        out.push_str(r#","clientId":"#);
        push_json_string(out, &self.client_id);
        out.push_str(r#","sessionId":"#);
        push_json_string(out, &self.session_id);
        out.push('}');
    }
}

pub(crate) fn push_json_string(out: &mut String, text: &str) {
    push_quoted(text, &mut |piece| out.push_str(piece));
}

pub(super) fn push_integer(out: &mut String, integer: i64) {
    out.push_str(&integer.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<Event<'_>, String> {
        json::parse(json, Event::read).map_err(|why| why.to_string())
    }

    const EVENT: &str = r#"{"name":"v1.TodoCreated","args":{"id":"t1", "n":1e21,"s":"\ud800"},"seqNum":1,"parentSeqNum":0,"clientId":"c","sessionId":"s"}"#;

    #[test]
    fn arguments_stay_the_text_they_were() {
        let event = parse(EVENT).unwrap();
        assert_eq!(event.args.unwrap(), r#"{"id":"t1", "n":1e21,"s":"\ud800"}"#);
        let mut item = String::new();
        event.write_item("2026-11-20T14:35:21.701Z", &mut item);
        assert_eq!(
            item,
            r#"{"eventEncoded":{"name":"v1.TodoCreated","args":{"id":"t1", "n":1e21,"s":"\ud800"},"seqNum":1,"parentSeqNum":0,"clientId":"c","sessionId":"s"},"metadata":{"_tag":"Some","value":{"_tag":"SyncMessage.SyncMetadata","createdAt":"2026-11-20T14:35:21.701Z"}}}"#
        );
        assert!(item.len() <= event.encoded_size());
    }

    #[test]
    fn no_arguments_and_null_arguments_differ() {
        let without = r#"{"name":"n","seqNum":1,"parentSeqNum":0,"clientId":"c","sessionId":"s"}"#;
        assert!(parse(without).unwrap().args.is_none());
        let null = r#"{"name":"n","args":null,"seqNum":1,"parentSeqNum":0,"clientId":"c","sessionId":"s"}"#;
        assert_eq!(parse(null).unwrap().args.unwrap(), "null");
        let mut item = String::new();
        parse(without).unwrap().write_item("t", &mut item);
        assert!(!item.contains("args"));
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        assert!(parse("{}").unwrap_err().contains("missing field `name`"));
        assert!(parse(&EVENT.replace("\"seqNum\":1", "\"seqNum\":1.5")).unwrap_err().contains("not 1.5"));
        assert!(
            parse(&EVENT.replace("\"seqNum\":1", "\"seqNum\":9007199254740992"))
                .unwrap_err()
                .contains("2^53")
        );
        assert!(parse(&EVENT.replace(",\"clientId\":\"c\"", "")).unwrap_err().contains("clientId"));
    }
}
