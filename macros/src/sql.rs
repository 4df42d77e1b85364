//! SQL beside a variant of an event: its statements and their parameters.

/// A statement.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The text, without the semicolon.
    pub(crate) text: String,
    /// The first word in upper case.
    pub(crate) verb: String,
    /// The parameters as they are written, each once, in the order in which they appear first.
    pub(crate) parameters: Vec<String>,
}

/// Returns the statements in `sql`, which semicolons separate, or the mistake in it.
pub(crate) fn statements(sql: &str) -> Result<Vec<Statement>, &'static str> {
    let mut statements = Vec::new();
    let mut statement: Option<Statement> = None;
    let (mut start, mut end) = (0, 0);
    let mut lexer = Lexer { sql, at: 0 };
    while let Some((kind, from)) = lexer.token()? {
        let token = &sql[from..lexer.at];
        if kind == Kind::Semicolon {
            finish(statement.take(), &sql[start..end], &mut statements);
            continue;
        }
        end = lexer.at;
        let current = statement.get_or_insert_with(|| {
            start = from;
            Statement { text: String::new(), verb: token.to_ascii_uppercase(), parameters: Vec::new() }
        });
        if kind == Kind::Parameter && !current.parameters.iter().any(|known| known == token) {
            current.parameters.push(token.to_owned());
        }
    }
    finish(statement, &sql[start..end], &mut statements);
    Ok(statements)
}

fn finish(statement: Option<Statement>, text: &str, statements: &mut Vec<Statement>) {
    statements.extend(statement.map(|statement| Statement { text: text.to_owned(), ..statement }));
}

/// The kind of a piece of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `:name`, `?`, `?1`, `@name`, `$name` or `#name`.
    Parameter,
    Semicolon,
    /// A word, a quoted text or name, an operator.
    Other,
}

/// A lexer that skips whitespace and comments.
struct Lexer<'a> {
    sql: &'a str,
    at: usize,
}

impl Lexer<'_> {
    /// Returns the kind of the next token and the place where it begins.
    fn token(&mut self) -> Result<Option<(Kind, usize)>, &'static str> {
        loop {
            let start = self.at;
            let Some(first) = self.rest().chars().next() else { return Ok(None) };
            self.at += first.len_utf8();
            let kind = match first {
                '-' if self.rest().starts_with('-') => {
                    self.at = self.find("\n").unwrap_or(self.sql.len());
                    continue;
                }
                '/' if self.rest().starts_with('*') => {
                    self.at += 1;
                    self.at = self.find("*/").ok_or("a comment is not closed")? + 2;
                    continue;
                }
                '\'' | '"' | '`' => {
                    self.skip_quoted(first)?;
                    Kind::Other
                }
                '[' => {
                    self.at = self.find("]").ok_or("a name in brackets is not closed")? + 1;
                    Kind::Other
                }
                ';' => Kind::Semicolon,
                '?' => {
                    self.skip_while(|letter| letter.is_ascii_digit());
                    Kind::Parameter
                }
                ':' | '@' | '$' | '#' => {
                    self.skip_while(is_word);
                    if self.at > start + 1 { Kind::Parameter } else { Kind::Other }
                }
                // A byte order mark, which SQLite reads as a space.
                '\u{feff}' => continue,
                _ if is_word(first) => {
                    self.skip_while(is_word);
                    Kind::Other
                }
                _ if first.is_ascii_whitespace() => continue,
                _ => Kind::Other,
            };
            return Ok(Some((kind, start)));
        }
    }

    fn rest(&self) -> &str {
        &self.sql[self.at..]
    }

    fn find(&self, text: &str) -> Option<usize> {
        self.rest().find(text).map(|found| self.at + found)
    }

    fn skip_while(&mut self, accepts: fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|letter| !accepts(letter)).unwrap_or(rest.len());
    }

    /// Advances past the closing quote. A doubled quote stands for itself.
    fn skip_quoted(&mut self, quote: char) -> Result<(), &'static str> {
        loop {
            let found = self.rest().find(quote).ok_or("a quote is not closed")?;
            self.at += found + 1;
            if !self.rest().starts_with(quote) {
                return Ok(());
            }
            self.at += 1;
        }
    }
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$' || !letter.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(sql: &str) -> Vec<String> {
        statements(sql).unwrap().into_iter().flat_map(|statement| statement.parameters).collect()
    }

    #[test]
    fn parameters_appear_once() {
        assert_eq!(
            parameters("INSERT INTO t VALUES (:id, :größe,:id) -- :no\n ON CONFLICT (a) DO UPDATE SET b=:b"),
            [":id", ":größe", ":b"]
        );
        assert_eq!(parameters("SELECT ?, ?2, @a, $b, #c, a$d"), ["?", "?2", "@a", "$b", "#c"]);
    }

    #[test]
    fn text_names_and_comments_are_left_alone() {
        for sql in
            ["SELECT ':a', 'it''s :a'", r#"SELECT ":a", `:a`, [:a]"#, "SELECT /* :a ; */ 1", "SELECT 1 -- :a"]
        {
            assert_eq!(parameters(sql), [""; 0], "{sql}");
            assert_eq!(statements(sql).unwrap().len(), 1, "{sql}");
        }
    }

    #[test]
    fn semicolons_separate_statements() {
        let found = statements(" insert into a values (:b); ;\n-- the last;\nDELETE FROM a WHERE b = ';' ; ")
            .unwrap();
        let texts: Vec<_> = found.iter().map(|statement| (&*statement.verb, &*statement.text)).collect();
        assert_eq!(
            texts,
            [("INSERT", "insert into a values (:b)"), ("DELETE", "DELETE FROM a WHERE b = ';'")]
        );
        assert_eq!(statements(" ; -- a").unwrap(), []);
    }

    #[test]
    fn what_is_left_open_is_a_mistake() {
        for sql in ["'a", "\"a''", "[a", "/* a"] {
            assert!(statements(sql).unwrap_err().ends_with("is not closed"), "{sql}");
        }
    }
}
