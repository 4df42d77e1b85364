//! Statements in the form that the platform takes.
//!
//! The platform accepts only spaces and newlines behind the last statement. It refuses a comment or a CRLF
//! there, so the runtime cuts off the text behind it.

use std::borrow::Cow;

use super::integers::with_integers;
use super::lexer::{Kind, Lexer, Token, text};
use crate::value::Value;

/// The statements of one call, as they run.
pub(super) struct Prepared<'a> {
    /// Statements that give rows, and others before them. Each runs by itself. Their rows are not read, and
    /// the platform would leave them in progress.
    pub(super) before: Vec<&'a str>,
    /// The last statement, to its last word. It may include earlier statements that give no rows, unless it
    /// is given integers: SQLite counts the place of an error from the beginning of one statement.
    pub(super) last: Cow<'a, str>,
    /// The number of parameters that the last statement wants.
    pub(super) parameters: usize,
    /// The rows that the last statement gives.
    pub(super) rows: Rows,
}

/// The rows that a statement gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    None,
    /// It reads them.
    Read,
    /// It writes them, with `RETURNING`.
    Written,
}

/// The properties of a statement.
#[derive(Default)]
struct Statement<'a> {
    /// The placeholders that are given integers.
    integers: Vec<Token>,
    numbering: Numbering<'a>,
    reads: bool,
    returning: bool,
    /// The place where the statement begins and the one before it ends.
    start: usize,
    end_before: usize,
}

impl Statement<'_> {
    fn rows(&self) -> Rows {
        match self {
            Self { returning: true, .. } => Rows::Written,
            Self { reads: true, .. } => Rows::Read,
            _ => Rows::None,
        }
    }
}

/// Returns the statements in `sql`; the last one is given `values`.
pub(super) fn prepared<'a>(sql: &'a str, values: &[Value]) -> Prepared<'a> {
    let mut before = Vec::new();
    let (mut start, mut end) = (0, 0);
    let mut statement = Statement::default();
    let mut begins = true;
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.token() {
        if token.kind == Kind::Semicolon {
            begins = true;
            continue;
        }
        if std::mem::take(&mut begins) {
            if statement.rows() != Rows::None {
                before.push(text(sql, start, end));
                start = token.start;
            }
            let reads = lexer.is(token, &["SELECT", "VALUES", "WITH", "PRAGMA", "EXPLAIN"]);
            statement = Statement { reads, start: token.start, end_before: end, ..Statement::default() };
            skip_trigger(&mut lexer, token);
        }
        statement.returning |= token.kind == Kind::Word && lexer.is(token, &["RETURNING"]);
        if token.kind == Kind::Placeholder {
            let index = statement.numbering.index_of(text(sql, token.start, token.end));
            if matches!(values.get(index), Some(Value::Integer(_))) {
                statement.integers.push(token);
            }
        }
        end = lexer.position();
    }
    if !statement.integers.is_empty() && statement.end_before > start {
        before.push(text(sql, start, statement.end_before));
        start = statement.start;
    }
    let last = with_integers(sql, start, end, &statement.integers);
    Prepared { before, last, parameters: statement.numbering.next, rows: statement.rows() }
}

/// Returns the number of parameters that the last statement in `sql` wants.
#[allow(dead_code, reason = "the store of LiveStore and the native test of schemas use it")]
pub(crate) fn parameter_count(sql: &str) -> usize {
    prepared(sql, &[]).parameters
}

/// Returns each statement in `sql`.
pub(crate) fn statements(sql: &str) -> impl Iterator<Item = &str> {
    let mut lexer = Lexer::new(sql);
    std::iter::from_fn(move || {
        let (mut start, mut end) = (None, 0);
        while let Some(token) = lexer.token() {
            match (token.kind, start) {
                (Kind::Semicolon, None) => continue,
                (Kind::Semicolon, Some(_)) => break,
                (_, None) => {
                    start = Some(token.start);
                    skip_trigger(&mut lexer, token);
                }
                (_, Some(_)) => {}
            }
            end = lexer.position();
        }
        Some(text(sql, start?, end))
    })
}

/// The pragmas that only read, whatever they are given. Others change the connection, or statistics.
const READING_PRAGMAS: [&str; 8] = [
    "TABLE_INFO",
    "TABLE_XINFO",
    "TABLE_LIST",
    "INDEX_LIST",
    "INDEX_INFO",
    "INDEX_XINFO",
    "FOREIGN_KEY_LIST",
    "FOREIGN_KEY_CHECK",
];

/// Returns whether all statements in `sql` only read.
pub(crate) fn is_query(sql: &str) -> bool {
    statements(sql).all(|statement| {
        let mut lexer = Lexer::new(statement);
        let Some(mut first) = lexer.token() else { return true };
        let explains = lexer.is(first, &["EXPLAIN"]);
        while explains && lexer.is(first, &["EXPLAIN", "QUERY", "PLAN"]) {
            let Some(next) = lexer.token() else { return true };
            first = next;
        }
        // SQLite sets most pragmas when it compiles them, so explaining one sets it too.
        if lexer.is(first, &["PRAGMA"]) {
            return lexer.token().is_some_and(|name| lexer.is(name, &READING_PRAGMAS));
        }
        if explains || !lexer.is(first, &["WITH"]) {
            return explains || lexer.is(first, &["SELECT", "VALUES"]);
        }
        // SQLite reserves the first three words. The fourth one is also a function.
        let mut after_replace = false;
        while let Some(token) = lexer.token() {
            if lexer.is(token, &["INSERT", "UPDATE", "DELETE"]) || after_replace && lexer.is(token, &["INTO"])
            {
                return false;
            }
            after_replace = lexer.is(token, &["REPLACE"]);
        }
        true
    })
}

/// Advances to the end of a trigger, if the statement that begins with `first` creates or explains one. The
/// semicolons in a trigger do not end the statement.
fn skip_trigger(lexer: &mut Lexer<'_>, first: Token) {
    let mut ahead = *lexer;
    let mut word = Some(first);
    while word.is_some_and(|word| ahead.is(word, &["EXPLAIN", "QUERY", "PLAN"])) {
        word = ahead.token();
    }
    let creates = word.is_some_and(|word| ahead.is(word, &["CREATE"]));
    if creates && ahead.token().is_some_and(|word| ahead.is(word, &["TRIGGER"])) {
        ahead.skip_trigger();
        *lexer = ahead;
    }
}

/// The numbers of placeholders as SQLite counts them, from 0. They lead to the values.
#[derive(Default)]
struct Numbering<'a> {
    next: usize,
    names: Vec<(&'a str, usize)>,
}

impl<'a> Numbering<'a> {
    fn index_of(&mut self, placeholder: &'a str) -> usize {
        let number = placeholder.strip_prefix('?');
        let known = self.names.iter().find(|(name, _)| number.is_none() && *name == placeholder);
        let index = match (number.map(str::parse::<usize>), known) {
            (Some(Ok(number)), _) => number.saturating_sub(1),
            (_, Some((_, index))) => *index,
            // `?` alone, or a new name, is one more than the largest number used so far.
            _ => self.next,
        };
        self.next = self.next.max(index.saturating_add(1));
        if number.is_none() && known.is_none() {
            self.names.push((placeholder, index));
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::integers::marked;
    use super::*;
    use crate::sys::State;

    const YES: Value = Value::Integer(1);
    const NO: Value = Value::Null;

    fn all(sql: &str) -> String {
        prepared(sql, &[YES; 10]).last.into_owned()
    }

    #[test]
    fn statements_are_told_apart() {
        let split = |sql| statements(sql).collect::<Vec<_>>();
        assert_eq!(split(""), [""; 0]);
        assert_eq!(split(" ; -- nothing\n;"), [""; 0]);
        assert_eq!(split("SELECT ';' ;; DELETE FROM a -- ;"), ["SELECT ';'", "DELETE FROM a"]);
        let trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END";
        assert_eq!(split(&format!("{trigger}; SELECT 1;")), [trigger, "SELECT 1"]);
    }

    #[test]
    fn a_query_only_reads() {
        for query in [
            "",
            "SELECT \"delete\" FROM a",
            "values (1); select 2",
            "WITH a AS (SELECT replace('x', 'y', 'z')) SELECT 'INSERT' FROM a -- DELETE",
            "EXPLAIN DELETE FROM a",
            "EXPLAIN QUERY PLAN WITH a AS (SELECT 1) SELECT * FROM a",
            "EXPLAIN",
            "PRAGMA table_info('a')",
            "explain pragma Index_List(a)",
        ] {
            assert!(is_query(query), "{query}");
        }
        for change in [
            "INSERT INTO a VALUES (1) RETURNING *",
            "SELECT 1; DELETE FROM a",
            "WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a",
            "with a as (select 1) replace into b select * from a",
            "WITH a AS (SELECT 1) DELETE FROM b",
            "CREATE TABLE a (b)",
            "nonsense",
            "PRAGMA recursive_triggers = OFF",
            "PRAGMA/**/recursive_triggers(0)",
            "EXPLAIN PRAGMA recursive_triggers = OFF",
            "PRAGMA optimize",
            "PRAGMA",
            "SELECT 1; PRAGMA defer_foreign_keys = ON",
        ] {
            assert!(!is_query(change), "{change}");
        }
    }

    #[test]
    fn every_kind_of_placeholder_is_found() {
        assert_eq!(all("SELECT ?, ?2"), marked("SELECT <?>, <?2>"));
        assert_eq!(all("VALUES (:a)"), marked("VALUES (<:a>)"));
        assert_eq!(all("VALUES (@a,$b)"), marked("VALUES (<@a>,<$b>)"));
        assert_eq!(all("VALUES (#a)"), marked("VALUES (<#a>)"));
    }

    #[test]
    fn only_the_integers() {
        let sql = prepared("SELECT ?, ?, ?", &[NO, YES, NO]).last;
        assert_eq!(sql, marked("SELECT ?, <?>, ?"));
        assert!(matches!(prepared("SELECT ?", &[NO]).last, Cow::Borrowed(_)));
    }

    #[test]
    fn a_plain_one_follows_the_largest_number() {
        let sql = prepared("SELECT ?5, ?", &[NO, NO, NO, NO, NO, YES]).last;
        assert_eq!(sql, marked("SELECT ?5, <?>"));
    }

    #[test]
    fn a_name_keeps_the_number_it_got_first() {
        let sql = prepared("SELECT :a, :b, :a, ?, :b, $a", &[NO, YES, NO, YES]).last;
        assert_eq!(sql, marked("SELECT :a, <:b>, :a, ?, <:b>, <$a>"));
    }

    #[test]
    fn leaves_text_names_and_comments_alone() {
        for sql in [
            "SELECT '?', 'it''s ?'",
            r#"SELECT "a?", `b?`, [c?], d$e"#,
            "-- ?\nSELECT 1",
            "SELECT /* ? */ 1",
            "SELECT '?",
        ] {
            assert_eq!(all(sql), sql);
        }
    }

    #[test]
    fn ends_with_the_last_statement() {
        for sql in ["SELECT 1;", "SELECT 1;;\r\n", "SELECT 1 -- ?", "SELECT 1; /* ? */ -- ?\n"] {
            assert_eq!(all(sql), "SELECT 1");
        }
        assert_eq!(
            all("DELETE FROM a; DELETE FROM b WHERE c = ?; -- ?"),
            marked("DELETE FROM b WHERE c = <?>")
        );
        assert_eq!(all("/* ? */ ; "), "");
    }

    #[test]
    fn what_is_given_integers_runs_by_itself() {
        for (sql, wanted, last) in [
            (
                "DELETE FROM a; DELETE FROM b;-- ?\n DELETE FROM c WHERE d = ?",
                &["DELETE FROM a; DELETE FROM b"][..],
                "DELETE FROM c WHERE d = <?>",
            ),
            (";; DELETE FROM c WHERE d = ?", &[], ";; DELETE FROM c WHERE d = <?>"),
            ("SELECT 1; DELETE FROM c WHERE d = ?", &["SELECT 1"], "DELETE FROM c WHERE d = <?>"),
        ] {
            let Prepared { before, last: got, .. } = prepared(sql, &[YES]);
            assert_eq!((before.as_slice(), &*got), (wanted, &*marked(last)));
        }
    }

    #[test]
    fn what_gives_rows_runs_by_itself() {
        let parts = |sql| {
            let prepared = prepared(sql, &[YES]);
            let mut parts = prepared.before;
            parts.push(sql.split_at(sql.len() - prepared.last.len()).1);
            parts
        };
        assert_eq!(parts("DELETE FROM a; DROP TABLE b; SELECT 1"), ["DELETE FROM a; DROP TABLE b; SELECT 1"]);
        assert_eq!(
            parts(";SELECT 1;;\nDELETE FROM a; insert into a values (1) returning b; VALUES (1)"),
            [";SELECT 1", "DELETE FROM a; insert into a values (1) returning b", "VALUES (1)"]
        );
        let trigger = "CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1; DELETE FROM c; END; DELETE FROM d";
        assert_eq!(parts(trigger), [trigger]);
        assert_eq!(
            parts("DELETE FROM a; SELECT 1; DELETE FROM b; DELETE FROM c"),
            ["DELETE FROM a; SELECT 1", "DELETE FROM b; DELETE FROM c"]
        );
        assert_eq!(parts("SELECT 1 AS \"returning\", 2; CREATE"), ["SELECT 1 AS \"returning\", 2", "CREATE"]);
    }

    #[test]
    fn a_byte_order_mark_is_a_space() {
        let Prepared { before, last, .. } = prepared("\u{feff}SELECT 1; SELECT 2", &[]);
        assert_eq!((before.as_slice(), &*last), (&["\u{feff}SELECT 1"][..], "SELECT 2"));
    }

    #[test]
    fn a_trigger_is_one_statement() {
        for before in ["", "\u{feff}", "EXPLAIN ", "EXPLAIN QUERY PLAN "] {
            let trigger = format!("{before}CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1; SELECT 2; END");
            assert_eq!(prepared(&trigger, &[]).last, trigger);
        }
    }

    #[test]
    fn parameters_are_those_of_the_last_statement() {
        for (sql, wanted) in [
            ("SELECT ?, ?", 2),
            ("SELECT :a, :b, :a", 2),
            ("SELECT ?5", 5),
            ("DELETE FROM a WHERE b = ?; SELECT ?, '?'", 1),
            ("SELECT ?; DELETE FROM a;", 0),
            ("", 0),
        ] {
            assert_eq!(prepared(sql, &[]).parameters, wanted, "{sql}");
        }
    }

    #[test]
    fn rows_that_are_written_and_given_back_are_known() {
        for (sql, rows) in [
            ("INSERT INTO a VALUES (1) RETURNING b", Rows::Written),
            ("WITH a AS (SELECT 1) DELETE FROM b Returning *", Rows::Written),
            ("SELECT 'RETURNING', \"returning\", [returning] -- returning", Rows::Read),
            ("DELETE FROM a RETURNING b; SELECT 1", Rows::Read),
            ("SELECT 1; REPLACE INTO a VALUES (1)", Rows::None),
            ("", Rows::None),
        ] {
            assert_eq!(prepared(sql, &[]).rows, rows, "{sql}");
        }
    }

    #[test]
    fn hostile_numbers_do_not_overflow() {
        all("SELECT ?99999999999999999999999999, ?18446744073709551615, ?0, ?");
    }

    proptest! {
        #[test]
        fn placeholders_are_counted_as_sqlite_counts_them(
            placeholders in vec(prop_oneof!["\\?", "\\?[1-9]", "[:@$#][a-c]{1,2}(::a)?(\\([b?]\\))?"], 1..12),
        ) {
            let mut numbering = Numbering::default();
            let ours: Vec<_> = placeholders.iter().map(|placeholder| numbering.index_of(placeholder) + 1).collect();
            // Each value is its own number.
            let values = (1..=numbering.next).map(|number| Value::Text(number.to_string().into())).collect();
            let statement = format!("SELECT {}", placeholders.join(", "));
            let cursor = State::in_memory().execute(&statement.into(), values, false).map_err(TestCaseError::fail)?;
            let row = cursor.next_row().map_err(TestCaseError::fail)?;
            let theirs = ours.iter().map(|number| Value::Text(number.to_string().into())).collect();
            prop_assert_eq!(row, Some(theirs));
        }

        #[test]
        fn sqlite_wants_as_many_parameters(
            items in vec(
                (
                    prop_oneof!["[ \n\t]{1,2}", "/\\*[?*/: ]\\*/", "--[?:a]\n"],
                    prop_oneof![
                        "\\?", "\\?[1-9]", "[:@$#][a-c](::[a-c])?(\\([?:a]{0,2}\\))?",
                        "'[?:a]('')?\\?'", "x'3f'", "\"[?:a]\"", "1e5", "a\\$b",
                    ],
                ),
                1..8,
            ),
        ) {
            let items: Vec<_> = items.into_iter().map(|(space, item)| space + &item).collect();
            let statement = format!("SELECT{} FROM (SELECT 1 AS a$b)", items.join(","));
            let connection = rusqlite::Connection::open_in_memory().unwrap();
            let wanted = connection.prepare(&statement).unwrap().parameter_count();
            prop_assert_eq!(prepared(&statement, &[]).parameters, wanted, "{}", statement);
        }

        #[test]
        fn what_has_no_columns_gives_no_rows(
            begin in prop_oneof!["[ \n]{0,2}", "/\\*SELECT\\*/", "--WITH\n"],
            statement in prop_oneof![
                "(INSERT|INSERT OR IGNORE|REPLACE) INTO t (VALUES \\(1\\)|SELECT 1|DEFAULT VALUES)( RETURNING a)?",
                "(WITH b AS \\(SELECT 1\\) )?(DELETE FROM t|UPDATE t SET a = 1)( RETURNING \\*)?",
                "(EXPLAIN |EXPLAIN QUERY PLAN )?(SELECT 1|VALUES \\(1\\)|CREATE TABLE u \\(a\\))",
                "(CREATE TABLE u AS SELECT 1|CREATE TEMP VIEW u AS SELECT 1|DROP TABLE t|ALTER TABLE t ADD b)",
                "(PRAGMA user_version|PRAGMA foreign_keys = 1|ANALYZE|VACUUM|REINDEX|SAVEPOINT a|DETACH a)",
            ],
        ) {
            let connection = rusqlite::Connection::open_in_memory().unwrap();
            connection.execute_batch("CREATE TABLE t (a)").unwrap();
            let sql = begin + &statement;
            let columns = connection.prepare(&sql).unwrap().column_count();
            let rows = prepared(&sql, &[]).rows;
            prop_assert!(rows != Rows::None || columns == 0, "{}: {} columns", sql, columns);
        }

        #[test]
        fn any_text_is_cut_only_between_statements(sql in any::<String>()) {
            let Prepared { before, last, .. } = prepared(&sql, &[]);
            let rest = before.iter().try_fold(&*sql, |sql, part| Some(sql.split_once(part)?.1));
            prop_assert!(rest.is_some_and(|rest| rest.contains(&*last)));
            prepared(&sql, &[YES; 10]);
        }
    }
}
