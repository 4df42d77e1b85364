//! The test that migrations bring every possible database to the same schema.

use super::Migration;
use crate::error::MigrationError;
use crate::{Error, Result, Sql};

/// The schema of a database, without its rows and without the additions of others: SQLite, the platform, and
/// wrangler in its dev mode, which keeps an object's name in `__miniflare_do_name`.
const SCHEMA: &str = "SELECT type || ' ' || name || ': ' || ifnull(sql, '') FROM sqlite_schema \
    WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name NOT LIKE '!_cf!_%' ESCAPE '!' \
    AND name NOT LIKE '!_!_miniflare!_%' ESCAPE '!' ORDER BY 1";

impl Sql {
    /// Tests migrations: migrates from the state after each migration, and from nothing, to the last one, and
    /// compares the resulting schemas. It leaves no changes behind; the database has to be empty.
    ///
    /// The function calls `fill` with each older database and the number of its migrations. `fill` writes
    /// rows as the code of that time did, so that the later migrations run on them. Foreign keys are checked
    /// afterwards.
    ///
    /// # Errors
    /// [`Error::Migration`], with the migration after which the run began and the reason; the error that
    /// `fill` returns.
    pub fn replay(&self, migrations: &[Migration], fill: impl Fn(&Sql, usize) -> Result<()>) -> Result<()> {
        let expected = self.rehearse(migrations, 0, &fill)?;
        for count in 1..=migrations.len() {
            let schema = self.rehearse(migrations, count, &fill)?;
            let other = schema.iter().find(|entry| !expected.contains(entry));
            let missing = expected.iter().find(|entry| !schema.contains(entry));
            if let Some(difference) = other.or(missing) {
                return Err(diverged(migrations, count, difference.clone()));
            }
        }
        Ok(())
    }

    /// Runs the first `count` migrations, adds some rows, runs the rest, and returns the resulting schema. It
    /// then rolls everything back.
    fn rehearse(
        &self,
        migrations: &[Migration],
        count: usize,
        fill: &impl Fn(&Sql, usize) -> Result<()>,
    ) -> Result<Vec<String>> {
        /// The end of a transaction that must leave nothing behind.
        enum End {
            Done(Vec<String>),
            Failed(Error),
        }
        impl From<Error> for End {
            fn from(error: Error) -> Self {
                Self::Failed(error)
            }
        }
        let end = self.transaction(|sql| {
            sql.migrate(migrations.get(..count).unwrap_or_default())?;
            fill(sql, count)?;
            sql.migrate(migrations)?;
            let violations: Vec<(String, Option<i64>)> =
                sql.query("SELECT \"table\", rowid FROM pragma_foreign_key_check", ())?.all()?;
            if let Some((table, row)) = violations.first() {
                let difference = format!("row {} of `{table}` refers to nothing", row.unwrap_or_default());
                return Err(End::Failed(diverged(migrations, count, difference)));
            }
            Err::<(), _>(End::Done(sql.query(SCHEMA, ())?.all()?))
        });
        match end {
            Err(End::Done(schema)) => Ok(schema),
            Err(End::Failed(error)) => Err(error),
            Ok(()) => Ok(Vec::new()),
        }
    }
}

fn diverged(migrations: &[Migration], count: usize, difference: String) -> Error {
    let last = count.checked_sub(1).and_then(|last| migrations.get(last));
    let from = last.map_or_else(|| "none".to_owned(), |migration| format!("`{}`", migration.name()));
    MigrationError::Diverged { from, difference }.into()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::sys::State;

    const MIGRATIONS: &[Migration] = &[
        Migration::new("1", "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER)"),
        Migration::new("2", "CREATE TABLE b (a INTEGER NOT NULL REFERENCES a DEFERRABLE INITIALLY DEFERRED)"),
        Migration::new("3", "CREATE UNIQUE INDEX c ON a (n)"),
    ];

    fn replay(fill: impl Fn(&Sql, usize) -> Result<()>) -> Result<()> {
        let sql = Sql::new(Rc::new(State::in_memory()));
        let outcome = sql.replay(MIGRATIONS, fill);
        let left: i64 = sql.query("SELECT count(*) FROM sqlite_schema", ())?.one()?;
        assert_eq!(left, 0);
        outcome
    }

    #[test]
    fn every_beginning_has_the_same_end() {
        let asked = std::cell::RefCell::new(Vec::new());
        replay(|sql, count| {
            asked.borrow_mut().push(count);
            if count > 0 { sql.execute("INSERT INTO a (n) VALUES (1)", ()).map(drop) } else { Ok(()) }
        })
        .unwrap();
        assert_eq!(asked.into_inner(), [0, 1, 2, 3]);
    }

    #[test]
    fn rows_that_do_not_fit_are_found() {
        let twice = |sql: &Sql, count| match count {
            2 => sql.execute("INSERT INTO a (n) VALUES (1), (1)", ()).map(drop),
            _ => Ok(()),
        };
        let why = replay(twice).unwrap_err().to_string();
        assert!(why.starts_with("migration `3` failed: UNIQUE constraint failed: a.n"), "{why}");
        let dangling = |sql: &Sql, count| match count {
            2 => sql.execute("INSERT INTO b VALUES (7)", ()).map(drop),
            _ => Ok(()),
        };
        let why = replay(dangling).unwrap_err().to_string();
        assert!(why.starts_with("from the state after `2`") && why.contains("row 1 of `b`"), "{why}");
    }

    #[test]
    fn a_table_that_wrangler_adds_is_none_of_theirs() {
        let dev_mode = |sql: &Sql, count| match count {
            1 => sql
                .execute("CREATE TABLE __miniflare_do_name (id INTEGER PRIMARY KEY, name TEXT)", ())
                .map(drop),
            _ => Ok(()),
        };
        replay(dev_mode).unwrap();
    }

    #[test]
    fn another_schema_is_found() {
        let more = |sql: &Sql, count| match count {
            1 => sql.execute("CREATE TABLE d (e)", ()).map(drop),
            _ => Ok(()),
        };
        let why = replay(more).unwrap_err().to_string();
        assert!(why.contains("after `1`") && why.contains("table d: CREATE TABLE d (e)"), "{why}");
    }
}
