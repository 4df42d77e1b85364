//! One open socket.

use std::marker::PhantomData;
use std::rc::Rc;

use super::attachment::{self, Attachment};
use super::id;
use crate::value::{Date, Message, check_close};
use crate::{Error, Result, sys};

/// One socket, whose attachment is an `A`.
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

    pub(super) fn raw(&self) -> &sys::Socket {
        &self.socket
    }

    /// The socket's id, a UUID that was made when it was accepted. It stays the same through hibernation,
    /// and [`Sockets::get`](crate::Sockets::get) finds the socket by it.
    ///
    /// # Errors
    /// [`Error::Message`] when the connection has ended and its `#[websocket(close)]` handler is done.
    pub fn id(&self) -> Result<String> {
        let tags = self.state.tags(&self.socket).map_err(Error::Message)?;
        let id = tags.iter().find_map(|tag| id::of(tag)).map(str::to_owned);
        id.ok_or_else(|| Error::new("the socket has no id: it was not accepted with `Ctx::accept`"))
    }

    /// The tags it was accepted with.
    ///
    /// # Errors
    /// As [`Socket::id`].
    pub fn tags(&self) -> Result<Vec<String>> {
        let mut tags = self.state.tags(&self.socket).map_err(Error::Message)?;
        tags.retain(|tag| id::of(tag).is_none());
        Ok(tags)
    }

    /// Whether neither side has closed it, as far as is known here: a client that just went away is
    /// noticed later.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.socket.is_open()
    }

    /// Has the client hear these words if the object crashes before what this gives is dropped, or see the socket closed
    /// where there are none.
    #[must_use]
    pub(crate) fn last_words(&self, words: Option<&str>) -> sys::LastWords {
        self.socket.last_words(words)
    }

    /// How many bytes of what was sent still wait to leave: for storage to be on disk, or for a client that reads
    /// slowly. What is sent to one that does not read stays in memory, so look here before sending it more.
    #[must_use]
    pub fn buffered_bytes(&self) -> u64 {
        self.socket.buffered_bytes()
    }

    /// When the runtime last answered a message of this socket by itself, see
    /// [`AutoResponse`](crate::AutoResponse): `None` when it has not yet.
    #[must_use]
    pub fn auto_response_timestamp(&self) -> Option<Date> {
        self.state.auto_response_timestamp(&self.socket)
    }

    /// Sends text or bytes; [`Message::json`] makes text of any other value. It leaves when what was
    /// written to storage before is on disk.
    ///
    /// # Errors
    /// [`Error::Message`] when this side has closed the socket. A client that has gone is no error: what
    /// is sent to it is lost.
    pub fn send(&self, message: impl Into<Message>) -> Result<()> {
        self.socket.send(&message.into()).map_err(Error::Message)
    }

    /// Closes the socket with a status code (1000, one of the registry such as 1011, or 3000 to 4999 for
    /// codes of your own) and a reason of at most 123 bytes. A socket that is closed already stays as it
    /// is.
    ///
    /// # Errors
    /// [`Error::CloseCode`] and [`Error::Limit`] for a code or a reason that is not allowed.
    pub fn close(&self, code: u16, reason: &str) -> Result<()> {
        check_close(code, reason)?;
        self.socket.close(Some(code), reason).map_err(Error::Message)
    }
}

impl<A: Attachment> Socket<A> {
    /// What was attached when the socket was accepted, or set since.
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

    /// Changes the attachment, and gives what `change` gives.
    ///
    /// # Errors
    /// As [`Socket::attachment`] and [`Socket::set_attachment`]; it stays as it was then.
    pub fn update<T>(&self, change: impl FnOnce(&mut A) -> T) -> Result<T> {
        let mut attachment = self.attachment()?;
        let output = change(&mut attachment);
        self.set_attachment(&attachment)?;
        Ok(output)
    }
}
