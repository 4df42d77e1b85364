//! Limits for the number of actions of each client.

use std::time::Duration;

use durable_object::Date;
use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

use crate::bucket::{Bucket, Limit};

/// A hundred requests a minute, all at once or one after the other.
const LIMIT: Limit = Limit { count: 100, per: Duration::from_secs(60) };

/// Counts what one user does. Every user has an object of their own, so none waits for another.
#[durable_object]
pub struct RateLimiter {
    ctx: Ctx,
    bucket: Bucket,
}

/// Whether something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Yes, and so often more right now.
    Allowed {
        /// How often.
        left: u32,
    },
    /// No, and not before so many milliseconds have passed.
    Refused {
        /// How many.
        wait: u64,
    },
}

#[durable_object]
impl RateLimiter {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        let bucket = ctx.kv().get_or("bucket", Bucket::default())?;
        Ok(Self { ctx, bucket })
    }

    /// Asks to do something once.
    #[rpc]
    pub async fn ask(&mut self) -> Result<Verdict> {
        let before = self.bucket;
        let verdict = match self.bucket.take(LIMIT, Date::now().as_millis()) {
            Ok(left) => Verdict::Allowed { left },
            Err(wait) => Verdict::Refused { wait: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX) },
        };
        if self.bucket != before {
            self.ctx.kv().put("bucket", &self.bucket)?;
            if self.ctx.alarm().get().await?.is_none() {
                self.ctx.alarm().set(LIMIT.per).await?;
            }
        }
        Ok(verdict)
    }

    /// Forgets users who have done nothing for a while: what is not stored costs nothing.
    #[alarm]
    async fn alarm(&mut self) -> Result<()> {
        match self.bucket.fills_in(Date::now().as_millis()) {
            Duration::ZERO => self.ctx.storage().delete_all().await,
            rest => self.ctx.alarm().set(rest).await,
        }
    }
}
