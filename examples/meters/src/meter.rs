//! One meter.

use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

const MIGRATIONS: &[Migration] = &[Migration::new(
    "0001_readings",
    "CREATE TABLE readings (id TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID",
)];

/// The largest value of a reading. Sums of larger ones could be infinite, and JSON has no such number.
const LARGEST: f64 = 1e12;

/// A meter, with all of its readings. A queue delivers each message at least once; the object stores each once.
#[durable_object]
pub struct Meter {
    ctx: Ctx,
}

/// A reading that has come out of the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The id of its message: that of the sender, or that of the queue.
    pub id: String,
    /// The value.
    pub value: f64,
}

/// The result of a reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It is stored now.
    Stored,
    /// It was stored before: the message came twice.
    Known,
    /// It can never be stored.
    Refused(String),
}

/// The sum of the readings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, FromRow)]
pub struct Sum {
    /// The number of readings.
    pub count: i64,
    /// The sum of their values.
    pub total: f64,
    /// The number of calls that brought them.
    pub calls: i64,
}

/// The reason why a meter takes no readings now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, RpcError)]
pub enum MeterError {
    /// It asks to try again.
    #[error("the meter is being serviced: try again in {seconds} s")]
    Busy {
        /// After this time.
        seconds: u32,
    },
}

/// The result of the methods: `?` takes a [`MeterError`] and the errors of storage.
type Result<T, E = CallError<MeterError>> = durable_object::Result<T, E>;

#[durable_object]
impl Meter {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().migrate(MIGRATIONS)?;
        Ok(Self { ctx })
    }

    /// Stores the readings of a batch, and says for each of them what became of it. Nothing waits in here, so all of it is
    /// stored or nothing is.
    #[rpc(idempotent)]
    pub fn record(&self, readings: Vec<Reading>) -> Result<Vec<Outcome>> {
        if let Some(seconds) = self.ctx.kv().get("busy")? {
            return Err(MeterError::Busy { seconds }.into());
        }
        let mut outcomes = Vec::with_capacity(readings.len());
        for Reading { id, value } in readings {
            if !(0.0..=LARGEST).contains(&value) {
                outcomes.push(Outcome::Refused(format!("a meter reads 0 to {LARGEST:e}, and not {value:e}")));
                continue;
            }
            let add = "INSERT OR IGNORE INTO readings VALUES (?, ?)";
            let is_new = self.ctx.sql().execute(add, (id, value))? > 0;
            outcomes.push(if is_new { Outcome::Stored } else { Outcome::Known });
        }
        self.ctx.kv().put("calls", &(self.ctx.kv().get_or("calls", 0_i64)? + 1))?;
        Ok(outcomes)
    }

    /// Returns the sum of the readings.
    #[rpc(idempotent)]
    pub fn sum(&self) -> Result<Sum, Error> {
        let sum = "SELECT count(*), coalesce(sum(value), 0.0) FROM readings";
        let (count, total) = self.ctx.sql().query::<(i64, f64)>(sum, ())?.one()?;
        Ok(Sum { count, total, calls: self.ctx.kv().get_or("calls", 0)? })
    }

    /// Takes no readings until it is called with `None`. Meanwhile callers are asked to come again after some seconds.
    #[rpc(idempotent)]
    pub fn service(&self, busy: Option<u32>) -> Result<(), Error> {
        match busy {
            Some(seconds) => self.ctx.kv().put("busy", &seconds),
            None => self.ctx.kv().delete("busy").map(drop),
        }
    }
}
