//! Points in an object's history to which its storage can be restored.

use std::fmt;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::sqlite::explained;
use crate::{Date, Result, sys};

/// A point in the history of an object's storage, in the platform's own notation. The later of two bookmarks
/// is the greater one.
///
/// A bookmark can be kept as text, in storage or with the client that asked for it.
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

/// An object's point-in-time recovery. It restores everything the object has stored to its state at any time
/// of the last 30 days (Cloudflare's limit). A local workerd has only the current bookmark and refuses the
/// rest.
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

    /// Returns the bookmark of this moment.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the object's class was declared without SQLite; a local
    /// workerd returns a bookmark even then. [`Error::Remote`](crate::Error::Remote) when the platform
    /// refuses for another reason.
    pub async fn current(&self) -> Result<Bookmark> {
        self.bookmark(self.state.current_bookmark().await)
    }

    /// Returns the bookmark nearest to a time within the last 30 days. It is approximate: the platform does
    /// not have one for each moment.
    ///
    /// # Errors
    /// [`Error::Remote`](crate::Error::Remote) when the platform has no bookmark, as for a time outside these
    /// days; [`Error::Config`](crate::Error::Config) without SQLite.
    pub async fn for_time(&self, time: Date) -> Result<Bookmark> {
        self.bookmark(self.state.bookmark_for_time(time).await)
    }

    /// Restores the storage of `bookmark` for the object's next life. That life begins after
    /// [`Ctx::abort`](crate::Ctx::abort), or when the platform restarts the object for another reason.
    ///
    /// Returns the bookmark of the moment before the restoration. Restoring that bookmark undoes the
    /// restoration.
    ///
    /// # Errors
    /// [`Error::Remote`](crate::Error::Remote) when the platform refuses, as it does for text that is not a
    /// bookmark; [`Error::Config`](crate::Error::Config) without SQLite.
    pub async fn restore_on_next_session(&self, bookmark: &Bookmark) -> Result<Bookmark> {
        self.bookmark(self.state.restore_on_next_session(&bookmark.0).await)
    }

    fn bookmark(&self, answer: Result<String>) -> Result<Bookmark> {
        answer.map(Bookmark).map_err(|error| explained(&self.state, error))
    }
}
