//! The configuration of workerd, in the text form of Cap'n Proto.

use std::fmt::Write;

use serde_json::json;

use super::modules::{Kind, Module};
use super::plan::{Binding, Class, Plan};

/// The name of the file.
pub(super) const FILE: &str = "config.capnp";

/// The names of the services. The command line of workerd refers to `STORAGE`.
const WORKER: &str = "worker";
const ASSETS: &str = "assets";
const CRON: &str = "cron";
pub(super) const STORAGE: &str = "storage";

/// The first words of the file, by which the command knows its own.
pub(super) const MARK: &str = "# Written by `durable-object self-host`";

/// Writes the configuration. The modules are in the folder `worker`, the files in `assets`, both beside it. The options
/// of the files are as workerd takes them.
pub(super) fn config(plan: &Plan, modules: &[Module], assets: Option<&serde_json::Value>) -> String {
    let front = if assets.is_some() { ASSETS } else { WORKER };
    let mut services = vec![
        format!("(name = {}, worker = .worker)", quote(WORKER)),
        format!("(name = {}, disk = (writable = true))", quote(STORAGE)),
    ];
    services.extend(assets.map(|options| {
        format!(
            "(name = {name}, assets = (path = {name}, config = {}, userWorker = {}))",
            quote(&options.to_string()),
            quote(WORKER),
            name = quote(ASSETS),
        )
    }));
    if !plan.crons.is_empty() {
        services.push(format!("(name = {}, worker = .cron)", quote(CRON)));
    }
    let mut text = format!(
        "{MARK}, which writes it again: do not edit it.\n\
         # Start it in this folder: mkdir -p data && {}\n\
         using Workerd = import \"/workerd/workerd.capnp\";\n\n\
         const config :Workerd.Config = (\n  services = {},\n  sockets = [\n    \
         (name = \"http\", address = \"127.0.0.1:8787\", service = {}, http = (forwardedProtoHeader = \"X-Forwarded-Proto\")),\n  ],\n  \
         logging = (structuredLogging = true),\n);\n",
        serve(plan, "workerd", "data"),
        list(services),
        quote(front),
    );
    text += &worker(plan, modules);
    if !plan.crons.is_empty() {
        text += &cron(&plan.crons);
    }
    text
}

/// Returns the command line that serves the configuration in the current folder, with its objects in another one.
pub(super) fn serve(plan: &Plan, program: &str, storage: &str) -> String {
    let experimental = if plan.is_experimental() { " --experimental" } else { "" };
    format!("{program} serve{experimental} {FILE} --directory-path {STORAGE}={storage}")
}

fn worker(plan: &Plan, modules: &[Module]) -> String {
    let mut fields =
        vec![("modules", list(modules.iter().map(module))), ("compatibilityDate", quote(&plan.date))];
    if !plan.flags.is_empty() {
        fields.push(("compatibilityFlags", list(plan.flags.iter().map(|flag| quote(flag)))));
    }
    if !plan.bindings.is_empty() {
        fields.push(("bindings", list(plan.bindings.iter().map(binding))));
    }
    if !plan.classes.is_empty() {
        fields.push(("durableObjectNamespaces", list(plan.classes.iter().map(namespace))));
        fields.push(("durableObjectStorage", format!("(localDisk = {})", quote(STORAGE))));
    }
    constant("worker", &fields)
}

/// Writes the worker that comes with workerd and calls `scheduled`.
fn cron(crons: &[String]) -> String {
    let schedule = json!({ WORKER: crons }).to_string();
    let binding = |name: &str, value: String| format!("(name = {}, {value})", quote(name));
    constant(
        "cron",
        &[
            ("modules", list(["(name = \"cron.js\", bundled = \"/workerd/cron.js\")".to_owned()])),
            ("compatibilityDate", quote("2026-01-01")),
            ("compatibilityFlags", list([quote("service_binding_extra_handlers")])),
            (
                "bindings",
                list([
                    binding("SCHEDULE", "durableObjectNamespace = \"Schedule\"".to_owned()),
                    binding("CRONS", format!("json = {}", quote(&schedule))),
                    binding(WORKER, format!("service = {}", quote(WORKER))),
                ]),
            ),
            (
                "durableObjectNamespaces",
                list(["(className = \"Schedule\", uniqueKey = \"Schedule\", enableSql = true)".to_owned()]),
            ),
            ("durableObjectStorage", format!("(localDisk = {})", quote(STORAGE))),
        ],
    )
}

fn constant(name: &str, fields: &[(&str, String)]) -> String {
    let mut text = format!("\nconst {name} :Workerd.Worker = (\n");
    for (field, value) in fields {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {field} = {value},");
    }
    text + ");\n"
}

fn module(module: &Module) -> String {
    let kind = match module.kind {
        Kind::EsModule => "esModule",
        Kind::Wasm => "wasm",
        Kind::Text => "text",
        Kind::Data => "data",
    };
    format!("(name = {}, {kind} = embed {})", quote(&module.name), quote(&format!("worker/{}", module.name)))
}

fn binding((name, value): &(String, Binding)) -> String {
    let value = match value {
        Binding::Text(text) => format!("text = {}", quote(text)),
        Binding::Json(json) => format!("json = {}", quote(&json.to_string())),
        Binding::Secret => format!("fromEnvironment = {}", quote(name)),
        Binding::Objects(class) => format!("durableObjectNamespace = {}", quote(class)),
        Binding::Files => format!("service = (name = {}, entrypoint = \"AssetWorker\")", quote(ASSETS)),
        Binding::Itself(None) => format!("service = {}", quote(WORKER)),
        Binding::Itself(Some(entrypoint)) => {
            format!("service = (name = {}, entrypoint = {})", quote(WORKER), quote(entrypoint))
        }
    };
    format!("(name = {}, {value})", quote(name))
}

fn namespace(class: &Class) -> String {
    format!(
        "(className = {}, uniqueKey = {}, enableSql = {})",
        quote(&class.name),
        quote(&class.key),
        class.sqlite
    )
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: String = items.into_iter().map(|item| format!("    {item},\n")).collect();
    format!("[\n{items}  ]")
}

/// Writes a text as Cap'n Proto reads it.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted += "\\n",
            control if control.is_ascii_control() => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(control));
            }
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}
