//! The table of a store's events, in upstream's form.

/// The SQL for an event's JSON in a chunk. One call of `format` takes half the time of as many `||`.
pub(super) const ITEM: &str = r#"format('{"eventEncoded":{"name":%s%s,"seqNum":%d,"parentSeqNum":%d,"clientId":%s,"sessionId":%s},"metadata":{"_tag":"Some","value":{"_tag":"SyncMessage.SyncMetadata","createdAt":%s}}}', json_quote(name), ifnull(',"args":' || args, ''), seqNum, parentSeqNum, json_quote(clientId), json_quote(sessionId), json_quote(createdAt))"#;

/// Returns the table's name: every UTF-16 code unit of the store's id that is not an ASCII letter or digit
/// becomes an underscore.
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

/// Returns the SQL for the number of the last event.
pub(super) fn last(table: &str) -> String {
    format!(r#"SELECT max(seqNum) FROM "{table}""#)
}

pub(super) fn count(table: &str) -> String {
    format!(r#"SELECT count(*) FROM "{table}""#)
}

/// Returns the SQL for the number of events from one number to another.
pub(super) fn count_range(table: &str) -> String {
    format!(r#"SELECT count(*) FROM "{table}" WHERE seqNum BETWEEN ?1 AND ?2"#)
}

/// Returns the SQL for the number of events of a part that are in the table unchanged.
pub(super) fn count_same(table: &str) -> String {
    format!(
        r#"SELECT count(*) FROM json_each('[' || ?1 || ']') JOIN "{table}" ON seqNum = json_extract(value, '$.eventEncoded.seqNum') WHERE parentSeqNum = json_extract(value, '$.eventEncoded.parentSeqNum') AND name = json_extract(value, '$.eventEncoded.name') AND args IS value -> '$.eventEncoded.args' AND clientId = json_extract(value, '$.eventEncoded.clientId') AND sessionId = json_extract(value, '$.eventEncoded.sessionId')"#
    )
}

/// Returns the SQL that tells whether one event is in the table unchanged, whatever its time of storage; the
/// parameters are its columns. Arguments that nest deeper than SQLite's JSON, 1,000 levels, are there as they
/// came.
pub(super) fn count_same_row(table: &str) -> String {
    format!(
        r#"SELECT count(*) FROM "{table}" WHERE seqNum = ?1 AND parentSeqNum = ?2 AND name = ?3 AND CASE WHEN args IS ?4 THEN 1 WHEN json_valid(?4) THEN args IS json(?4) END AND clientId = ?6 AND sessionId = ?7"#
    )
}

/// Returns the SQL that stores one event; the parameters are its columns. It fails if SQLite cannot read its
/// arguments. `->` writes them in the same way as [`insert_items`].
pub(super) fn insert_row(table: &str) -> String {
    format!(r#"INSERT INTO "{table}" VALUES (?1, ?2, ?3, ?4 -> '$', ?5, ?6, ?7)"#)
}

/// Returns the SQL that stores one event with its arguments as they came.
pub(super) fn insert_row_as_is(table: &str) -> String {
    format!(r#"INSERT INTO "{table}" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"#)
}

/// Returns the SQL that removes the events after one.
pub(super) fn remove_after(table: &str) -> String {
    format!(r#"DELETE FROM "{table}" WHERE seqNum > ?1"#)
}

/// Returns one statement that stores events in the form in which they are sent to clients, separated by
/// commas. `->` keeps the arguments' JSON as it is. Unless the condition holds there is no parent; the table
/// refuses that, and all events with it.
pub(super) fn insert_items(table: &str, condition: &str) -> String {
    format!(
        r#"INSERT INTO "{table}" SELECT json_extract(value, '$.eventEncoded.seqNum'), CASE WHEN {condition} THEN json_extract(value, '$.eventEncoded.parentSeqNum') END, json_extract(value, '$.eventEncoded.name'), value -> '$.eventEncoded.args', json_extract(value, '$.metadata.value.createdAt'), json_extract(value, '$.eventEncoded.clientId'), json_extract(value, '$.eventEncoded.sessionId') FROM json_each('[' || ?1 || ']')"#
    )
}

/// Returns whether this many events are stored and the same. [`count_range`] counts them, and [`count_same`]
/// does for each of their parts, or [`count_same_row`] for each of them.
pub(super) fn holds(events: usize, counts: &[Option<i64>]) -> bool {
    let [there, same @ ..] = counts else { return false };
    let events = i64::try_from(events).ok();
    *there == events && same.iter().copied().sum::<Option<i64>>() == events
}
