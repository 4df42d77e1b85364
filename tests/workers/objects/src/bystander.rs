use std::cell::Cell;

use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

use crate::time::pause;

/// Does nothing wrong while others crash.
#[durable_object]
pub struct Bystander {
    ctx: Ctx,
    boots: u32,
    memory: Option<String>,
    running: Cell<u32>,
}

/// The facts that a bystander knows.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// How often its init has run.
    pub boots: u32,
    /// The value in memory.
    pub memory: Option<String>,
    /// The value in the database.
    pub stored: Option<String>,
    /// Its unfinished `slow` calls.
    pub running: u32,
}

#[durable_object]
impl Bystander {
    #[init]
    async fn init(ctx: Ctx) -> Result<Self> {
        let sql = ctx.sql();
        sql.execute("CREATE TABLE IF NOT EXISTS boots (n INTEGER NOT NULL)", ())?;
        sql.execute("CREATE TABLE IF NOT EXISTS stored (id INTEGER PRIMARY KEY, text TEXT NOT NULL)", ())?;
        sql.execute("INSERT INTO boots VALUES (1)", ())?;
        pause(5).await;
        let boots = sql.query("SELECT sum(n) FROM boots", ())?.one()?;
        Ok(Self { ctx, boots, memory: None, running: Cell::new(0) })
    }

    /// Keeps `text` in memory and in the database.
    #[rpc]
    pub fn keep(&mut self, text: String) -> Result<()> {
        self.ctx.sql().execute("INSERT OR REPLACE INTO stored VALUES (1, ?1)", (&text,))?;
        self.memory = Some(text);
        Ok(())
    }

    /// Returns the facts that it knows.
    #[rpc]
    pub fn condition(&self) -> Result<Condition> {
        let stored = self.ctx.sql().query("SELECT text FROM stored", ())?.optional()?;
        Ok(Condition { boots: self.boots, memory: self.memory.clone(), stored, running: self.running.get() })
    }

    /// Answers after a while.
    #[rpc]
    pub async fn slow(&self, ms: u32) -> u32 {
        self.running.set(self.running.get() + 1);
        pause(ms).await;
        self.running.set(self.running.get() - 1);
        ms
    }
}
