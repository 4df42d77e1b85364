//! Methods that timers call, in every form they can take.

use std::time::Duration;

use durable_object::prelude::*;
use durable_object::alarm::{Timer, TimerId};
use durable_object::Date;
use serde::{Deserialize, Serialize};

/// Kept until it is due. Private, as the method is.
#[derive(Serialize, Deserialize)]
struct Reminder {
    text: String,
}

const BACKOFF: Duration = Duration::from_millis(500);

#[durable_object]
pub struct Calendar {
    ctx: Ctx,
}

#[durable_object]
impl Calendar {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        CalendarSchedule::new(&ctx).tidy().every(Duration::from_secs(3600))?;
        Ok(Self { ctx })
    }

    /// Says so.
    #[scheduled]
    async fn remind(&self, reminder: Reminder, r#type: Option<u8>) -> Result<()> {
        let Reminder { text } = reminder;
        self.schedule().remind(Reminder { text }, r#type).key("again").after(BACKOFF)?;
        Ok(())
    }

    #[scheduled(name = "clean-up", attempts = 2 + 1, backoff = BACKOFF)]
    fn tidy(&mut self) {}

    #[scheduled(attempts = u32::MAX)]
    async fn report(self: &mut Self, mut payload: payload::Payload) -> Result<(), durable_object::error::RemoteError> {
        payload.count += 1;
        drop(payload);
        Ok(())
    }

    #[rpc]
    pub fn plan(&self, text: String, at: Date) -> Result<TimerId> {
        self.schedule().remind(Reminder { text }, None).at(at)
    }

    #[rpc]
    pub fn give_up(&self, id: TimerId) -> Result<bool> {
        let schedule = self.schedule();
        let dead: Vec<Timer> = schedule.list()?;
        Ok(schedule.cancel(id)? && schedule.cancel_key("again")? == dead.len() && schedule.retry(id)?)
    }
}

mod payload {
    /// Has the name of a trait of the runtime.
    #[derive(serde::Serialize, serde::Deserialize)]
    pub struct Payload {
        pub count: u32,
    }
}

/// From outside the module of the impl block.
mod elsewhere {
    pub(super) fn tidy(calendar: &super::Calendar) -> durable_object::Result<durable_object::alarm::TimerId> {
        calendar.schedule().tidy().every(std::time::Duration::from_secs(1))
    }
}

/// A generic object, which a worker exports with a type.
#[durable_object]
pub struct Queue<T>(Ctx, std::marker::PhantomData<T>);

#[durable_object]
impl<T: Serialize + for<'de> Deserialize<'de>> Queue<T> {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self(ctx, std::marker::PhantomData)
    }

    #[scheduled]
    fn work(&self, item: T) {
        drop(item);
    }

    fn push(&self, item: T) -> Result<TimerId> {
        self.schedule().work(item).after(Duration::ZERO)
    }
}

export_object!(pub Texts = Queue<String>);

fn main() {
    let _ = (elsewhere::tidy, Queue::<String>::push);
}
