//! Environments: the top level of a configuration, and the tables under `env`.

use crate::file::Config;
use crate::value::Value;

/// The lists and tables that bind something to a name, and the key that holds the name.
const SECTIONS: [(&str, &str); 31] = [
    ("durable_objects.bindings", "name"),
    ("agent_memory", "binding"),
    ("ai", "binding"),
    ("ai_search", "binding"),
    ("ai_search_namespaces", "binding"),
    ("analytics_engine_datasets", "binding"),
    ("artifacts", "binding"),
    ("assets", "binding"),
    ("browser", "binding"),
    ("d1_databases", "binding"),
    ("dispatch_namespaces", "binding"),
    ("flagship", "binding"),
    ("hyperdrive", "binding"),
    ("images", "binding"),
    ("kv_namespaces", "binding"),
    ("media", "binding"),
    ("mtls_certificates", "binding"),
    ("pipelines", "binding"),
    ("queues.producers", "binding"),
    ("r2_buckets", "binding"),
    ("ratelimits", "name"),
    ("secrets_store_secrets", "binding"),
    ("send_email", "name"),
    ("services", "binding"),
    ("stream", "binding"),
    ("vectorize", "binding"),
    ("version_metadata", "binding"),
    ("vpc_networks", "binding"),
    ("vpc_services", "binding"),
    ("worker_loaders", "binding"),
    ("workflows", "binding"),
];

/// The keys without which an environment has those of the top level. It is so for `assets` alone among the sections.
const INHERITED_SECTION: &str = "assets";

/// An environment of a configuration: the top level, or one of those under `env`.
#[derive(Debug, Clone, Copy)]
pub struct Environment<'a> {
    root: &'a Value,
    named: Option<(&'a str, &'a Value)>,
}

/// Something that the worker finds under a name.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The list or table in which it stands, such as `kv_namespaces`.
    pub section: &'static str,
    /// Its name in the environment of the worker.
    pub name: &'a str,
    /// All that is said about it.
    pub value: &'a Value,
}

/// A binding that leads to objects.
#[derive(Debug, Clone, Copy)]
pub struct ObjectBinding<'a> {
    /// Its name in the environment of the worker.
    pub name: &'a str,
    /// The class of the objects.
    pub class: &'a str,
    /// The worker that has the class, if it is another one.
    pub script: Option<&'a str>,
    /// All that is said about it.
    pub value: &'a Value,
}

impl Config {
    /// Returns the top level: the environment without a name.
    #[must_use]
    pub fn top(&self) -> Environment<'_> {
        Environment { root: &self.root, named: None }
    }

    /// Returns all environments, the top level first.
    pub fn environments(&self) -> impl Iterator<Item = Environment<'_>> {
        let named = self.root.get("env").into_iter().flat_map(Value::entries);
        let named = named.map(|entry| (entry.key.as_str(), &entry.value));
        let named = named.map(|named| Environment { root: &self.root, named: Some(named) });
        std::iter::once(self.top()).chain(named)
    }
}

impl<'a> Environment<'a> {
    /// Returns the name, if it is not the top level.
    #[must_use]
    pub fn name(self) -> Option<&'a str> {
        self.named.map(|(name, _)| name)
    }

    /// Returns the name of the worker that is deployed from it.
    #[must_use]
    pub fn worker(self) -> Option<String> {
        let top = || self.root.text("name");
        match self.named {
            None => top().map(str::to_owned),
            Some((name, table)) => {
                let own = table.text("name").map(str::to_owned);
                own.or_else(|| Some(format!("{}-{name}", top()?)))
            }
        }
    }

    /// Returns a value that environments do not inherit, by its path.
    #[must_use]
    pub fn own(self, path: &[&str]) -> Option<&'a Value> {
        self.table().at(path)
    }

    /// Returns a value that environments inherit.
    #[must_use]
    pub fn inherited(self, key: &str) -> Option<&'a Value> {
        self.holder(key).table().get(key)
    }

    /// Returns the environment that has a key which environments inherit: this one, or else the top level.
    pub(crate) fn holder(self, key: &str) -> Self {
        match self.named {
            Some((_, table)) if table.get(key).is_none() => Self { named: None, ..self },
            _ => self,
        }
    }

    /// Returns everything that is bound to a name, except variables and secrets.
    pub fn bindings(self) -> impl Iterator<Item = Binding<'a>> + use<'a> {
        let (table, root) = (self.table(), self.root);
        SECTIONS.iter().flat_map(move |&(section, key)| {
            let path: Vec<&str> = section.split('.').collect();
            let inherited = || (section == INHERITED_SECTION).then(|| root.at(&path)).flatten();
            let items = match table.at(&path).or_else(inherited) {
                Some(item) if item.is_table() => std::slice::from_ref(item),
                Some(list) => list.items(),
                None => &[],
            };
            items.iter().filter_map(move |value| Some(Binding { section, name: value.text(key)?, value }))
        })
    }

    /// Returns the names of the secrets that the environment lists.
    pub fn secrets(self) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.own(&["secrets", "required"]).map_or(&[][..], Value::items).iter()
    }

    /// Returns the bindings that lead to objects.
    #[must_use]
    pub fn objects(self) -> Vec<ObjectBinding<'a>> {
        let (section, _) = SECTIONS[0];
        let own = self.worker();
        let objects = self.bindings().filter(|binding| binding.section == section);
        let objects = objects.filter_map(|Binding { name, value, .. }| {
            let script = value.text("script_name").filter(|script| Some(*script) != own.as_deref());
            Some(ObjectBinding { name, class: value.text("class_name")?, script, value })
        });
        objects.collect()
    }

    fn table(self) -> &'a Value {
        self.named.map_or(self.root, |(_, table)| table)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const TOML: &str = r#"
        name = "app"
        main = "build/index.js"
        ai = { binding = "AI" }
        assets = { directory = "web", binding = "FILES" }
        [[durable_objects.bindings]]
        name = "ROOM"
        class_name = "Room"
        [[durable_objects.bindings]]
        name = "OTHER"
        class_name = "Room"
        script_name = "other"
        [[queues.producers]]
        binding = "JOBS"
        queue = "jobs"
        [env.staging.vars]
        A = "a"
        [[env.staging.durable_objects.bindings]]
        name = "SELF"
        class_name = "Room"
        script_name = "app-staging"
        [env.production]
        name = "shop"
        main = "index.ts"
    "#;

    #[test]
    fn environments_inherit_some_keys_and_no_bindings() {
        let config = Config::parse(Path::new("wrangler.toml"), TOML).unwrap();
        let environments: Vec<_> = config.environments().collect();
        let names: Vec<_> = environments.iter().map(|it| (it.name(), it.worker())).collect();
        let worker = |name: &str| Some(name.to_owned());
        assert_eq!(
            names,
            [
                (None, worker("app")),
                (Some("production"), worker("shop")),
                (Some("staging"), worker("app-staging"))
            ]
        );
        let [top, production, staging] = environments.as_slice() else { panic!("three environments") };
        let main = |it: &Environment<'_>| it.inherited("main").and_then(Value::as_text).map(str::to_owned);
        assert_eq!(main(top), main(staging));
        assert_eq!(main(production).as_deref(), Some("index.ts"));
        assert_eq!(top.holder("main").name(), None);
        let bound =
            |it: &Environment<'_>| it.bindings().map(|binding| binding.name.to_owned()).collect::<Vec<_>>();
        assert_eq!(bound(top), ["ROOM", "OTHER", "AI", "FILES", "JOBS"]);
        assert_eq!(bound(staging), ["SELF", "FILES"]);
        assert!(staging.own(&["vars", "A"]).is_some() && top.own(&["vars"]).is_none());
        let scripts: Vec<_> = top.objects().into_iter().map(|object| object.script).collect();
        assert_eq!(scripts, [None, Some("other")]);
        assert_eq!(staging.objects()[0].script, None, "its own name");
    }
}
