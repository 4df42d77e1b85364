//! `cargo xtask test`: everything that can be checked, each kind one step.

mod failures;
mod javascript;
pub(crate) mod report;
mod stock;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::json;

use self::report::Report;
use crate::npm::Npm;
use crate::toolchain::{TARGET, WasmToolchain};
use crate::workspace::Workspace;
use crate::{cargo, check, process};

/// The package and program that run tests inside workerd.
const RUNNER: &str = "durable-object-test-runner";

/// The package whose documentation are the examples of the guide to testing.
const GUIDE: &str = "guide";

/// The step that runs only when it is asked for: it compiles the standard library and everything on top of it
/// once more, which takes as long as all the other builds together.
const UNWIND: &str = "unwind";

/// The variable that tells tests where the command `durable-object` is.
const CLI: &str = "DURABLE_OBJECT_CLI";

const LIMIT: Duration = Duration::from_secs(1800);

/// Runs the command; `false` means that something failed.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<bool> {
    let filter = match args {
        [] => None,
        [filter] => Some(filter.as_str()),
        _ => bail!("`test` takes one filter: a part of a step's name"),
    };
    let mut report = Report::new(filter);
    let toolchain = report.prepare("Rust for wasm32", || WasmToolchain::install(workspace));
    let npm = report.prepare("npm packages", || Npm::install(workspace));

    check::steps(workspace, toolchain.as_ref(), npm.as_ref(), &mut report);
    report.command("native tests", LIMIT, || {
        let args = ["--workspace", "--no-fail-fast"];
        Ok(cargo::host(workspace, "test", &args))
    });
    if let (Some(toolchain), Some(npm)) = (&toolchain, &npm) {
        workerd_tests(workspace, toolchain, &mut report);
        javascript::steps(workspace, toolchain, npm, &mut report);
        stock::step(workspace, toolchain, npm, &mut report);
        if report.asks_for(UNWIND) {
            javascript::unwind(workspace, toolchain, npm, UNWIND, &mut report);
        }
    }
    Ok(report.finish())
}

/// The `#[wasm_bindgen_test]`s of all packages, inside workerd, and those in the examples of the guide.
fn workerd_tests(workspace: &Workspace, toolchain: &WasmToolchain, report: &mut Report) {
    report.command("workerd tests", LIMIT, || {
        let mut command = cargo_test(workspace, toolchain)?;
        command.args(["--tests", "--no-fail-fast"]);
        let packages = cargo::packages(workspace)?;
        let tested = packages.iter().filter(|package| package.tests_in_workerd());
        let names: Vec<&String> = tested.map(|package| &package.name).collect();
        if names.is_empty() {
            bail!("no package has a dependency on wasm-bindgen-test");
        }
        for name in names {
            command.args(["--package", name]);
        }
        Ok(command)
    });
    report.command("workerd guide", LIMIT, || {
        let mut command = cargo_test(workspace, toolchain)?;
        command.args(["--doc", "--package", GUIDE]);
        Ok(command)
    });
}

/// Builds the command `durable-object` and returns its path.
fn cli(workspace: &Workspace) -> Result<PathBuf> {
    let mut build = cargo::host(workspace, "build", &["--quiet", "--package", "durable-object-cli"]);
    process::run(&mut build, LIMIT)?;
    Ok(workspace.target().join("debug/durable-object"))
}

/// Builds the program that runs tests inside workerd and returns its path.
fn test_runner(workspace: &Workspace) -> Result<PathBuf> {
    let mut build = cargo::host(workspace, "build", &["--quiet", "--package", RUNNER]);
    process::run(&mut build, LIMIT)?;
    Ok(workspace.target().join("debug").join(RUNNER))
}

/// A `cargo test` whose tests run inside workerd.
fn cargo_test(workspace: &Workspace, toolchain: &WasmToolchain) -> Result<Command> {
    let runner = json!([test_runner(workspace)?]);
    let mut command = toolchain.cargo(workspace, "test");
    command.args(["--target", TARGET, "--config", &format!("target.{TARGET}.runner = {runner}")]);
    Ok(command)
}
