//! Entries of key-value storage, read when they are asked for.

use std::collections::VecDeque;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::list::List;
use super::{Kv, read_entries};
use crate::{Result, crossing};

/// The number of entries read at once.
const PAGE: u32 = 128;

/// The entries of [`Kv::list`], read in pages of 128. An error is the last item.
///
/// Entries that are put or deleted meanwhile are seen if they lie ahead.
pub struct Entries<T> {
    kv: Kv,
    /// The entries not yet read; `None` at the end.
    rest: Option<List>,
    page: VecDeque<Result<(String, T)>>,
    value: PhantomData<fn() -> T>,
}

impl<T> Entries<T> {
    pub(super) fn new(kv: Kv, list: List) -> Self {
        Self { kv, rest: Some(list), page: VecDeque::new(), value: PhantomData }
    }
}

impl<T: DeserializeOwned> Entries<T> {
    /// Reads the next page, and notes the entries that come after it.
    fn turn(&mut self, list: List) -> Result<()> {
        if list.is_empty() {
            return Ok(());
        }
        let asked = crossing::to_js(&list.page(PAGE));
        let listed =
            asked.and_then(|asked| self.kv.store().list(&asked)).map_err(self.kv.refused(&list.label()))?;
        let read = read_entries(&listed);
        let count = u32::try_from(read.len()).unwrap_or(u32::MAX);
        if let Some(Ok((last, _))) = read.back()
            && count == PAGE
        {
            self.rest = Some(list.after(count, last));
        }
        self.page = read;
        Ok(())
    }
}

impl<T: DeserializeOwned> Iterator for Entries<T> {
    type Item = Result<(String, T)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty()
            && let Some(list) = self.rest.take()
            && let Err(error) = self.turn(list)
        {
            return Some(Err(error));
        }
        self.page.pop_front()
    }
}

impl<T> std::fmt::Debug for Entries<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entries").field("rest", &self.rest).finish_non_exhaustive()
    }
}
