use std::cell::Cell;

use durable_object::prelude::*;

use crate::time::pause;

thread_local! {
    static STARTED: Cell<u32> = const { Cell::new(0) };
}

/// Takes a while to wake, and counts how often it did.
#[durable_object]
pub struct Waking {
    boots: u32,
}

#[durable_object]
impl Waking {
    #[init]
    async fn init(ctx: Ctx, env: Env) -> Result<Self> {
        STARTED.set(STARTED.get() + 1);
        let sql = ctx.sql();
        sql.execute("CREATE TABLE IF NOT EXISTS boots (n INTEGER NOT NULL)", ())?;
        sql.execute("INSERT INTO boots VALUES (1)", ())?;
        pause(100).await;
        let _ = env;
        Ok(Self { boots: sql.query("SELECT sum(n) FROM boots", ())?.one()? })
    }

    /// How often its init has run.
    #[rpc]
    pub fn boots(&self) -> u32 {
        self.boots
    }

    /// The same, waiting for others first.
    #[rpc]
    pub async fn boots_alone(&mut self) -> u32 {
        pause(1).await;
        self.boots
    }

    /// How often the init of any of its kind was begun in this instance.
    #[rpc]
    pub fn started(&self) -> u32 {
        STARTED.get()
    }

    #[fetch]
    fn fetch(&self, _: Request) -> Result<Response> {
        Ok(Response::ok(self.boots.to_string())?)
    }
}
