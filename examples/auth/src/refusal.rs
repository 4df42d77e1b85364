//! The reasons for which a token is refused.

use durable_object::{Response, Result};

/// The reason for which a request is refused. Its text says what to do, and the client may read it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request has no token.
    #[error(
        "there is no token: send `Authorization: Bearer <token>`, or `{{ authToken }}` as the sync payload"
    )]
    Missing,
    /// A cookie came with a page of another origin.
    #[error("the cookie came from a page of another origin: send the token in a header")]
    ForeignOrigin,
    /// The token is not a JWT.
    #[error("the token is malformed: {0}")]
    Malformed(&'static str),
    /// The token names an algorithm that no key here is for.
    #[error("tokens with the algorithm `{0}` are not accepted")]
    Algorithm(String),
    /// No key has the token's `kid`.
    #[error("the key of the token is unknown: get a new token")]
    UnknownKey,
    /// The token was not signed with the key.
    #[error("the signature of the token is wrong")]
    Signature,
    /// The token would be good for ever.
    #[error("the token has no `exp`")]
    NoExpiry,
    /// The token's time is over.
    #[error("the token has expired: get a new one")]
    Expired,
    /// The token's time has not begun.
    #[error("the token is not valid yet")]
    NotYet,
    /// Another service has issued the token.
    #[error("the token has another issuer")]
    Issuer,
    /// The token is for another service.
    #[error("the token is for another audience")]
    Audience,
    /// The token does not say whose it is.
    #[error("the token has no `sub`")]
    NoSubject,
    /// The token is for another store.
    #[error("the token is not for this store")]
    Store,
    /// The provider's keys cannot be had now.
    #[error("the keys of the issuer cannot be read now: try again")]
    Unavailable,
    /// The worker lacks what it needs to verify tokens.
    #[error("the worker is not configured to verify tokens: {0}")]
    Configuration(&'static str),
}

impl Refusal {
    /// Returns the status of the answer: 401 asks for another token, 403 does not, and 503 asks to try again.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Store | Self::ForeignOrigin => 403,
            Self::Unavailable => 503,
            Self::Configuration(_) => 500,
            _ => 401,
        }
    }

    /// Returns the answer.
    ///
    /// # Errors
    /// Fails when no response can be made.
    pub fn response(&self) -> Result<Response> {
        let mut response = Response::error(self.to_string(), self.status())?;
        if self.status() == 401 {
            let challenge = match self {
                Self::Missing => "Bearer".to_owned(),
                // The text of a refusal has no quotation marks, except for the algorithm that the token names.
                Self::Algorithm(_) => r#"Bearer error="invalid_token""#.to_owned(),
                other => format!(r#"Bearer error="invalid_token", error_description="{other}""#),
            };
            response.headers_mut().set("WWW-Authenticate", &challenge)?;
        }
        Ok(response)
    }
}

impl From<Refusal> for durable_object::Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.to_string())
    }
}
