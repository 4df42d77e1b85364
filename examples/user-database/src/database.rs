//! The database of one user.

use durable_object::Date;
use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

/// Named by their number, run in this order, once for each user: when the user's object wakes up.
pub(crate) const MIGRATIONS: &[Migration] = migrations!("migrations");

/// One user's notes, in a database of their own: up to 10 GB, near the user, and nothing that one user does
/// can reach, slow down or leak into another's.
#[durable_object]
pub struct UserDatabase {
    ctx: Ctx,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, FromRow)]
pub struct Note {
    /// Its number.
    pub id: i64,
    /// The text.
    pub text: String,
    /// The time since which it exists.
    pub created: Date,
    /// The tags.
    #[row(json)]
    pub tags: Vec<String>,
}

/// A note that a user wants to add.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// The tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// The reasons why a request for a note fails.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize, RpcError)]
pub enum NoteError {
    /// There is none.
    #[error("there is no note {id}")]
    Missing {
        /// Its number.
        id: i64,
    },
    /// It says nothing.
    #[error("a note has to say something")]
    Empty,
}

/// The result of the methods: `?` takes a [`NoteError`] and the errors of storage.
type Result<T, E = CallError<NoteError>> = durable_object::Result<T, E>;

#[durable_object]
impl UserDatabase {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().migrate(MIGRATIONS)?;
        Ok(Self { ctx })
    }

    /// Adds a note.
    #[rpc]
    pub fn add(&self, draft: Draft) -> Result<Note> {
        let add = "INSERT INTO notes (text, tags, created) VALUES (?, ?, ?) RETURNING *";
        let Draft { text, tags } = checked(draft)?;
        Ok(self.ctx.sql().query(add, (text, Json(tags), Date::now()))?.one()?)
    }

    /// The notes from the latest to the oldest, at most a hundred, older than one of them if it is given.
    #[rpc(idempotent)]
    pub fn list(&self, tag: Option<String>, before: Option<i64>) -> Result<Vec<Note>, Error> {
        let list = "
            SELECT * FROM notes
            WHERE (?1 IS NULL OR ?1 IN (SELECT value FROM json_each(tags))) AND (?2 IS NULL OR id < ?2)
            ORDER BY id DESC LIMIT 100";
        self.ctx.sql().query(list, (tag, before))?.all()
    }

    /// A note.
    #[rpc(idempotent)]
    pub fn get(&self, id: i64) -> Result<Note> {
        self.found(id, "SELECT * FROM notes WHERE id = ?", (id,))
    }

    /// Changes what a note says.
    #[rpc(idempotent)]
    pub fn edit(&self, id: i64, draft: Draft) -> Result<Note> {
        let Draft { text, tags } = checked(draft)?;
        self.found(
            id,
            "UPDATE notes SET text = ?2, tags = ?3 WHERE id = ?1 RETURNING *",
            (id, text, Json(tags)),
        )
    }

    /// Removes a note, and gives it back a last time.
    #[rpc]
    pub fn remove(&self, id: i64) -> Result<Note> {
        self.found(id, "DELETE FROM notes WHERE id = ? RETURNING *", (id,))
    }

    fn found(&self, id: i64, statement: &str, params: impl durable_object::storage::Params) -> Result<Note> {
        let note = self.ctx.sql().query(statement, params)?.optional()?;
        Ok(note.ok_or(NoteError::Missing { id })?)
    }
}

fn checked(draft: Draft) -> Result<Draft, NoteError> {
    if draft.text.trim().is_empty() { Err(NoteError::Empty) } else { Ok(draft) }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    #[test]
    fn migrations_run() -> durable_object::Result<()> {
        durable_object::test::check_migrations(super::MIGRATIONS)
    }
}
