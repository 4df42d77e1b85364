//! Any value, as JSON.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::livestore::wire::json::push_quoted;
use crate::sys;

/// The JSON of a value that only passes through, as `JSON.stringify` writes it. The value itself is never built.
pub(in crate::livestore) struct Passed(pub(in crate::livestore) String);

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut json = String::new();
        Writer(&mut json).deserialize(deserializer)?;
        Ok(Self(json))
    }
}

impl Passed {
    /// Reads an object.
    pub(in crate::livestore) fn of_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let mut json = String::new();
        Writer(&mut json).visit_map(map)?;
        Ok(Self(json))
    }
}

struct Writer<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Writer<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Writer<'_> {
    fn raw<E>(self, json: &str) -> Result<(), E> {
        self.0.push_str(json);
        Ok(())
    }
}

impl<'de> Visitor<'de> for Writer<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.raw("null")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        self.raw("null")
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.raw(if value { "true" } else { "false" })
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.raw(&value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.raw(&value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        if value.is_finite() { self.raw(&sys::number_text(value)) } else { self.raw("null") }
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        push_quoted(text, &mut |piece| self.0.push_str(piece));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.0.push('[');
        let start = self.0.len();
        loop {
            let end = self.0.len();
            if end > start {
                self.0.push(',');
            }
            if items.next_element_seed(Writer(self.0))?.is_none() {
                self.0.truncate(end);
                return self.raw("]");
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.0.push('{');
        let start = self.0.len();
        while let Some(name) = members.next_key::<String>()? {
            if self.0.len() > start {
                self.0.push(',');
            }
            push_quoted(&name, &mut |piece| self.0.push_str(piece));
            self.0.push(':');
            members.next_value_seed(Writer(self.0))?;
        }
        self.raw("}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn passed(json: &str) -> String {
        serde_json::from_str::<Passed>(json).unwrap().0
    }

    #[test]
    fn a_value_keeps_its_json() {
        for json in [
            "null",
            "true",
            "[]",
            "{}",
            "[[],{},1,-2,0.5]",
            r#"{"b":"\u0001\"\\é","a":[{"c":null}],"":false}"#,
        ] {
            assert_eq!(passed(json), json);
        }
        let value = json!({ "a": [f64::MAX, 18_446_744_073_709_551_615_u64] });
        let read: Value = serde_json::from_str(&passed(&value.to_string())).unwrap();
        assert_eq!(read, value);
    }

    proptest! {
        #[test]
        fn every_text_comes_through(text: String) {
            let json = json!({ &text: text }).to_string();
            prop_assert_eq!(serde_json::from_str::<Value>(&passed(&json)).unwrap(), json!({ &text: text }));
        }
    }
}
