use std::cell::Cell;
use std::rc::Rc;

use durable_object::prelude::*;

use crate::time::pause;

/// Ends itself, and holds everybody up.
#[durable_object]
pub struct Mortal {
    ctx: Ctx,
    steps: Rc<Cell<u32>>,
}

#[durable_object]
impl Mortal {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)", ())?;
        Ok(Self { ctx, steps: Rc::default() })
    }

    /// Keeps a note.
    #[rpc]
    pub fn note(&self, text: String) -> Result<()> {
        self.ctx.sql().execute("INSERT INTO notes VALUES (?1)", (text,))?;
        Ok(())
    }

    /// All notes, and the steps that this instance has seen.
    #[rpc]
    pub fn notes(&self) -> Result<(Vec<String>, u32)> {
        Ok((self.ctx.sql().query("SELECT text FROM notes ORDER BY rowid", ())?.all()?, self.steps.get()))
    }

    /// Takes a step.
    #[rpc]
    pub fn step(&self) -> u32 {
        self.steps.set(self.steps.get() + 1);
        self.steps.get()
    }

    /// Waits.
    #[rpc]
    pub async fn wait(&self, ms: u32) {
        pause(ms).await;
    }

    /// Gives up.
    #[rpc]
    pub async fn abort(&self, reason: String) -> Result<()> {
        match self.ctx.abort(&reason).await {}
    }

    /// Forgets everything.
    #[rpc]
    pub async fn destroy(&self) -> Result<()> {
        match self.ctx.destroy().await? {}
    }

    /// Takes steps that nobody else sees half done, and says how many there were before and after.
    #[rpc]
    pub async fn step_undisturbed(&self, ms: u32) -> Result<(u32, u32)> {
        let steps = Rc::clone(&self.steps);
        self.ctx
            .block_concurrency_while(async move {
                let before = steps.get();
                pause(ms).await;
                let after = steps.get();
                steps.set(after + 1);
                (before, after)
            })
            .await
    }

    /// An error inside is a value, and nobody else's business.
    #[rpc]
    pub async fn fail_undisturbed(&self) -> Result<()> {
        self.ctx.block_concurrency_while(async { Err(Error::new("not today")) }).await?
    }

    /// Sets an alarm that nobody would hear.
    #[rpc]
    pub async fn remind(&self) -> Result<()> {
        self.ctx.alarm().set(std::time::Duration::from_secs(1)).await
    }

    /// The jurisdiction it is in.
    #[rpc]
    pub fn jurisdiction(&self) -> Option<String> {
        self.ctx.jurisdiction()
    }
}
