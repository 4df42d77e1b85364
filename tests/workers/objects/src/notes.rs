use durable_object::Date;
use durable_object::prelude::*;
use durable_object::storage::{Bookmark, Meter};
use serde::{Deserialize, Serialize};

const MIGRATIONS: &[Migration] = migrations!("migrations");

/// Keeps notes in tables that migrations made.
#[durable_object]
pub struct Notes {
    ctx: Ctx,
    migrated: usize,
}

/// A note with its author's name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, FromRow)]
#[row(rename_all = "camelCase")]
pub struct Note {
    /// Its number.
    pub id: i64,
    /// The author.
    #[row(rename = "name")]
    pub author: String,
    /// The text.
    pub text: String,
    /// The time of the note.
    pub created_at: Option<Date>,
    /// The tags.
    #[row(json)]
    pub tags: Vec<String>,
    /// Only some statements count them.
    #[row(default)]
    pub replies: u32,
}

#[durable_object]
impl Notes {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        let migrated = ctx.sql().migrate(MIGRATIONS)?;
        Ok(Self { ctx, migrated })
    }

    /// How many migrations ran when this object woke up.
    #[rpc]
    pub fn migrated(&self) -> usize {
        self.migrated
    }

    /// Adds a note of an author who may be new.
    #[rpc]
    pub fn add(&self, note: Note) -> Result<i64> {
        self.ctx.transaction(|sql| {
            let find = "INSERT INTO authors (name) VALUES (?) ON CONFLICT DO UPDATE SET name = name RETURNING id";
            let author: i64 = sql.query(find, (&note.author,))?.one()?;
            let add = "INSERT INTO notes (author, text, createdAt, tags) VALUES (:author, :text, :at, :tags) RETURNING id";
            sql.query(add, params![author, note.text, note.created_at, Json(&note.tags)])?.one()
        })
    }

    /// The notes that a statement gives.
    #[rpc]
    pub fn select(&self, statement: String) -> Result<Vec<Note>> {
        self.ctx.sql().query(&statement, ())?.all()
    }

    /// Adds one author, then another one within, and panics; the storage is as if nobody had.
    #[rpc]
    pub fn add_and_panic(&self) -> Result<()> {
        let add = "INSERT INTO authors (name) VALUES (?)";
        self.ctx.transaction(|sql| {
            sql.execute(add, ("outer",))?;
            self.ctx.transaction(|sql| -> Result<()> {
                sql.execute(add, ("inner",))?;
                #[expect(clippy::panic, reason = "what this is for")]
                {
                    panic!("on purpose, in a transaction")
                }
            })
        })
    }

    /// How many authors there are before, in and after a transaction within another one that rolls back.
    #[rpc]
    pub fn count_around_rollback(&self) -> Result<[u32; 4]> {
        let add = "INSERT INTO authors (name) VALUES (?)";
        let count = || self.ctx.sql().query::<u32>("SELECT count(*) FROM authors", ())?.one();
        self.ctx.transaction(|sql| {
            sql.execute(add, ("outer",))?;
            let before = count()?;
            let mut within = 0;
            let rolled_back = self.ctx.transaction(|sql| {
                sql.execute(add, ("inner",))?;
                within = count()?;
                Err::<(), _>(Error::new("changed its mind"))
            });
            sql.execute(add, (rolled_back.err().map(|why| why.to_string()),))?;
            Ok([
                before,
                within,
                count()?,
                sql.query("SELECT count(*) FROM authors WHERE name = 'inner'", ())?.one()?,
            ])
        })
    }

    /// The names of the authors.
    #[rpc]
    pub fn authors(&self) -> Result<Vec<String>> {
        self.ctx.sql().query("SELECT name FROM authors ORDER BY id", ())?.all()
    }

    /// The rows read and written by one statement for each name, and the size of the database.
    #[rpc]
    pub fn cost(&self, names: Vec<String>) -> Result<(u64, u64, u64)> {
        let meter = Meter::default();
        let sql = self.ctx.sql().metered(&meter);
        for name in names {
            sql.execute("INSERT INTO authors (name) VALUES (?)", (name,))?;
        }
        let last: String = sql.query("SELECT name FROM authors ORDER BY id DESC LIMIT 1", ())?.one()?;
        sql.execute("SELECT ?", (last,))?;
        Ok((meter.rows_read(), meter.rows_written(), sql.database_size()))
    }

    /// Changes the object's storage back to what it was.
    #[rpc]
    pub async fn bookmarks(&self, what: String) -> Result<Bookmark> {
        let bookmarks = self.ctx.bookmarks();
        match what.as_str() {
            "current" => bookmarks.current().await,
            "for time" => bookmarks.for_time(Date::now()).await,
            _ => bookmarks.restore_on_next_session(&Bookmark::from(what)).await,
        }
    }

    /// Forgets everything.
    #[rpc]
    pub async fn destroy(&self) -> Result<()> {
        match self.ctx.destroy().await? {}
    }
}
