//! Hooks with moods, which a test sets for all stores of the process.

use std::cell::Cell;
use std::time::Duration;

use durable_object::livestore::backend::{Hooks, IncomingPull, IncomingPush};
use durable_object::prelude::*;
use worker::Delay;

/// How long somebody waits at most for a mood to pass, in steps of 10 ms.
const PATIENCE: u32 = 3_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// Everyone may do everything.
    Calm,
    /// All requests are refused.
    Refusing,
    /// It cannot be told who may do what.
    Failing,
    /// Everyone has to wait.
    Waiting,
    /// A request crashes the object, which loses its memory and this mood.
    Crashing,
}

thread_local! {
    static MOOD: Cell<Mood> = const { Cell::new(Mood::Calm) };
    /// How often somebody has asked in the present mood.
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

/// Sets the mood where the query says which; answers how often somebody has asked in the present one.
pub(crate) fn answer(request: &Request) -> Result<Response> {
    let mood = match request.url()?.query() {
        Some("calm") => Some(Mood::Calm),
        Some("refusing") => Some(Mood::Refusing),
        Some("failing") => Some(Mood::Failing),
        Some("waiting") => Some(Mood::Waiting),
        Some("crashing") => Some(Mood::Crashing),
        _ => None,
    };
    if let Some(mood) = mood {
        MOOD.set(mood);
        ASKED.set(0);
    }
    Ok(Response::ok(ASKED.get().to_string())?)
}

#[expect(clippy::panic, reason = "it is what the test is about")]
async fn ask() -> Result<()> {
    ASKED.set(ASKED.get() + 1);
    match MOOD.get() {
        Mood::Calm => Ok(()),
        Mood::Refusing => Err(Error::new("not allowed")),
        Mood::Failing => Err(Error::passing("the judge is away")),
        Mood::Waiting => {
            for _ in 0..PATIENCE {
                Delay::from(Duration::from_millis(10)).await;
                if MOOD.get() != Mood::Waiting {
                    return Ok(());
                }
            }
            Err(Error::new("nobody lets it go on"))
        }
        Mood::Crashing => {
            Delay::from(Duration::from_millis(10)).await;
            panic!("a crash in the middle of a request");
        }
    }
}

/// Asks for the mood.
pub struct Moody;

impl Hooks for Moody {
    fn new(_env: &Env) -> Result<Self> {
        Ok(Self)
    }

    async fn on_push(&self, _push: &IncomingPush<'_>) -> Result<()> {
        ask().await
    }

    async fn on_pull(&self, pull: &IncomingPull<'_>) -> Result<()> {
        // One that a test makes to see what is stored.
        if pull.live || pull.cursor.is_some() { ask().await } else { Ok(()) }
    }
}
