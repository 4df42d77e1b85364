//! A lexer for SQL, as far as the runtime needs one. It also runs while the code compiles.

/// The kind of a piece of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword, a plain name, or a number.
    Word,
    /// `?`, `?1`, `:name`, `@name`, `$name` or `#name`.
    Placeholder,
    /// The end of a statement.
    Semicolon,
    /// A quoted text or name, an operator.
    Other,
}

/// A piece of a statement, as a range of bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A lexer that reads one token after the other and skips whitespace and comments.
#[derive(Clone, Copy)]
pub(crate) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) const fn new(sql: &'a str) -> Self {
        Self { bytes: sql.as_bytes(), at: 0 }
    }

    /// Returns the next token, or `None` at the end.
    pub(crate) const fn token(&mut self) -> Option<Token> {
        while self.at < self.bytes.len() {
            let start = self.at;
            self.at += 1;
            let kind = match self.bytes[start] {
                b'-' if self.peek() == b'-' => {
                    self.skip_past(b"\n");
                    continue;
                }
                b'/' if self.peek() == b'*' => {
                    self.at += 1;
                    self.skip_past(b"*/");
                    continue;
                }
                quote @ (b'\'' | b'"' | b'`') => {
                    self.skip_quoted(quote);
                    Kind::Other
                }
                b'[' => {
                    self.skip_past(b"]");
                    Kind::Other
                }
                b';' => Kind::Semicolon,
                b'?' => {
                    while self.peek().is_ascii_digit() {
                        self.at += 1;
                    }
                    Kind::Placeholder
                }
                b':' | b'@' | b'$' | b'#' => {
                    if self.skip_name() {
                        Kind::Placeholder
                    } else {
                        Kind::Other
                    }
                }
                // A byte order mark. Editors of Windows put it at the start of files. SQLite reads it as a
                // space.
                0xEF if self.at + 1 < self.bytes.len()
                    && self.bytes[self.at] == 0xBB
                    && self.bytes[self.at + 1] == 0xBF =>
                {
                    self.at += 2;
                    continue;
                }
                byte if is_word(byte) => {
                    self.skip_word();
                    Kind::Word
                }
                byte if byte.is_ascii_whitespace() => continue,
                _ => Kind::Other,
            };
            return Some(Token { kind, start, end: self.at });
        }
        None
    }

    /// Returns the end of the last token.
    pub(super) const fn position(&self) -> usize {
        self.at
    }

    /// Advances past the `END` of a trigger. The statements inside a trigger end with semicolons as well.
    pub(super) const fn skip_trigger(&mut self) {
        let mut after_semicolon = false;
        while let Some(token) = self.token() {
            if after_semicolon && self.is(token, &["END"]) {
                return;
            }
            after_semicolon = matches!(token.kind, Kind::Semicolon);
        }
    }

    /// Returns whether a token is one of these words, without regard to case.
    pub(crate) const fn is(&self, token: Token, words: &[&str]) -> bool {
        let mut at = 0;
        while at < words.len() {
            if self.text(token).eq_ignore_ascii_case(words[at].as_bytes()) {
                return true;
            }
            at += 1;
        }
        false
    }

    /// Returns the text of a token.
    pub(crate) const fn text(&self, token: Token) -> &'a [u8] {
        self.bytes.split_at(token.start).1.split_at(token.end - token.start).0
    }

    /// Returns the next byte, or 0 at the end. SQL gives no meaning to 0.
    const fn peek(&self) -> u8 {
        if self.at < self.bytes.len() { self.bytes[self.at] } else { 0 }
    }

    const fn skip_word(&mut self) {
        while is_word(self.peek()) {
            self.at += 1;
        }
    }

    /// Advances past the name of a placeholder, if there is one. SQLite accepts Tcl's variables too:
    /// `$a::b(c)`.
    const fn skip_name(&mut self) -> bool {
        let mut named = false;
        loop {
            match self.peek() {
                byte if is_word(byte) => {
                    named = true;
                    self.at += 1;
                }
                b':' if self.at + 1 < self.bytes.len() && self.bytes[self.at + 1] == b':' => self.at += 2,
                b'(' if named => {
                    self.skip_past(b")");
                    return true;
                }
                _ => return named,
            }
        }
    }

    /// Advances past the closing quote. A doubled quote stands for itself.
    const fn skip_quoted(&mut self, quote: u8) {
        while self.at < self.bytes.len() {
            let closes = self.bytes[self.at] == quote;
            self.at += 1;
            if closes {
                if self.peek() != quote {
                    return;
                }
                self.at += 1;
            }
        }
    }

    /// Advances past the next `end`, or to the end of the text. `end` is not empty.
    const fn skip_past(&mut self, end: &[u8]) {
        let mut matched = 0;
        while self.at < self.bytes.len() && matched < end.len() {
            let byte = self.bytes[self.at];
            matched = if byte == end[matched] {
                matched + 1
            } else if byte == end[0] {
                1
            } else {
                0
            };
            self.at += 1;
        }
    }
}

/// Returns the text between two places. Tokens begin and end beside ASCII. Slicing by index would add the
/// code that reports a failure.
pub(super) fn text(sql: &str, from: usize, to: usize) -> &str {
    sql.get(from..to).unwrap_or_default()
}

pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(sql: &str) -> Vec<&str> {
        let mut lexer = Lexer::new(sql);
        std::iter::from_fn(|| lexer.token()).map(|token| &sql[token.start..token.end]).collect()
    }

    #[test]
    fn statements_fall_apart() {
        assert_eq!(
            tokens("SELECT a$b,'it''s ?', \"c\"\"?\" FROM [d ?] -- ?\n WHERE e=?1/* ? */AND größe<:f;"),
            [
                "SELECT",
                "a$b",
                ",",
                "'it''s ?'",
                ",",
                "\"c\"\"?\"",
                "FROM",
                "[d ?]",
                "WHERE",
                "e",
                "=",
                "?1",
                "AND",
                "größe",
                "<",
                ":f",
                ";"
            ]
        );
        assert_eq!(
            tokens("@a,#b$::c::d(e f)(g):h::$"),
            ["@a", ",", "#b$::c::d(e f)", "(", "g", ")", ":h::$"]
        );
        assert_eq!(tokens(":a(b"), [":a(b"]);
        assert_eq!(tokens(": a"), [":", "a"]);
    }

    #[test]
    fn what_is_left_open_ends_with_the_text() {
        for (sql, count) in
            [("'?", 1), ("\"?''", 1), ("[?", 1), ("-- ?", 0), ("/* ?", 0), ("/*/", 0), ("/***/?", 1), ("", 0)]
        {
            assert_eq!(tokens(sql).len(), count, "{sql}");
        }
    }
}
