//! The sockets an object has.

use std::marker::PhantomData;
use std::rc::Rc;

use super::attachment::{self, Attachment};
use super::id;
use super::socket::Socket;
use crate::value::Message;
use crate::{Result, sys};

/// The open sockets of an object: all of them, or those that pass what narrows the choice.
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

/// Says of an attachment, as it is written, whether its socket is wanted.
type Filter<'a> = Box<dyn Fn(&str) -> bool + 'a>;

impl<'a, A> Sockets<'a, A> {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state, tags: Vec::new(), except: Vec::new(), filters: Vec::new(), attachment: PhantomData }
    }

    /// Only the sockets that were accepted with this tag. The platform keeps an index of tags.
    pub fn tagged(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Not this one, such as the sender of what is broadcast.
    pub fn except(mut self, socket: &Socket<A>) -> Self {
        self.except.push(socket.raw().clone());
        self
    }

    /// Only the sockets whose attachment passes. One whose attachment is no `A` does not.
    pub fn filter(mut self, wanted: impl Fn(&A) -> bool + 'a) -> Self
    where
        A: Attachment,
    {
        let wanted = move |line: &str| attachment::decode(line).is_ok_and(|attachment| wanted(&attachment));
        self.filters.push(Box::new(wanted));
        self
    }

    /// The one with this id.
    #[must_use]
    pub fn get(self, id: &str) -> Option<Socket<A>> {
        self.tagged(id::tag(id)).into_iter().next()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.select().count()
    }

    /// Sends the same message to each, and gives their number. What it is made of crosses to JavaScript
    /// once, however many there are. A client that has gone, but is not known to have, counts.
    #[allow(clippy::must_use_candidate, reason = "how many it reached is not what it is for")]
    pub fn broadcast(&self, message: impl Into<Message>) -> usize {
        self.select().send(&message.into())
    }

    /// Each with what is attached to it, read all at once.
    pub fn with_attachments(&self) -> impl Iterator<Item = (Socket<A>, Result<A>)>
    where
        A: Attachment,
    {
        let selection = self.select();
        let lines = selection.attachments();
        let attachments: Vec<_> = lines.split('\n').map(attachment::decode).collect();
        self.sockets(selection).zip(attachments)
    }

    /// All of them with what is attached to each, to send them different things.
    pub(crate) fn audience(&self) -> Audience<A>
    where
        A: Attachment,
    {
        let selection = self.select();
        let attachments = selection.attachments().split('\n').map(attachment::decode).collect();
        Audience { state: Rc::clone(&self.state), selection, attachments }
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

/// Sockets with what is attached to each. They stay on the JavaScript side.
///
/// Where there is no socket there is one attachment, which is none.
pub(crate) struct Audience<A> {
    state: Rc<sys::State>,
    selection: sys::Selection,
    attachments: Vec<Result<A>>,
}

impl<A> Audience<A> {
    pub(crate) fn attachments(&self) -> &[Result<A>] {
        &self.attachments
    }

    pub(crate) fn attachments_mut(&mut self) -> &mut [Result<A>] {
        &mut self.attachments
    }

    /// Sends the same message to those at these places. One that takes no more is on its way out.
    pub(crate) fn send_to(&self, places: &[u32], message: impl Into<Message>) {
        self.selection.send_to(places, &message.into());
    }

    /// The one at this place.
    pub(crate) fn socket(&self, place: u32) -> Option<Socket<A>> {
        Some(Socket::new(Rc::clone(&self.state), self.selection.at(place)?))
    }
}

impl<A> IntoIterator for Sockets<'_, A> {
    type Item = Socket<A>;
    type IntoIter = std::vec::IntoIter<Socket<A>>;

    fn into_iter(self) -> Self::IntoIter {
        self.sockets(self.select()).collect::<Vec<_>>().into_iter()
    }
}
