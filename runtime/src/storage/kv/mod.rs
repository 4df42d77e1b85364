//! Key-value storage, beside the tables of the same database.

mod chunked;
mod entries;
mod list;
mod storage;

use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

pub use chunked::Chunked;
pub use entries::Entries;
pub use list::List;
pub use storage::{Storage, Transaction};

use super::sqlite::explained;
use crate::{Error, Result, codec, crossing, sys};

/// An object's synchronous key-value storage: it is part of its SQLite database.
///
/// Keys are text. Values are any type that serde supports, stored as the JavaScript values that they are
/// [elsewhere](crate::rpc::Js), so objects in JavaScript can read them too. The platform stores all writes of
/// one turn together, and sends no answer before they are stored.
/// [`Ctx::transaction`](crate::Ctx::transaction) rolls them back together with the changes of SQL.
///
/// A key and its value are at most 2 MB (Cloudflare: "Durable Objects limits"). [`Kv::chunked`] stores more.
///
/// ```
/// use durable_object::storage::List;
/// use durable_object::{Ctx, Result};
///
/// fn visit(ctx: &Ctx, who: &str) -> Result<u64> {
///     let visits = ctx.kv().get_or(who, 0)? + 1;
///     ctx.kv().put(who, &visits)?;
///     Ok(visits)
/// }
///
/// fn guests(ctx: &Ctx) -> Result<Vec<(String, u64)>> {
///     ctx.kv().list(List::prefix("guest:")).collect()
/// }
/// ```
#[derive(Clone)]
pub struct Kv {
    state: Rc<sys::State>,
}

impl Kv {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        Self { state }
    }

    /// Returns the value at a key, if there is one.
    ///
    /// # Errors
    /// [`Error::Kv`] when the stored value is not a `T`; [`Error::Config`] when the object's class was
    /// declared without SQLite.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let value = self.store().get(key).map_err(self.refused(key))?;
        read(key, &value)
    }

    /// Returns the value at a key, or `default` when there is none.
    ///
    /// # Errors
    /// As [`Kv::get`].
    pub fn get_or<T: DeserializeOwned>(&self, key: &str, default: T) -> Result<T> {
        Ok(self.get(key)?.unwrap_or(default))
    }

    /// Stores a value at a key, and replaces an earlier one.
    ///
    /// # Errors
    /// [`Error::Kv`] when the value cannot be a JavaScript value, [`Error::Limit`] when it is too large;
    /// [`Error::Config`] without SQLite.
    pub fn put<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        self.store().put(key, &write(key, value)?).map_err(self.refused(key))
    }

    /// Deletes a key and its value, and returns whether there was one.
    ///
    /// # Errors
    /// [`Error::Kv`] when the platform refuses; [`Error::Config`] without SQLite.
    pub fn delete(&self, key: &str) -> Result<bool> {
        self.store().delete(key).map_err(self.refused(key))
    }

    /// Returns the entries in the order of their keys. Each is read when it is asked for.
    #[must_use]
    pub fn list<T: DeserializeOwned>(&self, list: List) -> Entries<T> {
        Entries::new(self.clone(), list)
    }

    /// Returns a place for any number of bytes, as far as they fit in the object's memory.
    #[must_use]
    pub fn chunked(&self, key: &str) -> Chunked {
        Chunked::new(self.clone(), key)
    }

    fn store(&self) -> &sys::Kv {
        self.state.kv()
    }

    /// Returns the error for a key that the platform refuses.
    fn refused(&self, key: &str) -> impl Fn(String) -> Error {
        let (state, refused) = (Rc::clone(&self.state), at(key));
        move |message| explained(&state, refused(message))
    }
}

impl std::fmt::Debug for Kv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kv").finish_non_exhaustive()
    }
}

/// Returns the error for a key.
fn at(key: &str) -> impl Fn(String) -> Error {
    move |message| Error::Kv { key: key.to_owned(), message }
}

/// Returns the value stored at a key. Undefined means that there is none.
fn read<T: DeserializeOwned>(key: &str, value: &JsValue) -> Result<Option<T>> {
    if value.is_undefined() {
        return Ok(None);
    }
    crossing::from_js(value).map(Some).map_err(|why| at(key)(format!("the value is another one: {why}")))
}

/// Returns a value in its stored form.
fn write<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<JsValue> {
    let encoded = crossing::encode(value).map_err(|why| unstorable(key, &why))?;
    check_size(key.len() + encoded.least_size())?;
    sys::to_js(&encoded).map_err(at(key))
}

fn unstorable(key: &str, why: &codec::Error) -> Error {
    at(key)(format!("the value cannot be stored: {why}"))
}

/// Refuses a key and its value when they exceed the platform's limit in bytes.
fn check_size(size: usize) -> Result<()> {
    const LIMIT: usize = 2_000_000;
    if size <= LIMIT {
        return Ok(());
    }
    Err(Error::Limit { what: "a key and its value in bytes", actual: size, limit: LIMIT })
}

/// Returns the entries of an array of keys with values. It reads the whole array at once. It reads each entry
/// by itself only to find the one that is not a `T`.
fn read_entries<T: DeserializeOwned>(array: &Array) -> VecDeque<Result<(String, T)>> {
    if let Ok(entries) = crossing::from_js::<VecDeque<(String, T)>>(array) {
        return entries.into_iter().map(Ok).collect();
    }
    let entry = |entry: JsValue| {
        let entry: Array = entry.into();
        let key = entry.get(0).as_string().unwrap_or_default();
        let value = crossing::from_js(&entry.get(1));
        let value = value.map_err(|why| at(&key)(format!("the value is another one: {why}")))?;
        Ok((key, value))
    };
    array.iter().map(entry).collect()
}
