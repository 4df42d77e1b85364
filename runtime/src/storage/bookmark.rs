//! Points in an object's history, to which it can go back.

use std::fmt;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::sqlite::explained;
use crate::{Date, Result, sys};

/// A point in the history of an object's storage, in the platform's own words. Of two, the later one is greater.
///
/// It can be kept as text, in storage or with whoever asked for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bookmark(String);

impl From<String> for Bookmark {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Bookmark> for String {
    fn from(bookmark: Bookmark) -> Self {
        bookmark.0
    }
}

impl fmt::Display for Bookmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An object's point-in-time recovery: everything it has stored can be put back to how it was at any time of the last
/// 30 days (Cloudflare's limit). A local workerd has only the current bookmark and refuses the rest.
///
/// ```
/// # use durable_object::prelude::*;
/// # use durable_object::Date;
/// # async fn undo(ctx: &Ctx, time: Date) -> Result<()> {
/// let bookmark = ctx.bookmarks().for_time(time).await?;
/// ctx.bookmarks().restore_on_next_session(&bookmark).await?;
/// match ctx.abort("its storage goes back in time").await {}
/// # }
/// ```
#[derive(Clone)]
pub struct Bookmarks {
    state: Rc<sys::State>,
}

impl Bookmarks {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state }
    }

    /// The bookmark of this moment.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the object's class was declared without SQLite; a local workerd
    /// gives a bookmark all the same. [`Error::Remote`](crate::Error::Remote) when the platform refuses otherwise.
    pub async fn current(&self) -> Result<Bookmark> {
        self.bookmark(self.state.current_bookmark().await)
    }

    /// The bookmark of a time within the last 30 days, more or less: the nearest that the platform has.
    ///
    /// # Errors
    /// [`Error::Remote`](crate::Error::Remote) when the platform has none, as for times that are not in these days;
    /// [`Error::Config`](crate::Error::Config) without SQLite.
    pub async fn for_time(&self, time: Date) -> Result<Bookmark> {
        self.bookmark(self.state.bookmark_for_time(time).await)
    }

    /// Has the object start its next life with the storage that it had at `bookmark`. That life begins after
    /// [`Ctx::abort`](crate::Ctx::abort), or whenever the platform restarts the object.
    ///
    /// The bookmark returned is that of the moment before, which takes the restoration back.
    ///
    /// # Errors
    /// [`Error::Remote`](crate::Error::Remote) when the platform refuses, as it does for text that is no bookmark;
    /// [`Error::Config`](crate::Error::Config) without SQLite.
    pub async fn restore_on_next_session(&self, bookmark: &Bookmark) -> Result<Bookmark> {
        self.bookmark(self.state.restore_on_next_session(&bookmark.0).await)
    }

    fn bookmark(&self, answer: Result<String>) -> Result<Bookmark> {
        answer.map(Bookmark).map_err(|error| explained(&self.state, error))
    }
}
