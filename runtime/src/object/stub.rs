//! The untyped half of a generated stub.

use js_sys::Array;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use super::args::ArgsWriter;
use super::retry;
use crate::{Error, Request, Response, Result, crossing, sys};

/// A handle to one object. The generated stub calls the object's methods on it by name.
#[derive(Clone)]
pub struct RawStub {
    stub: sys::Stub,
    class: &'static str,
}

impl RawStub {
    pub(crate) fn new(stub: sys::Stub, class: &'static str) -> Self {
        Self { stub, class }
    }

    /// Returns the object's id, as 64 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        self.stub.id()
    }

    /// Returns the name by which the object is addressed, if there is one.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.stub.name()
    }

    /// Passes a request on to the object's `#[fetch]` handler.
    ///
    /// # Errors
    /// [`Error::SelfCall`] when the object calls itself, [`Error::Remote`] when the handler fails or cannot
    /// be reached.
    pub async fn fetch(&self, request: Request) -> Result<Response> {
        self.pass_on(&request).await
    }

    /// Passes on a request that does no harm when it arrives twice. It tries again, after a wait, where the
    /// platform says that its trouble is temporary.
    pub(crate) async fn fetch_idempotent(&self, request: &Request) -> Result<Response> {
        let mut retries = 0;
        loop {
            let error = match self.pass_on(&request.clone()?).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let Some(wait) = retry::wait(&error, retries, sys::random()) else { return Err(error) };
            sys::sleep(wait).await;
            retries += 1;
        }
    }

    pub(crate) async fn pass_on(&self, request: &Request) -> Result<Response> {
        self.refuse_self_call("fetch")?;
        let args = Array::of1(request.inner().as_ref());
        let response = self.stub.call("fetch", &args).await?.dyn_into::<web_sys::Response>();
        response.map(Into::into).map_err(|_| Error::new("the answer of fetch is no Response"))
    }

    /// Opens a TCP connection to the object's `#[connect]` handler.
    ///
    /// # Errors
    /// [`Error::SelfCall`] when the object calls itself, [`Error::Remote`] when the platform refuses.
    pub fn connect(&self, address: &str) -> Result<worker::Socket> {
        self.refuse_self_call("connect")?;
        self.stub.connect(address)
    }

    /// Calls a method and waits for its answer.
    ///
    /// # Errors
    /// [`Error::SelfCall`] when the object calls itself, [`Error::Remote`] when the method fails or cannot be
    /// reached.
    pub async fn send(&self, method: &'static str, args: ArgsWriter) -> Result<Answer> {
        self.refuse_self_call(method)?;
        let value = self.stub.call(method, &args.into_values()).await?;
        Ok(Answer { method, value })
    }

    /// Calls a method that does no harm when it runs twice. It tries again, after a wait, where the platform
    /// says that its trouble is temporary.
    ///
    /// # Errors
    /// As [`RawStub::send`], for the last attempt.
    pub async fn send_idempotent(&self, method: &'static str, args: ArgsWriter) -> Result<Answer> {
        self.refuse_self_call(method)?;
        let args = args.into_values();
        let mut retries = 0;
        loop {
            let error = match self.stub.call(method, &args).await {
                Ok(value) => return Ok(Answer { method, value }),
                Err(error) => error,
            };
            let Some(wait) = retry::wait(&error, retries, sys::random()) else { return Err(error) };
            sys::sleep(wait).await;
            retries += 1;
        }
    }

    /// Returns the platform's stub of the target.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn target(&self) -> &sys::Stub {
        &self.stub
    }

    fn refuse_self_call(&self, method: &'static str) -> Result<()> {
        // A facet may have the same id as the object around it.
        let itself = sys::handling()
            .is_some_and(|object| object.class() == self.class && object.is_target_of(&self.stub));
        if itself { Err(Error::SelfCall { method }) } else { Ok(()) }
    }
}

/// The answer of a method, not yet read.
pub struct Answer {
    method: &'static str,
    value: JsValue,
}

impl Answer {
    pub(super) fn new(method: &'static str, value: JsValue) -> Self {
        Self { method, value }
    }

    /// Returns the method's name and the unread answer.
    pub(super) fn into_raw(self) -> (&'static str, JsValue) {
        (self.method, self.value)
    }

    /// Returns the answer as a Rust value.
    ///
    /// # Errors
    /// [`Error::Value`] when the answer is not a `T`.
    pub fn read<T: DeserializeOwned>(self) -> Result<T> {
        let Self { method, value } = self;
        crossing::from_js(&value).map_err(|why| Error::Value(format!("the result of {method}: {why}")))
    }
}
