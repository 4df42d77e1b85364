//! Arrays and objects that are being written.

use std::ops::Range;

use serde::Serialize;
use serde::ser;

use super::key::KeyWriter;
use super::{Encoded, Error};

/// An array or object that is being written.
pub(crate) struct Compound<'a> {
    encoded: &'a mut Encoded,
    /// The number of elements so far.
    count: usize,
    /// The place of the last key in the text.
    key: Range<usize>,
    /// The variant's name, if this is the value of one.
    variant: Option<&'static str>,
}

impl<'a> Compound<'a> {
    pub(super) fn new(encoded: &'a mut Encoded, variant: Option<&'static str>) -> Self {
        Self { encoded, count: 0, key: 0..0, variant }
    }

    fn within_variant(&self, error: Error) -> Error {
        if let Some(variant) = self.variant { error.within(variant) } else { error }
    }

    pub(super) fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let written = value.serialize(&mut *self.encoded);
        self.count += 1;
        written.map_err(|error| self.within_variant(error.at(self.count - 1)))
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.encoded.name(name);
        let written = value.serialize(&mut *self.encoded);
        written.map_err(|error| self.within_variant(error.within(name)))
    }

    pub(super) fn end(self) {
        self.encoded.close();
        if self.variant.is_some() {
            self.encoded.close();
        }
    }
}

/// Implements the traits that only write one element after the other.
macro_rules! elements {
    ($($name:ident :: $element:ident),*) => {$(
        impl ser::$name for Compound<'_> {
            type Ok = ();
            type Error = Error;

            fn $element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.element(value)
            }

            fn end(self) -> Result<(), Error> {
                Compound::end(self);
                Ok(())
            }
        }
    )*};
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

/// Implements the traits that write fields by name.
macro_rules! fields {
    ($($name:ident),*) => {$(
        impl ser::$name for Compound<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Error> {
                Compound::end(self);
                Ok(())
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = key.serialize(KeyWriter(self.encoded))?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let written = value.serialize(&mut *self.encoded);
        written.map_err(|error| error.within(self.encoded.text.get(self.key.clone()).unwrap_or_default()))
    }

    fn end(self) -> Result<(), Error> {
        Compound::end(self);
        Ok(())
    }
}
