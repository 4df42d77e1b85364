//! The calls that reach a store from outside: those of the backend, and those of timers.

use std::cell::RefCell;
use std::fmt;
use std::rc::{Rc, Weak};
use std::time::Duration;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::handle::{Inner, Store};
use crate::livestore::client::error::StoreError;
use crate::livestore::client::process::Process;
use crate::livestore::client::rpc::page::{Callback, CallbackError, callback, callback_json};
use crate::livestore::schema::{Passed, Schema};
use crate::object::PartContext;
use crate::sys;

/// The slices of a rebuild in one turn of the object. Other events wait meanwhile.
const SLICES: usize = 5;

/// The argument with which a backend calls.
#[derive(Serialize)]
enum Payload {
    /// The form of LiveStore's later versions.
    Bytes(Vec<u8>),
    /// The form of LiveStore 0.4.0: an object, as its JSON.
    Object(String),
    /// It cannot be read: it may nest too deep.
    Unreadable,
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(deserializer.deserialize_any(PayloadVisitor).unwrap_or(Self::Unreadable))
    }
}

struct PayloadVisitor;

impl<'de> Visitor<'de> for PayloadVisitor {
    type Value = Payload;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Payload, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = items.next_element()? {
            bytes.push(byte);
        }
        Ok(Payload::Bytes(bytes))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Payload, A::Error> {
        Ok(Payload::Object(Passed::of_map(members)?.0))
    }
}

thread_local! {
    /// The stores of all objects that are awake.
    static AWAKE: RefCell<Vec<Weak<Inner>>> = const { RefCell::new(Vec::new()) };
}

impl Inner {
    /// Refuses to be the second store of its object with the same tables.
    fn refuse_twin(self: &Rc<Self>) -> Result<(), StoreError> {
        let is_twin = |other: Rc<Self>| {
            Rc::ptr_eq(other.ctx.state(), self.ctx.state()) && other.database.layout == self.database.layout
        };
        AWAKE.with_borrow_mut(|awake| {
            awake.retain(|store| store.strong_count() > 0);
            if awake.iter().filter_map(Weak::upgrade).any(is_twin) {
                let why = "two stores of this object have the same name, or none: name each with \
                           `StoreOptions::named`";
                return Err(StoreError::Schema(why.to_owned()));
            }
            awake.push(Rc::downgrade(self));
            Ok(())
        })
    }

    /// Takes a call of a backend. Returns `None` when it is for another store of the object.
    fn called(self: &Rc<Self>, call: Result<Callback, CallbackError>) -> Option<()> {
        match call {
            Ok(Callback { pull: Some(pull), .. }) if pull.mark != self.database.layout.mark() => None,
            Ok(Callback { pull, pages }) => {
                for page in pages {
                    self.tell(|process, now| process.callback(page, now));
                }
                // Without the id of a pull, it may be for any store.
                pull.map(|_| ())
            }
            // It may be for any store. The next pull brings the events of the call.
            Err(error) => {
                sys::log_error(&format!("a call of the backend is ignored: {error}"));
                self.tell(Process::unread_callback);
                None
            }
        }
    }
}

#[crate::part]
impl<S: Schema> Store<S> {
    #[wake]
    fn wake(&self, place: PartContext) -> Result<(), StoreError> {
        let inner = self.inner();
        inner.refuse_twin()?;
        // A part wakes once.
        let _ = inner.place.set(place);
        if inner.database.rebuilt()?.is_some() {
            inner.later(Duration::ZERO);
        }
        // An object whose store cannot connect still has rows to read. The next `connect` fails visibly.
        if let Err(error) = inner.start() {
            sys::log_error(&format!("the store cannot connect: {error}"));
        }
        Ok(())
    }

    /// Takes events of the backend, which calls it when other clients have committed.
    #[rpc(name = "syncUpdateRpc", shared)]
    fn sync_update(&self, payload: Payload, _store_id: Option<String>) -> Option<()> {
        self.inner().called(match payload {
            Payload::Bytes(bytes) => callback(&bytes),
            Payload::Object(json) => callback_json(&json),
            Payload::Unreadable => Err(CallbackError::Argument),
        })
    }

    #[scheduled]
    pub(super) fn tick(&self) -> Result<(), StoreError> {
        let inner = self.inner();
        inner.timer.set(None);
        inner.rebuild(SLICES)?;
        if inner.database.rebuilt()?.is_some() && inner.database.halted()?.is_none() {
            inner.later(Duration::ZERO);
        }
        inner.start()?;
        inner.tell(Process::timer);
        Ok(())
    }
}
