//! Arguments and results on their way through JavaScript.

use js_sys::Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use crate::alarm::AlarmInfo;
use crate::value::{Close, Message, is_teardown};
use crate::{Date, Error, Result, crossing, sys};

/// The arguments that a method was called with.
#[derive(Clone)]
pub struct ArgsReader {
    values: Array,
    /// The number of arguments that the caller gave.
    given: u32,
}

/// The arguments that a stub sends to a method.
///
/// Trailing nulls are left out. An object that runs older code refuses more arguments than its method takes,
/// and it may not know the last ones yet.
#[derive(Default)]
pub struct ArgsWriter {
    values: Array,
    /// The number of nulls that follow. They are sent only when another argument follows them.
    nulls: usize,
}

impl ArgsReader {
    pub(super) fn new(values: Array, given: u32) -> Self {
        Self { values, given }
    }

    /// Refuses arguments that the method does not have.
    ///
    /// # Errors
    /// [`Error::Argument`], with the numbers.
    pub fn at_most(&self, count: u32, method: &'static str) -> Result<()> {
        if self.given <= count {
            return Ok(());
        }
        let message = format!("takes {count} arguments, was given {}", self.given);
        Err(Error::Argument { method, argument: "..", message })
    }

    /// Returns the argument at `index`.
    ///
    /// # Errors
    /// [`Error::Argument`] when it is missing or not a `T`.
    pub fn get<T: DeserializeOwned>(
        &self,
        index: u32,
        method: &'static str,
        argument: &'static str,
    ) -> Result<T> {
        crossing::from_js(&self.values.get(index)).map_err(|why| {
            let missing = index >= self.given;
            Error::Argument { method, argument, message: if missing { "is missing".to_owned() } else { why } }
        })
    }

    /// Returns the argument at `index` unchanged, or undefined when it is missing.
    pub(super) fn raw(&self, index: u32) -> JsValue {
        self.values.get(index)
    }

    /// Returns the request of a `fetch`.
    ///
    /// # Errors
    /// Fails when the runtime passed no request.
    pub fn request(&self) -> Result<worker::Request> {
        let request = self.values.get(0).dyn_into::<web_sys::Request>();
        request.map(Into::into).map_err(|_| Error::new("fetch was called without a Request"))
    }

    /// Returns the connection of a `connect`.
    ///
    /// # Errors
    /// Never. It returns a `Result` so that all arguments are read alike.
    pub fn connection(&self) -> Result<worker::Socket> {
        Ok(self.values.get(0).unchecked_into::<worker::worker_sys::Socket>().into())
    }

    /// Returns the platform's information about the alarm that went off.
    ///
    /// # Errors
    /// Never. It returns a `Result` so that all arguments are read alike.
    pub fn alarm_info(&self) -> Result<AlarmInfo> {
        let property = |name| sys::property(&self.values.get(0), name);
        let number = |name| property(name).as_f64();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
        Ok(AlarmInfo {
            scheduled: number("scheduledTime").and_then(|millis| Date::from_millis(millis as i64)),
            retry_count: number("retryCount").unwrap_or_default() as u32,
            is_retry: property("isRetry").is_truthy(),
        })
    }

    /// Returns the socket of a WebSocket event.
    pub(super) fn socket(&self) -> sys::Socket {
        sys::Socket::from_js(self.values.get(0))
    }

    /// Returns the message of a WebSocket event.
    ///
    /// # Errors
    /// Fails when the message is neither text nor bytes.
    pub fn message(&self) -> Result<Message> {
        sys::message(self.values.get(1)).ok_or_else(|| Error::new("a message is neither text nor bytes"))
    }

    /// Returns the reason for which a socket was closed.
    ///
    /// # Errors
    /// Never. It returns a `Result` so that all arguments are read alike.
    pub fn close(&self) -> Result<Close> {
        Ok(Close {
            code: self.values.get(1).as_f64().map_or(Close::NO_STATUS, |code| code as u16),
            reason: self.values.get(2).as_string().unwrap_or_default(),
            was_clean: self.values.get(3).is_truthy(),
        })
    }

    /// Returns the error that broke a socket.
    ///
    /// # Errors
    /// Never. It returns a `Result` so that all arguments are read alike.
    pub fn error(&self) -> Result<Error> {
        let thrown = self.values.get(1);
        let message = sys::property(&thrown, "message").as_string();
        Ok(Error::new(message.unwrap_or_else(|| format!("{thrown:?}"))))
    }

    /// Returns whether the error only says that the socket has ended. Such an error is not passed to the
    /// object.
    #[must_use]
    pub fn is_teardown(&self) -> bool {
        let retryable = sys::property(&self.values.get(1), "retryable").is_truthy();
        self.error().is_ok_and(|error| is_teardown(self.socket().is_open(), retryable, &error.to_string()))
    }

    /// Returns a guard that answers the client's close frame when it is dropped.
    #[must_use = "it answers when it is dropped"]
    pub fn closing(&self) -> Closing<'_> {
        Closing(self)
    }
}

/// A close frame that is answered when its handler is over, even when the handler fails. The client waits for
/// the answer; without it, the client takes the connection for broken.
pub struct Closing<'a>(&'a ArgsReader);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let Ok(close) = self.0.close() else { return };
        let Some((code, reason)) = close.answer() else { return };
        let socket = self.0.socket();
        // With the flag `pedantic_wpt` the platform refuses the code that means "going away". The socket may
        // also be gone already, and then it needs no close.
        if socket.close(code, reason).is_err() {
            let _ = socket.close(None, "");
        }
    }
}

impl ArgsWriter {
    /// Creates an empty list of arguments.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next argument.
    ///
    /// # Errors
    /// [`Error::Argument`] when the value cannot be expressed in JavaScript.
    pub fn push<T: Serialize + ?Sized>(
        &mut self,
        method: &'static str,
        argument: &'static str,
        value: &T,
    ) -> Result<()> {
        let refused = |message| Error::Argument { method, argument, message };
        let encoded = crossing::encode(value).map_err(|why| refused(why.to_string()))?;
        if encoded.is_null() {
            self.nulls += 1;
        } else {
            self.push_raw(&sys::to_js(&encoded).map_err(refused)?);
        }
        Ok(())
    }

    /// Adds the next argument unchanged.
    pub(super) fn push_raw(&mut self, value: &JsValue) {
        for _ in 0..std::mem::take(&mut self.nulls) {
            self.values.push(&JsValue::NULL);
        }
        self.values.push(value);
    }

    pub(super) fn into_values(self) -> Array {
        self.values
    }
}
