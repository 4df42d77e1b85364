//! Changes of an object's tables from one version of its code to the next.

mod apply;
mod history;
mod mistake;
mod replay;

use super::forbidden::{self, Forbidden, Place};
use super::lexer::Lexer;
use super::limits::MAX_STATEMENT_BYTES;

/// One step in the history of an object's tables: a name, and SQL that runs once, in a transaction of its
/// own.
///
/// ```
/// use durable_object::storage::Migration;
///
/// const MIGRATIONS: &[Migration] = &[
///     Migration::new("0001_notes", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"),
///     Migration::new("0002_authors", "ALTER TABLE notes ADD COLUMN author TEXT"),
/// ];
/// ```
///
/// [`migrations!`](crate::migrations) makes such a list from a folder of files;
/// [`Sql::migrate`](crate::Sql::migrate) runs it.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    name: &'static str,
    sql: &'static str,
    hash: u64,
}

impl Migration {
    /// Creates a migration of one or more statements, separated by semicolons, 100,000 bytes at most
    /// (Cloudflare's limit for one call). The name identifies the migration. Never change the name or the
    /// SQL. Whether lines end with LF or CRLF makes no difference.
    ///
    /// # Panics
    /// Panics when Durable Objects do not run one of the statements, such as `BEGIN`. In a constant, where
    /// migrations belong, that is a compile error.
    #[must_use]
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        let mistake = if sql.len() > MAX_STATEMENT_BYTES {
            let advice = "longer than the 100,000 bytes of one migration; make two of it";
            Some(Forbidden { start: sql.len(), end: sql.len(), advice })
        } else if Lexer::new(sql).token().is_none() {
            Some(Forbidden { start: 0, end: 0, advice: "there is no statement in it" })
        } else {
            forbidden::find(sql, Place::Migration)
        };
        if let Some(mistake) = mistake {
            mistake::refuse(name, sql, mistake);
        }
        Self { name, sql, hash: hash(hash(SEED, name.as_bytes()), sql.as_bytes()) }
    }

    /// Returns the migration's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// The initial value of FNV-1a.
const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// Continues a 64-bit FNV-1a hash with more bytes. The hash detects an edit, and runs while the code
/// compiles. It reads every line ending as LF. Each call ends with a byte that no text contains.
const fn hash(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at <= bytes.len() {
        let byte = if at < bytes.len() { bytes[at] } else { 0xff };
        at += 1;
        if byte == b'\r' && at < bytes.len() && bytes[at] == b'\n' {
            continue;
        }
        hash = (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_name_and_content() {
        let hash = |name, sql| Migration::new(name, sql).hash;
        assert_eq!(hash("a", "SELECT 1;\nSELECT 2"), hash("a", "SELECT 1;\r\nSELECT 2"));
        assert_ne!(hash("a", "SELECT 1"), hash("a", "SELECT 2"));
        assert_ne!(hash("a", "SELECT 1"), hash("b", "SELECT 1"));
        assert_ne!(hash("a", "bSELECT 1"), hash("ab", "SELECT 1"));
        assert_ne!(hash("a", "SELECT '\r'"), hash("a", "SELECT ''"));
    }

    #[test]
    #[should_panic(
        expected = "migration `0007_x`, line 3: `COMMIT`: leave it out: each migration runs in a transaction"
    )]
    fn a_statement_that_cannot_run_is_found() {
        let _ = Migration::new("0007_x", "CREATE TABLE a (b);\n\n  COMMIT");
    }

    #[test]
    #[should_panic(expected = "migration `empty`, line 1: there is no statement in it")]
    fn a_migration_without_a_statement_is_found() {
        let _ = Migration::new("empty", "-- to do\n");
    }

    #[test]
    #[should_panic(expected = "line 1: longer than the 100,000 bytes")]
    fn a_migration_that_is_too_long_is_found() {
        let _ = Migration::new("long", Box::leak("x".repeat(100_001).into_boxed_str()));
    }
}
