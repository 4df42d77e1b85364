//! Binding integers as integers.
//!
//! The platform binds every JavaScript number as a REAL: `SELECT ?1 / 2` with 5 gives 2.5, and
//! `json_object('n', ?)` gives `5.0`. Nor does it accept a `BigInt`. So each placeholder that is given
//! an integer becomes `CAST(?n AS INTEGER)`, which is exact for numbers up to 2⁵³ and, bound as text,
//! for all 64 bits.

use std::borrow::Cow;

/// `sql` with every placeholder for which `is_integer(index)` holds wrapped in a cast. Indices count
/// from 0. Text, quoted names and comments are left alone.
pub(super) fn cast_integers(sql: &str, is_integer: impl Fn(usize) -> bool) -> Cow<'_, str> {
    let bytes = sql.as_bytes();
    // Both ends are always beside ASCII; slicing by index would carry the report of a failure along.
    let text = |from, to| sql.get(from..to).unwrap_or_default();
    let mut out = String::new();
    let mut copied = 0;
    let mut next_index = 0;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'\'' | b'"' | b'`') => at = after_quoted(bytes, at + 1, quote),
            b'[' => at = after_quoted(bytes, at + 1, b']'),
            b'-' if bytes.get(at + 1) == Some(&b'-') => at = after(bytes, at, b"\n"),
            b'/' if bytes.get(at + 1) == Some(&b'*') => at = after(bytes, at + 2, b"*/"),
            b'?' => {
                let digits = bytes.iter().skip(at + 1).take_while(|b| b.is_ascii_digit()).count();
                let end = at + 1 + digits;
                // `?` alone is one more than the largest number used so far, as in SQLite.
                let index = match text(at + 1, end).parse::<usize>() {
                    Ok(number) => number.saturating_sub(1),
                    Err(_) => next_index,
                };
                next_index = next_index.max(index.saturating_add(1));
                if is_integer(index) {
                    out.push_str(text(copied, at));
                    out.push_str("CAST(");
                    out.push_str(text(at, end));
                    out.push_str(" AS INTEGER)");
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(sql);
    }
    out.push_str(text(copied, sql.len()));
    Cow::Owned(out)
}

/// The position after the closing `quote`; a doubled quote stands for itself.
fn after_quoted(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while at < bytes.len() {
        if bytes[at] != quote {
            at += 1;
        } else if quote != b']' && bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return at + 1;
        }
    }
    at
}

/// The position after the next `end`, or the end of the statement.
fn after(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.windows(end.len()).position(|window| window == end).map_or(bytes.len(), |n| from + n + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(sql: &str) -> String {
        cast_integers(sql, |_| true).into_owned()
    }

    #[test]
    fn wraps_both_kinds_of_placeholder() {
        assert_eq!(all("SELECT ?, ?2"), "SELECT CAST(? AS INTEGER), CAST(?2 AS INTEGER)");
        assert_eq!(all("VALUES (?)"), "VALUES (CAST(? AS INTEGER))");
    }

    #[test]
    fn only_the_integers() {
        let sql = cast_integers("SELECT ?, ?, ?", |index| index == 1);
        assert_eq!(sql, "SELECT ?, CAST(? AS INTEGER), ?");
        assert!(matches!(cast_integers("SELECT ?", |_| false), Cow::Borrowed(_)));
    }

    #[test]
    fn a_plain_one_follows_the_largest_number() {
        let sql = cast_integers("SELECT ?5, ?", |index| index == 5);
        assert_eq!(sql, "SELECT ?5, CAST(? AS INTEGER)");
    }

    #[test]
    fn leaves_text_names_and_comments_alone() {
        for sql in [
            "SELECT '?', 'it''s ?'",
            r#"SELECT "a?", `b?`, [c?]"#,
            "SELECT 1 -- ?\n",
            "SELECT /* ? */ 1",
            "SELECT '?",
            "SELECT 1 -- ?",
            "/* ?",
        ] {
            assert_eq!(all(sql), sql);
        }
    }

    #[test]
    fn hostile_numbers_do_not_overflow() {
        all("SELECT ?99999999999999999999999999, ?18446744073709551615, ?0, ?");
    }
}
