use std::cell::RefCell;
use std::collections::HashMap;

use durable_object::prelude::*;

use crate::time::pause;

thread_local! {
    static ATTEMPTS: RefCell<HashMap<String, u32>> = RefCell::default();
}

/// Fails to start as often as its name says: `at-once 2 …` or `slowly 1 …`. Called `panics …`, it
/// never starts.
#[durable_object]
pub struct Stillborn {
    attempt: u32,
    rows: u32,
}

#[durable_object]
impl Stillborn {
    #[init]
    #[expect(clippy::panic, reason = "what is under test")]
    async fn init(ctx: Ctx) -> Result<Self> {
        let name = ctx.name().unwrap_or_default();
        let mut words = name.split(' ');
        let manner = words.next().unwrap_or_default();
        let failures = words.next().and_then(|number| number.parse().ok()).unwrap_or(0);

        let sql = ctx.sql();
        sql.execute("CREATE TABLE IF NOT EXISTS attempts (n INTEGER NOT NULL)", ())?;
        sql.execute("INSERT INTO attempts VALUES (1)", ())?;
        if manner != "at-once" {
            pause(200).await;
        }
        if manner == "panics" {
            panic!("no start for {name}");
        }
        let attempt = ATTEMPTS.with_borrow_mut(|attempts| {
            let attempt = attempts.entry(name.clone()).or_default();
            *attempt += 1;
            *attempt
        });
        if attempt <= failures {
            return Err(Error::new(format!("attempt {attempt} fails")));
        }
        Ok(Self { attempt, rows: sql.query("SELECT count(*) FROM attempts", ())?.one()? })
    }

    /// Which attempt to start succeeded.
    #[rpc]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// How many attempts left a row behind.
    #[rpc]
    pub fn rows(&self) -> u32 {
        self.rows
    }
}
