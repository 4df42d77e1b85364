//! Hooks that keep the metrics they are told of.

use durable_object::livestore::backend::{Activity, Hooks, IncomingPull, Metric};
use durable_object::prelude::*;
use serde_json::json;

use crate::notes::Notes;

/// Answers a pull that says `"tell"` with the list of its metrics.
pub struct Measured {
    seen: Notes,
}

impl Hooks for Measured {
    const METRICS: bool = true;

    fn new(_env: &Env) -> Result<Self> {
        Ok(Self { seen: Notes::default() })
    }

    async fn on_pull(&self, pull: &IncomingPull<'_>) -> Result<()> {
        if pull.payload.read::<Option<String>>()?.as_deref() == Some("tell") {
            return Err(Error::Message(self.seen.take()));
        }
        Ok(())
    }

    fn on_metric(&self, metric: &Metric<'_>) {
        let activity = match metric.activity {
            Activity::Push { outcome, events, size, listeners, .. } => {
                json!({ "push": format!("{outcome:?}"), "events": events, "size": size, "listeners": listeners })
            }
            Activity::Pull { live, admitted, .. } => json!({ "pull": admitted, "live": live }),
            Activity::Page { size, remaining, .. } => json!({ "page": size, "remaining": remaining }),
            Activity::Socket { open, .. } => json!({ "socket": open }),
            other => json!(format!("{other:?}")),
        };
        let rows = [metric.rows_read, metric.rows_written];
        self.seen.add(json!([metric.store_id, activity, rows]));
    }
}
