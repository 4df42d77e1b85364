//! The code of two workers, as a configuration has to fit it.

use durable_object_config::{Class, Code, Field, Source};

/// A chat: two classes, which the code finds by their default bindings.
pub(crate) fn chat() -> Code {
    let class = |name, binding, own_errors| Class { name, binding, own_errors };
    Code { classes: vec![class("Room", "ROOM", true), class("Lobby", "LOBBY", false)], fields: Vec::new() }
}

/// A shop: one class, and a struct with a field of every kind.
pub(crate) fn shop() -> Code {
    let field = |name, noun, source| Field { owner: "Bindings", name, noun, source, optional: false };
    let text = Source::Variable { sample: "\"…\"", is_text: true };
    let limiter = &[("namespace_id", "…"), ("simple", "{ limit = 100, period = 60 }")];
    Code {
        classes: vec![Class { name: "Room", binding: "ROOM", own_errors: false }],
        fields: vec![
            field(
                "ROOMS",
                "a namespace of durable objects",
                Source::Objects { class: "Room", exported: true },
            ),
            field(
                "STOCK",
                "a namespace of durable objects",
                Source::Objects { class: "Stock", exported: false },
            ),
            field("CACHE", "a KV namespace", Source::section("[[kv_namespaces]]", "binding", &[("id", "…")])),
            field(
                "JOBS",
                "a queue to send to",
                Source::section("[[queues.producers]]", "binding", &[("queue", "…")]),
            ),
            field("FILES", "another worker", Source::section("[[services]]", "binding", &[("service", "…")])),
            field("LIMITER", "a rate limiter", Source::section("[[ratelimits]]", "name", limiter)),
            field("AI", "Workers AI", Source::section("[ai]", "binding", &[])),
            field("INDEX", "an index", Source::section("[[vectorize]]", "binding", &[("index_name", "…")])),
            field("GREETING", "a text", text),
            field("LIMITS", "a variable", Source::Variable { sample: "{ … }", is_text: false }),
            field("API_KEY", "a secret", Source::Secret),
            Field { optional: true, ..field("NICKNAME", "a text", text) },
            Field { optional: true, ..field("TOKEN", "a secret", Source::Secret) },
        ],
    }
}
