//! Bindings as a struct; what is there for a worker of which little was said.

use durable_object::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

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
