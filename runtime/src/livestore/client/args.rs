//! The arguments of an event that a caller commits by its name.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::livestore::schema::Passed;

/// The arguments of an event as LiveStore's clients encode them, for
/// [`ClientDO::commit`](super::ClientDO::commit). In Rust they come from a value of `serde_json`, in JavaScript they are a
/// plain object.
///
/// ```
/// # use durable_object::livestore::client::Args;
/// let args: Args = serde_json::json!({ "id": "1", "text": "Buy milk" }).into();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    json: String,
}

impl Args {
    /// Returns the arguments as JSON.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }
}

impl From<serde_json::Value> for Args {
    fn from(args: serde_json::Value) -> Self {
        Self { json: args.to_string() }
    }
}

impl Serialize for Args {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: serde_json::Value = serde_json::from_str(&self.json).map_err(serde::ser::Error::custom)?;
        value.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Args {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { json: Passed::deserialize(deserializer)?.0 })
    }
}
