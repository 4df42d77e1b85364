//! Hooks that write down what they see.

use durable_object::livestore::backend::{
    ForwardedHeaders, Hooks, IncomingPull, IncomingPush, Operation, OutgoingPage, Payload,
};
use durable_object::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::notes::Notes;

/// Fails where the payload says so, and answers a pull that asks for it with the list of what it has seen.
pub struct Hooked {
    seen: Notes,
}

/// The requests that a payload may have.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wish {
    fail: String,
    tell: bool,
}

impl Hooked {
    fn note(&self, call: &str, payload: Payload<'_>, headers: &ForwardedHeaders, more: Value) {
        let payload: Value = payload.read().unwrap_or_default();
        let headers: Vec<_> = headers.iter().collect();
        self.seen.add(json!([call, payload, headers, more]));
    }
}

fn wish(payload: Payload<'_>) -> Result<Wish> {
    Ok(payload.read::<Option<Wish>>()?.unwrap_or_default())
}

impl Hooks for Hooked {
    const FORWARD_HEADERS: &'static [&'static str] = &["Authorization", "x-test"];
    const RESPONSE_HEADERS: &'static [(&'static str, &'static str)] =
        &[("X-Custom-Header", "test-value"), ("Access-Control-Allow-Origin", "*")];

    const ADMIN: bool = true;

    fn new(_env: &Env) -> Result<Self> {
        Ok(Self { seen: Notes::default() })
    }

    async fn on_push(&self, push: &IncomingPush<'_>) -> Result<()> {
        self.note("push", push.payload, push.headers, json!(push.events.len()));
        if wish(push.payload)?.fail == "push-throw" {
            return Err(Error::new("nope from on_push"));
        }
        Ok(())
    }

    async fn on_push_res(&self, push: &IncomingPush<'_>) {
        self.note("pushed", push.payload, push.headers, json!(push.store_id));
    }

    async fn on_pull(&self, pull: &IncomingPull<'_>) -> Result<()> {
        let wish = wish(pull.payload)?;
        if wish.tell {
            return Err(Error::Message(self.seen.take()));
        }
        self.note("pull", pull.payload, pull.headers, json!([pull.live, pull.cursor]));
        if wish.fail == "pull-throw" {
            return Err(Error::new("nope from on_pull"));
        }
        Ok(())
    }

    async fn on_admin(&self, operation: Operation, request: &Request) -> Result<()> {
        let who = request.headers().get("authorization")?;
        match who.as_deref() {
            Some("Bearer operator") => Ok(()),
            Some("Bearer auditor") if operation == Operation::Info => Ok(()),
            _ => Err(Error::new("operators only")),
        }
    }

    async fn on_pull_res(&self, page: &OutgoingPage<'_>) {
        let batch: Vec<Value> = serde_json::from_str(&page.batch_json()).unwrap_or_default();
        let numbers: Vec<_> = batch.iter().map(|item| &item["eventEncoded"]["seqNum"]).collect();
        let more = json!([numbers.first(), numbers.last(), page.remaining]);
        self.note("pulled", Payload::default(), &ForwardedHeaders::default(), more);
    }
}
