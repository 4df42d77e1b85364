//! Values as JSON, written as `JSON.stringify` writes them. A value that JavaScript cannot hold is an error.

use std::fmt::Display;

use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::livestore::schema::Unencodable;
use crate::livestore::wire::json::push_quoted;
use crate::sys;
use crate::value::MAX_SAFE_INTEGER;

/// The name by which serde_json knows its raw text.
const RAW: &str = "$serde_json::private::RawValue";

/// A value that cannot be encoded, with its place inside the argument.
#[derive(Debug)]
pub struct Refusal {
    pub(in crate::livestore::schema) place: String,
    pub(in crate::livestore::schema) reason: Unencodable,
}

type Result<T = (), E = Refusal> = std::result::Result<T, E>;

impl Refusal {
    fn new(reason: Unencodable) -> Self {
        Self { place: String::new(), reason }
    }

    /// Returns the refusal as seen from outside the member `key`.
    fn in_member(self, key: &str) -> Self {
        Self { place: [".", key, &self.place].concat(), ..self }
    }

    /// Returns the refusal as seen from outside the item at `index`.
    fn in_item(self, index: usize) -> Self {
        Self { place: ["[", &index.to_string(), "]", &self.place].concat(), ..self }
    }
}

impl std::error::Error for Refusal {}

impl Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.reason.fmt(f)
    }
}

impl ser::Error for Refusal {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(Unencodable::Other(message.to_string()))
    }
}

/// The end of the JSON that is written so far.
pub struct Encoder<'a>(pub(in crate::livestore::schema) &'a mut String);

impl Encoder<'_> {
    fn raw(self, text: &str) -> Result {
        self.0.push_str(text);
        Ok(())
    }

    fn integer(self, text: &str, is_safe: bool) -> Result {
        if is_safe { self.raw(text) } else { Err(Refusal::new(Unencodable::Integer(text.to_owned()))) }
    }
}

impl<'a> Encoder<'a> {
    /// Begins an array or an object.
    fn open(self, open: &str, close: &'static str) -> Members<'a> {
        self.0.push_str(open);
        Members { out: self.0, count: 0, close, key: String::new() }
    }

    /// Begins the value of a variant of an enum: an object whose only member has the variant's name.
    fn variant(self, name: &str, open: &str, close: &'static str) -> Members<'a> {
        self.0.push('{');
        quote(self.0, name);
        self.0.push(':');
        self.open(open, close)
    }
}

fn quote(out: &mut String, text: &str) {
    push_quoted(text, &mut |piece| out.push_str(piece));
}

macro_rules! integers {
    ($($method:ident $integer:ty),*) => {$(
        fn $method(self, integer: $integer) -> Result {
            let is_safe = i64::try_from(integer)
                .is_ok_and(|integer| integer.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs());
            self.integer(&integer.to_string(), is_safe)
        }
    )*};
}

impl<'a> Serializer for Encoder<'a> {
    type Ok = ();
    type Error = Refusal;
    type SerializeSeq = Members<'a>;
    type SerializeTuple = Members<'a>;
    type SerializeTupleStruct = Members<'a>;
    type SerializeTupleVariant = Members<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    integers!(serialize_i64 i64, serialize_u64 u64, serialize_i128 i128, serialize_u128 u128);

    fn serialize_bool(self, value: bool) -> Result {
        self.raw(if value { "true" } else { "false" })
    }

    fn serialize_i8(self, value: i8) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_u8(self, value: u8) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_f32(self, value: f32) -> Result {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result {
        if !value.is_finite() {
            return Err(Refusal::new(Unencodable::Number(value)));
        }
        // JavaScript writes -0 as 0.
        if value == 0.0 { self.raw("0") } else { self.raw(&sys::number_text(value)) }
    }

    fn serialize_char(self, value: char) -> Result {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result {
        quote(self.0, value);
        Ok(())
    }

    /// Writes the bytes as Effect's `Uint8Array`: an array of numbers.
    fn serialize_bytes(self, bytes: &[u8]) -> Result {
        self.collect_seq(bytes)
    }

    fn serialize_none(self) -> Result {
        self.raw("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        self.raw("null")
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result {
        self.raw("null")
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Result {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        let mut object = self.open("{", "}");
        object.member(variant, value)?;
        object.close()
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Members<'a>> {
        Ok(self.open("[", "]"))
    }

    fn serialize_tuple(self, _len: usize) -> Result<Members<'a>> {
        Ok(self.open("[", "]"))
    }

    fn serialize_tuple_struct(self, _name: &'static str, _len: usize) -> Result<Members<'a>> {
        Ok(self.open("[", "]"))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Members<'a>> {
        Ok(self.variant(variant, "[", "]}"))
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Members<'a>> {
        Ok(self.open("{", "}"))
    }

    fn serialize_struct(self, name: &'static str, _len: usize) -> Result<Members<'a>> {
        if name == RAW {
            return Err(Refusal::new(Unencodable::Raw));
        }
        Ok(self.open("{", "}"))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Members<'a>> {
        Ok(self.variant(variant, "{", "}}"))
    }
}

/// An array or an object that is being written.
pub struct Members<'a> {
    out: &'a mut String,
    count: usize,
    close: &'static str,
    /// The key of the last member of a map, as JSON without its quotes.
    key: String,
}

impl Members<'_> {
    fn comma(&mut self) {
        if self.count > 0 {
            self.out.push(',');
        }
        self.count += 1;
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        let index = self.count;
        self.comma();
        value.serialize(Encoder(self.out)).map_err(|refusal| refusal.in_item(index))
    }

    fn member<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result {
        self.comma();
        quote(self.out, key);
        self.out.push(':');
        value.serialize(Encoder(self.out)).map_err(|refusal| refusal.in_member(key))
    }

    fn close(self) -> Result {
        self.out.push_str(self.close);
        Ok(())
    }
}

macro_rules! items {
    ($($name:ident $method:ident),*) => {$(
        impl $name for Members<'_> {
            type Ok = ();
            type Error = Refusal;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
                self.item(value)
            }

            fn end(self) -> Result {
                self.close()
            }
        }
    )*};
}

items!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

macro_rules! members {
    ($($name:ident),*) => {$(
        impl $name for Members<'_> {
            type Ok = ();
            type Error = Refusal;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result {
                self.member(key, value)
            }

            fn end(self) -> Result {
                self.close()
            }
        }
    )*};
}

members!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        self.comma();
        let start = self.out.len();
        key.serialize(Encoder(self.out))?;
        // Text is the only JSON that begins with a quote.
        let key = self.out.get(start..).and_then(|json| json.strip_prefix('"')?.strip_suffix('"'));
        self.key = key.ok_or_else(|| Refusal::new(Unencodable::Key))?.to_owned();
        self.out.push(':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        value.serialize(Encoder(self.out)).map_err(|refusal| refusal.in_member(&self.key))
    }

    fn end(self) -> Result {
        self.close()
    }
}
