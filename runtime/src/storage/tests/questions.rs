//! What is asked about a statement; inside workerd as well.

/// What the statements are about: columns of every kind, with the indexes that a comparison may use.
pub(super) const SETUP: &str = "
    CREATE TABLE t (
        id INTEGER PRIMARY KEY, i INTEGER, s TEXT, b BLOB, a, r REAL, n NUMERIC, j TEXT,
        kind INTEGER DEFAULT 5, g INTEGER AS (i + 1), h TEXT AS (s || '!') STORED
    );
    CREATE INDEX t_i ON t (i);
    CREATE INDEX t_s ON t (s);
    CREATE INDEX t_a ON t (a);
    CREATE INDEX t_n ON t (n, r);
    CREATE INDEX t_sum ON t (i + 5);
    CREATE INDEX t_json ON t (j ->> '$.k');
    CREATE INDEX t_g ON t (g);
    CREATE INDEX t_known ON t (r) WHERE kind IS NOT NULL;
    CREATE INDEX t_five ON t (b) WHERE kind = 5;
    INSERT INTO t (id, i, s, b, a, r, n, j, kind) VALUES
        (1, 5, '5', x'35', 5, 5.0, 5, '{\"k\":5}', 5),
        (2, 6, '05', x'05', '5', 5.5, '5.0', '{\"k\":\"5\"}', 5),
        (3, NULL, '5.0', NULL, 5.0, NULL, NULL, '[1,5,\"5\"]', NULL),
        (4, 'abc', 'abc', '5', 'abc', 1e300, 'abc', '[]', 1),
        (5, 9007199254740993, '9007199254740993', x'', x'35', -0.5, 9223372036854775807, NULL, 0),
        (6, -1, '', x'00', NULL, 9007199254740992.0, '1e3', '{}', 5);
    CREATE TABLE u (k TEXT UNIQUE, v, w INTEGER DEFAULT 7, x BLOB);
    INSERT INTO u VALUES ('5', 5, 5, 5), ('05', '5', '5', '5'), ('a', NULL, NULL, NULL);
    CREATE TABLE strict (i INTEGER, s TEXT, r REAL, b BLOB, x ANY) STRICT;
    CREATE TABLE e (parent INTEGER, child INTEGER);
    CREATE INDEX e_parent ON e (parent);
    INSERT INTO e VALUES (5, 6), (6, 7), ('5', '8'), ('x', 'y');
";

/// All that a statement can change.
const TABLES: &str = "
    SELECT format('t %s %s %s %s %s %s %s %s', id, quote(i), quote(s), quote(b), quote(a), quote(r), quote(n), quote(g)) FROM t
    UNION ALL SELECT format('u %s %s %s %s', quote(k), quote(v), quote(w), quote(x)) FROM u
    UNION ALL SELECT format('strict %s %s %s %s %s', quote(i), quote(s), quote(r), quote(b), quote(x)) FROM strict
    UNION ALL SELECT format('made %s %s', name, type) FROM pragma_table_info('made')";

/// A question, and whether it has the statement's own placeholders.
pub(super) type Question = (String, bool);

/// Its plan, its rows and their names; then the types and every bit of so many columns, or what it leaves if it writes.
pub(super) fn questions(statement: &str, columns: Option<usize>) -> [Question; 3] {
    let exactly = match columns {
        Some(count) => {
            let names: Vec<_> = (0..count).map(|column| format!("c{column}")).collect();
            let quoted: Vec<_> = names.iter().map(|name| format!("quote({name})")).collect();
            (
                format!("WITH q({}) AS ({statement}) SELECT {} FROM q", names.join(", "), quoted.join(", ")),
                true,
            )
        }
        None => (TABLES.to_owned(), false),
    };
    [(format!("EXPLAIN QUERY PLAN {statement}"), true), (statement.to_owned(), true), exactly]
}
