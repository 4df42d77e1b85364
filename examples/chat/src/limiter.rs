//! How often the people behind one address may speak.

use durable_object::Date;
use durable_object::prelude::*;

/// The milliseconds until a line is forgotten …
const LINE: i64 = 1_000;
/// … and the milliseconds until all of them are: twenty lines at once, and then one each second.
const AT_ONCE: i64 = 20 * LINE;

/// Counts the lines that come from one address, in all rooms together. Each address has an object of its own, so none
/// waits for another. The count is in memory only: an object that nobody calls leaves memory after seconds to minutes,
/// and has forgotten nearly all by then.
#[durable_object]
pub struct Limiter {
    /// When all lines are forgotten, in milliseconds since 1970.
    forgotten_at: i64,
}

#[durable_object]
impl Limiter {
    #[init]
    fn init(_: Ctx) -> Result<Self> {
        Ok(Self { forgotten_at: 0 })
    }

    /// Counts a line, and returns the milliseconds before the next one may come: 0 when it may come at once.
    #[rpc]
    pub fn count(&mut self) -> Result<u64> {
        let now = Date::now().as_millis();
        self.forgotten_at = self.forgotten_at.max(now) + LINE;
        // The next line must find room for itself.
        let wait = self.forgotten_at + LINE - now - AT_ONCE;
        Ok(u64::try_from(wait).unwrap_or(0))
    }
}
