//! The table of subscriptions.

use super::subscriber::Subscription;
use crate::livestore::wire::RequestId;
use crate::{Ctx, Result};

// The number is that of the layout. Rows of another layout are left alone, because each listener pulls again.
const CREATE: &str = r#"CREATE TABLE IF NOT EXISTS rpc_subscriber_2 ("durableObjectId" text primary key, "bindingName" text not null, "requestId" text not null, "lastSent" integer not null, "settledAt" integer not null) strict"#;
const FIND: &str = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'rpc_subscriber_2'";
const READ: &str =
    "SELECT durableObjectId, bindingName, requestId, lastSent, settledAt FROM rpc_subscriber_2";
const ADD: &str = "INSERT OR REPLACE INTO rpc_subscriber_2 VALUES (?, ?, ?, ?, ?)";
const MOVE: &str = "UPDATE rpc_subscriber_2 SET lastSent = ? WHERE durableObjectId = ?";
const REMOVE: &str = "DELETE FROM rpc_subscriber_2 WHERE durableObjectId = ?";

/// A table with a row for each object that listens. The first listener creates it.
pub(super) struct Table {
    ctx: Ctx,
}

impl Table {
    pub(super) fn new(ctx: &Ctx) -> Self {
        Self { ctx: ctx.clone() }
    }

    /// Returns all subscriptions, with the ids of their objects.
    pub(super) fn read(&self) -> Result<Vec<(String, Subscription)>> {
        let sql = self.ctx.sql();
        if sql.query::<i64>(FIND, ())?.optional()?.is_none() {
            return Ok(Vec::new());
        }
        let rows: Vec<(String, String, String, i64, i64)> = sql.query(READ, ())?.all()?;
        let subscription = |(id, binding_name, request_id, last_sent, settled_at)| {
            (
                id,
                Subscription {
                    binding_name,
                    request_id: RequestId::stored(request_id),
                    last_sent,
                    settled_at,
                },
            )
        };
        Ok(rows.into_iter().map(subscription).collect())
    }

    /// Adds an object, or replaces its earlier row.
    pub(super) fn add(&self, id: &str, subscription: &Subscription) -> Result<()> {
        let Subscription { binding_name, request_id, last_sent, settled_at } = subscription;
        let sql = self.ctx.sql();
        sql.execute(CREATE, ())?;
        let row = (id, binding_name.as_str(), request_id.as_json(), *last_sent, *settled_at);
        sql.execute(ADD, row).map(drop)
    }

    pub(super) fn sent(&self, id: &str, last_sent: i64) -> Result<()> {
        self.ctx.sql().execute(MOVE, (last_sent, id)).map(drop)
    }

    pub(super) fn remove(&self, id: &str) -> Result<()> {
        self.ctx.sql().execute(REMOVE, (id,)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::sys;

    #[test]
    fn what_is_stored_is_there_after_an_eviction() {
        let table = Table::new(&Ctx::new(Rc::new(sys::State::in_memory())));
        assert_eq!(table.read().unwrap(), []);
        let subscription = |request_id: &str, last_sent| Subscription {
            binding_name: "CLIENT_DO".into(),
            request_id: RequestId::stored(request_id.into()),
            last_sent,
            settled_at: 1_767_225_600_500,
        };
        table.add("b", &subscription("\"1\"", 4)).unwrap();
        table.add("a", &subscription("1", 0)).unwrap();
        table.add("b", &subscription("\"2\"", 6)).unwrap();
        table.sent("a", 7).unwrap();
        let mut rows = table.read().unwrap();
        rows.sort_by(|left, right| left.0.cmp(&right.0));
        assert_eq!(rows, [("a".into(), subscription("1", 7)), ("b".into(), subscription("\"2\"", 6))]);
        table.remove("a").unwrap();
        assert_eq!(table.read().unwrap(), [("b".into(), subscription("\"2\"", 6))]);
    }
}
