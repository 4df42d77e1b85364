//! The tables of LiveStore's own adapter for durable objects, and the statements that take them over.
//!
//! The adapter keeps its log in `eventlog`, its head and the id of the backend in `__livestore_sync_status`, and the
//! pages of a second SQLite with the users' tables in `vfs_pages`. The events after the head are pending. Those with a
//! client number are client-only: they never leave their client. This crate has no such events, and leaves them out.
//!
//! A log is taken over up to the first event at which it breaks. There, two events have the same number, the event
//! before is missing, or a pending event does not have the next number. The adapter leaves such a log behind when it
//! cannot apply an event of the backend. The backend sends the confirmed events from there on again. It may have the
//! pending ones already, at their old numbers: with new ones they would be stored twice.

use super::layout::{Layout, Meta, text};

/// The question whether the object has the adapter's tables. It has a row if they are there, with the columns that the
/// other statements need.
pub(crate) const EXIST: &str = "\
    SELECT 1 WHERE 7 = (SELECT count(*) FROM pragma_table_info('eventlog') WHERE name IN \
    ('seqNumGlobal', 'seqNumClient', 'parentSeqNumGlobal', 'name', 'argsJson', 'clientId', 'sessionId')) \
    AND 2 = (SELECT count(*) FROM pragma_table_info('__livestore_sync_status') WHERE name IN ('head', 'backendId'))";

/// The statement that reads which part of the log is taken over: its head, and the number at which the log breaks. A log
/// that is whole breaks at 2^53 - 1.
pub(crate) const EXTENT: &str = "\
    WITH status AS (SELECT coalesce(max(head), 0) AS head FROM __livestore_sync_status), \
    synced AS (SELECT seqNumGlobal AS g, parentSeqNumGlobal AS parent, \
    lag(seqNumGlobal, 1, 0) OVER (ORDER BY seqNumGlobal) AS previous FROM eventlog WHERE seqNumClient = 0), \
    broken AS (SELECT coalesce(min(g), 9007199254740991) AS at FROM synced, status \
    WHERE g <= previous OR parent > previous OR (g > head AND g <> previous + 1)) \
    SELECT coalesce((SELECT max(seqNumGlobal) FROM eventlog WHERE seqNumClient = 0 AND seqNumGlobal <= head \
    AND seqNumGlobal < at), 0), at FROM status, broken";

/// The reason for which a pending event behind the break is rejected.
const REASON: &str =
    "the log of LiveStore's adapter lacks events before this one, and the backend may have it already";

/// Returns the statements that take over the log: its head, the number at which it breaks, and the time in milliseconds
/// since 1970, at which the pending events behind the break are rejected. They end with those that drop the adapter's
/// tables.
pub(crate) fn take_over(layout: &Layout, head: i64, end: i64, now: i64) -> [String; 7] {
    let (eventlog, head_table) = (layout.eventlog(), layout.head_table());
    let (meta, rejected) = (layout.table("meta"), layout.table("rejected"));
    let (backend_id, reason) = (Meta::BackendId.key(), text(REASON));
    [
        format!(
            "INSERT INTO {eventlog} (g, name, args, client, session) \
             SELECT seqNumGlobal, name, argsJson, clientId, sessionId FROM eventlog \
             WHERE seqNumClient = 0 AND seqNumGlobal < {end} ORDER BY seqNumGlobal"
        ),
        format!(
            "INSERT INTO {rejected} (g, name, args, error, at) \
             SELECT seqNumGlobal, name, argsJson, {reason}, {now} FROM eventlog \
             WHERE seqNumClient = 0 AND seqNumGlobal >= {end} \
             AND seqNumGlobal > (SELECT coalesce(max(head), 0) FROM __livestore_sync_status) ORDER BY seqNumGlobal"
        ),
        format!("UPDATE {head_table} SET head = {head} WHERE id = 1"),
        format!(
            "INSERT INTO {meta} (k, v) SELECT '{backend_id}', backendId FROM __livestore_sync_status \
             WHERE backendId IS NOT NULL"
        ),
        "DROP TABLE eventlog".to_owned(),
        "DROP TABLE __livestore_sync_status".to_owned(),
        "DROP TABLE IF EXISTS vfs_pages".to_owned(),
    ]
}
