//! Streams from one object to another.

use std::cell::RefCell;
use std::fmt;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use wasm_bindgen::{JsCast, JsValue};

use super::args::{ArgsReader, ArgsWriter};
#[cfg(not(target_arch = "wasm32"))]
use super::framing::is_bytes;
use super::framing::{Decoder, encode};
use super::stub::Answer;
use super::transfer::Transfer;
use crate::error::Failure;
#[cfg(not(target_arch = "wasm32"))]
use crate::typescript;
use crate::value::Blob;
use crate::{Error, Request, Response, Result, sys};

/// A stream on its way from or to another object. It is an argument, or the result of a stub's method when
/// the object's method returns `impl Stream`.
///
/// In JavaScript it is a `ReadableStream` of bytes. A stream of `Vec<u8>` crosses as those bytes; the pieces
/// that arrive may differ from those of the sender. A stream of any other type crosses as a line of JSON for
/// each item. Items are produced only as fast as they are read. Dropping the stream ends it for the sender
/// too. An item that is an error ends the stream: its reader learns that the stream was cut short.
/// Cloudflare's RPC does not carry the reason, so the reason is in the sender's log.
///
/// ```
/// # use durable_object::prelude::*;
/// # use durable_object::rpc::{Stream, Streaming};
/// # #[durable_object] pub struct Log { ctx: Ctx }
/// #[durable_object]
/// impl Log {
///     # #[init] fn init(ctx: Ctx) -> Self { Self { ctx } }
///     /// Every line, as they are asked for.
///     #[rpc]
///     pub fn lines(&self) -> Result<impl Stream<Item = Result<String>>> {
///         Ok(self.ctx.sql().query("SELECT line FROM log ORDER BY id", ())?.stream())
///     }
///
///     /// Adds lines as they come in.
///     #[rpc]
///     pub async fn append(&self, mut lines: Streaming<String>) -> Result<()> {
///         while let Some(line) = lines.next().await {
///             self.ctx.sql().execute("INSERT INTO log (line) VALUES (?1)", (line?,))?;
///         }
///         Ok(())
///     }
/// }
/// ```
pub struct Streaming<T>(Source<T>);

enum Source<T> {
    /// Items that this object makes.
    Here(Pin<Box<dyn Stream<Item = Result<T>>>>),
    /// Items that arrive from another object.
    There { reader: sys::Reader, decoder: Decoder<T>, ended: bool },
}

impl<T> Unpin for Streaming<T> {}

impl<T: DeserializeOwned + 'static> Streaming<T> {
    /// Creates a stream to pass to a method.
    pub fn new(items: impl Stream<Item = Result<T>> + 'static) -> Self {
        Self(Source::Here(Box::pin(items)))
    }

    /// Returns the next item, or `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Returns a response for the `#[fetch]` handler whose body is these items. Its status is 200, and its
    /// body is written as fast as it is read. Set a `Content-Type`. No more items are made after the client
    /// leaves. If the object is lost in a crash, the body ends early.
    ///
    /// While the response is open, the object stays in memory and is billed. A WebSocket hibernates and costs
    /// nothing meanwhile.
    ///
    /// # Errors
    /// Fails when the platform cannot make a stream for the body.
    ///
    /// ```
    /// use durable_object::rpc::{Stream, Streaming};
    /// use durable_object::{Date, Response, Result};
    ///
    /// /// Server-sent events, for the `EventSource` of a browser. An event ends with an empty line.
    /// fn events(times: impl Stream<Item = Result<Vec<u8>>> + 'static) -> Result<Response> {
    ///     let mut response = Streaming::new(times).into_response()?;
    ///     response.headers_mut().set("Content-Type", "text/event-stream")?;
    ///     Ok(response)
    /// }
    ///
    /// fn event(time: Date) -> Vec<u8> {
    ///     format!("event: time\ndata: {}\n\n", time.as_millis()).into_bytes()
    /// }
    /// ```
    pub fn into_response(self) -> Result<Response>
    where
        T: Serialize,
    {
        let body = send(self)?.unchecked_into();
        Ok(worker::ResponseBuilder::new().stream(body))
    }

    /// Returns the body of a request, or `None` when it has no body.
    pub(crate) fn of_request(request: &Request) -> Option<Self> {
        request.inner().body().and_then(|body| Self::received(body.into()))
    }

    fn received(value: JsValue) -> Option<Self> {
        let reader = sys::Reader::of(value)?;
        Some(Self(Source::There { reader, decoder: Decoder::default(), ended: false }))
    }
}

impl<T: DeserializeOwned + 'static> Stream for Streaming<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        let (reader, decoder, ended) = match &mut self.0 {
            Source::Here(items) => return items.as_mut().poll_next(cx),
            Source::There { reader, decoder, ended } => (reader, decoder, ended),
        };
        loop {
            if let Some(item) = decoder.next() {
                return Poll::Ready(Some(item));
            }
            if *ended {
                return Poll::Ready(None);
            }
            let piece = std::task::ready!(reader.poll_read(cx));
            let taken = match piece {
                Ok(Some(piece)) => decoder.push(piece),
                Ok(None) => {
                    *ended = true;
                    decoder.finish();
                    Ok(())
                }
                Err(error) => Err(error),
            };
            if let Err(error) = taken {
                *ended = true;
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl<T> fmt::Debug for Streaming<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Streaming")
    }
}

impl<T: Serialize + DeserializeOwned + 'static> Transfer for Streaming<T> {
    fn take(args: &ArgsReader, index: u32, method: &'static str, argument: &'static str) -> Result<Self> {
        Self::received(args.raw(index)).ok_or_else(|| Error::Argument {
            method,
            argument,
            message: "expected a ReadableStream".to_owned(),
        })
    }

    fn put(self, args: &mut ArgsWriter, _method: &'static str, _argument: &'static str) -> Result<()> {
        args.push_raw(&send(self)?);
        Ok(())
    }

    fn reply(self) -> Result<JsValue> {
        send(self)
    }

    fn answer(answer: Answer) -> Result<Self> {
        let (method, value) = answer.into_raw();
        Self::received(value)
            .ok_or_else(|| Error::Value(format!("the result of {method}: expected a ReadableStream")))
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn shape(types: &mut typescript::Types) -> typescript::Shape {
        let item = (!is_bytes::<T>()).then(|| Box::new(types.shape::<T>()));
        typescript::Shape::Stream(item)
    }
}

/// The answer of a method that returns bytes at once, or a stream of them.
pub(crate) enum Body {
    /// All bytes.
    Bytes(Vec<u8>),
    /// The bytes as they come.
    Stream(Streaming<Vec<u8>>),
}

impl Body {
    pub(crate) fn of(answer: Answer) -> Result<Self> {
        let (method, value) = answer.into_raw();
        if let Some(stream) = Streaming::received(value.clone()) {
            return Ok(Self::Stream(stream));
        }
        let blob: Blob = Answer::new(method, value).read()?;
        Ok(Self::Bytes(blob.0))
    }
}

/// Starts to write the items as fast as they are read, and returns the readable side.
fn send<T: Serialize + DeserializeOwned + 'static>(items: Streaming<T>) -> Result<JsValue> {
    let (readable, writer) = sys::channel()?;
    sys::spawn(async move {
        let mut items = items;
        write(&mut items, &writer).await;
    });
    Ok(readable)
}

async fn write<T: Serialize + 'static>(
    items: &mut (impl Stream<Item = Result<T>> + Unpin),
    writer: &sys::Writer,
) {
    while let Some(item) = std::future::poll_fn(|cx| Pin::new(&mut *items).poll_next(cx)).await {
        match item.and_then(|item| encode(&item)) {
            // The platform refuses a write when the reader has gone. Then the rest is not needed.
            Ok(bytes) => {
                if !bytes.is_empty() && writer.write(&bytes).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                // The platform tells the reader only that the stream has ended.
                sys::log_error(&format!("a stream ended early: {error}"));
                return writer.abort(&error);
            }
        }
    }
    writer.close();
}

/// The answer of a method that returns a stream. The method gets it before its items are read.
#[derive(Clone)]
pub struct Opening(Rc<RefCell<Option<oneshot::Sender<Result<JsValue>>>>>);

impl Opening {
    pub(super) fn new() -> (Self, oneshot::Receiver<Result<JsValue>>) {
        let (sender, receiver) = oneshot::channel();
        (Self(Rc::new(RefCell::new(Some(sender)))), receiver)
    }

    /// Answers the call, unless it is already answered.
    pub(super) fn answer(&self, answer: Result<JsValue>) {
        if let Some(sender) = self.0.borrow_mut().take() {
            // The receiver is dropped when the caller has gone.
            let _ = sender.send(answer);
        }
    }

    /// Answers with a stream of these items, and sends them.
    ///
    /// # Errors
    /// Fails when the platform cannot make a stream for the items.
    pub async fn send<T: Serialize + 'static>(self, items: impl Stream<Item = T>) -> Result<()> {
        self.send_results::<T, Error>(Mapped(pin!(items), Ok)).await
    }

    /// Answers with a stream that ends at the first error.
    ///
    /// # Errors
    /// As [`Opening::send`].
    pub async fn send_results<T: Serialize + 'static, E: Failure>(
        self,
        items: impl Stream<Item = Result<T, E>>,
    ) -> Result<()> {
        let (readable, writer) = sys::channel()?;
        self.answer(Ok(readable));
        let mut items = Mapped(pin!(items), |item: Result<T, E>| item.map_err(Failure::into_error));
        write(&mut items, &writer).await;
        Ok(())
    }
}

/// A stream that maps each item to another one.
struct Mapped<S, F>(S, F);

impl<S: Stream + Unpin, F: FnMut(S::Item) -> T + Unpin, T> Stream for Mapped<S, F> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let Self(items, map) = &mut *self;
        Pin::new(items).poll_next(cx).map(|item| item.map(map))
    }
}
