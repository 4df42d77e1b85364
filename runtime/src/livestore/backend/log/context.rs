//! The head of a store's log: a row in the object's own database, in upstream's form.

use crate::{Result, Sql};

const CREATE: &str = r#"CREATE TABLE IF NOT EXISTS "context_7" ("storeId" text primary key, "currentHead" integer not null, "backendId" text not null) strict"#;
const FIND: &str = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'context_7'";
const STORES: &str = "SELECT storeId FROM context_7 LIMIT 2";
const READ: &str = "SELECT currentHead, backendId FROM context_7 WHERE storeId = ?";
const ADD: &str =
    "INSERT INTO context_7 VALUES (?, 0, lower(hex(randomblob(16)))) RETURNING currentHead, backendId";
const PUT: &str = "INSERT OR REPLACE INTO context_7 VALUES (?, ?, ?)";
const MOVE: &str = "UPDATE context_7 SET currentHead = ? WHERE storeId = ?";
const REMOVE: &str = "DELETE FROM context_7 WHERE storeId = ?";

/// Returns the store that this object keeps, if there is exactly one. Only upstream makes several in one
/// object; then a request's own store id selects one.
pub(super) fn only_store(sql: &Sql) -> Result<Option<String>> {
    if sql.query::<i64>(FIND, ())?.optional()?.is_none() {
        return Ok(None);
    }
    let stores: Vec<String> = sql.query(STORES, ())?.all()?;
    Ok(<[String; 1]>::try_from(stores).ok().map(|[store_id]| store_id))
}

/// Returns a store's head and its backend's id, if it has any.
pub(super) fn read(sql: &Sql, store_id: &str) -> Result<Option<(i64, String)>> {
    sql.execute(CREATE, ())?;
    sql.query(READ, (store_id,))?.optional()
}

/// Returns a store's head and its backend's id, or those of a new store.
pub(super) fn open(sql: &Sql, store_id: &str) -> Result<(i64, String)> {
    match read(sql, store_id)? {
        Some(context) => Ok(context),
        None => sql.query(ADD, (store_id,))?.one(),
    }
}

pub(super) fn move_head(sql: &Sql, store_id: &str, head: i64) -> Result<()> {
    sql.execute(MOVE, (head, store_id)).map(drop)
}

pub(super) fn put(sql: &Sql, store_id: &str, head: i64, backend_id: &str) -> Result<()> {
    sql.execute(PUT, (store_id, head, backend_id)).map(drop)
}

pub(super) fn remove(sql: &Sql, store_id: &str) -> Result<()> {
    sql.execute(REMOVE, (store_id,)).map(drop)
}
