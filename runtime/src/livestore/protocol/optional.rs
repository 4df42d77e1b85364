//! Effect's `Option`: `{"_tag":"None"}` or `{"_tag":"Some","value":…}`.

use serde::de::{Deserialize, Deserializer, Error};

/// For `#[serde(deserialize_with)]` on an `Option` field.
pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(bound(deserialize = "T: Deserialize<'de>"))]
    struct Tagged<T> {
        #[serde(rename = "_tag")]
        tag: Tag,
        value: Option<T>,
    }

    #[derive(serde::Deserialize)]
    enum Tag {
        None,
        Some,
    }

    match Tagged::deserialize(deserializer)? {
        Tagged { tag: Tag::None, .. } => Ok(None),
        Tagged { tag: Tag::Some, value: Some(value) } => Ok(Some(value)),
        Tagged { tag: Tag::Some, value: None } => Err(D::Error::missing_field("value")),
    }
}
