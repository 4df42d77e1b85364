//! The past migrations, the pending ones, and the check that the two belong together.

use super::{Migration, SEED, hash};
use crate::FromRow;
use crate::error::MigrationError;
use crate::value::MAX_SAFE_INTEGER;

/// A migration that has run, as the database records it.
#[derive(Debug, FromRow)]
pub(super) struct Record {
    pub(super) name: String,
    /// The hash of this migration and of all before it, so the last record stands for the whole history.
    pub(super) hash: i64,
}

/// Returns the hash of all migrations. It has as many bits as the platform's integers keep.
pub(super) fn chain(migrations: &[Migration]) -> i64 {
    let chain = migrations.iter().fold(SEED, |chain, migration| hash(chain, &migration.hash.to_be_bytes()));
    chain.cast_signed() & MAX_SAFE_INTEGER
}

/// Returns the migrations still to run after the first `count`, whose chain is `hash`. Returns `None` when
/// the code does not know this history.
pub(super) fn pending(migrations: &[Migration], count: usize, hash: i64) -> Option<&[Migration]> {
    let (past, pending) = migrations.split_at_checked(count)?;
    (chain(past) == hash).then_some(pending)
}

/// Returns the reason why the code does not know this history.
pub(super) fn mismatch(migrations: &[Migration], history: &[Record]) -> MigrationError {
    let agrees = |count: &usize| {
        let record = history.get(*count);
        record.is_some_and(|record| pending(migrations, count + 1, record.hash).is_some())
    };
    let agreed = (0..history.len()).take_while(agrees).count();
    let name = |record: Option<&Record>| record.map(|record| record.name.clone()).unwrap_or_default();
    let applied = name(history.get(agreed));
    let position = |wanted: &str| migrations.iter().position(|migration| migration.name == wanted);
    match migrations.get(agreed) {
        None => MigrationError::Newer { name: applied },
        Some(expected) if expected.name == applied => MigrationError::Edited { name: applied },
        Some(expected) if position(&applied).is_some() => {
            MigrationError::Misplaced { name: expected.name.to_owned(), applied }
        }
        Some(_) => MigrationError::Removed { name: applied },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Migration = Migration::new("a", "CREATE TABLE a (x)");
    const B: Migration = Migration::new("b", "CREATE TABLE b (x)");
    const C: Migration = Migration::new("c", "CREATE TABLE c (x)");
    const B_EDITED: Migration = Migration::new("b", "CREATE TABLE b (y)");

    /// Returns the database's records after these migrations have run.
    fn history(migrations: &[Migration]) -> Vec<Record> {
        let record = |count: usize| Record {
            name: migrations[count].name.to_owned(),
            hash: chain(&migrations[..=count]),
        };
        (0..migrations.len()).map(record).collect()
    }

    fn names(migrations: Option<&[Migration]>) -> Option<Vec<&str>> {
        migrations.map(|migrations| migrations.iter().map(Migration::name).collect())
    }

    #[test]
    fn what_has_not_run_is_pending() {
        let all = [A, B, C];
        for count in 0..=all.len() {
            let pending = pending(&all, count, chain(&all[..count]));
            assert_eq!(names(pending), names(Some(&all[count..])));
        }
        assert!(pending(&all, 2, chain(&[A, B_EDITED])).is_none());
        assert!(pending(&all, 1, chain(&[B])).is_none());
        assert!(pending(&all, 4, chain(&all)).is_none());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (code, database, expected) in [
            (&[A, B_EDITED, C][..], &[A, B, C][..], "migration `b` was edited"),
            (&[A, B, C], &[A, C], "migration `b` comes before `c`"),
            (&[C, A, B], &[A, B], "migration `c` comes before `a`"),
            (&[A, C], &[A, B, C], "migration `b` has run here, but is no longer"),
            (&[A, C], &[A, B], "migration `b` has run here, but is no longer"),
            (&[A, B], &[A, B, C], "migration `c` has run here, but this code ends"),
            (&[], &[A], "migration `a` has run here, but this code ends"),
        ] {
            let why = mismatch(code, &history(database)).to_string();
            assert!(why.starts_with(expected), "{why}");
        }
    }
}
