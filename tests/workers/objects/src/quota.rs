//! A part, as a library would ship it, and an object that has it.

use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;

use durable_object::object::PartContext;
use durable_object::prelude::*;

/// Counts the uses of each key, and forgets them after a while.
#[derive(Clone)]
pub struct Quota {
    inner: Rc<Inner>,
}

struct Inner {
    window: Duration,
    place: OnceCell<PartContext>,
}

impl Quota {
    /// Creates a quota whose counts are forgotten after `window`.
    pub fn new(window: Duration) -> Self {
        Self { inner: Rc::new(Inner { window, place: OnceCell::new() }) }
    }

    /// Notes one more use, and returns their number.
    ///
    /// # Errors
    /// Fails when the object's database does.
    pub fn take(&self, key: &str) -> Result<i64> {
        let place = self.place()?;
        let used = place
            .ctx()
            .sql()
            .query(
                "INSERT INTO quota VALUES (?1, ?2, 1)
                 ON CONFLICT DO UPDATE SET used = used + 1 RETURNING used",
                (place.name(), key),
            )?
            .one()?;
        QuotaSchedule::new(place).forget(key.to_owned()).key(key).after(self.inner.window)?;
        Ok(used)
    }

    fn place(&self) -> Result<&PartContext> {
        self.inner.place.get().ok_or_else(|| Error::new("the object has not started yet"))
    }
}

#[durable_object::part]
impl Quota {
    #[wake]
    fn wake(&self, place: PartContext) -> Result<()> {
        place.ctx().sql().execute(
            "CREATE TABLE IF NOT EXISTS quota (part TEXT, key TEXT, used INTEGER, PRIMARY KEY (part, key))",
            (),
        )?;
        let _ = self.inner.place.set(place);
        Ok(())
    }

    /// Returns the number of uses that are not forgotten.
    #[rpc]
    pub fn quota_used(&self, key: String) -> Result<i64> {
        let place = self.place()?;
        let used = place
            .ctx()
            .sql()
            .query("SELECT used FROM quota WHERE part = ?1 AND key = ?2", (place.name(), key))?;
        Ok(used.optional()?.unwrap_or(0))
    }

    #[scheduled]
    fn forget(&self, key: String) -> Result<()> {
        let place = self.place()?;
        place.ctx().sql().execute("DELETE FROM quota WHERE part = ?1 AND key = ?2", (place.name(), key))?;
        Ok(())
    }
}

/// A part without methods: two fields of one object can have its type.
#[derive(Clone, Default)]
pub struct Ticker {
    place: Rc<OnceCell<PartContext>>,
}

impl Ticker {
    /// Ticks once, soon.
    ///
    /// # Errors
    /// Fails when the object's database does.
    pub fn start(&self) -> Result<()> {
        let place = self.place.get().ok_or_else(|| Error::new("the object has not started yet"))?;
        TickerSchedule::new(place).tick().after(Duration::from_millis(1))?;
        Ok(())
    }
}

#[durable_object::part]
impl Ticker {
    #[wake]
    async fn wake(&self, place: PartContext) {
        let _ = self.place.set(place);
    }

    #[scheduled]
    async fn tick(&self) -> Result<()> {
        let Some(place) = self.place.get() else { return Ok(()) };
        place.ctx().kv().put(place.name(), &true)
    }
}

/// Has three parts, and methods and timers of its own.
#[durable_object]
pub struct Metered {
    ctx: Ctx,
    #[part]
    quota: Quota,
    #[part]
    first: Ticker,
    #[part(name = "another")]
    second: Ticker,
}

#[durable_object]
impl Metered {
    #[init]
    fn init(ctx: Ctx) -> Self {
        let quota = Quota::new(Duration::from_millis(200));
        Self { ctx, quota, first: Ticker::default(), second: Ticker::default() }
    }

    /// Uses something, up to three times.
    #[rpc]
    pub fn spend(&self, key: String) -> Result<bool> {
        Ok(self.quota.take(&key)? <= 3)
    }

    /// Keeps the object to itself for a while.
    #[rpc]
    pub async fn occupy(&mut self, milliseconds: u64) {
        worker::Delay::from(Duration::from_millis(milliseconds)).await;
    }

    /// Starts all timers.
    #[rpc]
    pub fn start(&self) -> Result<()> {
        self.first.start()?;
        self.second.start()?;
        self.schedule().tick().after(Duration::from_millis(1))?;
        Ok(())
    }

    /// Returns the timers that have gone off.
    #[rpc]
    pub fn ticked(&self) -> Result<Vec<String>> {
        let mut ticked = Vec::new();
        for name in ["another", "first", "own"] {
            if self.ctx.kv().get::<bool>(name)?.is_some() {
                ticked.push(name.to_owned());
            }
        }
        Ok(ticked)
    }

    #[scheduled]
    fn tick(&self) -> Result<()> {
        self.ctx.kv().put("own", &true)
    }
}

/// Has no timers but those of its part.
#[durable_object]
pub struct Ticking {
    ctx: Ctx,
    #[part]
    ticker: Ticker,
}

#[durable_object]
impl Ticking {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx, ticker: Ticker::default() }
    }

    /// Starts the timer.
    #[rpc]
    pub fn start(&self) -> Result<()> {
        self.ticker.start()
    }

    /// Returns whether the timer has gone off.
    #[rpc]
    pub fn ticked(&self) -> Result<bool> {
        Ok(self.ctx.kv().get::<bool>("ticker")?.is_some())
    }
}
