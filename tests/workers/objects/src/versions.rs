use durable_object::error::MigrationError;
use durable_object::prelude::*;
use durable_object::storage::Meter;

const NOTES: Migration =
    Migration::new("0001_notes", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
const AUTHORS: Migration = Migration::new(
    "0002_authors",
    "CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT); ALTER TABLE notes ADD author INTEGER REFERENCES authors",
);
const UNIQUE: Migration = Migration::new("0003_unique", "CREATE UNIQUE INDEX names ON authors (name)");
const EDITED: Migration = Migration::new("0002_authors", "CREATE TABLE authors (id INTEGER PRIMARY KEY)");
const BROKEN: Migration = Migration::new("0003_broken", "DELETE FROM notes; INSERT INTO nowhere VALUES (1)");

/// An object whose code goes through versions, each with migrations of its own.
#[durable_object]
pub struct Versions {
    ctx: Ctx,
}

#[durable_object]
impl Versions {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    /// Migrates as that version does; says how many migrations ran, and how many rows that read and wrote.
    #[rpc]
    pub fn migrate(&self, version: String) -> Result<(usize, u64, u64)> {
        let meter = Meter::default();
        let ran = self.ctx.sql().metered(&meter).migrate(migrations(&version))?;
        Ok((ran, meter.rows_read(), meter.rows_written()))
    }

    /// Which kind of error that version's migrations end in.
    #[rpc]
    pub fn failure(&self, version: String) -> Option<(String, String)> {
        let Err(Error::Migration(error)) = self.ctx.sql().migrate(migrations(&version)) else { return None };
        let (kind, name) = match error {
            MigrationError::Edited { name } => ("edited", name),
            MigrationError::Misplaced { name, .. } => ("misplaced", name),
            MigrationError::Removed { name } => ("removed", name),
            MigrationError::Newer { name } => ("newer", name),
            MigrationError::Failed { name, .. } => ("failed", name),
            other => ("other", other.to_string()),
        };
        Some((kind.to_owned(), name))
    }

    /// Replays that version's migrations on an empty database, with names that are or are not unique.
    #[rpc]
    pub fn replay(&self, version: String, unique: bool) -> Result<()> {
        self.ctx.sql().replay(migrations(&version), |sql, count| {
            if count == 1 {
                // wrangler's dev mode does this to each object that has a name.
                sql.execute("CREATE TABLE __miniflare_do_name (id INTEGER PRIMARY KEY, name TEXT)", ())?;
            }
            if count == 2 {
                let names = if unique { "('a'), ('b')" } else { "('a'), ('a')" };
                sql.execute(&format!("INSERT INTO authors (name) VALUES {names}"), ())?;
            }
            Ok(())
        })
    }

    /// Its tables and indices.
    #[rpc]
    pub fn schema(&self) -> Result<Vec<String>> {
        let names = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' AND name NOT LIKE '!_cf!_%' ESCAPE '!' ORDER BY name";
        self.ctx.sql().query(names, ())?.all()
    }

    /// Adds a note.
    #[rpc]
    pub fn add(&self, text: String) -> Result<u64> {
        self.ctx.sql().execute("INSERT INTO notes (text) VALUES (?)", (text,))
    }

    /// The number of notes.
    #[rpc]
    pub fn count(&self) -> Result<u64> {
        self.ctx.sql().query("SELECT count(*) FROM notes", ())?.one()
    }
}

fn migrations(version: &str) -> &'static [Migration] {
    match version {
        "first" => &[NOTES],
        "second" => &[NOTES, AUTHORS],
        "third" => &[NOTES, AUTHORS, UNIQUE],
        "edited" => &[NOTES, EDITED],
        "misplaced" => &[NOTES, UNIQUE, AUTHORS],
        "removed" => &[AUTHORS, UNIQUE],
        "broken" => &[NOTES, AUTHORS, BROKEN],
        _ => &[],
    }
}
