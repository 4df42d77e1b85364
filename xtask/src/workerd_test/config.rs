//! The worker's configuration: what `wrangler.toml` says, in workerd's language.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use toml::{Table, Value};

/// Used if there is no `wrangler.toml`, or it has no date.
/// Where objects keep their data, in the folder that workerd is started in.
pub(crate) const STORAGE: &str = "storage";
const DEFAULT_COMPATIBILITY_DATE: &str = "2026-08-01";

/// What tests need of a `wrangler.toml`.
pub(crate) struct Config {
    compatibility_date: String,
    compatibility_flags: Vec<String>,
    objects: Vec<Object>,
}

/// A Durable Object namespace of this worker.
#[derive(Debug, PartialEq)]
struct Object {
    binding: String,
    class: String,
    sqlite: bool,
}

impl Config {
    /// Reads `wrangler.toml` in the package's folder, if there is one.
    pub(crate) fn read(package: &Path) -> Result<Self> {
        let path = package.join("wrangler.toml");
        if !path.exists() {
            return Ok(Self::new(&Table::new()));
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let table = text.parse().with_context(|| format!("{} is not valid TOML", path.display()))?;
        Ok(Self::new(&table))
    }

    fn new(table: &Table) -> Self {
        let sqlite: Vec<String> = list(table.get("migrations"))
            .iter()
            .flat_map(|migration| strings(migration.get("new_sqlite_classes")))
            .collect();
        let bindings = table.get("durable_objects").and_then(|t| t.get("bindings"));
        let objects = list(bindings)
            .iter()
            // An object of another worker, which does not run here.
            .filter(|binding| binding.get("script_name").is_none())
            .filter_map(|binding| {
                let class = binding.get("class_name")?.as_str()?.to_owned();
                Some(Object {
                    binding: binding.get("name")?.as_str()?.to_owned(),
                    sqlite: sqlite.contains(&class),
                    class,
                })
            })
            .collect();
        let date = table.get("compatibility_date").and_then(Value::as_str);
        Self {
            compatibility_date: date.unwrap_or(DEFAULT_COMPATIBILITY_DATE).to_owned(),
            compatibility_flags: strings(table.get("compatibility_flags")),
            objects,
        }
    }

    /// The configuration of a worker of these modules, `main.js` first. A binary need not have
    /// all classes of its package: the others are left out.
    pub(crate) fn capnp(&self, modules: &[String], classes: &[&str]) -> String {
        let mut modules: Vec<&String> = modules.iter().collect();
        modules.sort_by_key(|name| *name != "main.js");
        let modules = modules.iter().filter_map(|name| module(name));
        let objects: Vec<&Object> =
            self.objects.iter().filter(|object| classes.contains(&object.class.as_str())).collect();
        let namespaces = objects.iter().map(|object| {
            let class = quote(&object.class);
            let sqlite = object.sqlite;
            format!("(className = {class}, uniqueKey = {class}, enableSql = {sqlite})")
        });
        let bindings = objects.iter().map(|object| {
            let (name, class) = (quote(&object.binding), quote(&object.class));
            format!("(name = {name}, durableObjectNamespace = {class})")
        });
        let flags = self.compatibility_flags.iter().map(|flag| quote(flag));
        format!(
            "using Workerd = import \"/workerd/workerd.capnp\";\n\
             const config :Workerd.Config = (services = [\n\
             (name = \"tests\", worker = .worker),\n\
             (name = \"{STORAGE}\", disk = (path = \"{STORAGE}\", writable = true)),\n\
             ]);\n\
             const worker :Workerd.Worker = (\n\
             modules = [{}],\n\
             compatibilityDate = {},\n\
             compatibilityFlags = [{}],\n\
             durableObjectStorage = (localDisk = \"{STORAGE}\"),\n\
             durableObjectNamespaces = [{}],\n\
             bindings = [{}],\n\
             );\n",
            join(modules),
            quote(&self.compatibility_date),
            join(flags),
            join(namespaces),
            join(bindings),
        )
    }
}

fn module(name: &str) -> Option<String> {
    let kind = match Path::new(name).extension()?.to_str()? {
        "js" => "esModule",
        "wasm" => "wasm",
        _ => return None,
    };
    let name = quote(name);
    Some(format!("(name = {name}, {kind} = embed {name})"))
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let values = list(value).iter().filter_map(Value::as_str);
    values.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use anyhow::Result;

    use super::{Config, Object};

    #[test]
    fn reads_the_objects_of_this_worker() -> Result<()> {
        let toml = r#"
            compatibility_date = "2026-01-01"
            [[durable_objects.bindings]]
            name = "COUNTER"
            class_name = "Counter"
            [[durable_objects.bindings]]
            name = "OTHER"
            class_name = "Other"
            script_name = "other-worker"
            [[migrations]]
            tag = "v1"
            new_sqlite_classes = ["Counter"]
        "#;
        let config = Config::new(&toml.parse()?);
        let counter = Object { binding: "COUNTER".to_owned(), class: "Counter".to_owned(), sqlite: true };
        assert_eq!(config.objects, [counter]);
        assert_eq!(config.compatibility_date, "2026-01-01");
        let capnp = config.capnp(&["a.js".to_owned(), "main.js".to_owned()], &["Counter"]);
        assert!(capnp.contains(r#"modules = [(name = "main.js", esModule = embed "main.js"), "#));
        assert!(!config.capnp(&[], &[]).contains("Counter"));
        Ok(())
    }
}
