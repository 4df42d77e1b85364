use std::collections::BTreeMap;

use durable_object::Date;
use durable_object::prelude::*;
use durable_object::storage::List;
use serde::{Deserialize, Serialize};

/// Keeps values by their key, without waiting and with.
#[durable_object]
pub struct Pairs {
    ctx: Ctx,
}

/// A value with everything in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Photo {
    /// Text.
    pub title: String,
    /// Bytes.
    pub pixels: Vec<u8>,
    /// A date.
    pub taken: Date,
    /// An integer.
    pub views: i64,
}

/// Which entries.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Wanted {
    /// How their keys begin.
    pub prefix: Option<String>,
    /// The first.
    pub start: Option<String>,
    /// The one before the first.
    pub start_after: Option<String>,
    /// The one after the last.
    pub end: Option<String>,
    /// The other way round.
    pub reverse: bool,
    /// How many.
    pub limit: Option<u32>,
}

impl Wanted {
    fn list(self) -> List {
        let mut list = self.prefix.map_or_else(List::all, List::prefix);
        list = if let Some(start) = self.start { list.start(start) } else { list };
        list = if let Some(key) = self.start_after { list.start_after(key) } else { list };
        list = if let Some(end) = self.end { list.end(end) } else { list };
        list = if self.reverse { list.reverse() } else { list };
        if let Some(limit) = self.limit { list.limit(limit) } else { list }
    }
}

/// Keys of three digits.
fn keys(count: u32) -> Vec<String> {
    (0..count).map(|number| format!("{number:03}")).collect()
}

/// Bytes of which no chunk is like another.
fn bytes(count: u32) -> Vec<u8> {
    (0..count).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

#[durable_object]
impl Pairs {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    /// Puts a value.
    #[rpc]
    pub fn put(&self, key: String, value: Photo) -> Result<()> {
        self.ctx.kv().put(&key, &value)
    }

    /// Puts text of that many times this.
    #[rpc]
    pub fn put_text(&self, key: String, text: String, times: u32) -> Result<()> {
        self.ctx.kv().put(&key, &text.repeat(times as usize))
    }

    /// Gets a value.
    #[rpc]
    pub fn get(&self, key: String) -> Result<Option<Photo>> {
        self.ctx.kv().get(&key)
    }

    /// Counts.
    #[rpc]
    pub fn visit(&self, key: String) -> Result<u64> {
        let visits = self.ctx.kv().get_or(&key, 0)? + 1;
        self.ctx.kv().put(&key, &visits)?;
        Ok(visits)
    }

    /// Deletes.
    #[rpc]
    pub fn delete(&self, key: String) -> Result<bool> {
        self.ctx.kv().delete(&key)
    }

    /// Puts numbers at keys of three digits.
    #[rpc]
    pub fn fill(&self, count: u32) -> Result<()> {
        (0..).zip(keys(count)).try_for_each(|(number, key): (u32, _)| self.ctx.kv().put(&key, &number))
    }

    /// The numbers there are.
    #[rpc]
    pub fn list(&self, wanted: Wanted) -> Result<Vec<(String, u32)>> {
        self.ctx.kv().list(wanted.list()).collect()
    }

    /// Deletes what it lists, and lists something else meanwhile.
    #[rpc]
    pub fn drain(&self) -> Result<u32> {
        let kv = self.ctx.kv();
        let mut count = 0;
        for entry in kv.list::<u32>(List::all()) {
            let (key, _) = entry?;
            count += u32::from(kv.delete(&key)?);
            kv.list::<u32>(List::all().limit(1)).count();
        }
        Ok(count)
    }

    /// How many numbers come before a value that is none, and what is said of it.
    #[rpc]
    pub fn numbers_before(&self) -> Result<(u32, String)> {
        let mut count = 0;
        for entry in self.ctx.kv().list::<u32>(List::all()) {
            match entry {
                Ok(_) => count += 1,
                Err(error) => return Ok((count, error.to_string())),
            }
        }
        Ok((count, String::new()))
    }

    /// Changes tables and values together, or not at all.
    #[rpc]
    pub fn change_both(&self, fail: bool) -> Result<()> {
        self.ctx.sql().execute("CREATE TABLE IF NOT EXISTS t (n)", ())?;
        self.ctx.transaction(|sql| {
            sql.execute("INSERT INTO t VALUES (1)", ())?;
            self.ctx.kv().put("n", &1)?;
            if fail { Err(Error::new("changed its mind")) } else { Ok(()) }
        })
    }

    /// How many rows there are, and the value.
    #[rpc]
    pub fn both(&self) -> Result<(i64, Option<i64>)> {
        let rows = self.ctx.sql().query("SELECT COUNT(*) FROM t", ())?.one()?;
        Ok((rows, self.ctx.kv().get("n")?))
    }

    /// Puts that many bytes in chunks.
    #[rpc]
    pub fn put_chunked(&self, count: u32) -> Result<()> {
        self.ctx.kv().chunked("large").put(&bytes(count))
    }

    /// Whether that many bytes are in chunks; and how many keys they take.
    #[rpc]
    pub fn has_chunked(&self, count: u32) -> Result<(bool, u32)> {
        let large = self.ctx.kv().chunked("large");
        let same = large.get()?.is_some_and(|found| found == bytes(count));
        let sized = large.size()? == Some(count.into());
        let keys = self.ctx.kv().list::<serde::de::IgnoredAny>(List::prefix("large")).count();
        Ok((same && sized, u32::try_from(keys).unwrap_or(u32::MAX)))
    }

    /// Deletes them.
    #[rpc]
    pub fn delete_chunked(&self) -> Result<bool> {
        self.ctx.kv().chunked("large").delete()
    }

    /// Puts one chunk in the place of another.
    #[rpc]
    pub fn mix_up(&self) -> Result<()> {
        let kv = self.ctx.kv();
        let first: Option<durable_object::value::Blob> = kv.get("large\u{1}000000")?;
        kv.put("large\u{1}000001", &first)
    }

    /// Puts a value and gets it, and whether it was there before and is after.
    #[rpc]
    pub async fn wait_for(&self, key: String, value: Photo) -> Result<(bool, Option<Photo>, bool, bool)> {
        let storage = self.ctx.storage();
        let before = storage.get::<Photo>(&key).await?.is_some();
        storage.put(&key, &value).await?;
        let found = storage.get(&key).await?;
        let deleted = storage.delete(&key).await?;
        Ok((before, found, deleted, storage.delete(&key).await?))
    }

    /// Puts many, gets as many, deletes them: how many each time.
    #[rpc]
    pub async fn wait_for_many(&self, count: u32) -> Result<(usize, usize, u64)> {
        let storage = self.ctx.storage().allow_concurrency().allow_unconfirmed().no_cache();
        let keys = keys(count);
        storage.put_many(keys.iter().zip(0_u32..)).await?;
        let all = storage.list::<u32>(List::all()).await?.len();
        let wanted: Vec<&str> = keys.iter().map(String::as_str).chain(["missing"]).collect();
        let found: BTreeMap<String, u32> = storage.get_many(&wanted).await?;
        let same = found.values().copied().eq(0..count);
        Ok((all, if same { found.len() } else { 0 }, storage.delete_many(&wanted).await?))
    }

    /// Puts values at keys that objects of JavaScript may have of their own; the keys there are then.
    #[rpc]
    pub async fn put_odd_keys(&self) -> Result<Vec<String>> {
        let odd = ["", "__proto__", "constructor", "ä 🔑"];
        self.ctx.storage().put_many(odd.map(|key| (key, vec![key]))).await?;
        let found = self.ctx.kv().list::<Vec<String>>(List::all());
        found
            .map(|entry| {
                entry.map(|(key, value)| if value == [key.as_str()] { key } else { format!("{value:?}") })
            })
            .collect()
    }

    /// Fails to put the last of some.
    #[rpc]
    pub async fn put_too_much(&self) -> Result<()> {
        let values = [("a", "x".to_owned()), ("b", "x".repeat(2_000_001))];
        self.ctx.storage().put_many(values).await
    }

    /// The numbers there are.
    #[rpc]
    pub async fn wait_for_list(&self, wanted: Wanted) -> Result<Vec<(String, u32)>> {
        self.ctx.storage().list(wanted.list()).await
    }

    /// Moves a number from one key to another, or not at all.
    #[rpc]
    pub async fn transfer(&self, amount: i64) -> Result<(i64, i64)> {
        let storage = self.ctx.storage();
        storage.put("from", &10).await?;
        let moved = storage.transaction(async move |inner| {
            let from = inner.get_or("from", 0).await? - amount;
            inner.put("from", &from).await?;
            let to = inner.get_or("to", 0).await? + amount;
            inner.put("to", &to).await?;
            if from < 0 { Err(Error::new("not enough")) } else { Ok((from, to)) }
        });
        moved.await
    }

    /// Both numbers.
    #[rpc]
    pub async fn balances(&self) -> Result<(i64, i64)> {
        let storage = self.ctx.storage();
        Ok((storage.get_or("from", 0).await?, storage.get_or("to", 0).await?))
    }

    /// Deletes everything; how much there is then.
    #[rpc]
    pub async fn delete_all(&self) -> Result<usize> {
        let storage = self.ctx.storage();
        storage.delete_all().await?;
        storage.sync().await?;
        Ok(self.ctx.kv().list::<serde::de::IgnoredAny>(List::all()).count())
    }
}
