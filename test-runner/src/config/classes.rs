//! The classes of objects that a wrangler configuration names.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use durable_object_config::{Environment, Lifecycle, Storage};

/// The classes of a worker's own objects.
pub(super) struct Classes<'a> {
    /// Those that a binding leads to.
    bound: BTreeSet<&'a str>,
    /// Those that `exports` or `migrations` declare.
    declared: Lifecycle<'a>,
}

impl<'a> Classes<'a> {
    pub(super) fn new(environment: Environment<'a>) -> Result<Self> {
        let declared = Lifecycle::of(environment);
        ensure!(
            !(declared.exports && declared.migrations),
            "classes of objects are declared by `exports` and by `migrations`; wrangler takes one of the two"
        );
        let own = environment.objects().into_iter().filter(|object| object.script.is_none());
        Ok(Self { bound: own.map(|object| object.class).collect(), declared })
    }

    /// Those that a test binary with these classes does not have.
    pub(super) fn missing(&self, classes: &[&str]) -> Vec<&'a str> {
        self.named().into_iter().filter(|class| !classes.contains(class)).collect()
    }

    /// Refuses a class that the binary lacks while it has one that is not named: the two are meant to be one. A binary
    /// may lack classes otherwise, those of JavaScript for example.
    pub(super) fn check(&self, classes: &[&str]) -> Result<()> {
        let declared = self.declared.live.keys().copied().collect();
        for (names, place) in [(&self.bound, "a `class_name`"), (&declared, "`exports` or `migrations`")] {
            let missing: Vec<&str> = names.iter().copied().filter(|class| !classes.contains(class)).collect();
            let unnamed: Vec<&str> = classes.iter().copied().filter(|class| !names.contains(class)).collect();
            ensure!(
                missing.is_empty() || unnamed.is_empty(),
                "{place} of the configuration names a class that the tests do not have: {}. The classes that they have, \
                 and that are not named there: {}. Is one of them misspelt?",
                missing.join(", "),
                unnamed.join(", ")
            );
        }
        Ok(())
    }

    /// Those that the binary has, with SQLite and without. One that is bound and not declared has none, as when it is
    /// deployed.
    pub(super) fn by_storage(&self, classes: &[&str]) -> (Vec<&'a str>, Vec<&'a str>) {
        let present = self.named().into_iter().filter(|class| classes.contains(class));
        present.partition(|class| {
            let declared = self.declared.live.get(class);
            declared.is_some_and(|(storage, _)| *storage == Storage::Sqlite)
        })
    }

    fn named(&self) -> BTreeSet<&'a str> {
        self.bound.iter().chain(self.declared.live.keys()).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Result;
    use serde_json::{Value, json};

    use super::super::Config;

    /// What workerd declares: classes with SQLite, and those without.
    fn declared(json: &str, classes: &[&str]) -> Result<(Value, Value)> {
        let mut config = Config::parse("wrangler.json", json)?.for_workerd("main.js", classes)?;
        let mut take = |key| config["migrations"][0][key].take();
        Ok((take("new_sqlite_classes"), take("new_classes")))
    }

    #[test]
    fn a_misspelt_class_is_an_error() -> Result<()> {
        let config = |bound: &str, exported: &str| {
            let bindings = json!({ "bindings": [{ "name": "COUNTER", "class_name": bound }] });
            let exports = json!({ exported: { "type": "durable-object", "storage": "sqlite" } });
            Config::parse(
                "wrangler.json",
                &json!({ "durable_objects": bindings, "exports": exports }).to_string(),
            )
        };
        let error = |bound, exported, classes: &[&str]| -> Result<String> {
            let refused = config(bound, exported)?.for_workerd("main.js", classes).err();
            Ok(refused.map(|error| error.to_string()).unwrap_or_default())
        };
        let bound = error("Countr", "Counter", &["Counter", "Room"])?;
        assert!(bound.starts_with("a `class_name` ") && bound.contains(" have: Countr."), "{bound}");
        assert!(bound.contains("not named there: Counter, Room."), "{bound}");
        let exported = error("Counter", "Countr", &["Counter"])?;
        assert!(exported.starts_with("`exports` or `migrations` "), "{exported}");
        assert_eq!(error("Counter", "Counter", &["Counter", "Part"])?, "", "a class need not be named");
        assert_eq!(error("Script", "Script", &[])?, "", "nor be one of this binary");
        Ok(())
    }

    #[test]
    fn a_class_has_the_storage_that_is_declared() -> Result<()> {
        let json = r#"{
            "durable_objects": { "bindings": [
                { "name": "ROOM", "class_name": "Room" },
                { "name": "OLD", "class_name": "Old" },
                { "name": "LOOSE", "class_name": "Loose" },
            ] },
            "exports": {
                "Room": { "type": "durable-object", "storage": "sqlite" },
                "Old": { "type": "durable-object", "storage": "legacy-kv" },
                "Gone": { "type": "durable-object", "state": "deleted" },
            },
        }"#;
        assert_eq!(declared(json, &["Loose", "Old", "Room"])?, (json!(["Room"]), json!(["Loose", "Old"])));
        let json = r#"{ "migrations": [
            { "tag": "v1", "new_sqlite_classes": ["Tally", "Gone"], "new_classes": ["Old"] },
            { "tag": "v2", "renamed_classes": [{ "from": "Tally", "to": "Counter" }], "deleted_classes": ["Gone"] },
        ] }"#;
        assert_eq!(declared(json, &["Counter", "Old", "Gone"])?, (json!(["Counter"]), json!(["Old"])));
        Ok(())
    }

    #[test]
    fn classes_are_declared_in_one_way() -> Result<()> {
        let json = r#"{
            "exports": { "Room": { "type": "durable-object", "storage": "sqlite" } },
            "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Room"] }],
        }"#;
        let error = declared(json, &["Room"]).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("wrangler takes one of the two"), "{error}");
        Ok(())
    }
}
