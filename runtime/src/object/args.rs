//! Arguments and results on their way through JavaScript.

use js_sys::Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use crate::value::{Close, Message, is_teardown};
use crate::{AlarmInfo, Date, Error, Result, crossing, sys};

/// What a method was called with.
pub struct Args {
    values: Array,
    /// How many there are.
    given: u32,
}

/// What a stub's method is about to be called with.
///
/// Last ones that are null are left out: an object whose code is older, and which does not have them yet, refuses more
/// than it takes.
#[derive(Default)]
pub struct Arguments {
    values: Array,
    /// How many nulls follow, unless nothing else does.
    nulls: usize,
}

impl Args {
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

    /// The argument at `index`.
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

    /// The argument at `index` as it is; undefined when it is missing.
    pub(super) fn raw(&self, index: u32) -> JsValue {
        self.values.get(index)
    }

    /// The request of a `fetch`.
    ///
    /// # Errors
    /// When the runtime passed none.
    pub fn request(&self) -> Result<worker::Request> {
        let request = self.values.get(0).dyn_into::<web_sys::Request>();
        request.map(Into::into).map_err(|_| Error::new("fetch was called without a Request"))
    }

    /// The connection of a `connect`.
    ///
    /// # Errors
    /// Never; a `Result` so that all arguments are read alike.
    pub fn connection(&self) -> Result<worker::Socket> {
        Ok(self.values.get(0).unchecked_into::<worker::worker_sys::Socket>().into())
    }

    /// What is known of the alarm that went off.
    ///
    /// # Errors
    /// Never; a `Result` so that all arguments are read alike.
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

    /// The socket of a WebSocket event.
    pub(super) fn socket(&self) -> sys::Socket {
        sys::Socket::from_js(self.values.get(0))
    }

    /// The message of a WebSocket event.
    ///
    /// # Errors
    /// When it is neither text nor bytes.
    pub fn message(&self) -> Result<Message> {
        sys::message(self.values.get(1)).ok_or_else(|| Error::new("a message is neither text nor bytes"))
    }

    /// Why a socket was closed.
    ///
    /// # Errors
    /// Never; a `Result` so that all arguments are read alike.
    pub fn close(&self) -> Result<Close> {
        Ok(Close {
            code: self.values.get(1).as_f64().map_or(Close::NO_STATUS, |code| code as u16),
            reason: self.values.get(2).as_string().unwrap_or_default(),
            was_clean: self.values.get(3).is_truthy(),
        })
    }

    /// What broke a socket.
    ///
    /// # Errors
    /// Never; a `Result` so that all arguments are read alike.
    pub fn error(&self) -> Result<Error> {
        let thrown = self.values.get(1);
        let message = sys::property(&thrown, "message").as_string();
        Ok(Error::new(message.unwrap_or_else(|| format!("{thrown:?}"))))
    }

    /// Whether what broke a socket is only that it has ended, which nobody has to be told.
    #[must_use]
    pub fn is_teardown(&self) -> bool {
        let retryable = sys::property(&self.values.get(1), "retryable").is_truthy();
        self.error().is_ok_and(|error| is_teardown(self.socket().is_open(), retryable, &error.to_string()))
    }

    /// Answers the client's close frame when it is dropped.
    #[must_use = "it answers when it is dropped"]
    pub fn closing(&self) -> Closing<'_> {
        Closing(self)
    }
}

/// A close frame that is to be answered when its handler is over, however that ends: the client waits for it,
/// and takes the connection for broken otherwise.
pub struct Closing<'a>(&'a Args);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let Ok(close) = self.0.close() else { return };
        let Some((code, reason)) = close.answer() else { return };
        let socket = self.0.socket();
        // With the flag `pedantic_wpt` the platform lets nobody say that it goes away. And the socket may be
        // gone already, which is all a close can want.
        if socket.close(code, reason).is_err() {
            let _ = socket.close(None, "");
        }
    }
}

impl Arguments {
    /// No arguments yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next one.
    ///
    /// # Errors
    /// [`Error::Argument`] when it cannot be expressed in JavaScript.
    pub fn push<T: Serialize + ?Sized>(
        &mut self,
        method: &'static str,
        argument: &'static str,
        value: &T,
    ) -> Result<()> {
        let refused = |message| Error::Argument { method, argument, message };
        let message = crossing::encode(value).map_err(|why| refused(why.to_string()))?;
        if message.is_null() {
            self.nulls += 1;
        } else {
            self.push_raw(&sys::to_js(&message).map_err(refused)?);
        }
        Ok(())
    }

    /// Adds the next one as it is.
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
