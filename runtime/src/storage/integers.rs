//! Integer parameters of a statement.
//!
//! The platform binds every JavaScript number as a REAL: `SELECT ?1 / 2` with 5 gives 2.5, and
//! `json_object('n', ?)` gives `5.0`. The platform does not accept a `BigInt` either. The runtime therefore
//! puts SQL words around each placeholder that is given an integer; they convert a number up to 2⁵³, and text
//! beyond that, to an integer. `docs/decisions/0002-integers-in-sql.md` explains the choice of the words and
//! their length. Callers never see these words.

use std::borrow::Cow;

use super::lexer::{Token, is_word, text};

/// The words around a placeholder that is given an integer. CAST alone has an affinity, which changes the
/// value that it is compared with. CASE has none, and its result behaves like a placeholder of the same type.
const BEFORE: &str = "CASE WHEN 0 THEN '' ELSE CAST(";
const AFTER: &str = " AS INTEGER) END";

/// The form in which SQLite quotes the first of these words.
const NEAR: &str = "near \"CASE\"";

/// The words before an offset in an error of SQLite. The offset counts bytes from the statement's beginning.
const AT: &str = " at offset ";

/// A separator between these words and the text beside them. SQLite reads it as a space, and ordinary SQL
/// does not contain it.
const GAP: char = '\x0c';

/// Returns a part of `sql`, one statement, in which these placeholders are given integers.
pub(super) fn with_integers<'a>(sql: &'a str, start: usize, end: usize, integers: &[Token]) -> Cow<'a, str> {
    if integers.is_empty() {
        return Cow::Borrowed(text(sql, start, end));
    }
    let mut out = String::new();
    let mut copied = start;
    for placeholder in integers {
        out.push_str(text(sql, copied, placeholder.start));
        push_integer(&mut out, sql, *placeholder);
        copied = placeholder.end;
    }
    out.push_str(text(sql, copied, end));
    Cow::Owned(out)
}

/// Appends a placeholder that is given an integer.
fn push_integer(out: &mut String, sql: &str, placeholder: Token) {
    let touches = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
    if touches(out.as_bytes().last()) {
        out.push(GAP);
    }
    out.push_str(BEFORE);
    out.push_str(text(sql, placeholder.start, placeholder.end));
    out.push_str(AFTER);
    if touches(sql.as_bytes().get(placeholder.end)) {
        out.push(GAP);
    }
}

/// Returns a column's name without these words. SQLite names a column by its text.
pub(super) fn original(name: String) -> String {
    let mut original = String::new();
    let mut rest = name.as_str();
    while let Some((before, (placeholder, after))) =
        cut(rest, BEFORE).and_then(|(before, rest)| Some((before, cut(rest, AFTER)?)))
    {
        original.push_str(before.strip_suffix(GAP).unwrap_or(before));
        original.push_str(placeholder);
        rest = after.strip_prefix(GAP).unwrap_or(after);
    }
    if original.is_empty() && rest.len() == name.len() {
        return name;
    }
    original.push_str(rest);
    original
}

/// Returns the text before and behind the first `words`. (The text search of std is a twentieth of the
/// smallest worker.)
fn cut<'a>(sql: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    let start = sql.as_bytes().windows(words.len()).position(|window| window == words.as_bytes())?;
    Some((text(sql, 0, start), text(sql, start + words.len(), sql.len())))
}

/// Returns an error of SQLite without these words. The error tells its place in the statement, and the text
/// there.
///
/// `sent` is the statement that SQLite got.
pub(super) fn without_words(message: String, sent: &str) -> String {
    mapped(&message, sent).unwrap_or(message)
}

fn mapped(message: &str, sent: &str) -> Option<String> {
    let (said, rest) = cut(message, AT)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let at: usize = text(rest, 0, digits).parse().ok()?;
    let (before, from) = sent.split_at_checked(at)?;
    // The placeholder itself may be wrong.
    let before = before.strip_suffix(BEFORE).unwrap_or(before);
    let before = original(before.strip_suffix(GAP).unwrap_or(before).to_owned());

    let mut mapped = String::new();
    match (from.strip_prefix(BEFORE).and_then(|placeholder| cut(placeholder, AFTER)), cut(said, NEAR)) {
        (Some((placeholder, _)), Some((start, end))) => {
            [start, "near \"", placeholder, "\"", end].iter().for_each(|part| mapped.push_str(part));
        }
        _ => mapped.push_str(said),
    }
    mapped.push_str(AT);
    mapped.push_str(&before.len().to_string());
    mapped.push_str(text(rest, digits, rest.len()));
    Some(mapped)
}

/// Puts the words that make an integer around the text between `<` and `>`.
#[cfg(test)]
pub(super) fn marked(sql: &str) -> String {
    sql.replace('<', BEFORE).replace('>', AFTER)
}

#[cfg(test)]
mod tests {
    use super::super::statement::prepared;
    use super::*;
    use crate::sys::State;
    use crate::value::Value;

    const YES: Value = Value::Integer(1);

    fn all(sql: &str) -> String {
        prepared(sql, &[YES; 10]).last.into_owned()
    }

    #[test]
    fn words_stay_apart() {
        assert_eq!(all("SELECT?1AS a"), marked("SELECT\x0c<?1>\x0cAS a"));
        assert_eq!(all("SELECT(?1)+?1"), marked("SELECT(<?1>)+<?1>"));
        let glued =
            State::in_memory().execute(&all("SELECT?1AND?2LIMIT?3").into(), vec![YES; 3], false).unwrap();
        assert_eq!(glued.next_row(), Ok(Some(vec![YES])));
    }

    #[test]
    fn a_name_is_what_it_was() {
        for name in ["?", "?1", ":a", "?1 + ?2", "a AND?1OR b", "x", "typeof( ?1 )|| '>'", "ä?1ö"] {
            let inner = all(&format!("SELECT {name}"));
            assert_eq!(original(inner["SELECT ".len()..].to_owned()), name);
        }
        assert_eq!(original(BEFORE.to_owned()), BEFORE);
    }

    #[test]
    fn an_error_is_what_it_was() {
        for (sql, said) in [
            ("SELECT ?1 FORM t", "near \"t\": syntax error at offset 15"),
            ("SELECT ?1 ?2", "near \"?2\": syntax error at offset 10"),
            ("SELECT?1AS a?2", "near \"?2\": syntax error at offset 12"),
            ("SELECT?1AS a, b", "no such column: b at offset 14"),
            ("SELECT 'ä' || ?1, b", "no such column: b at offset 19"),
            (":a", "near \":a\": syntax error at offset 0"),
            ("DELETE FROM sqlite_schema WHERE 0; SELECT b, ?", "no such column: b at offset 7"),
            ("CREATE TABLE t (a CHECK (a < ?))", "parameters prohibited in CHECK constraints at offset 29"),
            ("SELECT ?1 FROM", "incomplete input"),
            ("SELECT * FROM a WHERE ?1", "no such table: a"),
        ] {
            let sent = all(sql);
            let error = State::in_memory().execute(&sent.as_str().into(), vec![YES; 2], false).unwrap_err();
            assert_eq!(without_words(error, &sent), said, "{sql}");
        }
        for message in [
            "",
            " at offset ",
            "a at offset 99",
            "near \"CASE\" at offset 1",
            "ä at offset 99999999999999999999999",
        ] {
            assert_eq!(without_words(message.to_owned(), "äh"), message);
        }
    }
}
