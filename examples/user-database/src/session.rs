//! The sessions of users who are logged in.

use std::time::Duration;

use durable_object::Date;
use durable_object::prelude::*;

/// How long a session lives after it was used last.
const TTL: Duration = Duration::from_secs(30 * 60);

/// One session. Its name is the token that whoever has logged in carries, so asking it is all it takes to
/// know who that is; and a token that nobody was given leads to an object that stores nothing.
#[durable_object]
pub struct Session {
    ctx: Ctx,
}

#[durable_object]
impl Session {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    /// Logs a user in.
    #[rpc]
    pub async fn open(&self, user: String) -> Result<()> {
        self.ctx.kv().put("user", &user)?;
        self.extend().await
    }

    /// Returns the user of the session, if it has not ended. The question keeps the session alive.
    #[rpc]
    pub async fn user(&self) -> Result<Option<String>> {
        let user = self.ctx.kv().get("user")?;
        if user.is_some() {
            self.extend().await?;
        }
        Ok(user)
    }

    /// Logs out.
    #[rpc(idempotent)]
    pub async fn close(&self) -> Result<()> {
        self.ctx.storage().delete_all().await
    }

    /// The session was not used for a while.
    #[alarm]
    async fn alarm(&self) -> Result<()> {
        self.close().await
    }

    /// Puts the end off; not each time, because an alarm that is set costs a row that is written.
    async fn extend(&self) -> Result<()> {
        let alarm = self.ctx.alarm();
        let (end, now) = (alarm.get().await?, Date::now());
        if end.is_none_or(|end| now.checked_add(TTL / 2).is_some_and(|half| end < half)) {
            alarm.set(TTL).await?;
        }
        Ok(())
    }
}
