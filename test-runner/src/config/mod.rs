//! The worker's configuration: what wrangler's says, as far as workerd can serve it by itself.

mod classes;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use jsonc_parser::ParseOptions;
use serde_json::{Value, json};

use self::classes::Classes;

/// Where wrangler looks, in its order.
const FILES: [&str; 3] = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// Used if there is no configuration, or it has no date.
const DEFAULT_COMPATIBILITY_DATE: &str = "2026-08-01";

/// What workerd takes as wrangler does.
const SERVED: [&str; 5] =
    ["compatibility_date", "compatibility_flags", "vars", "kv_namespaces", "d1_databases"];

/// The flag that lets tests take objects out of memory, and more.
const UNSAFE: &str = "unsafe_module";

/// Bindings to what only Cloudflare has, or only wrangler can imitate.
const NOT_SERVED: [&str; 22] = [
    "ai",
    "analytics_engine_datasets",
    "browser",
    "dispatch_namespaces",
    "hyperdrive",
    "images",
    "media",
    "mtls_certificates",
    "pipelines",
    "r2_buckets",
    "ratelimits",
    "secrets_store_secrets",
    "send_email",
    "services",
    "stream",
    "vectorize",
    "version_metadata",
    "vpc_networks",
    "vpc_services",
    "worker_loaders",
    "workflows",
    "assets",
];

/// A wrangler configuration.
pub(crate) struct Config(Value);

impl Config {
    /// Reads the configuration in the package's folder, if there is one.
    pub(crate) fn read(package: &Path) -> Result<Self> {
        let path = FILES.iter().map(|name| package.join(name)).find(|path| path.exists());
        let Some(path) = path else {
            return Ok(Self(Value::Null));
        };
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        let config = if is_toml { Self::from_toml(&text) } else { Self::from_json(&text) };
        config.with_context(|| format!("{} is not valid", path.display()))
    }

    fn from_toml(text: &str) -> Result<Self> {
        Ok(Self(toml::from_str(text)?))
    }

    fn from_json(text: &str) -> Result<Self> {
        Ok(Self(jsonc_parser::parse_to_serde_value(text, &ParseOptions::default())?))
    }

    /// The same for workerd, which is to run the module `main` with the classes of a test binary.
    ///
    /// # Errors
    /// When it contradicts itself, or names a class where the binary has another.
    pub(crate) fn for_workerd(&self, main: &str, classes: &[&str]) -> Result<Value> {
        let named = self.classes()?;
        named.check(classes)?;
        let (sqlite, other) = named.by_storage(classes);
        let (objects, _) = self.objects();
        let of_a_class =
            |object: &&Value| text(object, "class_name").is_some_and(|class| classes.contains(&class));
        let objects: Vec<&Value> = objects.into_iter().filter(of_a_class).collect();
        let producers = list(self.0.pointer("/queues/producers"));
        let producers = producers.iter().map(|it| json!({ "binding": it["binding"], "queue": it["queue"] }));
        let mut config = json!({
            "name": "tests",
            "main": main,
            "no_bundle": true,
            "compatibility_date": DEFAULT_COMPATIBILITY_DATE,
            "durable_objects": { "bindings": objects },
            "migrations": [{ "tag": "v1", "new_sqlite_classes": sqlite, "new_classes": other }],
            "queues": { "producers": producers.collect::<Vec<_>>() },
        });
        for section in SERVED {
            if let Some(value) = self.0.get(section) {
                config[section] = value.clone();
            }
        }
        if let Value::Array(flags) = &mut config["compatibility_flags"] {
            flags.push(UNSAFE.into());
        } else {
            config["compatibility_flags"] = json!([UNSAFE]);
        }
        Ok(config)
    }

    /// The classes that the configuration names and the binary lacks: they are missing in tests.
    ///
    /// # Errors
    /// When it contradicts itself.
    pub(crate) fn missing(&self, classes: &[&str]) -> Result<Vec<&str>> {
        Ok(self.classes()?.missing(classes))
    }

    /// The classes of this worker's objects.
    fn classes(&self) -> Result<Classes<'_>> {
        let (objects, _) = self.objects();
        Classes::new(&self.0, objects.into_iter().filter_map(|object| text(object, "class_name")))
    }

    /// The bindings that tests do not have: section and name.
    pub(crate) fn unavailable(&self) -> Vec<(&'static str, &str)> {
        let (_, foreign) = self.objects();
        let foreign = foreign.into_iter().map(|object| ("objects of other workers", text(object, "name")));
        let sections = NOT_SERVED.iter().flat_map(|&section| {
            let items = match self.0.get(section) {
                Some(Value::Array(items)) => items,
                Some(item) => std::slice::from_ref(item),
                None => &[],
            };
            // Some sections call a binding's name its name.
            items.iter().map(move |item| (section, text(item, "binding").or_else(|| text(item, "name"))))
        });
        foreign.chain(sections).filter_map(|(section, name)| Some((section, name?))).collect()
    }

    /// The bindings to objects of this worker, and to those of others.
    fn objects(&self) -> (Vec<&Value>, Vec<&Value>) {
        let own = text(&self.0, "name");
        let bindings = list(self.0.pointer("/durable_objects/bindings"));
        bindings.iter().partition(|object| {
            let script = text(object, "script_name");
            script.is_none() || script == own
        })
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use anyhow::Result;
    use serde_json::json;

    use super::Config;

    const TOML: &str = r#"
        name = "worker"
        main = "build/index.js"
        compatibility_date = "2026-01-01"
        [build]
        command = "worker-build"
        [vars]
        GREETING = "hello"
        LIMITS = { calls = 3 }
        [[durable_objects.bindings]]
        name = "COUNTER"
        class_name = "Counter"
        [[durable_objects.bindings]]
        name = "OTHER"
        class_name = "Other"
        script_name = "other-worker"
        [[migrations]]
        tag = "v1"
        new_sqlite_classes = ["Tally"]
        [[migrations]]
        tag = "v2"
        renamed_classes = [{ from = "Tally", to = "Counter" }]
        [[queues.producers]]
        binding = "JOBS"
        queue = "jobs"
        delivery_delay = 60
        [[r2_buckets]]
        binding = "BUCKET"
        bucket_name = "bucket"
        [[send_email]]
        name = "MAIL"
    "#;

    #[test]
    fn keeps_what_workerd_can_serve() -> Result<()> {
        let config = Config::from_toml(TOML)?.for_workerd("main.js", &["Counter"])?;
        let expected = json!({
            "name": "tests",
            "main": "main.js",
            "no_bundle": true,
            "compatibility_date": "2026-01-01",
            "compatibility_flags": ["unsafe_module"],
            "vars": { "GREETING": "hello", "LIMITS": { "calls": 3 } },
            "durable_objects": { "bindings": [{ "name": "COUNTER", "class_name": "Counter" }] },
            "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Counter"], "new_classes": [] }],
            "queues": { "producers": [{ "binding": "JOBS", "queue": "jobs" }] },
        });
        assert_eq!(config, expected);
        Ok(())
    }

    #[test]
    fn leaves_out_classes_that_the_binary_does_not_have() -> Result<()> {
        let config = Config::from_toml(TOML)?;
        assert_eq!(config.missing(&[])?, ["Counter"]);
        let config = config.for_workerd("main.js", &[])?;
        assert_eq!(config["durable_objects"], json!({ "bindings": [] }));
        assert_eq!(config["migrations"][0]["new_sqlite_classes"], json!([]));
        Ok(())
    }

    #[test]
    fn names_what_tests_do_not_have() -> Result<()> {
        let config = Config::from_toml(TOML)?;
        let expected =
            [("objects of other workers", "OTHER"), ("r2_buckets", "BUCKET"), ("send_email", "MAIL")];
        assert_eq!(config.unavailable(), expected);
        Ok(())
    }

    #[test]
    fn reads_json_with_comments() -> Result<()> {
        let config = Config::from_json(r#"{ "compatibility_flags": ["a"], /* none yet */ }"#)?;
        assert_eq!(config.for_workerd("main.js", &[])?["compatibility_flags"], json!(["a", "unsafe_module"]));
        Ok(())
    }
}
