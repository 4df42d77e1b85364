//! The cost of statements.

use std::cell::Cell;
use std::rc::Rc;

/// A sum of the rows that statements read and write, as Cloudflare bills them. It counts the statements of
/// every [`Sql`](crate::Sql) made with [`metered`](crate::Sql::metered). Cloning is cheap, and all clones
/// share one sum.
///
/// ```
/// # use durable_object::prelude::*;
/// # use durable_object::storage::Meter;
/// # fn cost(ctx: &Ctx) -> Result<u64> {
/// let meter = Meter::default();
/// let sql = ctx.sql().metered(&meter);
/// sql.execute("DELETE FROM sessions WHERE expires < ?", (1_767_225_600_000_i64,))?;
/// let left: u64 = sql.query("SELECT count(*) FROM sessions", ())?.one()?;
/// console_log!("{left} left: {} rows read, {} written", meter.rows_read(), meter.rows_written());
/// # Ok(left)
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Meter(Rc<Sums>);

#[derive(Debug, Default)]
struct Sums {
    read: Cell<u64>,
    written: Cell<u64>,
}

impl Meter {
    /// Returns the number of rows scanned so far. A query counts when it is dropped, with the rows that it
    /// had scanned by then. If rows were left, the count includes those that SQLite scans for the next one,
    /// see [`Query`](crate::storage::Query).
    #[must_use]
    pub fn rows_read(&self) -> u64 {
        self.0.read.get()
    }

    /// Returns the number of rows written so far, index entries included. A query counts when it is dropped.
    #[must_use]
    pub fn rows_written(&self) -> u64 {
        self.0.written.get()
    }

    pub(super) fn add(&self, read: u64, written: u64) {
        self.0.read.set(self.0.read.get() + read);
        self.0.written.set(self.0.written.get() + written);
    }
}
