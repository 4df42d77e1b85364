//! The calls of the backend.

use super::options::StoreOptions;
use crate::error::RemoteError;
use crate::livestore::client::process::Failure;
use crate::livestore::client::rpc::answer::{Answer, Message};
use crate::livestore::client::rpc::request;
use crate::object::generated::{ArgsWriter, Transfer};
use crate::object::{Body, RawStub};
use crate::value::Blob;
use crate::{Env, Error, Result, sys};

/// The method of the backend that takes all calls.
const METHOD: &str = "rpc";

/// The backend of one store.
#[derive(Clone)]
pub(super) struct Backend {
    stub: RawStub,
    store_id: String,
    payload: Option<String>,
    mark: u32,
}

/// The messages of an answer, as they come.
pub(super) struct Messages {
    answer: Option<Answer>,
    body: Option<Body>,
}

impl Backend {
    /// Finds the backend of a store. `mark` is the store's among those of its object.
    pub(super) fn new(env: &Env, options: &StoreOptions, store_id: &str, mark: u32) -> Result<Self> {
        let binding = &options.backend;
        let namespace = sys::Namespace::find(env, binding).ok_or_else(|| {
            Error::Config(format!(
                "the worker has no Durable Object namespace bound to `{binding}`, which is the backend of the store"
            ))
        })?;
        let stub = RawStub::new(namespace.stub(&sys::Address::Name(store_id), None)?, "");
        Ok(Self { stub, store_id: store_id.to_owned(), payload: options.payload.clone(), mark })
    }

    pub(super) fn store(&self) -> request::Store<'_> {
        request::Store { id: &self.store_id, mark: self.mark, payload: self.payload.as_deref() }
    }

    pub(super) async fn call(&self, message: Vec<u8>) -> Result<Messages> {
        let mut args = ArgsWriter::new();
        Transfer::put(Blob(message), &mut args, METHOD, "message")?;
        let body = Body::of(self.stub.send(METHOD, args).await?)?;
        Ok(match body {
            Body::Bytes(bytes) => Messages { answer: Some(Answer::of(bytes)), body: None },
            stream @ Body::Stream(_) => Messages { answer: Some(Answer::default()), body: Some(stream) },
        })
    }
}

impl Messages {
    /// Returns the next message, or `None` after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Message>> {
        loop {
            let Some(answer) = &mut self.answer else { return Ok(None) };
            if let Some(message) = answer.next_message().map_err(cut)? {
                return Ok(Some(message));
            }
            let piece = match &mut self.body {
                Some(Body::Stream(stream)) => stream.next().await,
                _ => None,
            };
            match piece {
                Some(piece) => {
                    if let Some(answer) = &mut self.answer {
                        answer.push(&piece?);
                    }
                }
                None => {
                    if let Some(answer) = self.answer.take() {
                        answer.finish().map_err(cut)?;
                    }
                    return Ok(None);
                }
            }
        }
    }
}

/// Returns the error for an answer that cannot be read. The same call may succeed.
fn cut(error: impl std::fmt::Display) -> Error {
    Error::passing(error.to_string())
}

/// Returns what the sync process has to know of a failed call.
pub(super) fn failure(error: &Error) -> Failure {
    let message = error.to_string();
    match error {
        Error::Remote(RemoteError { retryable, overloaded, remote, .. }) => Failure {
            // An error on the way, or of a crash, says nothing about the call.
            is_retryable: *retryable || !*remote,
            is_overloaded: *overloaded,
            message,
        },
        _ => Failure { is_retryable: false, is_overloaded: false, message },
    }
}
