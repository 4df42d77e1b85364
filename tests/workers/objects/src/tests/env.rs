//! Bindings as a struct; what is there for a worker of which little was said.

use durable_object::env::{Binding, Bound, Flaw, Kind};
use durable_object::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use worker::{
    Ai, AnalyticsEngineDataset, DynamicDispatcher, Hyperdrive, RateLimiter, SecretStore, SendEmail,
    WorkerVersionMetadata,
};

use super::env;
use crate::{Bindings, Counter};

#[derive(FromEnv)]
struct Objects {
    counter: Namespace<Counter>,
    environment: Option<String>,
}

#[wasm_bindgen_test]
async fn a_worker_finds_its_objects() {
    let objects = Objects::from_env(&env()).unwrap();
    assert_eq!(objects.counter.named("typed").unwrap().increment(7).await.unwrap(), 7);
    assert_eq!(Counter::named(&env(), "typed").unwrap().total().await.unwrap(), 7);
    assert_eq!(objects.environment, None);
}

#[wasm_bindgen_test]
fn every_kind_says_how_to_get_it() {
    let error = Bindings::from_env(&env()).err().unwrap();
    let Error::Config(message) = error else { panic!("{error}") };
    for lines in [
        "\n[[kv_namespaces]]\nbinding = \"CACHE\"\nid = \"…\"\n",
        "\n[[r2_buckets]]\nbinding = \"BUCKET\"\nbucket_name = \"…\"\n",
        "\n[[d1_databases]]\nbinding = \"DATABASE\"\ndatabase_name = \"…\"\ndatabase_id = \"…\"\n",
        "\n[[queues.producers]]\nbinding = \"EVENTS\"\nqueue = \"…\"\n",
        "\n[[services]]\nbinding = \"PEER\"\nservice = \"…\"\n",
        "\n[vars]\nGREETING = \"…\"\nLIMITS = { … }\nFACTOR = { … }\n",
        "\nwrangler secret put apiKey",
    ] {
        assert!(message.contains(lines), "{lines} in {message}");
    }
    for found in ["COUNTER", "NICKNAME", "NOTHING"] {
        assert!(!message.contains(found), "{found} in {message}");
    }
}

#[derive(FromEnv)]
#[expect(dead_code, reason = "there is none of them")]
struct Services {
    ai: Ai,
    metrics: AnalyticsEngineDataset,
    tenants: DynamicDispatcher,
    postgres: Hyperdrive,
    limiter: RateLimiter,
    vault: SecretStore,
    mail: SendEmail,
    version: WorkerVersionMetadata,
    index: Vectorize,
    #[binding(name = "TEXT")]
    dataset: AnalyticsEngineDataset,
    #[binding(name = "COUNTER")]
    other_limiter: RateLimiter,
}

/// A kind of binding that the crate does not know.
struct Vectorize {
    name: &'static str,
    value: JsValue,
}

impl Binding for Vectorize {
    const KIND: Kind = Kind::table("a Vectorize index", "[[vectorize]]", "binding", &[("index_name", "…")]);

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        Ok(Self { name: bound.name(), value: bound.into_value() })
    }
}

#[wasm_bindgen_test]
fn every_service_says_how_to_get_it() {
    let Err(Error::Config(message)) = Services::from_env(&env()) else { panic!("it should fail") };
    for line in [
        "- `AI`, Workers AI, is missing",
        "- `TEXT` should be a dataset of the Analytics Engine, but is of type string",
        "- `COUNTER` should be a rate limiter, but is of type DurableObjectNamespace",
        "[ai]\nbinding = \"AI\"\n",
        "[[analytics_engine_datasets]]\nbinding = \"METRICS\"\ndataset = \"…\"\n",
        "[[dispatch_namespaces]]\nbinding = \"TENANTS\"\nnamespace = \"…\"\n",
        "[[hyperdrive]]\nbinding = \"POSTGRES\"\nid = \"…\"\n",
        "[[ratelimits]]\nname = \"LIMITER\"\nnamespace_id = \"…\"\nsimple = { limit = 100, period = 60 }\n",
        "[[secrets_store_secrets]]\nbinding = \"VAULT\"\nstore_id = \"…\"\nsecret_name = \"…\"\n",
        "[[send_email]]\nname = \"MAIL\"\n",
        "[version_metadata]\nbinding = \"VERSION\"\n",
        "[[vectorize]]\nbinding = \"INDEX\"\nindex_name = \"…\"\n",
    ] {
        assert!(message.contains(line), "{line} in {message}");
    }
}

#[wasm_bindgen_test]
fn a_kind_of_ones_own_gets_the_value() {
    #[derive(FromEnv)]
    struct Bindings {
        // Any object will do for this test.
        #[binding(name = "KV")]
        index: Vectorize,
        #[binding(name = "TEXT")]
        greeting: Lines,
        absent: Option<Lines>,
    }

    /// A variable with several lines.
    struct Lines(Vec<String>);

    impl Binding for Lines {
        const KIND: Kind = Kind::var("some lines", "\"…\"");

        fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
            Ok(Self(String::take(bound)?.lines().map(str::to_owned).collect()))
        }
    }

    let Bindings { index, greeting, absent } = Bindings::from_env(&env()).unwrap();
    assert!(index.name == "KV" && index.value.is_object());
    assert_eq!(greeting.0, ["hello"]);
    assert!(absent.is_none());

    #[derive(FromEnv)]
    #[expect(dead_code, reason = "a table is not a text")]
    struct NoText {
        numbers: Lines,
    }
    let Err(Error::Config(message)) = NoText::from_env(&env()) else { panic!("it should fail") };
    assert!(message.contains("`NUMBERS`, some lines, cannot be read: it is not a text"), "{message}");
}

/// Objects that another worker has.
#[durable_object(export = false)]
struct Elsewhere;

#[durable_object]
impl Elsewhere {
    #[init]
    fn init(_: Ctx) -> Self {
        Self
    }
}

#[wasm_bindgen_test]
fn a_class_of_another_worker_asks_for_its_script() {
    let Err(Error::Config(message)) = Elsewhere::namespace(&env()) else { panic!("it should fail") };
    let lines = "name = \"ELSEWHERE\"\nclass_name = \"Elsewhere\"\nscript_name = \"…\"";
    assert!(message.ends_with(lines), "{message}");
}
