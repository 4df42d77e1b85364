//! The classes of objects that a configuration declares.

use std::collections::BTreeMap;

use crate::environment::Environment;
use crate::value::Value;

/// The way in which a configuration declares classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The map `exports`.
    Exports,
    /// The list `migrations`.
    Migrations,
}

/// The place where the objects of a class keep what they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// SQLite.
    Sqlite,
    /// The older key-value storage.
    KeyValue,
}

/// The end of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Its objects are deleted.
    Deleted,
    /// Its objects belong to a class of another name.
    Renamed {
        /// The class.
        to: String,
    },
    /// Its objects belong to another worker.
    Transferred {
        /// The worker.
        to: String,
    },
}

/// A step of `migrations` that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misstep {
    /// The tag of the migration.
    pub tag: String,
    /// The class.
    pub class: String,
    /// The mistake.
    pub kind: MisstepKind,
}

/// The mistake in a step of `migrations`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MisstepKind {
    /// The class is made although it is there.
    Exists,
    /// The class ends although it was not there. This class may be meant.
    Absent {
        /// The end.
        end: End,
        /// The class that may be meant.
        nearest: Option<String>,
    },
}

/// The declared classes of an environment.
#[derive(Debug, Default)]
pub struct Lifecycle<'a> {
    /// Whether `exports` declares classes.
    pub exports: bool,
    /// Whether `migrations` is there.
    pub migrations: bool,
    /// The classes that objects can be of, each with its place.
    pub live: BTreeMap<&'a str, (Storage, &'a Value)>,
    /// The classes that are gone, each with its place.
    pub ended: BTreeMap<&'a str, (End, &'a Value)>,
    /// The steps of `migrations` that cannot be taken, each with its place.
    pub missteps: Vec<(Misstep, &'a Value)>,
    /// The names under which the live classes keep their objects: see [`Lifecycle::key`].
    keys: BTreeMap<&'a str, String>,
    /// How many classes each name has been given to.
    begun: BTreeMap<&'a str, usize>,
}

impl<'a> Lifecycle<'a> {
    /// Returns the classes of an environment. If there are both forms, those in `exports` count.
    #[must_use]
    pub fn of(environment: Environment<'a>) -> Self {
        let mut lifecycle = Self::default();
        if let Some(migrations) = environment.inherited("migrations") {
            lifecycle.migrate(migrations.items());
        }
        if let Some(exports) = environment.inherited("exports") {
            lifecycle.export(exports);
        }
        lifecycle
    }

    /// Returns the form of the declarations, if there are any.
    #[must_use]
    pub fn form(&self) -> Option<Form> {
        match (self.exports, self.migrations) {
            (true, _) => Some(Form::Exports),
            (_, true) => Some(Form::Migrations),
            _ => None,
        }
    }

    /// Returns the name that tells the objects of a live class from all others of the worker: the first name of the
    /// class, which a rename does not change. If an earlier class had that name, there is a number after it: `Room~1`.
    ///
    /// Only `migrations` say what came earlier. With `exports`, a class has the name of the class that it was renamed
    /// from, or else its own.
    #[must_use]
    pub fn key(&self, class: &str) -> Option<&str> {
        self.keys.get(class).map(String::as_str)
    }

    fn export(&mut self, exports: &'a Value) {
        let objects = exports.entries().iter();
        let objects = objects.filter(|entry| entry.value.text("type") == Some("durable-object"));
        for entry in objects {
            if !self.exports {
                self.exports = true;
                (self.live, self.ended, self.keys) = Default::default();
            }
            let (class, value) = (entry.key.as_str(), &entry.value);
            let text = |key| value.text(key).unwrap_or_default().to_owned();
            let end = match value.text("state") {
                Some("deleted") => End::Deleted,
                Some("renamed") => End::Renamed { to: text("renamed_to") },
                Some("transferred") => End::Transferred { to: text("transferred_to") },
                _ => {
                    let is_old = value.text("storage") == Some("legacy-kv");
                    let storage = if is_old { Storage::KeyValue } else { Storage::Sqlite };
                    self.live.insert(class, (storage, value));
                    continue;
                }
            };
            self.ended.insert(class, (end, value));
        }
        self.keys.extend(self.live.keys().map(|class| (*class, (*class).to_owned())));
        for (first, (end, _)) in &self.ended {
            if let End::Renamed { to } = end
                && let Some(key) = self.keys.get_mut(to.as_str())
            {
                *key = (*first).to_owned();
            }
        }
    }

    fn migrate(&mut self, migrations: &'a [Value]) {
        self.migrations |= !migrations.is_empty();
        for migration in migrations {
            let tag = migration.text("tag").unwrap_or_default();
            // In the order in which wrangler takes the steps.
            for class in migration.list("deleted_classes") {
                self.end(tag, class, End::Deleted);
            }
            for renamed in migration.list("renamed_classes") {
                if let (Some(from), Some(to)) = (renamed.get("from"), renamed.get("to")) {
                    let end = End::Renamed { to: to.as_text().unwrap_or_default().to_owned() };
                    let key = from.as_text().and_then(|from| self.keys.remove(from));
                    let storage = self.end(tag, from, end);
                    self.begin(tag, to, storage.unwrap_or(Storage::Sqlite), key);
                }
            }
            for transferred in migration.list("transferred_classes") {
                if let Some(to) = transferred.get("to") {
                    // Only the other worker says how they are stored.
                    self.begin(tag, to, Storage::Sqlite, None);
                }
            }
            for (key, storage) in
                [("new_classes", Storage::KeyValue), ("new_sqlite_classes", Storage::Sqlite)]
            {
                for class in migration.list(key) {
                    self.begin(tag, class, storage, None);
                }
            }
        }
    }

    fn begin(&mut self, tag: &str, class: &'a Value, storage: Storage, key: Option<String>) {
        let Some(name) = class.as_text() else { return };
        self.ended.remove(name);
        let key = key.unwrap_or_else(|| self.fresh_key(name));
        self.keys.insert(name, key);
        if self.live.insert(name, (storage, class)).is_some() {
            self.misstep(tag, class, name, MisstepKind::Exists);
        }
    }

    fn end(&mut self, tag: &str, class: &'a Value, end: End) -> Option<Storage> {
        let name = class.as_text()?;
        let live = self.live.remove(name);
        if live.is_none() {
            let nearest = crate::nearest::nearest(name, self.live.keys().copied()).map(str::to_owned);
            self.misstep(tag, class, name, MisstepKind::Absent { end: end.clone(), nearest });
        }
        self.ended.insert(name, (end, class));
        live.map(|(storage, _)| storage)
    }

    /// Returns a key for a new class of this name.
    fn fresh_key(&mut self, name: &'a str) -> String {
        let earlier = self.begun.entry(name).or_default();
        *earlier += 1;
        match *earlier - 1 {
            0 => name.to_owned(),
            earlier => format!("{name}~{earlier}"),
        }
    }

    fn misstep(&mut self, tag: &str, place: &'a Value, class: &str, kind: MisstepKind) {
        self.missteps.push((Misstep { tag: tag.to_owned(), class: class.to_owned(), kind }, place));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::Config;

    fn config(json: &str) -> Config {
        Config::parse(Path::new("wrangler.json"), json).unwrap()
    }

    fn live<'a>(lifecycle: &Lifecycle<'a>) -> Vec<(&'a str, Storage)> {
        lifecycle.live.iter().map(|(class, (storage, _))| (*class, *storage)).collect()
    }

    #[test]
    fn exports_declare_classes() {
        let config = config(
            r#"{ "exports": {
                "Room": { "type": "durable-object", "storage": "sqlite" },
                "Old": { "type": "durable-object", "state": "created", "storage": "legacy-kv" },
                "Coming": { "type": "durable-object", "state": "expecting-transfer", "storage": "sqlite", "transfer_from": "w" },
                "Gone": { "type": "durable-object", "state": "deleted" },
                "Chat": { "type": "durable-object", "state": "renamed", "renamed_to": "Room" },
                "default": { "type": "worker" },
            } }"#,
        );
        let lifecycle = Lifecycle::of(config.top());
        assert_eq!(lifecycle.form(), Some(Form::Exports));
        let expected = [("Coming", Storage::Sqlite), ("Old", Storage::KeyValue), ("Room", Storage::Sqlite)];
        assert_eq!(live(&lifecycle), expected);
        let ended: Vec<_> = lifecycle.ended.iter().map(|(class, (end, _))| (*class, end)).collect();
        assert_eq!(ended, [("Chat", &End::Renamed { to: "Room".into() }), ("Gone", &End::Deleted)]);
    }

    #[test]
    fn migrations_declare_classes_in_their_order() {
        let config = config(
            r#"{ "migrations": [
                { "tag": "v1", "new_sqlite_classes": ["Tally", "Gone"], "new_classes": ["Old"] },
                { "tag": "v2", "renamed_classes": [{ "from": "Tally", "to": "Counter" }], "deleted_classes": ["Gone"] },
                { "tag": "v3", "transferred_classes": [{ "from": "A", "from_script": "w", "to": "B" }] },
                { "tag": "v4", "new_sqlite_classes": ["Gone"] },
            ] }"#,
        );
        let lifecycle = Lifecycle::of(config.top());
        assert_eq!(lifecycle.form(), Some(Form::Migrations));
        assert_eq!(
            live(&lifecycle),
            [
                ("B", Storage::Sqlite),
                ("Counter", Storage::Sqlite),
                ("Gone", Storage::Sqlite),
                ("Old", Storage::KeyValue)
            ]
        );
        assert_eq!(lifecycle.ended.keys().copied().collect::<Vec<_>>(), ["Tally"]);
        assert!(lifecycle.missteps.is_empty());
    }

    #[test]
    fn objects_stay_with_their_class() {
        let keys = |json: &str| {
            let config = config(json);
            let lifecycle = Lifecycle::of(config.top());
            let keys =
                lifecycle.live.keys().map(|class| format!("{class}={}", lifecycle.key(class).unwrap()));
            keys.collect::<Vec<_>>().join(" ")
        };
        let migrations = |steps: &str| keys(&format!(r#"{{ "migrations": [{steps}] }}"#));
        // As workerd gives them to the same migrations.
        assert_eq!(
            migrations(
                r#"{ "new_sqlite_classes": ["A"] },
                   { "renamed_classes": [{ "from": "A", "to": "B" }] },
                   { "renamed_classes": [{ "from": "B", "to": "C" }] },
                   { "new_sqlite_classes": ["B"] },
                   { "new_sqlite_classes": ["A"] }"#
            ),
            "A=A~1 B=B C=A"
        );
        let again = r#"{ "deleted_classes": ["A"] }, { "new_sqlite_classes": ["A"] }"#;
        assert_eq!(migrations(&format!(r#"{{ "new_sqlite_classes": ["A"] }}, {again}, {again}"#)), "A=A~2");
        assert_eq!(
            keys(
                r#"{ "exports": {
                    "Chat": { "type": "durable-object", "state": "renamed", "renamed_to": "Room" },
                    "Gone": { "type": "durable-object", "state": "deleted" },
                    "Hall": { "type": "durable-object", "storage": "sqlite" },
                    "Room": { "type": "durable-object", "storage": "sqlite" },
                } }"#
            ),
            "Hall=Hall Room=Chat"
        );
    }

    #[test]
    fn steps_that_cannot_be_taken_are_known() {
        let config = config(
            r#"{ "migrations": [
                { "tag": "v1", "new_sqlite_classes": ["Room", "Hall"] },
                { "tag": "v2", "new_classes": ["Room", "Both"], "deleted_classes": ["Hal", "Both"] },
            ] }"#,
        );
        let missteps: Vec<_> =
            Lifecycle::of(config.top()).missteps.into_iter().map(|(misstep, _)| misstep).collect();
        let absent = MisstepKind::Absent { end: End::Deleted, nearest: Some("Hall".into()) };
        let misstep = |class: &str, kind| Misstep { tag: "v2".into(), class: class.into(), kind };
        let both = MisstepKind::Absent { end: End::Deleted, nearest: None };
        assert_eq!(
            missteps,
            [misstep("Hal", absent), misstep("Both", both), misstep("Room", MisstepKind::Exists)]
        );
    }

    #[test]
    fn an_environment_inherits_the_classes_or_has_its_own() {
        let config = config(
            r#"{ "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Room"] }],
                 "env": { "a": {}, "b": { "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Hall"] }] } } }"#,
        );
        let classes: Vec<_> = config.environments().map(|it| live(&Lifecycle::of(it))).collect();
        let of = |class| vec![(class, Storage::Sqlite)];
        assert_eq!(classes, [of("Room"), of("Room"), of("Hall")]);
    }
}
