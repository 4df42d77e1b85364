//! The owners of tables: see `docs/decisions/0009-a-table-in-d1-has-one-owner.md`.

use super::database::{Database, cell, first, text};
use crate::livestore::backend::log::table;
use crate::value::Value;
use crate::{Error, Result};

const CREATE: &str = r#"CREATE TABLE IF NOT EXISTS "eventlog_owner_7" ("eventlog" text primary key collate nocase, "storeId" text not null unique, "backendId" text not null) strict"#;

/// `?1` is the store, `?2` is upstream's name for its table, `?3` is the id of its backend if the object has
/// one. SQLite ignores the case of table names.
const CLAIM: &str = "INSERT OR IGNORE INTO eventlog_owner_7 \
    SELECT CASE WHEN ?3 IS NULL \
            AND (EXISTS (SELECT 1 FROM eventlog_owner_7 WHERE eventlog = ?2) \
                OR EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?2 COLLATE NOCASE)) \
        THEN ?2 || '_' || lower(hex(randomblob(16))) ELSE ?2 END, \
        ?1, ifnull(?3, lower(hex(randomblob(16)))) \
    WHERE NOT EXISTS (SELECT 1 FROM eventlog_owner_7 WHERE storeId = ?1)";

/// Reads a store's table, and its backend's id.
pub(super) const READ: &str = "SELECT eventlog, backendId FROM eventlog_owner_7 WHERE storeId = ?1";

/// Gives a store another backend's id.
pub(super) const REPLACE: &str = "UPDATE eventlog_owner_7 SET backendId = ?2 WHERE storeId = ?1";

/// The table and the backend's id of a store.
pub(super) struct Owned {
    pub(super) table: String,
    pub(super) backend_id: String,
}

/// Returns a store's table, or chooses one that no other store owns. `known` is the id of its backend, if its
/// object has one: then upstream may have written to the table.
pub(super) async fn claim(database: &Database, store_id: &str, known: Option<&str>) -> Result<Owned> {
    let upstream = table::name(store_id);
    let claim = vec![text(store_id), text(&upstream), known.map_or(Value::Null, text)];
    let [_, _, found] =
        database.batch([(CREATE, vec![]), (CLAIM, claim), (READ, vec![text(store_id)])]).await?;
    let Some([table, backend_id]) = first(found) else {
        return Err(Error::Message(format!(
            "the table {upstream} of the D1 database belongs to another store, with which the official backend made \
             this one share it: give this store a database of its own, or delete the row of {upstream} in \
             eventlog_owner_7 if the other store is gone"
        )));
    };
    Ok(Owned { table: cell(table)?, backend_id: cell(backend_id)? })
}
