//! An object that was written with the crate `worker` alone, and goes on here.

use std::collections::BTreeMap;
use std::time::Duration;

use durable_object::prelude::*;
use serde::{Deserialize, Serialize};
use worker::SqlStorageValue;

/// A value of everything that people store under a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Text.
    pub name: String,
    /// A large integer.
    pub count: u64,
    /// A number.
    pub share: f64,
    /// A boolean.
    pub is_new: bool,
    /// A list.
    pub tags: Vec<String>,
    /// Bytes, which `worker` stores as a list of numbers.
    pub bytes: Vec<u8>,
    /// A map, which `worker` stores as a `Map`.
    pub seen: BTreeMap<String, i32>,
    /// Nothing.
    pub note: Option<String>,
}

const MIGRATIONS: &[Migration] = &[
    Migration::new(
        "0001_todos",
        "CREATE TABLE IF NOT EXISTS todos (text TEXT NOT NULL, done, priority INTEGER NOT NULL)",
    ),
    Migration::new("0002_booleans", "UPDATE todos SET done = (done = 'true')"),
];

/// Stores things as `worker` does, and reads them as this crate does.
#[durable_object]
pub struct Former {
    ctx: Ctx,
}

#[durable_object]
impl Former {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    /// Stores a value, rows and an alarm with the functions of `worker`.
    #[rpc]
    pub async fn store(&self, visit: Visit) -> Result<()> {
        let storage = self.ctx.to_worker().storage();
        storage.put("visit", visit).await?;
        storage.set_alarm(Duration::from_secs(3600)).await?;
        storage
            .sql()
            .exec("CREATE TABLE todos (text TEXT NOT NULL, done, priority INTEGER NOT NULL)", None)?;
        let rows: Vec<SqlStorageValue> =
            vec!["one".into(), true.into(), 3.into(), "two".into(), false.into(), 4.into()];
        storage.sql().exec("INSERT INTO todos VALUES (?, ?, ?), (?, ?, ?)", rows)?;
        Ok(())
    }

    /// Returns the types that the database has for the booleans.
    #[rpc]
    pub fn kinds(&self) -> Result<Vec<String>> {
        self.ctx.sql().query("SELECT typeof(done) FROM todos ORDER BY text", ())?.all()
    }

    /// Migrates, as the `#[init]` of the new code does.
    #[rpc]
    pub fn migrate(&self) -> Result<()> {
        self.ctx.sql().migrate(MIGRATIONS).map(drop)
    }

    /// Returns the value.
    #[rpc]
    pub fn visit(&self) -> Result<Option<Visit>> {
        self.ctx.kv().get("visit")
    }

    /// Returns the rows.
    #[rpc]
    pub fn todos(&self) -> Result<Vec<(String, bool, u32)>> {
        self.ctx.sql().query("SELECT * FROM todos ORDER BY text", ())?.all()
    }

    /// The alarm is for timers now.
    #[scheduled]
    fn tidy(&self) {}
}
