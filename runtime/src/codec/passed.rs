//! Values that came from JavaScript and go back there.

use serde::Serializer;

use super::tape::{BigInt, Reader, Tag, Tape, Value};
use super::{Encoded, Error};

/// Returns the value on a tape as it was encoded. Views on bytes become a `Uint8Array`.
pub(crate) fn pass(tape: &Tape) -> Result<Encoded, Error> {
    let mut encoded = Encoded::default();
    encoded.pass(&mut Reader::new(&tape.bytes, &mut tape.large.clone()))?;
    Ok(encoded)
}

impl Encoded {
    /// Writes the next value of a tape.
    fn pass(&mut self, tape: &mut Reader<'_>) -> Result<(), Error> {
        match tape.value()? {
            Value::Undefined => {
                self.tag(Tag::Undefined);
                Ok(())
            }
            Value::Null => self.serialize_none(),
            Value::Bool(value) => self.serialize_bool(value),
            Value::Number(number) => self.serialize_f64(number),
            Value::BigInt(BigInt::Small(value)) => self.serialize_i128(value.into()),
            Value::BigInt(BigInt::Positive(value)) => self.serialize_u128(value),
            Value::BigInt(BigInt::Negative(value)) => self.serialize_i128(value),
            Value::Text(text) => self.serialize_str(text),
            Value::Bytes(bytes) | Value::View(_, bytes) => self.serialize_bytes(bytes),
            Value::Date(date) => {
                self.date(date);
                Ok(())
            }
            Value::Array(length) => {
                self.open(Tag::Array)?;
                (0..length).try_for_each(|_| self.pass(tape))?;
                self.close();
                Ok(())
            }
            Value::Object => {
                self.open(Tag::Object)?;
                while let Some(key) = tape.key()? {
                    self.key(&key)?;
                    self.pass(tape)?;
                }
                self.close();
                Ok(())
            }
            Value::Other(what) => Err(Error::new(what)),
        }
    }
}
