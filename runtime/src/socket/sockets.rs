//! The sockets an object has.

use std::marker::PhantomData;
use std::rc::Rc;

use super::attachment::{self, Attachment};
use super::message::Message;
use crate::{Error, Result, sys};

/// One open socket, whose attachment is an `A`.
#[derive(Debug)]
pub struct Socket<A = ()> {
    socket: sys::Socket,
    attachment: PhantomData<fn() -> A>,
}

/// All sockets of an object, or those with one tag.
pub struct Sockets<A = ()> {
    state: Rc<sys::State>,
    tag: Option<String>,
    attachment: PhantomData<fn() -> A>,
}

impl<A> Clone for Socket<A> {
    fn clone(&self) -> Self {
        Self::new(self.socket.clone())
    }
}

impl<A> PartialEq for Socket<A> {
    fn eq(&self, other: &Self) -> bool {
        self.socket == other.socket
    }
}

impl<A> Socket<A> {
    pub(crate) fn new(socket: sys::Socket) -> Self {
        Self { socket, attachment: PhantomData }
    }

    /// Sends text or bytes.
    ///
    /// # Errors
    /// When the socket is closed, with the platform's words.
    pub fn send(&self, message: impl Into<Message>) -> Result<()> {
        self.socket.send(&message.into()).map_err(Error::Message)
    }

    /// Closes the socket with a status code (1000, or 3000 to 4999 for codes of your own) and a reason of
    /// at most 123 bytes.
    ///
    /// # Errors
    /// When it is closed already, or code or reason are not allowed.
    pub fn close(&self, code: u16, reason: &str) -> Result<()> {
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
}

impl<A> Sockets<A> {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state, tag: None, attachment: PhantomData }
    }

    /// Only the sockets that were accepted with this tag.
    #[must_use]
    pub fn tagged(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// The tags one of them was accepted with.
    #[must_use]
    pub fn tags_of(&self, socket: &Socket<A>) -> Vec<String> {
        self.state.tags(&socket.socket)
    }

    /// Sends the same message to each; gives the number of sockets that took it. A closed one is passed
    /// over.
    pub fn broadcast(&self, message: impl Into<Message>) -> usize {
        let message = message.into();
        let sockets = self.state.sockets(self.tag.as_deref());
        sockets.iter().filter(|socket| socket.send(&message).is_ok()).count()
    }
}

impl<A> IntoIterator for Sockets<A> {
    type Item = Socket<A>;
    type IntoIter = std::vec::IntoIter<Socket<A>>;

    fn into_iter(self) -> Self::IntoIter {
        let sockets = self.state.sockets(self.tag.as_deref());
        sockets.into_iter().map(Socket::new).collect::<Vec<_>>().into_iter()
    }
}
