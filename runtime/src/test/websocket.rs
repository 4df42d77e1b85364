//! The client of a WebSocket.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::object::RawStub;
use crate::socket::Close;
use crate::{Error, Message, Request, Response, Result, sys};

/// The time for which a client waits for a message, unless [`WebSocket::within`] sets another.
const LIMIT: Duration = Duration::from_secs(5);

/// A client of an object's sockets. Dropping it closes the connection, with the code 1000.
pub struct WebSocket {
    client: sys::Client,
    limit: Duration,
}

/// Creates a request that asks for a WebSocket: `GET` of a path with its query. Its host has no meaning. Use it
/// to call the worker's own handler, or to add a header. [`WebSocket::accept`] takes the answer.
///
/// # Errors
/// [`Error::Message`] when the path is not valid.
pub fn upgrade(path: &str) -> Result<Request> {
    let mut request = Request::new(&format!("https://test{path}"), worker::Method::Get)?;
    request.headers_mut()?.set("Upgrade", "websocket")?;
    Ok(request)
}

impl WebSocket {
    /// Connects to an object. Its `#[fetch]` handler gets a request for this path.
    ///
    /// # Errors
    /// As [`WebSocket::accept`]; [`Error::Remote`] when the handler fails.
    pub async fn connect(object: &impl AsRef<RawStub>, path: &str) -> Result<Self> {
        Self::accept(object.as_ref().fetch(upgrade(path)?).await?).await
    }

    /// Takes the socket from a handler's answer to an [`upgrade`].
    ///
    /// # Errors
    /// [`Error::Message`] when the answer has no socket, with the answer's status and text.
    pub async fn accept(mut response: Response) -> Result<Self> {
        let status = response.status_code();
        if status != 101 {
            let text = response.text().await.unwrap_or_default();
            return Err(Error::new(format!("the answer to the upgrade is {status}, not 101: {text}")));
        }
        let socket = response.websocket().ok_or_else(|| Error::new("the answer has no socket"))?;
        Ok(Self { client: sys::Client::accept(&socket)?, limit: LIMIT })
    }

    /// Sets the time for which the client waits for each message, instead of five seconds.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`Error::Message`] when the socket is closed.
    pub fn send(&self, message: impl Into<Message>) -> Result<()> {
        self.client.socket().send(&message.into()).map_err(Error::Message)
    }

    /// Sends a value as JSON text.
    ///
    /// # Errors
    /// As [`WebSocket::send`]; [`Error::Message`] when the value has no JSON form.
    pub fn send_json<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        self.send(Message::json(value)?)
    }

    /// Returns the next message, and waits for it if it has not come yet.
    ///
    /// # Errors
    /// [`Error::Message`] when no message comes in time, or when the socket is closed and all messages have been
    /// read.
    pub async fn next(&mut self) -> Result<Message> {
        let message = poll_fn(|context| self.client.poll_message(context));
        in_time(self.limit, "message", message).await?.map_err(|Close { code, reason, .. }| {
            Error::new(format!("the socket was closed, with {code} \"{reason}\", and no message is left"))
        })
    }

    /// Returns the next message as text.
    ///
    /// # Errors
    /// As [`WebSocket::next`]; [`Error::Message`] when it is binary.
    pub async fn text(&mut self) -> Result<String> {
        match self.next().await? {
            Message::Text(text) => Ok(text.to_string()),
            Message::Binary(bytes) => Err(Error::new(format!("not text, but {} bytes", bytes.len()))),
        }
    }

    /// Returns the value that the next message holds as JSON.
    ///
    /// # Errors
    /// As [`WebSocket::next`]; [`Error::Message`] when the message is not JSON or not a `T`.
    pub async fn json<T: DeserializeOwned>(&mut self) -> Result<T> {
        self.next().await?.parse()
    }

    /// Closes the socket. [`WebSocket::closed`] waits until the object has answered.
    ///
    /// # Errors
    /// [`Error::Message`] for a code or a reason that a client cannot send.
    pub fn close(&self, code: u16, reason: &str) -> Result<()> {
        self.client.socket().close(Some(code), reason).map_err(Error::Message)
    }

    /// Waits until one side has closed the socket, and returns how.
    ///
    /// # Errors
    /// [`Error::Message`] when no side closes it in time.
    pub async fn closed(&mut self) -> Result<Close> {
        in_time(self.limit, "end of the socket", poll_fn(|context| self.client.poll_close(context))).await
    }
}

/// Returns the output of a future, or an error if it does not come in time.
async fn in_time<T>(limit: Duration, what: &str, future: impl Future<Output = T>) -> Result<T> {
    let (mut future, mut late) = (pin!(future), pin!(sys::sleep(limit)));
    let outcome = |context: &mut Context<'_>| match future.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending => late.as_mut().poll(context).map(|()| None),
    };
    poll_fn(outcome).await.ok_or_else(|| Error::new(format!("no {what} within {} ms", limit.as_millis())))
}

impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket").finish_non_exhaustive()
    }
}
