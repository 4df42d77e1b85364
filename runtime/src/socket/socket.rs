//! One open socket.

use std::marker::PhantomData;
use std::rc::Rc;

use super::attachment::{self, Attachment};
use super::id;
use crate::value::{Date, Message, check_close};
use crate::{Error, Result, sys};

/// One socket, with an attachment of type `A`.
pub struct Socket<A = ()> {
    state: Rc<sys::State>,
    socket: sys::Socket,
    attachment: PhantomData<fn() -> A>,
}

impl<A> Clone for Socket<A> {
    fn clone(&self) -> Self {
        Self::new(Rc::clone(&self.state), self.socket.clone())
    }
}

impl<A> PartialEq for Socket<A> {
    fn eq(&self, other: &Self) -> bool {
        self.socket == other.socket
    }
}

impl<A> std::fmt::Debug for Socket<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Socket").finish_non_exhaustive()
    }
}

impl<A> Socket<A> {
    pub(crate) fn new(state: Rc<sys::State>, socket: sys::Socket) -> Self {
        Self { state, socket, attachment: PhantomData }
    }

    /// Returns a number that no other socket has in this life of the object.
    pub(crate) fn number(&self) -> u32 {
        self.socket.number()
    }

    pub(super) fn raw(&self) -> &sys::Socket {
        &self.socket
    }

    /// Returns the socket's id, a UUID made when the socket was accepted. It stays the same through
    /// hibernation, and [`Sockets::get`](crate::socket::Sockets::get) finds the socket by it.
    ///
    /// # Errors
    /// [`Error::Message`] when the connection has ended and its `#[websocket(close)]` handler is done.
    pub fn id(&self) -> Result<String> {
        let tags = self.state.tags(&self.socket).map_err(Error::Message)?;
        let id = tags.iter().find_map(|tag| id::of(tag)).map(str::to_owned);
        id.ok_or_else(|| Error::new("the socket has no id: it was not accepted with `Ctx::accept`"))
    }

    /// Returns the tags with which the socket was accepted.
    ///
    /// # Errors
    /// As [`Socket::id`].
    pub fn tags(&self) -> Result<Vec<String>> {
        let mut tags = self.state.tags(&self.socket).map_err(Error::Message)?;
        tags.retain(|tag| id::of(tag).is_none());
        Ok(tags)
    }

    /// Returns whether neither side has closed the socket, as far as the platform knows. It notices later
    /// when a client leaves without a close frame.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.socket.is_open()
    }

    /// Sets the last words of the socket. The client receives them if the object crashes before the returned
    /// guard is dropped. If there are none, the client sees the socket closed.
    #[must_use]
    pub(crate) fn last_words(&self, words: Option<&str>) -> sys::LastWords {
        self.socket.last_words(words)
    }

    /// Returns how many sent bytes still wait to leave: for storage to be on disk, or for a client that reads
    /// slowly. Messages to a client that does not read stay in memory, so check this number before sending
    /// more.
    #[must_use]
    pub fn buffered_bytes(&self) -> u64 {
        self.socket.buffered_bytes()
    }

    /// Returns the time at which the runtime last answered a message of this socket by itself, see
    /// [`AutoResponse`](crate::socket::AutoResponse). It is `None` before the first answer.
    #[must_use]
    pub fn auto_response_timestamp(&self) -> Option<Date> {
        self.state.auto_response_timestamp(&self.socket)
    }

    /// Sends text or bytes; [`Message::json`] turns any other value into text. The message leaves when the
    /// earlier writes to storage are on disk.
    ///
    /// # Errors
    /// [`Error::Message`] when this side has closed the socket. It is not an error when the client has gone:
    /// the message is then lost.
    pub fn send(&self, message: impl Into<Message>) -> Result<()> {
        self.socket.send(&message.into()).map_err(Error::Message)
    }

    /// Closes the socket with a status code and a reason of at most 123 bytes. The code is 1000, a registered
    /// one such as 1011, or one of your own from 3000 to 4999. The call does not change a socket that is
    /// already closed.
    ///
    /// # Errors
    /// [`Error::CloseCode`] and [`Error::Limit`] for a code or a reason that is not allowed.
    pub fn close(&self, code: u16, reason: &str) -> Result<()> {
        check_close(code, reason)?;
        self.socket.close(Some(code), reason).map_err(Error::Message)
    }
}

impl<A: Attachment> Socket<A> {
    /// Returns the attachment set when the socket was accepted, or later.
    ///
    /// # Errors
    /// [`Error::Attachment`] when it is not an `A`, for example because the type has changed.
    pub fn attachment(&self) -> Result<A> {
        let text = self.socket.attachment().map_err(Error::Attachment)?;
        attachment::decode(&text.ok_or_else(|| Error::Attachment("there is none".into()))?)
    }

    /// Replaces the attachment.
    ///
    /// # Errors
    /// [`Error::Limit`] above 16,384 bytes.
    pub fn set_attachment(&self, attachment: &A) -> Result<()> {
        self.socket.set_attachment(&attachment::encode(attachment)?).map_err(Error::Attachment)
    }

    /// Changes the attachment, and returns the result of `change`.
    ///
    /// # Errors
    /// As [`Socket::attachment`] and [`Socket::set_attachment`]; the attachment then stays as it was.
    pub fn update<T>(&self, change: impl FnOnce(&mut A) -> T) -> Result<T> {
        let mut attachment = self.attachment()?;
        let output = change(&mut attachment);
        self.set_attachment(&attachment)?;
        Ok(output)
    }
}
