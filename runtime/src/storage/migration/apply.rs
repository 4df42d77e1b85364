//! The run of the migrations that have not run yet.

use super::Migration;
use super::history::{self, Record};
use crate::error::MigrationError;
use crate::{Date, Error, Result, Sql};

/// Creates the table of past migrations if it is missing, and reads its last row. A wake needs no more.
const LAST: &str = "CREATE TABLE IF NOT EXISTS _durable_object_migrations (\
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, hash INTEGER NOT NULL, applied INTEGER NOT NULL) STRICT; \
    SELECT id, hash FROM _durable_object_migrations ORDER BY id DESC LIMIT 1";
const ALL: &str = "SELECT name, hash FROM _durable_object_migrations ORDER BY id";
const RECORD: &str = "INSERT INTO _durable_object_migrations VALUES (?, ?, ?, ?)";

impl Sql {
    /// Runs the migrations that have not run on this database yet, and returns their number. Call it in
    /// `#[init]`.
    ///
    /// Each migration runs in a transaction of its own, together with its record in the table
    /// `_durable_object_migrations`. When everything is deleted, that table is deleted too, so all migrations
    /// run again. When there is nothing to run, the call costs one statement that reads one row.
    ///
    /// # Errors
    /// [`Error::Migration`] when a migration fails, and when the past migrations are not the first of these;
    /// in the second case nothing runs.
    pub fn migrate(&self, migrations: &[Migration]) -> Result<usize> {
        let last = self.query::<(usize, i64)>(LAST, ())?.optional()?;
        let (count, hash) = last.unwrap_or_else(|| (0, history::chain(&[])));
        let Some(pending) = history::pending(migrations, count, hash) else {
            return Err(self.mismatch(migrations)?.into());
        };
        for (index, migration) in pending.iter().enumerate() {
            let all = migrations.get(..=count + index).unwrap_or_default();
            self.apply(migration, all).map_err(|error| {
                let name = migration.name().to_owned();
                MigrationError::Failed { name, error: Box::new(error) }
            })?;
        }
        Ok(pending.len())
    }

    /// Runs one migration and records it, as the last of `all`.
    fn apply(&self, migration: &Migration, all: &[Migration]) -> Result<()> {
        self.transaction(|sql| {
            sql.execute(migration.sql, ())?;
            sql.execute(RECORD, (all.len(), migration.name, history::chain(all), Date::now()))?;
            Ok::<_, Error>(())
        })
    }

    fn mismatch(&self, migrations: &[Migration]) -> Result<MigrationError> {
        let history = self.query::<Record>(ALL, ())?.all()?;
        Ok(history::mismatch(migrations, &history))
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::sys::State;

    const NOTES: Migration = Migration::new("0001_notes", "CREATE TABLE notes (text TEXT); -- the first\n");
    const AUTHORS: Migration = Migration::new(
        "0002_authors",
        "ALTER TABLE notes ADD author TEXT;\r\nINSERT INTO notes VALUES ('a', 'b');",
    );
    const BROKEN: Migration =
        Migration::new("0003_broken", "DELETE FROM notes; INSERT INTO nowhere VALUES (1)");

    fn sql() -> Sql {
        Sql::new(Rc::new(State::in_memory()))
    }

    fn migration_error(result: Result<usize>) -> MigrationError {
        match result {
            Err(Error::Migration(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_runs_once() {
        let sql = sql();
        assert_eq!(sql.migrate(&[NOTES]).unwrap(), 1);
        assert_eq!(sql.migrate(&[NOTES]).unwrap(), 0);
        assert_eq!(sql.migrate(&[NOTES, AUTHORS]).unwrap(), 1);
        assert_eq!(sql.migrate(&[NOTES, AUTHORS]).unwrap(), 0);
        assert_eq!(sql.query::<(String, String)>("SELECT * FROM notes", ()).unwrap().all().unwrap().len(), 1);
        let records = "SELECT group_concat(id || name, ' ') FROM _durable_object_migrations";
        assert_eq!(sql.query::<String>(records, ()).unwrap().one().unwrap(), "10001_notes 20002_authors");
    }

    #[test]
    fn a_failed_one_leaves_nothing_and_the_earlier_ones_stay() {
        let sql = sql();
        let MigrationError::Failed { name, error } = migration_error(sql.migrate(&[NOTES, AUTHORS, BROKEN]))
        else {
            panic!("it should have failed")
        };
        assert_eq!((name.as_str(), error.name()), ("0003_broken", "SqlError"));
        assert_eq!(sql.query::<i64>("SELECT count(*) FROM notes", ()).unwrap().one().unwrap(), 1);
        assert_eq!(sql.migrate(&[NOTES, AUTHORS]).unwrap(), 0);
    }

    #[test]
    fn a_history_that_the_code_does_not_know_stops_everything() {
        let sql = sql();
        sql.migrate(&[NOTES, AUTHORS]).unwrap();
        assert!(
            matches!(migration_error(sql.migrate(&[NOTES])), MigrationError::Newer { name } if name == "0002_authors")
        );
        assert!(
            matches!(migration_error(sql.migrate(&[AUTHORS, NOTES])), MigrationError::Misplaced { name, .. } if name == "0002_authors")
        );
        const EDITED: Migration = Migration::new("0001_notes", "CREATE TABLE notes (text BLOB)");
        let edited = migration_error(sql.migrate(&[EDITED, AUTHORS, BROKEN]));
        assert!(matches!(edited, MigrationError::Edited { name } if name == "0001_notes"));
    }
}
