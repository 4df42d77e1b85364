//! The classes of objects that a wrangler configuration names.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{list, text};

/// The classes of a worker's own objects.
pub(super) struct Classes<'a> {
    /// Those that a binding leads to.
    bound: BTreeSet<&'a str>,
    /// Those that `exports` or `migrations` declare.
    declared: BTreeMap<&'a str, Storage>,
}

/// Where the objects of a class store what they have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Storage {
    Sqlite,
    KeyValue,
}

impl<'a> Classes<'a> {
    pub(super) fn new(config: &'a Value, bound: impl Iterator<Item = &'a str>) -> Result<Self> {
        let (exported, migrated) = (exported(config), migrated(config));
        ensure!(
            exported.is_empty() || migrated.is_empty(),
            "classes of objects are declared by `exports` and by `migrations`; wrangler takes one of the two"
        );
        let declared = if exported.is_empty() { migrated } else { exported };
        Ok(Self { bound: bound.collect(), declared })
    }

    /// Those that a test binary with these classes does not have.
    pub(super) fn missing(&self, classes: &[&str]) -> Vec<&'a str> {
        self.named().into_iter().filter(|class| !classes.contains(class)).collect()
    }

    /// Refuses a class that the binary lacks while it has one that is not named: the two are meant to be one. A binary
    /// may lack classes otherwise, those of JavaScript for example.
    pub(super) fn check(&self, classes: &[&str]) -> Result<()> {
        let declared = self.declared.keys().copied().collect();
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
        present.partition(|class| self.declared.get(class) == Some(&Storage::Sqlite))
    }

    fn named(&self) -> BTreeSet<&'a str> {
        self.bound.iter().chain(self.declared.keys()).copied().collect()
    }
}

/// The classes that `exports` leaves alive.
fn exported(config: &Value) -> BTreeMap<&str, Storage> {
    let exports = config.get("exports").and_then(Value::as_object);
    let objects = exports.into_iter().flatten().filter(|(_, it)| text(it, "type") == Some("durable-object"));
    // Those that are deleted, renamed or transferred have no storage.
    let alive = objects.filter_map(|(class, it)| Some((class.as_str(), text(it, "storage")?)));
    let storage = |storage| if storage == "sqlite" { Storage::Sqlite } else { Storage::KeyValue };
    alive.map(|(class, it)| (class, storage(it))).collect()
}

/// The classes that the migrations leave, in their order.
fn migrated(config: &Value) -> BTreeMap<&str, Storage> {
    let mut classes = BTreeMap::new();
    for migration in list(config.get("migrations")) {
        for (key, storage) in [("new_classes", Storage::KeyValue), ("new_sqlite_classes", Storage::Sqlite)] {
            let new = list(migration.get(key)).iter().filter_map(Value::as_str);
            classes.extend(new.map(|class| (class, storage)));
        }
        for renamed in list(migration.get("renamed_classes")) {
            let storage = text(renamed, "from").and_then(|from| classes.remove(from));
            classes.extend(text(renamed, "to").zip(storage));
        }
        for deleted in list(migration.get("deleted_classes")).iter().filter_map(Value::as_str) {
            classes.remove(deleted);
        }
    }
    classes
}

#[cfg(test)]
mod tests {
    use anyhow::Result;
    use serde_json::{Value, json};

    use super::super::Config;

    /// What workerd declares: classes with SQLite, and those without.
    fn declared(json: &str, classes: &[&str]) -> Result<(Value, Value)> {
        let mut config = Config::from_json(json)?.for_workerd("main.js", classes)?;
        let mut take = |key| config["migrations"][0][key].take();
        Ok((take("new_sqlite_classes"), take("new_classes")))
    }

    #[test]
    fn a_misspelt_class_is_an_error() -> Result<()> {
        let config = |bound: &str, exported: &str| {
            let bindings = json!({ "bindings": [{ "name": "COUNTER", "class_name": bound }] });
            let exports = json!({ exported: { "type": "durable-object", "storage": "sqlite" } });
            Config::from_json(&json!({ "durable_objects": bindings, "exports": exports }).to_string())
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
    fn exports_declare_classes() -> Result<()> {
        let json = r#"{
            "durable_objects": { "bindings": [
                { "name": "ROOM", "class_name": "Room" },
                { "name": "OLD", "class_name": "Old" },
                { "name": "LOOSE", "class_name": "Loose" },
            ] },
            "exports": {
                "Room": { "type": "durable-object", "storage": "sqlite" },
                "Old": { "type": "durable-object", "state": "created", "storage": "legacy-kv" },
                "Coming": { "type": "durable-object", "state": "expecting-transfer", "storage": "sqlite", "transfer_from": "w" },
                "Gone": { "type": "durable-object", "state": "deleted" },
                "Chat": { "type": "durable-object", "state": "renamed", "renamed_to": "Room" },
                "default": { "type": "worker", "cache": { "enabled": true } },
            },
        }"#;
        let classes = ["Coming", "Loose", "Old", "Room"];
        assert_eq!(declared(json, &classes)?, (json!(["Coming", "Room"]), json!(["Loose", "Old"])));
        Ok(())
    }

    #[test]
    fn migrations_declare_classes() -> Result<()> {
        let json = r#"{ "migrations": [
            { "tag": "v1", "new_sqlite_classes": ["Tally", "Gone"], "new_classes": ["Old"] },
            { "tag": "v2", "renamed_classes": [{ "from": "Tally", "to": "Counter" }], "deleted_classes": ["Gone"] },
        ] }"#;
        assert_eq!(declared(json, &["Counter", "Old"])?, (json!(["Counter"]), json!(["Old"])));
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
