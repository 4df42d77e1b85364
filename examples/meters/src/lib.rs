//! Meters, whose readings come through a queue.
//!
//! | request | what it does |
//! |---|---|
//! | `POST /readings` with `[{ "meter": "..", "value": 1.5, "id": ".." }]` | puts readings into the queue; the `id` is optional |
//! | `GET /meters/<meter>` | the sum of its readings |
//! | `PUT /meters/<meter>/busy` with a number of seconds, 43200 at most | has it take no readings, and ask for them after so long |
//! | `DELETE /meters/<meter>/busy` | has it take readings again |
//! | `GET /dead` | the messages that were given up |
//!
//! A reading that its meter does not take comes again up to 5 times, `max_retries` in `wrangler.toml`. Then it is a dead
//! letter, also if the meter was only busy.
//!
//! [`consumer`] handles the batches of the queue: one call for each meter and batch.

mod consumer;
mod dead;
mod meter;
mod verdict;

use durable_object::prelude::*;
use worker::{Context, MessageBatch, Method, Queue, event};

pub use dead::{DeadLetter, DeadLetters, DeadLettersStub};
pub use meter::{Meter, MeterError, MeterStub, Outcome, Reading, Sum};

use verdict::{Body, LONGEST};

#[derive(FromEnv)]
struct Bindings {
    readings: Queue,
}

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _ctx: Context) -> Result<Response> {
    let path = request.path();
    let path: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (request.method(), path.as_slice()) {
        (Method::Post, ["readings"]) => {
            let Ok(readings) = request.json::<Vec<Body>>().await else {
                return Ok(Response::error("the body is not a list of readings", 400)?);
            };
            // All of them are looked at before the first is sent. Whether a value makes sense is for its meter to say: the
            // sender need not wait.
            if let Some(why) = readings.iter().find_map(|reading| reading.check().err()) {
                return Ok(Response::error(why, 400)?);
            }
            let queue = Bindings::from_env(&env)?.readings;
            // It takes 100 messages at once. If it fails in between, the sender sends all again: with ids, each counts once.
            for readings in readings.chunks(100) {
                queue.send_batch(readings.to_vec()).await?;
            }
            Ok(Response::empty()?.with_status(202))
        }
        (Method::Get, ["meters", meter]) => {
            Ok(Response::from_json(&Meter::named(&env, meter)?.sum().await?)?)
        }
        (Method::Put, ["meters", meter, "busy"]) => {
            let seconds: Option<u32> = request.json().await.ok();
            let Some(seconds) = seconds.filter(|seconds| u64::from(*seconds) <= LONGEST.as_secs()) else {
                return Ok(Response::error("the body is not a number of seconds, 43200 at most", 400)?);
            };
            Meter::named(&env, meter)?.service(Some(seconds)).await?;
            Ok(Response::empty()?.with_status(204))
        }
        (Method::Delete, ["meters", meter, "busy"]) => {
            Meter::named(&env, meter)?.service(None).await?;
            Ok(Response::empty()?.with_status(204))
        }
        (Method::Get, ["dead"]) => Ok(Response::from_json(&DeadLetters::named(&env, "all")?.list().await?)?),
        _ => Ok(Response::error("not found", 404)?),
    }
}

#[event(queue)]
async fn queue(batch: MessageBatch<()>, env: Env, _ctx: Context) -> Result<()> {
    consumer::consume(&batch, &env).await
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn configuration() -> Result<(), durable_object::config::CheckError> {
    durable_object::config::check("wrangler.toml")
}

#[cfg(all(test, target_arch = "wasm32"))]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
mod tests;
