//! The tokens of a JSON text that is known to be valid.

/// A significant token of a text. Commas and colons are not tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    BeginArray,
    BeginObject,
    /// The end of an array or an object.
    End,
    /// A text that names a member, with its quotes.
    Key(&'a str),
    /// A text that is a value, with its quotes.
    Text(&'a str),
    /// A number or a literal.
    Other(&'a str),
}

/// The remaining tokens.
pub(crate) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(json: &'a str) -> Self {
        Self { rest: json }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.rest = self.rest.trim_ascii_start().trim_start_matches([',', ':']).trim_ascii_start();
        Some(match self.rest.bytes().next()? {
            b'[' => {
                self.take(1);
                Token::BeginArray
            }
            b'{' => {
                self.take(1);
                Token::BeginObject
            }
            b']' | b'}' => {
                self.take(1);
                Token::End
            }
            b'"' => {
                let text = self.take(quoted_length(self.rest));
                if self.rest.trim_ascii_start().starts_with(':') {
                    Token::Key(text)
                } else {
                    Token::Text(text)
                }
            }
            _ => {
                let end = self.rest.find(|c: char| matches!(c, ',' | ']' | '}') || c.is_ascii_whitespace());
                Token::Other(self.take(end.unwrap_or(self.rest.len())))
            }
        })
    }
}

/// Returns the length of the text at the beginning, with both quotes.
fn quoted_length(json: &str) -> usize {
    let mut escaped = false;
    let end = json.bytes().skip(1).position(|byte| match byte {
        _ if escaped => {
            escaped = false;
            false
        }
        b'\\' => {
            escaped = true;
            false
        }
        byte => byte == b'"',
    });
    end.map_or(json.len(), |end| end + 2)
}
