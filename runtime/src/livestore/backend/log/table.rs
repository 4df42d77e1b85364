//! The table of a store's events, as upstream makes it.

/// An event's JSON in a chunk.
pub(super) const ITEM: &str = r#"'{"eventEncoded":{"name":' || json_quote(name) || ifnull(',"args":' || args, '') || ',"seqNum":' || seqNum || ',"parentSeqNum":' || parentSeqNum || ',"clientId":' || json_quote(clientId) || ',"sessionId":' || json_quote(sessionId) || '},"metadata":{"_tag":"Some","value":{"_tag":"SyncMessage.SyncMetadata","createdAt":' || json_quote(createdAt) || '}}}'"#;

/// Its name: every UTF-16 code unit of the store's id that is no ASCII letter or digit becomes an underscore.
pub(super) fn name(store_id: &str) -> String {
    let safe = |unit: u16| u8::try_from(unit).ok().filter(u8::is_ascii_alphanumeric).map_or('_', char::from);
    let mut name = "eventlog_7_".to_owned();
    name.extend(store_id.encode_utf16().map(safe));
    name
}

pub(super) fn create(table: &str) -> String {
    format!(
        r#"CREATE TABLE IF NOT EXISTS "{table}" ("seqNum" integer primary key, "parentSeqNum" integer not null, "name" text not null, "args" text, "createdAt" text not null, "clientId" text not null, "sessionId" text not null) strict"#
    )
}

/// The number of the last event.
pub(super) fn last(table: &str) -> String {
    format!(r#"SELECT max(seqNum) FROM "{table}""#)
}

pub(super) fn count(table: &str) -> String {
    format!(r#"SELECT count(*) FROM "{table}""#)
}
