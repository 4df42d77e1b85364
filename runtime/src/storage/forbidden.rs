//! Statements that SQLite knows and Durable Objects refuse, with their replacements.

use super::lexer::{Kind, Lexer, Token};

/// The pragmas that workerd allows (`util/sqlite.c++`, `ALLOWED_PRAGMAS` and the authorizer).
const PRAGMAS: [&str; 19] = [
    "case_sensitive_like",
    "data_version",
    "defer_foreign_keys",
    "foreign_key_check",
    "foreign_key_list",
    "foreign_keys",
    "ignore_check_constraints",
    "index_info",
    "index_list",
    "index_xinfo",
    "legacy_alter_table",
    "optimize",
    "page_size",
    "quick_check",
    "recursive_triggers",
    "reverse_unordered_selects",
    "table_info",
    "table_list",
    "table_xinfo",
];

/// A statement that Durable Objects refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Forbidden {
    /// The place of the words that identify the statement, in bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The replacement for the statement.
    pub(super) advice: &'static str,
}

/// The place where a statement will run.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Any call of the application.
    Anywhere,
    /// A migration, which is a transaction.
    Migration,
}

/// Returns the first statement of `sql` that cannot run.
pub(super) const fn find(sql: &str, place: Place) -> Option<Forbidden> {
    let mut lexer = Lexer::new(sql);
    let mut first = true;
    while let Some(token) = lexer.token() {
        if matches!(token.kind, Kind::Semicolon) {
            first = true;
            continue;
        }
        let advice = if first { refused(token, &mut lexer, place) } else { reserved(lexer.text(token)) };
        if let Some(advice) = advice {
            return Some(Forbidden { start: token.start, end: lexer.position(), advice });
        }
        first = false;
    }
    None
}

/// Returns the replacement for the statement that begins with `word`, if it is refused. `lexer` advances past
/// the tokens that were examined.
const fn refused(word: Token, lexer: &mut Lexer<'_>, place: Place) -> Option<&'static str> {
    if lexer.is(word, &["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"]) {
        return Some(match place {
            Place::Anywhere => "use `ctx.transaction(|sql| …)`, which rolls back by itself on an error",
            Place::Migration => "leave it out: each migration runs in a transaction of its own",
        });
    }
    if lexer.is(word, &["ATTACH", "DETACH"]) {
        return Some("an object has one database; for another one, call another object");
    }
    if lexer.is(word, &["VACUUM"]) {
        return Some("leave it out: SQLite fills the pages that are free again");
    }
    if lexer.is(word, &["CREATE"]) {
        let Some(next) = lexer.token() else { return None };
        if lexer.is(next, &["TEMP", "TEMPORARY"]) {
            return Some(
                "Durable Objects have no temporary tables; create a table and drop it, or keep the rows in Rust",
            );
        }
        if lexer.is(next, &["TRIGGER"]) {
            lexer.skip_trigger();
        }
    }
    if lexer.is(word, &["PRAGMA"]) {
        let Some(name) = lexer.token() else { return None };
        return pragma(lexer, name, place);
    }
    None
}

const fn pragma(lexer: &Lexer<'_>, name: Token, place: Place) -> Option<&'static str> {
    if lexer.is(name, &["user_version"]) {
        return Some("leave it out: `ctx.sql().migrate(…)` records which migrations have run");
    }
    if matches!(place, Place::Migration) && lexer.is(name, &["foreign_keys"]) {
        return Some(
            "it does nothing in a transaction, and a migration is one; use `PRAGMA defer_foreign_keys = ON`",
        );
    }
    if lexer.is(name, &PRAGMAS) { None } else { Some("Durable Objects do not have this pragma") }
}

const fn reserved(word: &[u8]) -> Option<&'static str> {
    let Some((start, _)) = word.split_at_checked(4) else { return None };
    if start.eq_ignore_ascii_case(b"_cf_") {
        return Some("names that begin with `_cf_` are the platform's own; choose another");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(sql: &str, place: Place) -> &'static str {
        find(sql, place).map_or("", |forbidden| forbidden.advice)
    }

    #[test]
    fn what_the_platform_refuses_has_an_alternative() {
        for (sql, part) in [
            ("BEGIN", "ctx.transaction"),
            ("begin immediate", "ctx.transaction"),
            ("SELECT 1; COMMIT", "ctx.transaction"),
            ("/* a */ SAVEPOINT a", "ctx.transaction"),
            ("ROLLBACK TO a", "ctx.transaction"),
            ("PRAGMA user_version = 3", "migrate"),
            ("PRAGMA journal_mode = WAL", "do not have this pragma"),
            ("ATTACH 'a' AS b", "another object"),
            ("VACUUM", "fills"),
            ("CREATE TEMP TABLE a (b)", "temporary"),
            ("SELECT * FROM _CF_KV", "`_cf_`"),
        ] {
            assert!(advice(sql, Place::Anywhere).contains(part), "{sql}");
        }
        assert!(advice("BEGIN", Place::Migration).contains("of its own"));
        assert!(advice("PRAGMA foreign_keys = OFF", Place::Migration).contains("defer_foreign_keys"));
    }

    #[test]
    fn what_only_looks_like_it_is_left_alone() {
        for sql in [
            "",
            ";;",
            "SELECT 'BEGIN', \"COMMIT\" -- ROLLBACK",
            "CREATE TABLE a (b); -- BEGIN\n",
            "SELECT CASE WHEN 1 THEN 2 END",
            "PRAGMA foreign_keys",
            "PRAGMA table_info(a)",
            "CREATE TRIGGER a AFTER INSERT ON b BEGIN UPDATE c SET d = CASE WHEN 1 THEN 2 END; DELETE FROM e; END; \
             SELECT 1",
            "CREATE",
            "PRAGMA",
            "SELECT 1 AS ä",
        ] {
            assert_eq!(find(sql, Place::Anywhere), None, "{sql}");
        }
        assert_eq!(find("PRAGMA defer_foreign_keys = ON", Place::Migration), None);
    }

    #[test]
    fn the_words_that_tell_are_found() {
        let words = |sql, place| find(sql, place).map(|found| (found.start, &sql[found.start..found.end]));
        assert_eq!(words("SELECT 1;\n VACUUM;", Place::Anywhere), Some((11, "VACUUM")));
        assert_eq!(words("PRAGMA user_version = 1", Place::Anywhere), Some((0, "PRAGMA user_version")));
        let after_a_trigger = "CREATE TRIGGER a AFTER INSERT ON b BEGIN DELETE FROM c; END; COMMIT";
        assert_eq!(words(after_a_trigger, Place::Migration), Some((61, "COMMIT")));
    }
}
