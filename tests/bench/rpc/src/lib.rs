//! One side of the RPC benchmark; `driver.js` has the other.

use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

/// The item of a list.
#[derive(Serialize, Deserialize)]
pub struct Todo {
    id: u32,
    title: String,
    done: bool,
    tags: Vec<String>,
    score: f64,
}

/// Answers each kind of call with the least work of its own.
#[durable_object]
pub struct InRust {
    ctx: Ctx,
    total: i64,
}

#[durable_object]
impl InRust {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        let sql = ctx.sql();
        sql.execute("CREATE TABLE IF NOT EXISTS n (id INTEGER PRIMARY KEY, v INTEGER NOT NULL)", ())?;
        sql.execute("INSERT OR IGNORE INTO n VALUES (1, 0)", ())?;
        Ok(Self { ctx, total: 0 })
    }

    /// Adds `by` and gives the new total.
    #[rpc]
    pub async fn increment(&mut self, by: i64) -> i64 {
        self.total += by;
        self.total
    }

    /// Gives the list back.
    #[rpc]
    pub async fn todos(&self, todos: Vec<Todo>) -> Vec<Todo> {
        todos
    }

    /// Gives the bytes back.
    #[rpc]
    pub async fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    /// Adds `by` to a stored number and gives the new one.
    #[rpc]
    pub async fn update(&self, by: i64) -> Result<i64> {
        self.ctx.sql().query("UPDATE n SET v = v + ?1 WHERE id = 1 RETURNING v", (by,))?.one()
    }

    #[fetch]
    async fn fetch(&self, _: Request) -> Result<Response> {
        Ok(Response::ok("ok")?)
    }
}
