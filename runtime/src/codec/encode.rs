//! Rust values to a tape.

use std::fmt::{Display, Write};
use std::ops::Range;

use serde::Serialize;
use serde::ser::Serializer;

use super::compound::Compound;
use super::shelf::{Aside, Shelf};
use super::tape::{Reader, Scalar, Tag, Value, write_length, write_number};
use super::{Error, MAX_DEPTH, bytes, number};
use crate::value::{ConversionError, Date};

/// A value on its way to JavaScript: its tape, and all its text in one piece. JavaScript decodes the text at
/// once and then cuts it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Encoded {
    pub(crate) tape: Vec<u8>,
    pub(crate) text: String,
    names: Names,
    depth: u8,
    aside: Aside,
}

/// Names that repeat: fields and variants. They are identified by their address, so the same name may be here
/// twice, which costs only its text again.
#[derive(Debug, Clone, Default)]
struct Names {
    known: Vec<&'static str>,
    /// The likely index of the next name. Values repeat their names in the same order.
    next: usize,
}

impl Encoded {
    /// Returns the value, if it needs no tape.
    pub(crate) fn scalar(&self) -> Option<Scalar> {
        // Both directions write these in the same form.
        match Reader::new(&self.tape, &mut []).value() {
            Ok(Value::Undefined) => Some(Scalar::Undefined),
            Ok(Value::Null) => Some(Scalar::Null),
            Ok(Value::Bool(value)) => Some(Scalar::Bool(value)),
            Ok(Value::Number(number)) => Some(Scalar::Number(number)),
            _ => None,
        }
    }

    /// Returns whether the value is only a null.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.scalar(), Some(Scalar::Undefined | Scalar::Null))
    }

    /// Returns the least number of bytes that the platform needs to store it: a byte for each Latin-1
    /// character, two for each unit of other text, and the rest.
    pub(crate) fn least_size(&self) -> usize {
        self.tape.len() + stored_size(&self.text) + self.aside.size
    }

    /// Creates an encoded value that is still empty.
    pub(super) fn new(shelf: Option<&'static Shelf>) -> Self {
        Self { aside: Aside { shelf, ..Aside::default() }, ..Self::default() }
    }

    /// Creates a plain object without entries.
    pub(crate) fn object(shelf: &'static Shelf) -> Self {
        let mut object = Self { depth: 1, ..Self::new(Some(shelf)) };
        object.tag(Tag::Object);
        object
    }

    /// Adds an entry to an [`Encoded::object`]. Returns the [`Encoded::least_size`] of that entry alone.
    pub(crate) fn entry<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<usize, Error> {
        let (tape, text, aside) = (self.tape.len(), self.text.len(), self.aside.size);
        self.key(&key)?;
        value.serialize(&mut *self)?;
        Ok(self.tape.len() - tape + stored_size(self.text_from(text)) + self.aside.size - aside)
    }

    /// Ends an [`Encoded::object`].
    pub(crate) fn end(mut self) -> Self {
        self.close();
        self
    }

    pub(super) fn tag(&mut self, tag: Tag) {
        self.tape.push(tag as u8);
    }

    /// Returns the text from a place on. (The panic messages of slicing are a twentieth of the smallest
    /// worker.)
    pub(super) fn text_from(&self, start: usize) -> &str {
        self.text.get(start..).unwrap_or_default()
    }

    /// Writes the length of a piece of text, after the text itself.
    fn cut(&mut self, start: usize) {
        let piece = self.text_from(start);
        let length = if piece.is_ascii() { piece.len() } else { piece.chars().map(char::len_utf16).sum() };
        write_length(&mut self.tape, length);
    }

    /// Returns the shelf for a value of this size, if it does not go on the tape.
    fn shelf_for(&self, size: usize) -> Option<&'static Shelf> {
        self.aside.shelf.filter(|shelf| size >= shelf.least)
    }

    fn set_aside(&mut self, tag: Tag, number: u32, size: usize) {
        self.tag(tag);
        write_length(&mut self.tape, number as usize);
        let (first, _) = self.aside.numbers.unwrap_or((number, number));
        self.aside.numbers = Some((first, number));
        self.aside.size += size;
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if let Some(shelf) = self.shelf_for(bytes.len()) {
            return self.set_aside(Tag::AsideBytes, (shelf.keep_bytes)(bytes), bytes.len());
        }
        self.tag(Tag::Bytes);
        write_length(&mut self.tape, bytes.len());
        self.tape.extend_from_slice(bytes);
    }

    fn big_int(&mut self, negative: bool, bits: [u8; 16]) {
        self.tag(Tag::BigInt);
        self.tape.push(negative.into());
        self.tape.extend_from_slice(&bits);
    }

    pub(super) fn date(&mut self, date: Date) {
        self.tag(Tag::Date);
        #[expect(clippy::cast_precision_loss, reason = "a date is a safe integer")]
        let millis = date.as_millis() as f64;
        self.tape.extend_from_slice(&millis.to_le_bytes());
    }

    fn integer(&mut self, negative: bool, magnitude: u64) -> Result<(), Error> {
        write_number(&mut self.tape, number::from_integer(negative, magnitude)?);
        Ok(())
    }

    /// Writes a name that is likely to repeat.
    pub(super) fn name(&mut self, name: &'static str) {
        let (index, is_new) = self.names.index_of(name);
        write_length(&mut self.tape, index + 2);
        if is_new {
            let start = self.text.len();
            self.text.push_str(name);
            self.cut(start);
        }
    }

    /// Writes a key that is not likely to repeat, and returns its place.
    pub(super) fn key(&mut self, key: &dyn Display) -> Result<Range<usize>, Error> {
        self.tape.push(1);
        let start = self.text.len();
        write!(self.text, "{key}").map_err(|_| Error::new("a key has no text"))?;
        self.cut(start);
        Ok(start..self.text.len())
    }

    pub(super) fn open(&mut self, tag: Tag) -> Result<(), Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::new(format!("the value is nested deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        self.tag(tag);
        Ok(())
    }

    pub(super) fn close(&mut self) {
        self.depth -= 1;
        self.tag(Tag::End);
    }

    fn compound(&mut self, tag: Tag, variant: Option<&'static str>) -> Result<Compound<'_>, Error> {
        if let Some(variant) = variant {
            self.open(Tag::Object)?;
            self.name(variant);
        }
        self.open(tag)?;
        Ok(Compound::new(self, variant))
    }
}

/// Returns the number of bytes that the platform needs for a text.
fn stored_size(text: &str) -> usize {
    let size = |char: char| if char <= '\u{FF}' { 1 } else { 2 * char.len_utf16() };
    if text.is_ascii() { text.len() } else { text.chars().map(size).sum() }
}

impl Names {
    fn index_of(&mut self, name: &'static str) -> (usize, bool) {
        let is_name = |known: &&'static str| std::ptr::eq(*known, name);
        let known = self.known.get(self.next..).and_then(|rest| rest.iter().position(is_name));
        let known = known.map(|ahead| self.next + ahead).or_else(|| self.known.iter().position(is_name));
        let index = known.unwrap_or(self.known.len());
        self.next = index + 1;
        if known.is_none() {
            self.known.push(name);
        }
        (index, known.is_none())
    }
}

impl<'a> Serializer for &'a mut Encoded {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.tag(if value { Tag::True } else { Tag::False });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.integer(value < 0, value.unsigned_abs())
    }

    fn serialize_i128(self, value: i128) -> Result<(), Error> {
        self.big_int(value < 0, value.to_le_bytes());
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        self.integer(false, value)
    }

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.big_int(false, value.to_le_bytes());
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        write_number(&mut self.tape, value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        if let Some(shelf) = self.shelf_for(value.len()) {
            self.set_aside(Tag::AsideText, (shelf.keep_text)(value), stored_size(value));
            return Ok(());
        }
        self.tag(Tag::Text);
        let start = self.text.len();
        self.text.push_str(value);
        self.cut(start);
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.tag(Tag::Text);
        let start = self.text.len();
        write!(self.text, "{value}").map_err(|_| Error::new("the value has no text"))?;
        self.cut(start);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.bytes(value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.tag(Tag::Null);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.tag(Tag::Null);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.tag(Tag::Name);
        self.name(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        if name != Date::NAME {
            return value.serialize(self);
        }
        let start = self.text.len();
        let length = self.tape.len();
        value.serialize(&mut *self)?;
        // The date wrote itself as text, as it does everywhere. This format has a type for dates.
        let date: Date =
            self.text_from(start).parse().map_err(|why: ConversionError| Error::new(why.to_string()))?;
        self.text.truncate(start);
        self.tape.truncate(length);
        self.date(date);
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.open(Tag::Object)?;
        self.name(variant);
        value.serialize(&mut *self).map_err(|error| error.within(variant))?;
        self.close();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'a>, Error> {
        self.compound(Tag::Array, None)
    }

    fn collect_seq<I>(self, sequence: I) -> Result<(), Error>
    where
        I: IntoIterator,
        I::Item: Serialize,
    {
        if let Some(bytes) = bytes::as_slice(&sequence) {
            self.bytes(bytes);
            return Ok(());
        }
        if bytes::is_byte::<I::Item>() {
            let bytes: Vec<u8> = sequence.into_iter().filter_map(|byte| bytes::as_byte(&byte)).collect();
            self.bytes(&bytes);
            return Ok(());
        }
        let mut array = self.compound(Tag::Array, None)?;
        sequence.into_iter().try_for_each(|element| array.element(&element))?;
        array.end();
        Ok(())
    }

    fn serialize_tuple(self, _: usize) -> Result<Compound<'a>, Error> {
        self.compound(Tag::Array, None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, Error> {
        self.compound(Tag::Array, None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, Error> {
        self.compound(Tag::Array, Some(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'a>, Error> {
        self.compound(Tag::Object, None)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, Error> {
        self.compound(Tag::Object, None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, Error> {
        self.compound(Tag::Object, Some(variant))
    }
}
