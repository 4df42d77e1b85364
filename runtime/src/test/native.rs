//! Checks that run with `cargo test`, without workerd.

use std::rc::Rc;

use crate::storage::Migration;
use crate::{Error, Result, Sql, sys};

/// Runs the migrations on an empty database in memory, as [`Sql::migrate`] does in an object. It also runs them
/// from each earlier state on. So `cargo test` finds SQL that cannot run, before an object does:
///
/// ```
/// # use durable_object::storage::Migration;
/// # const MIGRATIONS: &[Migration] = &[Migration::new("0001_notes", "CREATE TABLE notes (text TEXT)")];
/// #[test]
/// # fn on_its_own() {}
/// fn migrations_run() -> durable_object::Result<()> {
///     durable_object::test::check_migrations(MIGRATIONS)
/// }
/// # migrations_run().unwrap();
/// ```
///
/// The database is SQLite with workerd's limits. It does not have workerd's additions, such as
/// `DELETE .. LIMIT` and the mathematical functions, and it has functions that workerd refuses, such as
/// `sqlite_version()`. Its tables have no rows: use [`Sql::replay`] to run migrations on the rows of earlier
/// versions.
///
/// # Errors
/// [`Error::Migration`], with the name of the migration, the mistake in it, and the statement.
#[expect(clippy::test_attr_in_doctest, reason = "the example is a test of the user")]
pub fn check_migrations(migrations: &[Migration]) -> Result<()> {
    let state = sys::State::open().map_err(Error::Message)?;
    Sql::new(Rc::new(state)).replay(migrations, |_, _| Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTES: Migration =
        Migration::new("0001_notes", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");

    fn error(second: Migration) -> String {
        check_migrations(&[NOTES, second]).unwrap_err().to_string()
    }

    #[test]
    fn migrations_that_run() {
        const TITLES: Migration = Migration::new(
            "0002_titles",
            "ALTER TABLE notes ADD title TEXT; CREATE VIRTUAL TABLE found USING fts5(title)",
        );
        check_migrations(&[NOTES, TITLES]).unwrap();
        check_migrations(&[]).unwrap();
    }

    #[test]
    fn a_migration_that_cannot_run_is_named() {
        let spelling = error(Migration::new("0002_spelling", "CREATE TABEL authors (name TEXT)"));
        assert!(
            spelling.starts_with("migration `0002_spelling` failed: near \"TABEL\": syntax error"),
            "{spelling}"
        );
        let column = error(Migration::new("0002_index", "CREATE INDEX i ON notes (author)"));
        assert!(column.contains("`0002_index` failed: no such column: author"), "{column}");
        let constraint = error(Migration::new("0002_row", "INSERT INTO notes VALUES (1, 'a'), (1, 'b')"));
        assert!(constraint.contains("`0002_row` failed: UNIQUE constraint failed: notes.id"), "{constraint}");
    }

    #[test]
    fn workerds_limits_are_known() {
        let columns = (0..101).map(|column| format!("c{column}")).collect::<Vec<_>>().join(", ");
        let wide = format!("CREATE TABLE wide ({columns})");
        let why = error(Migration::new("0002_wide", wide.leak()));
        assert!(why.contains("`0002_wide` failed: too many columns on wide"), "{why}");
    }
}
