//! The asynchronous key-value storage.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::rc::Rc;

use js_sys::Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use super::{List, at, check_size, read, read_entries, unstorable, write};
use crate::value::Options;
use crate::{Error, Result, crossing, sys};

/// The number of keys that the platform takes at once (Cloudflare: "Durable Object Storage", `get(keys)`).
const BATCH: usize = 128;

/// The storage that every Durable Object has, with or without SQLite: asynchronous key-value storage, and
/// operations on all of its data.
///
/// Objects with SQLite see the same entries through [`Kv`](super::Kv), which is synchronous. Values are those
/// of [`Kv`](super::Kv). In objects without SQLite a value is at most 128 KiB and a key 2,048 bytes.
///
/// While the object waits for an operation, no other event reaches it. No answer leaves it before its writes
/// are on disk. [`Storage::allow_concurrency`] and its neighbours change that:
///
/// ```
/// use durable_object::{Ctx, Result};
///
/// async fn settings(ctx: &Ctx) -> Result<Option<String>> {
///     ctx.storage().allow_concurrency().no_cache().get("settings").await
/// }
/// ```
pub struct Storage<Scope = Whole> {
    state: Rc<sys::State>,
    store: sys::Store,
    options: Options,
    scope: PhantomData<Scope>,
}

/// The storage inside of [`Storage::transaction`].
pub type Transaction = Storage<Isolated>;

/// The object's own [`Storage`].
#[derive(Debug)]
pub enum Whole {}

/// The [`Storage`] of a transaction.
#[derive(Debug)]
pub enum Isolated {}

/// A request for entries, with the options of this storage.
#[derive(Serialize)]
struct Listing<'a> {
    #[serde(flatten)]
    list: &'a List,
    #[serde(flatten)]
    options: Options,
}

impl<Scope> Storage<Scope> {
    /// Lets other events run while the object waits for an operation.
    #[must_use]
    pub fn allow_concurrency(mut self) -> Self {
        self.options.allow_concurrency = true;
        self
    }

    /// Lets answers leave the object before its writes are on disk.
    #[must_use]
    pub fn allow_unconfirmed(mut self) -> Self {
        self.options.allow_unconfirmed = true;
        self
    }

    /// Keeps the values read or written out of the platform's cache.
    #[must_use]
    pub fn no_cache(mut self) -> Self {
        self.options.no_cache = true;
        self
    }

    /// Returns the value at a key, if there is one.
    ///
    /// # Errors
    /// [`Error::Kv`] when the stored value is not a `T`, or when the platform fails.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let value = self.store.get(&key.into(), &self.options()).await.map_err(at(key))?;
        read(key, &value)
    }

    /// Returns the value at a key, or `default` when there is none.
    ///
    /// # Errors
    /// As [`Storage::get`].
    pub async fn get_or<T: DeserializeOwned>(&self, key: &str, default: T) -> Result<T> {
        Ok(self.get(key).await?.unwrap_or(default))
    }

    /// Returns the values at several keys, without the keys that have none. It asks the platform for 128 at
    /// once.
    ///
    /// # Errors
    /// As [`Storage::get`].
    pub async fn get_many<T: DeserializeOwned>(&self, keys: &[&str]) -> Result<BTreeMap<String, T>> {
        let mut values = BTreeMap::new();
        for keys in keys.chunks(BATCH) {
            let found = self.store.get(&array(keys), &self.options()).await.map_err(at(&keys.join(", ")))?;
            for entry in read_entries(&Array::from(&found)) {
                let (key, value) = entry?;
                values.insert(key, value);
            }
        }
        Ok(values)
    }

    /// Stores a value at a key, and replaces an earlier one.
    ///
    /// # Errors
    /// [`Error::Kv`] when the value cannot be a JavaScript value or the platform refuses it, [`Error::Limit`]
    /// when it is too large.
    pub async fn put<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        let stored = self.store.put(key, &write(key, value)?, &self.options());
        stored.await.map(drop).map_err(at(key))
    }

    /// Stores values at several keys. All are stored, or none. It gives the platform 128 at once.
    ///
    /// # Errors
    /// As [`Storage::put`], before anything is stored.
    pub async fn put_many<K: AsRef<str>, T: Serialize>(
        &self,
        entries: impl IntoIterator<Item = (K, T)>,
    ) -> Result<()> {
        let mut entries = entries.into_iter().peekable();
        let mut batches = Vec::new();
        while let Some((first, _)) = entries.peek() {
            let first = first.as_ref().to_owned();
            let mut batch = crossing::object();
            for (key, value) in entries.by_ref().take(BATCH) {
                let size = batch.entry(key.as_ref(), &value).map_err(|why| unstorable(key.as_ref(), &why))?;
                check_size(size)?;
            }
            let batch = sys::to_js(&batch.end()).map_err(at(&first))?;
            batches.push((first, batch));
        }
        // The platform stores all puts together that are made before the first wait.
        let stored: Vec<_> = batches
            .iter()
            .map(|(first, batch)| (first, self.store.put_many(batch, &self.options())))
            .collect();
        for (first, stored) in stored {
            stored.await.map_err(at(first))?;
        }
        Ok(())
    }

    /// Deletes a key and its value, and returns whether there was one.
    ///
    /// # Errors
    /// [`Error::Kv`] when the platform refuses.
    pub async fn delete(&self, key: &str) -> Result<bool> {
        let deleted = self.store.delete(&key.into(), &self.options()).await.map_err(at(key))?;
        Ok(deleted.is_truthy())
    }

    /// Deletes several keys, and returns how many had a value. It asks the platform for 128 at once.
    ///
    /// # Errors
    /// As [`Storage::delete`].
    pub async fn delete_many(&self, keys: &[&str]) -> Result<u64> {
        let batches: Vec<_> =
            keys.chunks(BATCH).map(|keys| (keys, self.store.delete(&array(keys), &self.options()))).collect();
        let mut count = 0;
        for (keys, deleted) in batches {
            let deleted = deleted.await.map_err(at(&keys.join(", ")))?;
            count += crossing::from_js::<u64>(&deleted).map_err(Error::Message)?;
        }
        Ok(count)
    }

    /// Returns the entries in the order of their keys, all at once. Set a [`List::limit`] when there may be
    /// many.
    ///
    /// # Errors
    /// As [`Storage::get`].
    pub async fn list<T: DeserializeOwned>(&self, list: List) -> Result<Vec<(String, T)>> {
        if list.is_empty() {
            return Ok(Vec::new());
        }
        let options =
            crossing::to_js(&Listing { list: &list, options: self.options }).map_err(Error::Message)?;
        let listed = self.store.list(&options).await.map_err(at(&list.label()))?;
        read_entries(&Array::from(&listed)).into_iter().collect()
    }

    fn options(&self) -> JsValue {
        crossing::to_js(&self.options).unwrap_or(JsValue::UNDEFINED)
    }
}

impl Storage {
    pub(crate) fn new(state: Rc<sys::State>) -> Self {
        let store = state.store();
        Self { state, store, options: Options::default(), scope: PhantomData }
    }

    /// Runs `body` with a storage of its own. Its changes are stored together when `body` is done, or not at
    /// all when it fails.
    ///
    /// For SQL, and for [`Kv`](super::Kv), use [`Ctx::transaction`](crate::Ctx::transaction).
    ///
    /// # Errors
    /// The error that `body` returns; [`Error::Remote`] when the platform cannot commit.
    pub async fn transaction<T, E>(
        &self,
        body: impl AsyncFnOnce(Transaction) -> Result<T, E> + 'static,
    ) -> Result<T, E>
    where
        T: 'static,
        E: From<Error> + 'static,
    {
        let (state, options) = (Rc::clone(&self.state), self.options);
        let run = move |store| {
            let transaction =
                Storage { state: Rc::clone(&state), store, options, scope: PhantomData::<Isolated> };
            async move { body(transaction).await }
        };
        self.store.transaction(&self.state, run).await
    }

    /// Deletes everything: all entries, and in an object with SQLite its tables too. Whether the alarm is
    /// deleted as well depends on the worker's compatibility date (from 2026-02-24 on it is).
    ///
    /// The object lives on; [`Ctx::destroy`](crate::Ctx::destroy) ends it as well.
    ///
    /// # Errors
    /// [`Error::Remote`] when the platform fails; nothing is deleted then.
    pub async fn delete_all(&self) -> Result<()> {
        self.store.delete_all(&self.options()).await
    }

    /// Waits until all writes are on disk.
    ///
    /// # Errors
    /// [`Error::Remote`] when a write could not be stored; the platform then resets the object.
    pub async fn sync(&self) -> Result<()> {
        self.store.sync().await
    }
}

impl<Scope> std::fmt::Debug for Storage<Scope> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Storage").field("options", &self.options).finish_non_exhaustive()
    }
}

fn array(keys: &[&str]) -> JsValue {
    keys.iter().map(|&key| JsValue::from_str(key)).collect::<Array>().into()
}
