//! Messages that the runtime answers by itself.

use std::rc::Rc;

use crate::{Error, Result, sys};

/// Bytes of the request and of the response (workerd `api/actor-state.c++`, `setWebSocketAutoResponse`).
const MAX_BYTES: usize = 2_048;

/// What the runtime answers for the object, without waking it: every text message that equals the request
/// gets the response. An object has one such pair for all of its sockets.
///
/// It outlasts hibernation but not a restart, so set it in `#[init]`.
pub struct AutoResponse {
    state: Rc<sys::State>,
}

impl AutoResponse {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state }
    }

    /// Sets the pair, in place of the one that was set before.
    ///
    /// # Errors
    /// [`Error::Limit`] above 2,048 bytes for either.
    pub fn set(&self, request: &str, response: &str) -> Result<()> {
        for (what, text) in
            [("the auto-response's request in bytes", request), ("the auto-response in bytes", response)]
        {
            if text.len() > MAX_BYTES {
                return Err(Error::Limit { what, actual: text.len(), limit: MAX_BYTES });
            }
        }
        self.state.set_auto_response(Some((request, response))).map_err(Error::Message)
    }

    /// The request and the response, if they are set.
    #[must_use]
    pub fn get(&self) -> Option<(String, String)> {
        self.state.auto_response()
    }

    /// Takes the pair back: every message reaches the object again.
    ///
    /// # Errors
    /// [`Error::Message`] when the platform refuses.
    pub fn delete(&self) -> Result<()> {
        self.state.set_auto_response(None).map_err(Error::Message)
    }
}

impl std::fmt::Debug for AutoResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AutoResponse")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_checked_before_the_platform_does() {
        let auto_response = AutoResponse::new(Rc::new(sys::State::in_memory()));
        let (fits, long) = ("x".repeat(MAX_BYTES), "ä".repeat(MAX_BYTES / 2 + 1));
        assert!(auto_response.set(&fits, &fits).is_ok());
        for (request, response) in [("ping", &*long), (&*long, "pong")] {
            let error = auto_response.set(request, response).unwrap_err();
            assert!(matches!(error, Error::Limit { actual: 2_050, limit: 2_048, .. }), "{error}");
        }
        assert_eq!(auto_response.get(), Some((fits.clone(), fits)));
        auto_response.delete().unwrap();
        assert_eq!(auto_response.get(), None);
    }
}
