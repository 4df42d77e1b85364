//! The consumer of the queues.

use std::time::Duration;

use durable_object::{Class, Env, FromEnv, Namespace, Result, console_error};
use futures_util::future::join_all;
use js_sys::JSON;
use worker::{MessageBatch, MessageExt, Queue, QueueRetryOptionsBuilder, RawMessage};

use crate::dead::{DeadLetter, DeadLetters};
use crate::meter::Meter;
use crate::verdict::{Body, Verdict, group, judge, seconds};

/// The queue of messages that were given up.
const DEAD: &str = "readings-dead";

#[derive(FromEnv)]
struct Bindings {
    meter: Namespace<Meter>,
    dead: Queue,
}

/// Handles a batch. Each message has its own verdict: an error of this function would have all of them come again.
pub(crate) async fn consume(batch: &MessageBatch<()>, env: &Env) -> Result<()> {
    let messages: Vec<RawMessage> = batch.raw_iter().collect();
    if batch.queue() == DEAD {
        return keep(&messages, env).await;
    }
    let bindings = Bindings::from_env(env)?;
    let ids: Vec<String> = messages.iter().map(RawMessage::id).collect();
    let bodies = messages.iter().map(|message| {
        let body = serde_wasm_bindgen::from_value::<Body>(message.body());
        body.map_err(|why| format!("it is not a reading: {why}"))
    });
    let (groups, unreadable) = group(&ids, bodies.collect());
    let calls = groups.into_iter().map(async |(meter, readings)| {
        let (places, readings): (Vec<usize>, Vec<_>) = readings.into_iter().unzip();
        let outcome = match bindings.meter.named(&meter) {
            Ok(stub) => stub.record(readings).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = &outcome {
            console_error!("the meter {meter}: {error}");
        }
        let verdicts = judge(outcome, places.len());
        places.into_iter().zip(verdicts).collect::<Vec<_>>()
    });
    for (place, verdict) in join_all(calls).await.into_iter().flatten().chain(unreadable) {
        if let Some(message) = messages.get(place) {
            carry_out(message, verdict, &bindings.dead).await;
        }
    }
    Ok(())
}

async fn carry_out(message: &RawMessage, verdict: Verdict, dead: &Queue) {
    match verdict {
        Verdict::Ack => message.ack(),
        Verdict::Retry(after) => retry(message, after),
        Verdict::Bury(why) => match dead.send(letter(message, why)).await {
            Ok(()) => message.ack(),
            Err(error) => {
                console_error!("a dead letter cannot be sent: {error}");
                retry(message, Duration::from_secs(60));
            }
        },
    }
}

fn retry(message: &RawMessage, after: Duration) {
    let options = QueueRetryOptionsBuilder::new().with_delay_seconds(seconds(after)).build();
    message.retry_with_options(&options);
}

/// Hands dead letters on: our own, and the messages that Cloudflare has moved after their last retry.
async fn keep(messages: &[RawMessage], env: &Env) -> Result<()> {
    let letters = messages.iter().map(|message| {
        let ours = serde_wasm_bindgen::from_value::<DeadLetter>(message.body());
        ours.unwrap_or_else(|_| letter(message, "it was tried too often".to_owned()))
    });
    // An error has the batch come again.
    DeadLetters::named(env, "all")?.keep(letters.collect()).await
}

fn letter(message: &RawMessage, why: String) -> DeadLetter {
    let json = JSON::stringify(&message.body()).ok().and_then(|json| json.as_string());
    DeadLetter { id: message.id(), why, body: json.unwrap_or_default() }
}
