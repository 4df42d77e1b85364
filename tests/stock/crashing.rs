#![expect(clippy::panic, reason = "the test looks at what a panic does")]

use durable_object::prelude::*;

/// An object with code that panics, which the test adds to a project.
#[durable_object]
pub struct Crashing {
    ctx: Ctx,
    calls: u32,
}

#[durable_object]
impl Crashing {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().execute("CREATE TABLE IF NOT EXISTS kept (text TEXT NOT NULL)", ())?;
        Ok(Self { ctx, calls: 0 })
    }

    /// Calls since it woke, this one included.
    #[rpc]
    pub fn calls(&mut self) -> u32 {
        self.calls += 1;
        self.calls
    }

    /// Stores `text`, and panics.
    #[rpc]
    pub fn keep_and_panic(&self, text: String) -> Result<()> {
        self.ctx.sql().execute("INSERT INTO kept VALUES (?1)", (&text,))?;
        panic!("with {text}");
    }

    /// Returns the stored value.
    #[rpc]
    pub fn kept(&self) -> Result<Vec<String>> {
        self.ctx.sql().query("SELECT text FROM kept", ())?.all()
    }
}
