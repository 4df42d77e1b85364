//! The arguments of a scheduled call, as the table keeps them: a JSON array.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{Error, Result};

const NULL: &str = "null";
const NONE: &str = "[]";

/// A type that can be an argument of a scheduled method.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a scheduled method",
    label = "needs serde's `Serialize` and `Deserialize`",
    note = "the value is kept as JSON until the method is called: derive both traits for it"
)]
pub trait TimerArgument: Sized {
    /// Adds the value to the arguments of a call.
    fn write(&self, payload: &mut PayloadWriter, argument: &'static str);

    /// Takes the next value from the arguments of a call.
    ///
    /// # Errors
    /// [`Error::Argument`] when the value is not a `Self`.
    fn read(payload: &mut PayloadReader, argument: &'static str) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> TimerArgument for T {
    fn write(&self, payload: &mut PayloadWriter, argument: &'static str) {
        payload.push(serde_json::to_string(self), argument);
    }

    fn read(payload: &mut PayloadReader, argument: &'static str) -> Result<Self> {
        let method = payload.method;
        // A parameter that was added later is missing. It has the value that JavaScript would give it: an
        // `Option` is `None`.
        let json = payload.values.next();
        serde_json::from_str(json.as_ref().map_or(NULL, |json| json.get())).map_err(|why| Error::Argument {
            method,
            argument,
            message: format!("{why}, where it was scheduled"),
        })
    }
}

/// A writer of the arguments of one call.
///
/// Trailing nulls are left out. So a parameter that is added later does not keep older code from making the
/// call. It also does not create a second timer where the arguments are the key.
pub struct PayloadWriter {
    method: &'static str,
    json: Result<String>,
    /// The number of nulls that follow. They are written only when another argument follows them.
    nulls: usize,
}

impl PayloadWriter {
    pub(super) fn new(method: &'static str) -> Self {
        Self { method, json: Ok(String::new()), nulls: 0 }
    }

    fn push(&mut self, value: serde_json::Result<String>, argument: &'static str) {
        let Ok(json) = &mut self.json else { return };
        match value {
            Ok(value) if value == NULL => self.nulls += 1,
            Ok(value) => {
                for value in
                    std::iter::repeat_n(NULL, std::mem::take(&mut self.nulls)).chain([value.as_str()])
                {
                    json.push(if json.is_empty() { '[' } else { ',' });
                    json.push_str(value);
                }
            }
            Err(why) => {
                let message = format!("cannot be kept: {why}");
                self.json = Err(Error::Argument { method: self.method, argument, message });
            }
        }
    }

    pub(super) fn finish(self) -> Result<String> {
        let mut json = self.json?;
        json.push_str(if json.is_empty() { NONE } else { "]" });
        Ok(json)
    }
}

/// A reader of the arguments of one call.
pub struct PayloadReader {
    method: &'static str,
    values: std::vec::IntoIter<Box<RawValue>>,
}

impl PayloadReader {
    /// Reads the arguments of a method that takes at most `count` of them.
    ///
    /// # Errors
    /// [`Error::Argument`] when there are more.
    pub fn new(method: &'static str, json: &str, count: usize) -> Result<Self> {
        let failed = |message| Error::Argument { method, argument: "..", message };
        let values: Vec<Box<RawValue>> = serde_json::from_str(json).map_err(|why| failed(why.to_string()))?;
        if values.len() > count {
            return Err(failed(format!("takes {count} arguments, was scheduled with {}", values.len())));
        }
        Ok(Self { method, values: values.into_iter() })
    }

    /// Checks the arguments of a method that takes none. It brings no code that reads JSON into the worker.
    ///
    /// # Errors
    /// [`Error::Argument`] when there are some.
    pub fn none(method: &'static str, json: &str) -> Result<()> {
        if json == NONE {
            return Ok(());
        }
        let message = format!("takes no arguments, was scheduled with {json}");
        Err(Error::Argument { method, argument: "..", message })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn arguments_come_back_one_by_one() {
        let mut payload = PayloadWriter::new("m");
        u64::MAX.write(&mut payload, "a");
        Some("x,]".to_owned()).write(&mut payload, "b");
        let json = payload.finish().unwrap();
        assert_eq!(json, r#"[18446744073709551615,"x,]"]"#);
        assert_eq!(PayloadWriter::new("m").finish().unwrap(), "[]");

        let mut payload = PayloadReader::new("m", &json, 3).unwrap();
        assert_eq!(u64::read(&mut payload, "a").unwrap(), u64::MAX);
        assert_eq!(String::read(&mut payload, "b").unwrap(), "x,]");
        assert_eq!(Option::<u8>::read(&mut payload, "c").unwrap(), None, "a later parameter");
    }

    #[test]
    fn nothing_at_the_end_is_left_out() {
        let mut payload = PayloadWriter::new("m");
        for argument in [None, Some(1), None, Some(2), None, None] {
            argument.write(&mut payload, "a");
        }
        assert_eq!(payload.finish().unwrap(), "[null,1,null,2]");
        let mut payload = PayloadWriter::new("m");
        None::<u8>.write(&mut payload, "a");
        assert_eq!(payload.finish().unwrap(), "[]");
    }

    #[test]
    fn what_does_not_fit_says_which() {
        let error = |result: Result<()>| result.unwrap_err().to_string();
        let read = |json| u8::read(&mut PayloadReader::new("m", json, 1).unwrap(), "a").map(drop);
        assert!(error(read("[300]")).starts_with("m(a): invalid value: integer `300`, expected u8"));
        assert!(error(read("[]")).starts_with("m(a): invalid type: null"));
        let more = PayloadReader::new("m", "[1,2]", 1).map(drop);
        assert_eq!(error(more), "m(..): takes 1 arguments, was scheduled with 2");
        assert!(PayloadReader::none("m", "[]").is_ok());
        let some = error(PayloadReader::none("m", "[1]"));
        assert_eq!(some, "m(..): takes no arguments, was scheduled with [1]");
        let mut payload = PayloadWriter::new("m");
        BTreeMap::from([(vec![1_u8], 1)]).write(&mut payload, "map");
        7.write(&mut payload, "b");
        let refused = error(payload.finish().map(drop));
        assert_eq!(refused, "m(map): cannot be kept: key must be a string");
    }
}
