//! Cargo, and questions to it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;
use crate::toolchain::TARGET;
use crate::workspace::Workspace;

/// A command of the cargo that runs this `xtask`.
pub(crate) fn host(workspace: &Workspace, subcommand: &str, args: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.arg(subcommand).args(args).current_dir(workspace.root());
    command
}

/// Compiles a package for WebAssembly with a `cargo build`, and returns the path of its module.
pub(crate) fn compile_worker(mut command: Command, package: &str, profile: &str) -> Result<PathBuf> {
    command
        .args(["--profile", profile, "--target", TARGET, "--package", package])
        .args(["--message-format", "json-render-diagnostics"]);
    let messages = process::output(&mut command, Duration::from_secs(1800))?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .flat_map(|message| match &message["filenames"] {
            Value::Array(files) => files.clone(),
            _ => Vec::new(),
        })
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .rfind(|file| file.extension().is_some_and(|extension| extension == "wasm"))
        .with_context(|| format!("{package} is no worker: its Cargo.toml needs `crate-type = [\"cdylib\"]`"))
}

/// A package of the workspace.
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) folder: PathBuf,
    /// Whether it has a library.
    pub(crate) has_library: bool,
    /// Whether that library is a module for wrangler.
    pub(crate) is_worker: bool,
    /// The names of its dependencies of any kind.
    pub(crate) dependencies: Vec<String>,
}

impl Package {
    /// Whether it is made for WebAssembly, and not a macro or a tool of the host.
    pub(crate) fn builds_for_wasm(&self) -> bool {
        self.has_library && self.depends_on(&["wasm-bindgen", "worker", "durable-object"])
    }

    /// Whether it has tests that run inside workerd.
    pub(crate) fn tests_in_workerd(&self) -> bool {
        self.depends_on(&["wasm-bindgen-test"])
    }

    fn depends_on(&self, any: &[&str]) -> bool {
        let mut dependencies = self.dependencies.iter();
        dependencies.any(|dependency| any.contains(&dependency.as_str()))
    }
}

/// The packages of the workspace.
pub(crate) fn packages(workspace: &Workspace) -> Result<Vec<Package>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let metadata = process::output(
        Command::new(cargo)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(workspace.root()),
        Duration::from_secs(120),
    )?;
    let metadata: Value = serde_json::from_str(&metadata).context("`cargo metadata` printed no JSON")?;
    let packages = metadata["packages"].as_array();
    Ok(packages.into_iter().flatten().map(package).collect())
}

fn package(metadata: &Value) -> Package {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kinds: Vec<Value> =
        list(&metadata["targets"]).iter().flat_map(|target| list(&target["kind"])).collect();
    let has = |kind: &str| kinds.iter().any(|it| it == kind);
    let manifest = PathBuf::from(text(&metadata["manifest_path"]));
    Package {
        name: text(&metadata["name"]),
        folder: manifest.parent().map_or_else(PathBuf::new, Path::to_owned),
        has_library: ["lib", "rlib", "cdylib"].into_iter().any(has),
        is_worker: has("cdylib"),
        dependencies: list(&metadata["dependencies"])
            .iter()
            .map(|dependency| text(&dependency["name"]))
            .collect(),
    }
}
