//! Messages that the runtime answers without the object.

use std::rc::Rc;

use crate::{Error, Result, sys};

/// The limit of the request and of the response in bytes (workerd `api/actor-state.c++`,
/// `setWebSocketAutoResponse`).
const MAX_BYTES: usize = 2_048;

/// The answer that the runtime gives without waking the object. The runtime sends the response to every text
/// message that equals the request. An object has one such pair for all of its sockets.
///
/// The pair outlasts hibernation but not a restart, so set it in `#[init]`.
pub struct AutoResponse {
    state: Rc<sys::State>,
}

impl AutoResponse {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state }
    }

    /// Sets the pair, and replaces an earlier one.
    ///
    /// # Errors
    /// [`Error::Limit`] when either is above 2,048 bytes.
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

    /// Returns the request and the response, if they are set.
    #[must_use]
    pub fn get(&self) -> Option<(String, String)> {
        self.state.auto_response()
    }

    /// Removes the pair. Every message then reaches the object again.
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
