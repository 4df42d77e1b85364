//! The arguments of one event, as the generated code writes and reads them.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::EventError;
use super::json::{Encoder, Refusal, decode};
use crate::livestore::wire::json::{self, push_quoted};

/// The arguments of an event, while they are written.
pub struct Writer {
    event: &'static str,
    json: String,
}

impl Writer {
    /// Begins the arguments of an event.
    #[must_use]
    pub fn new(event: &'static str) -> Self {
        Self { event, json: "{".to_owned() }
    }

    /// Writes an argument.
    ///
    /// # Errors
    /// [`EventError::Encode`] when JavaScript cannot hold the value.
    pub fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), EventError> {
        self.field_with(name, |encoder| value.serialize(encoder))
    }

    /// Writes an argument with a function.
    ///
    /// # Errors
    /// As [`field`](Self::field).
    pub fn field_with(
        &mut self,
        name: &'static str,
        write: impl FnOnce(Encoder<'_>) -> Result<(), Refusal>,
    ) -> Result<(), EventError> {
        if self.json.len() > 1 {
            self.json.push(',');
        }
        push_quoted(name, &mut |piece| self.json.push_str(piece));
        self.json.push(':');
        write(Encoder(&mut self.json)).map_err(|refusal| self.refused(name, refusal))
    }

    fn refused(&self, name: &str, Refusal { place, reason }: Refusal) -> EventError {
        EventError::Encode { event: self.event, field: [name, &place].concat(), reason }
    }

    /// Returns the arguments as JSON.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.json.push('}');
        self.json
    }
}

/// The arguments of an event, while they are read.
pub struct Reader<'a> {
    event: &'static str,
    names: &'static [&'static str],
    /// The JSON of each argument, in the order of `names`.
    found: Vec<Option<&'a str>>,
}

impl<'a> Reader<'a> {
    /// Finds the arguments with these names. If an argument comes twice, the last one counts, as in JavaScript.
    ///
    /// # Errors
    /// [`EventError::Arguments`] when the text is not a JSON object, and is not `null` either.
    pub fn new(
        event: &'static str,
        names: &'static [&'static str],
        args: &'a str,
    ) -> Result<Self, EventError> {
        let mut found = vec![None; names.len()];
        let read = json::parse(args, |reader| {
            reader.nullable(|reader| {
                reader.object(&mut |reader, name| {
                    let value = reader.raw()?;
                    let index = names.iter().position(|known| *known == name);
                    if let Some(slot) = index.and_then(|index| found.get_mut(index)) {
                        *slot = Some(value);
                    }
                    Ok(())
                })
            })
        });
        match read {
            Ok(_) => Ok(Self { event, names, found }),
            Err(why) => Err(EventError::Arguments { event, message: why.to_string() }),
        }
    }

    /// Reads the argument at this index. `null` stands for one that is missing, if `T` accepts `null`.
    ///
    /// # Errors
    /// [`EventError::Decode`] when it is not a `T`, and [`EventError::Missing`].
    pub fn required<T: DeserializeOwned>(&self, index: usize) -> Result<T, EventError> {
        let json = self.json(index);
        decode(json.unwrap_or("null")).map_err(|message| self.refused(index, message))
    }

    /// Reads the argument at this index, or returns the default when it is missing.
    ///
    /// # Errors
    /// [`EventError::Decode`] when it is not a `T`.
    pub fn or_default<T: DeserializeOwned + Default>(&self, index: usize) -> Result<T, EventError> {
        self.json(index).map_or_else(
            || Ok(T::default()),
            |json| decode(json).map_err(|message| self.refused(index, message)),
        )
    }

    fn json(&self, index: usize) -> Option<&'a str> {
        self.found.get(index).copied().flatten()
    }

    fn refused(&self, index: usize, message: String) -> EventError {
        let (event, field) = (self.event, self.names.get(index).copied().unwrap_or_default());
        match self.json(index) {
            Some(_) => EventError::Decode { event, field, message },
            None => EventError::Missing { event, field },
        }
    }
}
