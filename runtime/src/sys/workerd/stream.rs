//! Streams of bytes between objects.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use js_sys::futures::JsFuture;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::error::{from_js, to_js};
use super::turn::running;
use super::{Text, glue, property};
use crate::{Error, Result};

#[wasm_bindgen]
extern "C" {
    type WritableStreamDefaultWriter;

    #[wasm_bindgen(method, catch)]
    fn write(this: &WritableStreamDefaultWriter, piece: &Uint8Array) -> Result<Promise, JsValue>;

    type ReadableStreamDefaultReader;

    #[wasm_bindgen(method, catch)]
    fn read(this: &ReadableStreamDefaultReader) -> Result<Promise, JsValue>;
}

/// The writing end of a channel.
pub(crate) struct Writer(WritableStreamDefaultWriter);

/// The reading end of a channel.
pub(crate) struct Reader {
    reader: ReadableStreamDefaultReader,
    reading: Option<JsFuture>,
}

/// Returns a new stream, and the writer that fills it.
pub(crate) fn channel() -> Result<(JsValue, Writer)> {
    let channel = glue::channel(&running()).map_err(|thrown| from_js(&thrown))?;
    Ok((property(&channel, "readable"), Writer(property(&channel, "writer").unchecked_into())))
}

impl Writer {
    /// Waits until the reader has read the bytes.
    pub(crate) async fn write(&self, bytes: &[u8]) -> Result<()> {
        written(self.0.write(&Uint8Array::from(bytes))).await
    }

    /// Writes as [`Writer::write`] does, for text that Rust does not need to see.
    pub(crate) async fn write_text(&self, text: &Text) -> Result<()> {
        written(glue::write(&self.0, text.as_js())).await
    }

    pub(crate) fn close(&self) {
        glue::finish(&self.0, &JsValue::UNDEFINED);
    }

    pub(crate) fn abort(&self, error: &Error) {
        glue::finish(&self.0, &to_js(error));
    }
}

async fn written(begun: Result<Promise, JsValue>) -> Result<()> {
    let done = match begun {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    done.map(drop).map_err(|thrown| from_js(&thrown))
}

impl Reader {
    /// Returns `None` when the value is not a stream, or the stream has another reader.
    pub(crate) fn of(stream: JsValue) -> Option<Self> {
        let reader = glue::reader(&running(), &stream).ok()?;
        Some(Self { reader: reader.unchecked_into(), reading: None })
    }

    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Vec<u8>>>> {
        let reading = match &mut self.reading {
            Some(reading) => reading,
            None => match self.reader.read() {
                Ok(promise) => self.reading.insert(JsFuture::from(promise)),
                Err(thrown) => return Poll::Ready(Err(from_js(&thrown))),
            },
        };
        let read = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        Poll::Ready(match read {
            Ok(result) if property(&result, "done").is_truthy() => Ok(None),
            Ok(result) => match property(&result, "value").dyn_into::<Uint8Array>() {
                Ok(piece) => Ok(Some(piece.to_vec())),
                Err(_) => Err(Error::Value("a stream's piece is no bytes".to_owned())),
            },
            Err(thrown) => Err(from_js(&thrown)),
        })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        glue::cancel(&self.reader);
    }
}
