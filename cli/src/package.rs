//! The package of a worker.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use durable_object_config::{Config, Value};
use serde_json::Value as Json;

/// A package of the workspace that the current folder is in.
pub(crate) struct Package {
    name: String,
    manifest: PathBuf,
}

impl Package {
    /// Finds a package by its name, or that of the current folder.
    pub(crate) fn find(name: Option<&str>) -> Result<Self> {
        let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"])?;
        let metadata: Json = serde_json::from_str(&metadata).context("cargo printed no JSON")?;
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let packages = packages.filter_map(|package| {
            Some(Self {
                name: package["name"].as_str()?.to_owned(),
                manifest: package["manifest_path"].as_str()?.into(),
            })
        });
        let mut packages: Vec<Self> = packages.collect();
        match name {
            Some(name) => packages.retain(|package| package.name == name),
            None if packages.len() > 1 => {
                let here = cargo(&["locate-project", "--message-format", "plain"])?;
                packages.retain(|package| package.manifest == Path::new(here.trim()));
            }
            None => {}
        }
        match (packages.pop(), name) {
            (Some(package), _) => Ok(package),
            (None, Some(name)) => bail!("there is no package `{name}` here"),
            (None, None) => bail!("the current folder is not in a package: name one with `--package`"),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the folder of the package's `Cargo.toml`.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest.parent().unwrap_or(Path::new(""))
    }

    /// Returns a path as the tests of the package write it: relative to the package, if it is in there.
    pub(crate) fn shown<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(self.folder()).unwrap_or(path)
    }

    /// Returns a command that runs some of the package's native tests.
    pub(crate) fn tests(&self, filter: &str) -> Result<Command> {
        let mut command = Command::new(program());
        command.args(["test", "--quiet", "--lib", "--manifest-path"]).arg(&self.manifest);
        if builds_for_another(self.folder()) {
            command.args(["--target", &host()?]);
        }
        command.arg(filter);
        Ok(command)
    }
}

/// Returns whether cargo is told to build for a target by default, as workers do for WebAssembly.
fn builds_for_another(folder: &Path) -> bool {
    let files = folder
        .ancestors()
        .flat_map(|folder| [".cargo/config.toml", ".cargo/config"].map(|it| folder.join(it)));
    let configs = files.filter_map(|path| {
        let text = std::fs::read_to_string(path).ok()?;
        // It is TOML, whichever name it has.
        Config::parse(Path::new("config.toml"), text).ok()
    });
    let target = |config: Config| config.root().at(&["build", "target"]).map(Value::to_json);
    env::var_os("CARGO_BUILD_TARGET").is_some() || configs.filter_map(target).next().is_some()
}

/// Returns the target of this machine.
fn host() -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = output(Command::new(rustc).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say for which target it is made")
}

fn cargo(args: &[&str]) -> Result<String> {
    output(Command::new(program()).args(args))
}

fn program() -> std::ffi::OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot run {program}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} failed: {}", said.trim());
    String::from_utf8(output.stdout).with_context(|| format!("{program} printed something that is not text"))
}
