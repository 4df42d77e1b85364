//! The reasons why a configuration cannot be self-hosted.

use super::service::{NEWEST_DATE, WORKERD};

/// A reason, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// The worker has no name.
    #[error("`name` is missing: the ids of the objects depend on it, so give the worker one and keep it")]
    NoName,
    /// The name is not one that wrangler takes.
    #[error("`name` is `{0}`: it may have letters, digits, `-` and `_` only")]
    Name(String),
    /// There is no compatibility date.
    #[error("`compatibility_date` is missing: workerd needs one")]
    NoDate,
    /// The compatibility date is not a date.
    #[error("`compatibility_date` is {0}, and not a date such as \"2026-08-01\"")]
    Date(String),
    /// The compatibility date is one that workerd does not know yet.
    #[error(
        "`compatibility_date` is \"{0}\", and workerd {WORKERD} serves dates until {NEWEST_DATE}: choose one of those"
    )]
    LateDate(String),
    /// A list of texts is or has something else.
    #[error("`{0}` takes a list of texts, and has something else: correct or delete it")]
    NotTexts(&'static str),
    /// An entrypoint is not a text.
    #[error("`entrypoint` of the binding `{0}` is not a text: correct or delete it")]
    Entrypoint(String),
    /// The files have no folder.
    #[error("`assets` has no `directory`: name the folder of the files")]
    NoDirectory,
    /// `exports` and `migrations` both declare classes.
    #[error(
        "classes of objects are declared by `exports` and by `migrations`: wrangler takes one of the two"
    )]
    TwoForms,
    /// The declared changes of classes contradict each other.
    #[error("the declared changes of classes contradict each other: `durable-object check` shows where")]
    History,
    /// A class is bound, and not declared.
    #[error("the class `{0}` is bound, and not declared: add it to `migrations` or to `exports`")]
    Undeclared(String),
    /// A binding leads to another worker.
    #[error(
        "`{name}` is bound to the worker `{worker}`, and one worker is served here: move its code into this worker, \
         or call it over HTTP at its public address"
    )]
    Foreign {
        /// The name of the binding.
        name: String,
        /// The other worker.
        worker: String,
    },
    /// A binding, or a source of events, that is not served.
    #[error("`{section}`{} is not served here: {}", bound(name.as_deref()), instead(section))]
    Unserved {
        /// The list or table in the configuration.
        section: &'static str,
        /// The name of the binding, if it is one.
        name: Option<String>,
    },
    /// A secret has a name that no variable can have.
    #[error(
        "the secret `{0}` comes from a variable of the process: its name may have letters, digits and `_` only"
    )]
    Secret(String),
    /// Two bindings have one name.
    #[error("`{0}` is bound twice: rename one of the two")]
    Twice(String),
}

impl Refusal {
    /// Returns whether an environment without the binding would be served.
    pub(super) fn is_about_a_binding(&self) -> bool {
        matches!(self, Self::Foreign { .. } | Self::Unserved { .. })
    }
}

fn bound(name: Option<&str>) -> String {
    name.map(|name| format!(", bound to `{name}`,")).unwrap_or_default()
}

/// Says what to use instead of a part of Cloudflare's platform.
fn instead(section: &str) -> &'static str {
    match section {
        "kv_namespaces" => "keep the values in an object, with `ctx.kv()`",
        "d1_databases" | "hyperdrive" => "keep the tables in an object, with `ctx.sql()`",
        "r2_buckets" => "keep files in an S3-compatible store, and call it with `fetch`",
        "queues.producers" | "queues.consumers" => {
            "keep the messages in an object that has timers, as the recipe \"A durable queue\" does"
        }
        "workflows" => "use the timers of an object, `#[scheduled]`",
        "ratelimits" => "count in an object, as the example `rate-limiter` does",
        "analytics_engine_datasets" => "write log lines, and count them outside",
        "containers" => "run the program on another server, and call it over HTTP at its public address",
        _ => "only Cloudflare has it; call it over its HTTP API, or do without it",
    }
}
