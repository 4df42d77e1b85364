//! Stores in a D1 database.

use durable_object::livestore::backend::{Hooks, LogStorage, Operation};
use durable_object::prelude::*;

/// Keeps all stores in one database, and lets everyone be their operator.
pub struct InD1;

impl Hooks for InD1 {
    const ADMIN: bool = true;
    const STORAGE: LogStorage = LogStorage::D1 { binding: "DB" };

    fn new(_env: &Env) -> Result<Self> {
        Ok(Self)
    }

    async fn on_admin(&self, _operation: Operation, _request: &Request) -> Result<()> {
        Ok(())
    }
}

/// Relies on a database that there is not.
pub struct Lost;

impl Hooks for Lost {
    const STORAGE: LogStorage = LogStorage::D1 { binding: "NOT_THERE" };

    fn new(_env: &Env) -> Result<Self> {
        Ok(Self)
    }
}
