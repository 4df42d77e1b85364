//! One living object: its value behind a fair lock, and the rules of who may hold it when.

use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use wasm_bindgen::JsValue;

use super::args::Args;
use super::contract::{Contract, Reply};
use super::ctx::Ctx;
use super::current::InObject;
use crate::{Env, Error, Result, sys};

/// The borrow rules, lifted to the object: handlers that take `&self` interleave where they await, a
/// handler that takes `&mut self` waits for the running ones and then runs alone. Waiting is first come,
/// first served. `#[init]` counts as the first `&mut self` handler.
pub struct Host<T> {
    slot: Arc<RwLock<Slot<T>>>,
    state: Rc<sys::State>,
}

enum Slot<T> {
    Starting,
    Ready(T),
    Failed(String),
}

/// The object, borrowed by a `&self` handler.
pub struct Shared<T>(OwnedRwLockReadGuard<Slot<T>, T>);

/// The object, borrowed by a `&mut self` handler.
pub struct Exclusive<T>(OwnedRwLockMappedWriteGuard<Slot<T>, T>);

impl<T> Clone for Host<T> {
    fn clone(&self) -> Self {
        Self { slot: Arc::clone(&self.slot), state: Rc::clone(&self.state) }
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Deref for Exclusive<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Exclusive<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Contract> Host<T> {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        // Not shared between threads: an object has only one, `Arc` is what the lock's guards ask for.
        #[expect(clippy::arc_with_non_send_sync, reason = "a durable object has one thread")]
        Self { slot: Arc::new(RwLock::new(Slot::Starting)), state }
    }

    /// Runs `#[init]`. The lock is taken now, so whatever is called meanwhile waits for its outcome.
    pub(crate) fn start(&self, ctx: Ctx, env: Env) -> impl Future<Output = Result<()>> + Unpin + 'static {
        let taken = Arc::clone(&self.slot).try_write_owned();
        let init = async move {
            let mut slot = taken.map_err(|_| Error::new("an object was started twice"))?;
            match T::init(ctx, env).await {
                Ok(object) => {
                    *slot = Slot::Ready(object);
                    Ok(())
                }
                Err(error) => {
                    *slot = Slot::Failed(error.to_string());
                    Err(error)
                }
            }
        };
        Box::pin(InObject::new(Rc::clone(&self.state), init))
    }

    /// Borrows the object for a `&self` handler.
    ///
    /// # Errors
    /// [`Error::Init`] when there is no object because its `#[init]` failed.
    pub async fn shared(&self) -> Result<Shared<T>> {
        let slot = Arc::clone(&self.slot).read_owned().await;
        OwnedRwLockReadGuard::try_map(slot, Slot::ready).map(Shared).map_err(|slot| slot.failure())
    }

    /// Borrows the object for a `&mut self` handler.
    ///
    /// # Errors
    /// As [`Host::shared`].
    pub async fn exclusive(&self) -> Result<Exclusive<T>> {
        let slot = Arc::clone(&self.slot).write_owned().await;
        OwnedRwLockWriteGuard::try_map(slot, Slot::ready_mut).map(Exclusive).map_err(|slot| slot.failure())
    }

    /// A call that is being answered by this object.
    pub fn serve(&self, answer: impl Future<Output = Result<JsValue>> + 'static) -> Reply {
        Reply::new(InObject::new(Rc::clone(&self.state), answer))
    }

    /// For an object with sockets but without `#[websocket(close)]`.
    pub fn default_close(&self, args: Args) -> Reply {
        self.serve(async move {
            args.finish_close();
            Ok(JsValue::UNDEFINED)
        })
    }

    /// For an object with sockets but without `#[websocket(error)]`: the socket is gone, and nothing
    /// was asked to happen then.
    pub fn default_error(&self, _args: Args) -> Reply {
        self.serve(async { Ok(JsValue::UNDEFINED) })
    }
}

impl<T> Slot<T> {
    fn ready(&self) -> Option<&T> {
        if let Self::Ready(object) = self { Some(object) } else { None }
    }

    fn ready_mut(&mut self) -> Option<&mut T> {
        if let Self::Ready(object) = self { Some(object) } else { None }
    }

    fn failure(&self) -> Error {
        match self {
            Self::Failed(why) => Error::Init(why.clone()),
            Self::Starting | Self::Ready(_) => Error::Init("its init was dropped before it was done".to_owned()),
        }
    }
}
