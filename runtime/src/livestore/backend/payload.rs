//! A client's data about itself.

use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// A client's `syncPayload`: any JSON that its app gave to the store, for example an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Payload<'a>(Option<&'a str>);

impl<'a> Payload<'a> {
    pub(super) fn new(json: Option<&'a str>) -> Self {
        Self(json)
    }

    /// Returns the JSON, or `None` when the client has sent none.
    #[must_use]
    pub fn as_json(&self) -> Option<&'a str> {
        self.0
    }

    /// Returns the payload as a `T`. A payload that was not sent is read as `null`; `Option<T>` accepts both
    /// cases.
    ///
    /// # Errors
    /// Fails when the payload is not a `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.0.unwrap_or("null"))
            .map_err(|why| Error::Message(format!("the sync payload is not what was expected: {why}")))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Auth {
        auth_token: String,
    }

    #[test]
    fn payloads_are_read_as_what_they_should_be() {
        let sent = Payload::new(Some(r#"{"authToken":"t","more":1}"#));
        assert_eq!(sent.read::<Auth>().unwrap(), Auth { auth_token: "t".into() });
        assert_eq!(Payload::default().read::<Option<Auth>>().unwrap(), None);
        let missing = Payload::default().read::<Auth>().unwrap_err().to_string();
        assert!(
            missing.contains("the sync payload is not what was expected: invalid type: null"),
            "{missing}"
        );
        let wrong = Payload::new(Some(r#"{"authToken":5}"#)).read::<Auth>().unwrap_err().to_string();
        assert!(wrong.contains("invalid type: integer `5`, expected a string"), "{wrong}");
    }
}
