//! The sockets of an object.

use std::marker::PhantomData;
use std::rc::Rc;

use super::attachment::{self, Attachment};
use super::id;
use super::socket::Socket;
use crate::value::Message;
use crate::{Result, sys};

/// The open sockets of an object: all of them, or a selection.
///
/// ```
/// # use durable_object::prelude::*;
/// # fn f(ctx: &Ctx, sender: &Socket<bool>) {
/// let reached = ctx.sockets::<bool>().tagged("lobby").except(sender).filter(|awake| *awake).broadcast("hi");
/// # }
/// ```
#[must_use = "it only describes a choice: iterate over it, or call `broadcast`, `get` or `count`"]
pub struct Sockets<'a, A = ()> {
    state: Rc<sys::State>,
    tags: Vec<String>,
    except: Vec<sys::Socket>,
    filters: Vec<Filter<'a>>,
    attachment: PhantomData<fn() -> A>,
}

/// A test of an attachment, in its written form, that selects a socket.
type Filter<'a> = Box<dyn Fn(&str) -> bool + 'a>;

impl<'a, A> Sockets<'a, A> {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state, tags: Vec::new(), except: Vec::new(), filters: Vec::new(), attachment: PhantomData }
    }

    /// Selects the sockets that were accepted with this tag. The platform keeps an index of tags.
    pub fn tagged(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Leaves out this socket, such as the sender of a broadcast.
    pub fn except(mut self, socket: &Socket<A>) -> Self {
        self.except.push(socket.raw().clone());
        self
    }

    /// Selects the sockets whose attachment passes the test. It leaves out a socket whose attachment is not
    /// an `A`.
    pub fn filter(mut self, wanted: impl Fn(&A) -> bool + 'a) -> Self
    where
        A: Attachment,
    {
        let wanted = move |line: &str| attachment::decode(line).is_ok_and(|attachment| wanted(&attachment));
        self.filters.push(Box::new(wanted));
        self
    }

    /// Returns the socket with this id.
    #[must_use]
    pub fn get(self, id: &str) -> Option<Socket<A>> {
        self.tagged(id::tag(id)).into_iter().next()
    }

    /// Returns the number of sockets.
    #[must_use]
    pub fn count(&self) -> usize {
        self.select().count()
    }

    /// Sends the same message to each socket, and returns their number. The message crosses to JavaScript
    /// once, for any number of sockets. A client that has gone is counted until the platform notices it.
    #[allow(clippy::must_use_candidate, reason = "how many it reached is not what it is for")]
    pub fn broadcast(&self, message: impl Into<Message>) -> usize {
        self.select().send(&message.into())
    }

    /// Returns each socket with its attachment. All attachments are read at once.
    pub fn with_attachments(&self) -> impl Iterator<Item = (Socket<A>, Result<A>)>
    where
        A: Attachment,
    {
        let selection = self.select();
        let lines = selection.attachments();
        let attachments: Vec<_> = lines.split('\n').map(attachment::decode).collect();
        self.sockets(selection).zip(attachments)
    }

    /// Returns all sockets, to send them different messages.
    pub(crate) fn audience(&self) -> Audience<A> {
        let selection = self.select();
        let numbers = selection.numbers();
        Audience { state: Rc::clone(&self.state), selection, numbers, attachment: PhantomData }
    }

    fn select(&self) -> sys::Selection {
        let selection = self.state.select(&self.tags, &self.except);
        if self.filters.is_empty() {
            return selection;
        }
        let wanted = |line| u8::from(self.filters.iter().all(|wanted| wanted(line)));
        let wanted: Vec<u8> = selection.attachments().split('\n').map(wanted).collect();
        selection.keep(&wanted)
    }

    fn sockets(&self, selection: sys::Selection) -> impl Iterator<Item = Socket<A>> + use<A> {
        let state = Rc::clone(&self.state);
        selection.into_iter().map(move |socket| Socket::new(Rc::clone(&state), socket))
    }
}

/// Sockets that stay on the JavaScript side.
pub(crate) struct Audience<A> {
    state: Rc<sys::State>,
    selection: sys::Selection,
    numbers: Vec<u32>,
    attachment: PhantomData<fn() -> A>,
}

impl<A> Audience<A> {
    /// Returns the [number](Socket::number) of each socket.
    pub(crate) fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Sends the same message to the sockets at these places. A socket that refuses it is about to end.
    pub(crate) fn send_to(&self, places: &[u32], message: impl Into<Message>) {
        self.selection.send_to(places, &message.into());
    }

    /// Returns the socket at this place.
    pub(crate) fn socket(&self, place: u32) -> Option<Socket<A>> {
        Some(Socket::new(Rc::clone(&self.state), self.selection.at(place)?))
    }
}

impl<A: Attachment> Audience<A> {
    /// Reads the attachments at places that are `wanted`. All are read at once.
    pub(crate) fn attachments(&self, wanted: impl Fn(usize) -> bool) -> Vec<(usize, Result<A>)> {
        let lines = self.selection.attachments();
        let lines = lines.split('\n').enumerate().take(self.numbers.len());
        lines
            .filter(|(place, _)| wanted(*place))
            .map(|(place, line)| (place, attachment::decode(line)))
            .collect()
    }
}

impl<A> IntoIterator for Sockets<'_, A> {
    type Item = Socket<A>;
    type IntoIter = std::vec::IntoIter<Socket<A>>;

    fn into_iter(self) -> Self::IntoIter {
        self.sockets(self.select()).collect::<Vec<_>>().into_iter()
    }
}
