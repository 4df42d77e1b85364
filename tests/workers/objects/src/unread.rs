use std::cell::RefCell;

use durable_object::prelude::*;
use durable_object::rpc::Stream;
use durable_object::storage::Query;
use serde::{Deserialize, Serialize};

/// Leaves rows of statements unread.
#[durable_object]
pub struct Unread {
    ctx: Ctx,
    calls: u32,
    kept: RefCell<Option<Query<String>>>,
}

/// How rows are left.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Way {
    /// All of them.
    All,
    /// All but the first.
    First,
    /// By asking for the only one.
    One,
    /// By asking for the only one, if there is one.
    Optional,
    /// By asking for numbers.
    BadRow,
    /// In a loop with `?`.
    Loop,
}

#[durable_object]
impl Unread {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().execute("CREATE TABLE IF NOT EXISTS t (v TEXT)", ())?;
        Ok(Self { ctx, calls: 0, kept: RefCell::default() })
    }

    /// How many calls of this method since it woke, and how many rows there are.
    #[rpc]
    pub fn rows(&mut self) -> Result<(u32, u32)> {
        self.calls += 1;
        Ok((self.calls, self.ctx.sql().query("SELECT count(*) FROM t", ())?.one()?))
    }

    /// Leaves rows of a statement.
    #[rpc]
    pub fn leave(&self, statement: String, way: Way) -> Result<()> {
        leave(&self.ctx.sql(), &statement, way)
    }

    /// Leaves rows of a statement twice in a transaction, and within another; fails only at the end.
    #[rpc]
    pub fn leave_in_transaction(&self, statement: String, way: Way) -> Result<()> {
        self.ctx.transaction(|sql| {
            let first = leave(sql, &statement, way);
            self.ctx.transaction(|sql| leave(sql, &statement, way)).and(first)
        })
    }

    /// Leaves rows of a query, and then drops a table: which SQLite does only if no query is in progress.
    #[rpc]
    pub fn leave_and_drop(&self, statement: String, way: Way) -> Result<()> {
        let sql = self.ctx.sql();
        sql.execute("CREATE TABLE other (v)", ())?;
        let _ = leave(&sql, &statement, way);
        sql.execute("DROP TABLE other", ()).map(drop)
    }

    /// Reads a row of a query, and keeps the rest.
    #[rpc]
    pub fn keep(&self, statement: String) -> Result<Option<String>> {
        let mut query = self.ctx.sql().query::<String>(&statement, ())?;
        let first = query.next().transpose();
        self.kept.replace(Some(query));
        first
    }

    /// Panics, whatever is kept.
    #[rpc]
    #[expect(clippy::panic, reason = "what is under test")]
    pub fn panic(&self) {
        panic!("on purpose, with a query kept");
    }

    /// Waits with rows in hand.
    #[rpc]
    pub async fn wait(&self, statement: String) -> Result<Vec<String>> {
        let mut rows = self.ctx.sql().query::<String>(&statement, ())?;
        let first = rows.next().transpose()?;
        self.ctx.storage().sync().await?;
        first.into_iter().map(Ok).chain(rows).collect()
    }

    /// The rows of a statement as they are read.
    #[rpc]
    pub fn stream(&self, statement: String) -> Result<impl Stream<Item = Result<String>> + use<>> {
        Ok(self.ctx.sql().query::<String>(&statement, ())?.stream())
    }

    /// Returns the numbers of rows that a query has read: after its first rows were taken, and after its end.
    #[rpc]
    pub fn cost(&self, statement: String, rows: usize) -> Result<(u64, u64)> {
        let meter = durable_object::storage::Meter::default();
        let mut query = self.ctx.sql().metered(&meter).query::<String>(&statement, ())?;
        for row in query.by_ref().take(rows) {
            row?;
        }
        let before = query.rows_read();
        drop(query);
        Ok((before, meter.rows_read()))
    }

    /// Goes on with a query after an error of SQLite; which of its rows are rows.
    #[rpc]
    pub fn go_on(&self, statement: String) -> Result<Vec<bool>> {
        let rows = self.ctx.sql().query::<String>(&statement, ())?;
        Ok(rows.take(9).map(|row| row.is_ok()).collect())
    }
}

fn leave(sql: &Sql, statement: &str, way: Way) -> Result<()> {
    match way {
        Way::All => sql.query::<String>(statement, ()).map(drop),
        Way::First => sql.query::<String>(statement, ())?.next().transpose().map(drop),
        Way::One => sql.query::<String>(statement, ())?.one().map(drop),
        Way::Optional => sql.query::<String>(statement, ())?.optional().map(drop),
        Way::BadRow => sql.query::<i64>(statement, ())?.all().map(drop),
        Way::Loop => {
            for row in sql.query::<String>(statement, ())? {
                row?.parse::<i64>().map_err(|_| Error::new("no number"))?;
            }
            Ok(())
        }
    }
}
