//! The reader, which reads from the front.

use std::borrow::Cow;

use super::quoted::{plain_length, unquoted};
use super::{JsonError, Result, required, set};
use crate::sys;

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    Text,
    Bool,
    Null,
    Number,
}

/// A text, and the place up to which it is read.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Checks that only space follows.
    pub(super) fn end(&mut self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.expected("the end")),
        }
    }

    /// Reads an object. The reader calls `member` at each value with the member's name, and `member` has to
    /// read the value.
    pub(crate) fn object(&mut self, member: &mut dyn FnMut(&mut Self, &str) -> Result<()>) -> Result<()> {
        self.take(b'{', "an object")?;
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            let name = self.text()?;
            self.take(b':', "`:`")?;
            member(self, &name)?;
            if !self.eat(b',') {
                return self.take(b'}', "`,` or `}`");
            }
        }
    }

    /// Reads an array. The reader calls `item` at each value, and `item` has to read it.
    pub(crate) fn array(&mut self, item: &mut dyn FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.take(b'[', "an array")?;
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            item(self)?;
            if !self.eat(b',') {
                return self.take(b']', "`,` or `]`");
            }
        }
    }

    /// Reads the items of an array.
    pub(crate) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = Vec::new();
        self.array(&mut |reader| {
            items.push(item(reader)?);
            Ok(())
        })?;
        Ok(items)
    }

    /// Reads a value that may be `null`, which gives `None`.
    pub(crate) fn nullable<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<Option<T>> {
        if self.peek() == Some(b'n') { self.literal("null").map(|()| None) } else { read(self).map(Some) }
    }

    /// Reads Effect's `Option`: `{"_tag":"None"}` or `{"_tag":"Some","value":…}`.
    pub(crate) fn option<T>(&mut self, mut read: impl FnMut(&mut Self) -> Result<T>) -> Result<Option<T>> {
        let (mut tag, mut value) = (None, None);
        self.object(&mut |reader, name| match name {
            "_tag" => set(&mut tag, name, reader.text()?),
            "value" => set(&mut value, name, read(reader)?),
            _ => reader.skip(),
        })?;
        match &*required(tag, "_tag")? {
            "None" => Ok(None),
            "Some" => required(value, "value").map(Some),
            other => Err(JsonError::new(format!(
                "`_tag` is `{}`, and must be `None` or `Some`",
                other.escape_default()
            ))),
        }
    }

    /// Reads a text. It refuses any other value.
    pub(crate) fn text(&mut self) -> Result<Cow<'a, str>> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a string"));
        }
        let start = self.at + 1;
        let end = start + plain_length(self.text.as_bytes().get(start..).unwrap_or_default());
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Cow::Borrowed(self.text.get(start..end).unwrap_or_default()));
        }
        let start = self.at;
        self.pass_text()?;
        let text = unquoted(self.since(start)).into_owned();
        String::from_utf8(text).map(Cow::Owned).map_err(|_| {
            JsonError::new(format!("the string before byte {} has half of a surrogate pair", self.at))
        })
    }

    /// Reads a whole number that 64 bits can hold.
    pub(crate) fn integer(&mut self) -> Result<i64> {
        let start = self.start();
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return Err(self.expected("an integer")),
        }
        let digits = self.since(start);
        digits
            .parse()
            .map_err(|_| JsonError::new(format!("expected an integer at byte {start}, not {digits}")))
    }

    pub(crate) fn boolean(&mut self) -> Result<bool> {
        match self.peek() {
            Some(b't') => self.literal("true").map(|()| true),
            Some(b'f') => self.literal("false").map(|()| false),
            _ => Err(self.expected("a boolean")),
        }
    }

    /// Reads a number as JavaScript does: the nearest one that 64 bits of a float can hold.
    pub(crate) fn float(&mut self) -> Result<f64> {
        let start = self.start();
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.expected("a number"));
        }
        self.number()?;
        Ok(sys::number(self.since(start)))
    }

    pub(crate) fn null(&mut self) -> Result<()> {
        self.peek();
        self.literal("null")
    }

    /// Returns the kind of the next value by its first character. Reading it may still fail.
    pub(crate) fn kind(&mut self) -> Kind {
        match self.peek() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::Text,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// Reads any value, and returns its text unchanged.
    pub(crate) fn raw(&mut self) -> Result<&'a str> {
        let start = self.start();
        let mut open = Nesting::default();
        loop {
            match self.peek() {
                Some(b'"') => self.pass_text()?,
                Some(b'{') => {
                    self.at += 1;
                    if !self.eat(b'}') {
                        open.begin(true);
                        self.name()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    if !self.eat(b']') {
                        open.begin(false);
                        continue;
                    }
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.literal("true")?,
                Some(b'f') => self.literal("false")?,
                Some(b'n') => self.literal("null")?,
                _ => return Err(self.expected("a value")),
            }
            // A value also ends each object or array whose last member it is.
            loop {
                let Some(in_object) = open.innermost() else { return Ok(self.since(start)) };
                if self.eat(b',') {
                    if in_object {
                        self.name()?;
                    }
                    break;
                }
                if in_object {
                    self.take(b'}', "`,` or `}`")?;
                } else {
                    self.take(b']', "`,` or `]`")?;
                }
                open.end();
            }
        }
    }

    pub(crate) fn skip(&mut self) -> Result<()> {
        self.raw().map(drop)
    }

    /// Reads a member's name and the colon, where the name does not matter.
    fn name(&mut self) -> Result<()> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a string"));
        }
        self.pass_text()?;
        self.take(b':', "`:`")
    }

    /// Moves past the quoted text that begins here.
    fn pass_text(&mut self) -> Result<()> {
        self.at += 1;
        loop {
            self.at += plain_length(self.rest());
            match *self.rest() {
                [b'"', ..] => {
                    self.at += 1;
                    return Ok(());
                }
                [b'\\', b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(u8::is_ascii_hexdigit) => {
                    self.at += 6
                }
                [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => self.at += 2,
                _ => return Err(self.bad_text()),
            }
        }
    }

    /// Returns the reason why a text cannot continue here.
    #[cold]
    fn bad_text(&self) -> JsonError {
        let what = match self.rest() {
            [] | [b'\\'] => return self.early_end("a string's end"),
            [b'\\', ..] => "unknown escape",
            _ => "a control character",
        };
        JsonError::new(format!("{what} at byte {}", self.at))
    }

    /// Reads the number that begins here.
    fn number(&mut self) -> Result<()> {
        self.eat_here(b"-");
        if !self.eat_here(b"0") {
            self.digits()?;
        }
        if self.eat_here(b".") {
            self.digits()?;
        }
        if self.eat_here(b"eE") {
            self.eat_here(b"+-");
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<()> {
        match self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count() {
            0 => Err(self.expected("a digit")),
            count => {
                self.at += count;
                Ok(())
            }
        }
    }

    #[inline]
    fn eat_here(&mut self, any: &[u8]) -> bool {
        let found = self.rest().first().is_some_and(|byte| any.contains(byte));
        self.at += usize::from(found);
        found
    }

    fn literal(&mut self, literal: &'static str) -> Result<()> {
        if !self.rest().starts_with(literal.as_bytes()) {
            return Err(self.expected("a value"));
        }
        self.at += literal.len();
        Ok(())
    }

    /// Moves to the next byte that is not a space, and returns it.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.rest().first()? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[inline]
    fn take(&mut self, byte: u8, what: &str) -> Result<()> {
        if self.eat(byte) { Ok(()) } else { Err(self.expected(what)) }
    }

    /// Returns the place where the next value begins.
    #[inline]
    fn start(&mut self) -> usize {
        self.peek();
        self.at
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[cold]
    fn expected(&self, what: &str) -> JsonError {
        let found = match self.rest().first() {
            None => return self.early_end(what),
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            Some(_) => "something else",
        };
        JsonError::new(format!("expected {what} at byte {}, not {found}", self.at))
    }

    #[cold]
    fn early_end(&self, what: &str) -> JsonError {
        JsonError::new(format!("it ends at byte {}, where {what} was expected", self.text.len()))
    }
}

/// The open objects and arrays. The innermost 64 take no memory.
#[derive(Default)]
struct Nesting {
    depth: usize,
    /// A bit for each, set for an object. The innermost is the lowest bit.
    bits: u64,
    outer: Vec<u64>,
}

impl Nesting {
    fn begin(&mut self, object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.bits);
        }
        self.depth += 1;
        self.bits = self.bits << 1 | u64::from(object);
    }

    /// Returns whether the innermost is an object, or `None` when none is open.
    fn innermost(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.bits & 1 == 1)
    }

    fn end(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.bits >>= 1;
        if self.depth.is_multiple_of(64)
            && let Some(outer) = self.outer.pop()
        {
            self.bits = outer;
        }
    }
}
