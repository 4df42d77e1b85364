//! Effect's `Option`: `{"_tag":"None"}` or `{"_tag":"Some","value":…}`.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};

use super::object::Object;

#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct Tagged<'a, T> {
    #[serde(rename = "_tag", borrow)]
    tag: Cow<'a, str>,
    value: Option<T>,
}

/// For `#[serde(deserialize_with)]` on an `Option` field.
pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let Object(Tagged { tag, value }) = Object::deserialize(deserializer)?;
    match &*tag {
        "None" => Ok(None),
        "Some" => value.map(Some).ok_or_else(|| D::Error::missing_field("value")),
        other => Err(D::Error::unknown_variant(other, &["None", "Some"])),
    }
}

/// The same, where the value is an object.
pub(super) fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(deserialize::<Object<T>, D>(deserializer)?.map(|Object(value)| value))
}
