//! SQL whose result depends on more than the event and the tables.

use crate::storage::{Kind, Lexer};

/// The reason why a statement may have another effect when it runs again.
pub(super) fn impure(sql: &str) -> Option<&'static str> {
    let mut lexer = Lexer::new(sql);
    let mut previous: Option<Word> = None;
    while let Some(token) = lexer.token() {
        let text = lexer.text(token);
        let word = Word::of(token.kind, text);
        if word == Some(Word::Clock) {
            return Some(CLOCK);
        }
        if text == b"(" {
            match previous {
                Some(Word::Random) => {
                    return Some("it draws random numbers; draw them where the event is made");
                }
                Some(Word::Connection) => {
                    return Some("it depends on what the connection did before; count rows instead");
                }
                Some(Word::Date) if reads_clock(lexer, false) => return Some(CLOCK),
                Some(Word::Format) if reads_clock(lexer, true) => return Some(CLOCK),
                _ => {}
            }
        }
        previous = word;
    }
    None
}

const CLOCK: &str = "it reads the clock; put the time into the event";

/// A word of SQL that matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// It is the current time.
    Clock,
    /// A function that draws random numbers.
    Random,
    /// A function of the connection.
    Connection,
    /// A function of a time, which is the current one if it has no arguments.
    Date,
    /// A function of a format and a time.
    Format,
}

impl Word {
    fn of(kind: Kind, text: &[u8]) -> Option<Self> {
        if kind != Kind::Word {
            return None;
        }
        Some(match text.to_ascii_lowercase().as_slice() {
            b"current_time" | b"current_date" | b"current_timestamp" => Self::Clock,
            b"random" | b"randomblob" => Self::Random,
            b"total_changes" | b"last_insert_rowid" => Self::Connection,
            b"date" | b"time" | b"datetime" | b"julianday" | b"unixepoch" | b"timediff" => Self::Date,
            b"strftime" => Self::Format,
            _ => return None,
        })
    }
}

/// Returns whether the arguments behind `(` make a function of dates read the clock: `'now'` is among them, or there is
/// no time.
fn reads_clock(mut lexer: Lexer<'_>, has_format: bool) -> bool {
    let (mut depth, mut commas, mut tokens) = (1, 0, 0);
    while let Some(token) = lexer.token() {
        let text = lexer.text(token);
        match text {
            b"(" => depth += 1,
            b")" => depth -= 1,
            b"," if depth == 1 => commas += 1,
            _ if text.eq_ignore_ascii_case(b"'now'") => return true,
            // The first argument is not a time, so the time is the current one.
            _ if tokens == 0 && text.to_ascii_lowercase().starts_with(b"'subsec") => return true,
            _ => {}
        }
        if depth == 0 {
            return tokens == 0 || (has_format && commas == 0);
        }
        tokens += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_dice_are_found() {
        for sql in [
            "INSERT INTO t VALUES (CURRENT_TIMESTAMP)",
            "INSERT INTO t VALUES (random())",
            "INSERT INTO t VALUES (hex(RandomBlob (8)))",
            "UPDATE t SET a = date()",
            "UPDATE t SET a = datetime( 'NOW', 'localtime')",
            "UPDATE t SET a = unixepoch('subsec')",
            "UPDATE t SET a = strftime('%s')",
            "UPDATE t SET a = strftime('%s', (('now')))",
            "UPDATE t SET a = last_insert_rowid()",
        ] {
            assert!(impure(sql).is_some(), "{sql}");
        }
    }

    #[test]
    fn other_words_are_left_alone() {
        for sql in [
            "INSERT INTO t (random, date) VALUES ('random()', 'now')",
            "UPDATE t SET date = :date, time = datetime(:at / 1000, 'unixepoch')",
            "UPDATE t SET a = strftime('%s', :at), b = changes() -- random()",
            "UPDATE t SET current = (SELECT max(a) FROM date)",
            "SELECT date(",
        ] {
            assert_eq!(impure(sql), None, "{sql}");
        }
    }
}
