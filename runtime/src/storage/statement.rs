//! Statements as the platform takes them.
//!
//! Behind the last statement it wants nothing but spaces and newlines, no comment for one, no CRLF: what is there is cut off.
//!
//! The platform binds every JavaScript number as a REAL: `SELECT ?1 / 2` with 5 gives 2.5, and
//! `json_object('n', ?)` gives `5.0`. Nor does it accept a `BigInt`. So each placeholder that is given
//! an integer becomes `CAST(?n AS INTEGER)`, which is exact for numbers up to 2⁵³ and, bound as text,
//! for all 64 bits.

use std::borrow::Cow;

use super::lexer::{Kind, Lexer};
use super::value::Value;

/// `sql` to its last word, with every placeholder that is given an integer wrapped in a cast.
pub(super) fn prepared<'a>(sql: &'a str, values: &[Value]) -> Cow<'a, str> {
    let is_integer = |index| matches!(values.get(index), Some(Value::Integer(_)));
    // Tokens begin and end beside ASCII; slicing by index would carry the report of a failure along.
    let text = |from, to| sql.get(from..to).unwrap_or_default();
    let mut out = String::new();
    let mut copied = 0;
    let mut end = 0;
    let mut numbering = Numbering::default();
    let mut lexer = Lexer::new(sql);
    while let Some(token) = lexer.token() {
        if token.kind != Kind::Semicolon {
            end = token.end;
        }
        let placeholder = text(token.start, token.end);
        if token.kind == Kind::Placeholder && is_integer(numbering.index_of(placeholder)) {
            out.push_str(text(copied, token.start));
            out.push_str("CAST(");
            out.push_str(placeholder);
            out.push_str(" AS INTEGER)");
            copied = token.end;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text(0, end));
    }
    out.push_str(text(copied, end));
    Cow::Owned(out)
}

/// Which value belongs to a placeholder, as SQLite counts them, from 0.
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
            // `?` alone, and a name that is new, is one more than the largest number used so far.
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

    use super::*;
    use crate::sys::State;

    const YES: Value = Value::Integer(1);
    const NO: Value = Value::Null;

    fn all(sql: &str) -> String {
        prepared(sql, &[YES; 10]).into_owned()
    }

    #[test]
    fn wraps_every_kind_of_placeholder() {
        assert_eq!(all("SELECT ?, ?2"), "SELECT CAST(? AS INTEGER), CAST(?2 AS INTEGER)");
        assert_eq!(all("VALUES (:a)"), "VALUES (CAST(:a AS INTEGER))");
        assert_eq!(all("VALUES (@a,$b)"), "VALUES (CAST(@a AS INTEGER),CAST($b AS INTEGER))");
    }

    #[test]
    fn only_the_integers() {
        let sql = prepared("SELECT ?, ?, ?", &[NO, YES, NO]);
        assert_eq!(sql, "SELECT ?, CAST(? AS INTEGER), ?");
        assert!(matches!(prepared("SELECT ?", &[NO]), Cow::Borrowed(_)));
    }

    #[test]
    fn a_plain_one_follows_the_largest_number() {
        let sql = prepared("SELECT ?5, ?", &[NO, NO, NO, NO, NO, YES]);
        assert_eq!(sql, "SELECT ?5, CAST(? AS INTEGER)");
    }

    #[test]
    fn a_name_keeps_the_number_it_got_first() {
        let sql = prepared("SELECT :a, :b, :a, ?, :b, $a", &[NO, YES, NO, YES]);
        assert_eq!(sql, "SELECT :a, CAST(:b AS INTEGER), :a, ?, CAST(:b AS INTEGER), CAST($a AS INTEGER)");
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
        assert_eq!(all("SELECT ?; SELECT 2; -- ?"), "SELECT CAST(? AS INTEGER); SELECT 2");
        assert_eq!(all("/* ? */ ; "), "");
    }

    #[test]
    fn hostile_numbers_do_not_overflow() {
        all("SELECT ?99999999999999999999999999, ?18446744073709551615, ?0, ?");
    }

    proptest! {
        #[test]
        fn placeholders_are_counted_as_sqlite_counts_them(
            placeholders in vec(prop_oneof!["\\?", "\\?[1-9]", "[:@$][a-c]{1,2}"], 1..12),
        ) {
            let mut numbering = Numbering::default();
            let ours: Vec<_> = placeholders.iter().map(|placeholder| numbering.index_of(placeholder) + 1).collect();
            // Each value is its own number.
            let values = (1..=numbering.next).map(|number| Value::Text(number.to_string().into())).collect();
            let statement = format!("SELECT {}", placeholders.join(", "));
            let cursor = State::in_memory().execute(&statement, values).map_err(TestCaseError::fail)?;
            let row = cursor.next_row().map_err(TestCaseError::fail)?;
            let theirs = ours.iter().map(|number| Value::Text(number.to_string().into())).collect();
            prop_assert_eq!(row, Some(theirs));
        }

        #[test]
        fn any_text_is_cut_only_at_its_end(sql in any::<String>()) {
            prop_assert!(sql.starts_with(&*prepared(&sql, &[])));
            prepared(&sql, &[YES; 10]);
        }
    }
}
