//! SQL is exact: what goes in comes out, or there is an error.

use durable_object::{Class, Result};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{env, remote};
use crate::{Cell, Tables, TablesStub};

const SAFE: i64 = (1 << 53) - 1;

fn tables(name: &str) -> TablesStub {
    Tables::named(&env(), name).unwrap()
}

fn integer(value: i64) -> Cell {
    Cell::Integer(value.to_string())
}

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

async fn text_of(statement: &str, params: Vec<Cell>) -> String {
    tables("expressions").text(statement.to_owned(), params).await.unwrap()
}

async fn error_of(statement: &str, params: Vec<Cell>) -> (String, String) {
    remote(tables("expressions").execute(statement.to_owned(), params).await)
}

#[wasm_bindgen_test]
async fn all_64_bits_are_stored() {
    for value in [0, 1, -1, SAFE, SAFE + 1, SAFE + 2, -SAFE, -SAFE - 2, i64::MAX, i64::MIN] {
        let stored = text_of("SELECT typeof(?1) || ' ' || ?1", vec![integer(value)]).await;
        assert_eq!(stored, format!("integer {value}"));
    }
}

#[wasm_bindgen_test]
async fn integers_are_read_exactly_or_not_at_all() {
    let tables = tables("exact");
    for value in [0, -1, SAFE, -SAFE] {
        assert_eq!(
            tables.integer("SELECT ?1".to_owned(), vec![integer(value)]).await.unwrap(),
            value.to_string()
        );
    }
    for value in [SAFE + 1, SAFE + 2, -SAFE - 1, -SAFE - 2, i64::MAX, i64::MIN] {
        let (name, message) = remote(tables.integer("SELECT ?1".to_owned(), vec![integer(value)]).await);
        assert_eq!(name, "RowError");
        assert!(message.contains("CAST(column AS TEXT)"), "{message}");
        let whole = "SELECT CAST(?1 AS TEXT)".to_owned();
        assert_eq!(tables.integer(whole, vec![integer(value)]).await.unwrap(), value.to_string());
    }
}

#[wasm_bindgen_test]
async fn a_rounded_integer_is_named() {
    let (_, message) = remote(tables("exact").integer("SELECT ?1".to_owned(), vec![integer(SAFE + 1)]).await);
    assert!(message.contains("9007199254740992 is beyond 2^53"), "{message}");
}

#[wasm_bindgen_test]
async fn columns_keep_all_64_bits() {
    let tables = tables("columns");
    for value in [i64::MIN, SAFE + 2, i64::MAX] {
        assert_eq!(
            tables.execute("INSERT INTO t (n) VALUES (?)".to_owned(), vec![integer(value)]).await.unwrap(),
            2
        );
    }
    let stored = tables.all("SELECT CAST(n AS TEXT) FROM t ORDER BY n".to_owned(), vec![]).await.unwrap();
    assert_eq!(stored, [i64::MIN, SAFE + 2, i64::MAX].map(|value| text(&value.to_string())));
    let found = tables.text("SELECT typeof(n) FROM t WHERE n = ?1".to_owned(), vec![integer(SAFE + 2)]).await;
    assert_eq!(found.unwrap(), "integer");
    let near =
        tables.optional_text("SELECT typeof(n) FROM t WHERE n = ?1".to_owned(), vec![integer(SAFE + 1)]);
    assert_eq!(near.await.unwrap(), None);
}

#[wasm_bindgen_test]
async fn bound_integers_are_integers() {
    let tables = tables("bound");
    assert_eq!(tables.integer("SELECT ?1 / 2".to_owned(), vec![integer(5)]).await.unwrap(), "2");
    assert_eq!(tables.real("SELECT ?1 / 2".to_owned(), vec![Cell::Real(5.0)]).await.unwrap(), 2.5);
    let json = text_of("SELECT json_object('n', ?, 'm', ?)", vec![integer(5), integer(i64::MAX)]).await;
    assert_eq!(json, r#"{"n":5,"m":9223372036854775807}"#);
    let mixed =
        text_of("SELECT typeof(?) || typeof(?) || typeof(?)", vec![integer(1), Cell::Real(1.0), text("1")]);
    assert_eq!(mixed.await, "integerrealtext");
    let inside = text_of(
        "SELECT '?' || ?2 || \"?\" || ?1 -- ?3\n FROM (SELECT 1 AS \"?\")",
        vec![integer(7), text("x")],
    );
    assert_eq!(inside.await, "?x17");
    let limited =
        tables.all("SELECT value FROM json_each('[1,2,3]') LIMIT ?".to_owned(), vec![integer(2)]).await;
    assert_eq!(limited.unwrap(), [integer(1), integer(2)]);
}

#[wasm_bindgen_test]
async fn an_integer_is_compared_as_what_it_is() {
    let tables = tables("compared");
    let codes = "CREATE TABLE codes (code TEXT PRIMARY KEY); \
        INSERT INTO codes VALUES ('5'), ('05'), ('5.0'), ('abc')";
    tables.execute(codes.to_owned(), vec![]).await.unwrap();
    let all = async |statement: &str| tables.all(statement.to_owned(), vec![integer(5)]).await.unwrap();
    assert_eq!(all("SELECT code FROM codes WHERE code = ?").await, [text("5")]);
    assert_eq!(all("SELECT count(*) FROM codes WHERE code <> ?").await, [integer(3)]);
    assert_eq!(all("SELECT CASE ? WHEN '5' THEN 'text' WHEN 5 THEN 'number' END").await, [text("number")]);
    let plan = "EXPLAIN QUERY PLAN SELECT code FROM codes WHERE code = ?".to_owned();
    let (_, rows) = tables.try_out(vec![(plan, vec![integer(5)])]).await.unwrap().remove(0).unwrap();
    assert!(rows[0][3].starts_with("SEARCH codes USING COVERING INDEX"), "{rows:?}");
    assert_eq!(all("DELETE FROM codes WHERE code = ? RETURNING code").await, [text("5")]);
    let names = tables.try_out(vec![("SELECT :a, :b, :a".to_owned(), vec![integer(1), integer(2)])]);
    assert_eq!(names.await.unwrap()[0].as_ref().unwrap().0, [":a", ":b", ":a"]);
}

#[wasm_bindgen_test]
async fn bools_are_0_and_1() {
    let tables = tables("bools");
    for value in [true, false] {
        let stored = text_of("SELECT typeof(?1) || ?1", vec![Cell::Bool(value)]).await;
        assert_eq!(stored, format!("integer{}", u8::from(value)));
        assert_eq!(tables.boolean("SELECT ?1".to_owned(), vec![Cell::Bool(value)]).await.unwrap(), value);
    }
    let (name, message) = remote(tables.boolean("SELECT 2".to_owned(), vec![]).await);
    assert_eq!(name, "RowError");
    assert!(message.contains("0 or 1"), "{message}");
}

#[wasm_bindgen_test]
async fn reals_come_back_bit_by_bit() {
    let tables = tables("reals");
    let smallest = f64::from_bits(1);
    for value in
        [0.1, -1.5, 1e300, f64::MAX, f64::MIN_POSITIVE, smallest, 3.0, f64::INFINITY, f64::NEG_INFINITY]
    {
        let back = tables.real("SELECT ?1".to_owned(), vec![Cell::Real(value)]).await.unwrap();
        assert_eq!(back.to_bits(), value.to_bits(), "{value}");
    }
    assert_eq!(text_of("SELECT typeof(?1)", vec![Cell::Real(3.0)]).await, "real");
}

#[wasm_bindgen_test]
async fn text_comes_back_whole() {
    for value in ["", "a", "ä 🎉 \u{FFFF} \u{10FFFF}", "before\0after", "'; DROP TABLE t; --", "\r\n\t"] {
        assert_eq!(text_of("SELECT ?1", vec![text(value)]).await, value);
    }
    assert_eq!(text_of("SELECT typeof(?1)", vec![text("12")]).await, "text");
}

#[wasm_bindgen_test]
async fn blobs_come_back_whole() {
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [vec![], vec![0], all] {
        let params = vec![Cell::Blob(bytes.clone())];
        assert_eq!(
            text_of("SELECT typeof(?1) || length(?1)", params.clone()).await,
            format!("blob{}", bytes.len())
        );
        assert_eq!(tables("blobs").blob("SELECT ?1".to_owned(), params).await.unwrap(), bytes);
    }
}

#[wasm_bindgen_test]
async fn null_is_none() {
    let tables = tables("nulls");
    assert_eq!(text_of("SELECT typeof(?1)", vec![Cell::Null]).await, "null");
    assert_eq!(tables.optional_text("SELECT ?1".to_owned(), vec![Cell::Null]).await.unwrap(), None);
    assert_eq!(
        tables.optional_text("SELECT ?1".to_owned(), vec![text("")]).await.unwrap().as_deref(),
        Some("")
    );
    assert_eq!(tables.all("SELECT NULL".to_owned(), vec![]).await.unwrap(), [Cell::Null]);
}

#[wasm_bindgen_test]
async fn wrong_types_are_errors_that_name_the_column() {
    let tables = tables("types");
    for (statement, why) in
        [("SELECT 'x' AS c", "text"), ("SELECT 1.5 AS c", "real"), ("SELECT NULL AS c", "NULL")]
    {
        let (name, message) = remote(tables.integer(statement.to_owned(), vec![]).await);
        assert_eq!(name, "RowError");
        assert!(
            message.contains("column `c`") && message.contains(why) && message.contains(statement),
            "{message}"
        );
    }
    let (_, message) = remote(tables.byte("SELECT 256 AS c".to_owned(), vec![]).await);
    assert!(message.contains("256 does not fit u8"), "{message}");
    let (_, message) = remote(tables.text("SELECT 1 AS a, 2 AS b".to_owned(), vec![]).await);
    assert!(message.contains("expected 1 columns, found 2 (a, b)"), "{message}");
    let (_, message) = remote(tables.blob("SELECT 'x' AS c".to_owned(), vec![]).await);
    assert!(message.contains("expected a blob, found text"), "{message}");
}

#[wasm_bindgen_test]
async fn one_means_one() {
    let tables = tables("one");
    for (statement, found) in
        [("SELECT 1 WHERE 0", "found none"), ("SELECT 1 UNION SELECT 2", "found several")]
    {
        let (name, message) = remote(tables.integer(statement.to_owned(), vec![]).await);
        assert_eq!(name, "RowError");
        assert!(message.contains(found), "{message}");
    }
    assert_eq!(tables.optional_text("SELECT 'x' WHERE 0".to_owned(), vec![]).await.unwrap(), None);
    let several = remote(tables.optional_text("SELECT 'x' UNION SELECT 'y'".to_owned(), vec![]).await);
    assert_eq!(several.0, "RowError");
}

#[wasm_bindgen_test]
async fn refused_statements_are_errors_that_carry_them() {
    for (statement, why) in [
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM nowhere", "no such table"),
        ("INSERT INTO t (n) VALUES (1), (1)", "UNIQUE constraint"),
        ("PRAGMA journal_mode = DELETE", "`PRAGMA journal_mode`: Durable Objects do not have this pragma"),
        ("PRAGMA user_version", "ctx.sql().migrate"),
        ("BEGIN", "ctx.transaction(|sql| …)"),
        ("SAVEPOINT a", "ctx.transaction"),
        ("ATTACH 'a' AS b", "call another object"),
        ("VACUUM", "leave it out"),
        ("CREATE TEMP TABLE a (b)", "no temporary tables"),
        ("SELECT * FROM _cf_KV", "`_cf_`"),
    ] {
        let (name, message) = error_of(statement, vec![]).await;
        assert_eq!(name, "SqlError");
        assert!(message.contains(why) && message.contains(statement), "{message}");
    }
    for given in [0, 1, 3] {
        let (name, message) = error_of("SELECT ?, ?", vec![integer(1); given]).await;
        assert_eq!(name, "SqlError", "{message}");
        assert_eq!(message, format!("parameters wanted: 2, given: {given} (in `SELECT ?, ?`)"));
    }
    assert_eq!(tables("expressions").all("SELECT n FROM t".to_owned(), vec![]).await.unwrap(), []);
}

#[wasm_bindgen_test]
async fn an_error_tells_of_the_statement_as_it_was_written() {
    for (statement, given, why) in [
        ("SELECT ? ?", 2, "near \"?\": syntax error at offset 9"),
        ("SELECT?1AS a, b", 1, "no such column: b at offset 14"),
        ("SELECT 'ä' || ?1, b", 1, "no such column: b at offset 19"),
        ("DELETE FROM t; SELECT b, ?", 1, "no such column: b at offset 7"),
    ] {
        let (_, message) = error_of(statement, vec![integer(1); given]).await;
        assert_eq!(message, format!("{why}: SQLITE_ERROR (in `{statement}`)"));
    }
}

#[wasm_bindgen_test]
async fn limits_of_sqlite_itself_are_errors_of_the_statement() {
    let columns = (0..101).map(|column| format!("c{column}")).collect::<Vec<_>>().join(", ");
    let pattern = format!("SELECT 'x' LIKE '{}'", "x".repeat(51));
    for (statement, why) in [
        (format!("CREATE TABLE wide ({columns})"), "too many columns"),
        (pattern, "LIKE or GLOB pattern too complex"),
    ] {
        let (name, message) = error_of(&statement, vec![]).await;
        assert_eq!(name, "SqlError");
        assert!(message.contains(why), "{message}");
    }
}

#[wasm_bindgen_test]
async fn names_count_in_the_order_of_their_first_use() {
    let tables = tables("names");
    let pair = "SELECT typeof(:a) || :a || typeof(@b) || @b || :a";
    assert_eq!(tables.text(pair.to_owned(), vec![integer(1), text("x")]).await.unwrap(), "integer1textx1");
    assert_eq!(tables.integer("SELECT :a / $b".to_owned(), vec![integer(5), integer(2)]).await.unwrap(), "2");
}

#[wasm_bindgen_test]
async fn what_follows_the_last_statement_does_no_harm() {
    for end in [";", ";;", " -- why", ";\r\n", "; /* why */\t"] {
        assert_eq!(text_of(&format!("SELECT 'x'{end}"), vec![]).await, "x", "{end:?}");
    }
}

#[wasm_bindgen_test]
async fn several_statements_run_in_order() {
    let tables = tables("several");
    let statements = "INSERT INTO t (n) VALUES (1); INSERT INTO t (n) VALUES (2); UPDATE t SET n = n + ?";
    tables.execute(statements.to_owned(), vec![integer(10)]).await.unwrap();
    let stored = tables.all("SELECT n FROM t ORDER BY n".to_owned(), vec![]).await.unwrap();
    assert_eq!(stored, [integer(11), integer(12)]);
}

#[wasm_bindgen_test]
async fn returning_gives_rows_and_writes_all() {
    let tables = tables("returning");
    let insert = "INSERT INTO t (n) SELECT value FROM json_each('[3,1,2]') RETURNING n";
    assert_eq!(tables.all(insert.to_owned(), vec![]).await.unwrap(), [integer(3), integer(1), integer(2)]);
    let written = tables.execute("UPDATE t SET v = 'x' RETURNING n".to_owned(), vec![]).await.unwrap();
    assert_eq!(written, 3);
    assert_eq!(tables.integer("SELECT count(*) FROM t WHERE v = 'x'".to_owned(), vec![]).await.unwrap(), "3");
}

#[wasm_bindgen_test]
async fn rows_are_counted() {
    let tables = tables("counted");
    let insert = "INSERT INTO t (n) SELECT value FROM json_each('[1,2,3,4]')".to_owned();
    let (_, written) = tables.counters(insert, vec![]).await.unwrap();
    // Each row, and each entry of the unique index.
    assert_eq!(written, 8);
    assert_eq!(tables.counters("SELECT v FROM t".to_owned(), vec![]).await.unwrap(), (4, 0));
    let (read, _) =
        tables.counters("SELECT v FROM t WHERE n = ?".to_owned(), vec![integer(2)]).await.unwrap();
    assert!((1..=2).contains(&read), "{read}");
}

#[wasm_bindgen_test]
async fn limits_are_checked() -> Result<()> {
    let tables = tables("limits");
    let marks = |count| format!("SELECT {}", vec!["?"; count].join(" || "));
    assert_eq!(tables.text(marks(100), vec![text("x"); 100]).await?.len(), 100);
    assert_eq!(remote(tables.text(marks(101), vec![text("x"); 101]).await).0, "LimitError");

    let long = |length: usize| format!("SELECT /*{}*/ 'x'", ".".repeat(length - 15));
    assert_eq!(tables.text(long(100_000), vec![]).await?, "x");
    let (name, message) = remote(tables.text(long(100_001), vec![]).await);
    assert_eq!((name.as_str(), message.contains("100001")), ("LimitError", true), "{message}");

    assert_eq!(tables.store_large(2 * 1024 * 1024 - 1024).await?, 2);
    assert_eq!(remote(tables.store_large(2 * 1024 * 1024 + 1).await).0, "LimitError");
    // Not by its length in JavaScript.
    let (name, _) =
        remote(tables.execute("SELECT ?".to_owned(), vec![text(&"ä".repeat(1024 * 1024 + 1))]).await);
    assert_eq!(name, "LimitError");
    // Nothing was stored of what was refused, and the object goes on.
    assert_eq!(tables.integer("SELECT count(*) FROM t".to_owned(), vec![]).await?, "2");
    Ok(())
}

#[wasm_bindgen_test]
async fn a_statement_that_its_casts_make_too_long_is_refused_by_name() {
    let statement = format!("SELECT /*{}*/ ?1", ".".repeat(100_000 - 14));
    let (name, message) = remote(tables("long").integer(statement, vec![integer(5)]).await);
    assert_eq!(name, "LimitError");
    assert!(message.contains("its integers cast"), "{message}");
}
