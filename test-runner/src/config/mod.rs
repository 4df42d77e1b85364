//! The worker's configuration: what wrangler's says, as far as workerd can serve it by itself.

mod classes;

use std::path::Path;

use anyhow::{Context, Result};
use durable_object_config::{DEV_VARS, Environment, dev_vars, find};
use serde_json::{Value, json};

use self::classes::Classes;

/// Used if there is no configuration, or it has no date.
const DEFAULT_COMPATIBILITY_DATE: &str = "2026-08-01";

/// What workerd takes as wrangler does.
const SERVED: [&str; 5] =
    ["compatibility_date", "compatibility_flags", "vars", "kv_namespaces", "d1_databases"];

/// The bindings that workerd has; those to other things are to what only Cloudflare has, or only wrangler can imitate.
const SERVED_BINDINGS: [&str; 4] =
    ["durable_objects.bindings", "kv_namespaces", "d1_databases", "queues.producers"];

/// The flag that lets tests take objects out of memory, and more.
const UNSAFE: &str = "unsafe_module";

/// A wrangler configuration, and the variables beside it.
pub(crate) struct Config {
    file: durable_object_config::Config,
    secrets: Value,
}

impl Config {
    /// Reads the configuration in the package's folder, if there is one.
    pub(crate) fn read(package: &Path) -> Result<Self> {
        let file = match find(package) {
            Some(path) => durable_object_config::Config::read(&path)?,
            None => durable_object_config::Config::parse(Path::new("wrangler.toml"), "")?,
        };
        let secrets = dev_vars(package, file.top()).with_context(|| format!("cannot read {DEV_VARS}"))?;
        Ok(Self { file, secrets: json!(secrets) })
    }

    #[cfg(test)]
    fn parse(name: &str, text: &str) -> Result<Self> {
        Ok(Self { file: durable_object_config::Config::parse(Path::new(name), text)?, secrets: Value::Null })
    }

    /// The same for workerd, which is to run the module `main` with the classes of a test binary.
    ///
    /// # Errors
    /// When it contradicts itself, or names a class where the binary has another.
    pub(crate) fn for_workerd(&self, main: &str, classes: &[&str]) -> Result<Value> {
        let named = Classes::new(self.top())?;
        named.check(classes)?;
        let (sqlite, other) = named.by_storage(classes);
        let objects = self.top().objects().into_iter();
        let objects = objects.filter(|object| object.script.is_none() && classes.contains(&object.class));
        let producers = self.top().bindings().filter(|binding| binding.section == "queues.producers");
        let producers =
            producers.map(|queue| json!({ "binding": queue.name, "queue": queue.value.text("queue") }));
        let mut config = json!({
            "name": "tests",
            "main": main,
            "no_bundle": true,
            "compatibility_date": DEFAULT_COMPATIBILITY_DATE,
            "durable_objects": { "bindings": objects.map(|object| object.value.to_json()).collect::<Vec<_>>() },
            "migrations": [{ "tag": "v1", "new_sqlite_classes": sqlite, "new_classes": other }],
            "queues": { "producers": producers.collect::<Vec<_>>() },
        });
        for section in SERVED {
            if let Some(value) = self.file.root().get(section) {
                config[section] = value.to_json();
            }
        }
        for (name, secret) in self.secrets.as_object().into_iter().flatten() {
            config["vars"][name] = secret.clone();
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
        Ok(Classes::new(self.top())?.missing(classes))
    }

    /// The bindings that tests do not have: section and name.
    pub(crate) fn unavailable(&self) -> Vec<(&'static str, &str)> {
        let foreign = self.top().objects().into_iter().filter(|object| object.script.is_some());
        let foreign = foreign.map(|object| ("objects of other workers", object.name));
        let unserved = self.top().bindings().filter(|binding| !SERVED_BINDINGS.contains(&binding.section));
        foreign.chain(unserved.map(|binding| (binding.section, binding.name))).collect()
    }

    fn top(&self) -> Environment<'_> {
        self.file.top()
    }
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
        let config = Config::parse("wrangler.toml", TOML)?.for_workerd("main.js", &["Counter"])?;
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
        let config = Config::parse("wrangler.toml", TOML)?;
        assert_eq!(config.missing(&[])?, ["Counter"]);
        let config = config.for_workerd("main.js", &[])?;
        assert_eq!(config["durable_objects"], json!({ "bindings": [] }));
        assert_eq!(config["migrations"][0]["new_sqlite_classes"], json!([]));
        Ok(())
    }

    #[test]
    fn names_what_tests_do_not_have() -> Result<()> {
        let config = Config::parse("wrangler.toml", TOML)?;
        let expected =
            [("objects of other workers", "OTHER"), ("r2_buckets", "BUCKET"), ("send_email", "MAIL")];
        assert_eq!(config.unavailable(), expected);
        Ok(())
    }

    #[test]
    fn secrets_are_variables() -> Result<()> {
        let mut config = Config::parse("wrangler.toml", "")?;
        config.secrets = json!({ "KEY": "open" });
        assert_eq!(config.for_workerd("main.js", &[])?["vars"], json!({ "KEY": "open" }));
        Ok(())
    }

    #[test]
    fn reads_json_with_comments() -> Result<()> {
        let config = Config::parse("wrangler.json", r#"{ "compatibility_flags": ["a"], /* none yet */ }"#)?;
        assert_eq!(config.for_workerd("main.js", &[])?["compatibility_flags"], json!(["a", "unsafe_module"]));
        Ok(())
    }
}
