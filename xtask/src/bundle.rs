//! The worker's JavaScript: one ES module of the bindings, their snippets and the entrypoint.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::bindings::Bindings;
use crate::npm::Npm;
use crate::process;

/// Events whose handlers get `(event, env, ctx)`; other exported functions get what they are given.
const EVENTS: [&str; 5] = ["fetch", "scheduled", "queue", "email", "connect"];

/// The module that Cloudflare loads: the default entrypoint, and every class under its own name.
pub(crate) fn entry_module(bindings: &Bindings, module: &str) -> String {
    let functions = bindings.functions();
    let classes = bindings.classes();
    let methods: String = functions.iter().map(|name| method(name)).collect();
    let mut entry = format!(
        "import {{ WorkerEntrypoint }} from \"cloudflare:workers\";\n\
         import * as rust from \"./{module}\";\n\n\
         export default class Entrypoint extends WorkerEntrypoint {{\n{methods}}}\n"
    );
    if !classes.is_empty() {
        entry += &format!("export {{ {} }} from \"./{module}\";\n", classes.join(", "));
    }
    entry
}

fn method(name: &str) -> String {
    if EVENTS.contains(&name) {
        format!("  {name}(event) {{ return rust.{name}.call(this, event, this.env, this.ctx); }}\n")
    } else {
        format!("  {name}(...args) {{ return rust.{name}.apply(this, args); }}\n")
    }
}

/// Bundles `entry`, which lies in `dir` beside the modules it imports, into `out`.
pub(crate) fn bundle(npm: &Npm, dir: &Path, entry: &str, out: &Path) -> Result<()> {
    let path = dir.join("entry.js");
    fs::write(&path, entry).with_context(|| format!("cannot write {}", path.display()))?;
    process::run(
        npm.tool("esbuild")?
            .arg(path)
            .args(["--bundle", "--format=esm", "--platform=neutral", "--target=esnext"])
            // Names stay: those of classes are visible, and stack traces are read by people.
            .args(["--minify-whitespace", "--minify-syntax", "--log-level=warning"])
            .args(["--external:cloudflare:*", "--external:node:*", "--external:*.wasm"])
            .arg(format!("--outfile={}", out.display())),
        Duration::from_secs(60),
    )
    .context("bundling the worker's JavaScript failed")
}
