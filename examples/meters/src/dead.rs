//! The messages that could not be handled, for a person to look at.

use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

const MIGRATIONS: &[Migration] = &[Migration::new(
    "0001_letters",
    "CREATE TABLE letters (id TEXT PRIMARY KEY, why TEXT NOT NULL, body TEXT NOT NULL)",
)];

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromRow)]
pub struct DeadLetter {
    /// The id of the message.
    pub id: String,
    /// The reason.
    pub why: String,
    /// The message, as JSON.
    pub body: String,
}

/// All dead letters. One object is enough: there should be few.
#[durable_object]
pub struct DeadLetters {
    ctx: Ctx,
}

#[durable_object]
impl DeadLetters {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().migrate(MIGRATIONS)?;
        Ok(Self { ctx })
    }

    /// Keeps letters. One that comes twice is kept once.
    #[rpc(idempotent)]
    pub fn keep(&self, letters: Vec<DeadLetter>) -> Result<()> {
        for DeadLetter { id, why, body } in letters {
            self.ctx.sql().execute("INSERT OR IGNORE INTO letters VALUES (?, ?, ?)", (id, why, body))?;
        }
        Ok(())
    }

    /// Returns the first hundred.
    #[rpc(idempotent)]
    pub fn list(&self) -> Result<Vec<DeadLetter>> {
        self.ctx.sql().query("SELECT * FROM letters ORDER BY rowid LIMIT 100", ())?.all()
    }
}
