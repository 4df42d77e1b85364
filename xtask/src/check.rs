//! `cargo xtask check`: formatting, lints, documentation and configurations.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::npm::Npm;
use crate::test::report::Report;
use crate::toolchain::{TARGET, WasmToolchain};
use crate::workspace::Workspace;
use crate::{cargo, publication};

const LIMIT: Duration = Duration::from_secs(1800);

/// Runs the command.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<bool> {
    if let Some(arg) = args.first() {
        bail!("`check` takes no argument, but got `{arg}`");
    }
    let mut report = Report::new(None);
    let toolchain = WasmToolchain::install(workspace)?;
    let npm = Npm::install(workspace)?;
    steps(workspace, Some(&toolchain), Some(&npm), &mut report);
    Ok(report.finish())
}

/// Checks everything: the Rust code for the host and for WebAssembly, and the JavaScript of the tests.
pub(crate) fn steps(
    workspace: &Workspace,
    toolchain: Option<&WasmToolchain>,
    npm: Option<&Npm>,
    report: &mut Report,
) {
    report.command("format", Duration::from_secs(120), || {
        Ok(cargo::host(workspace, "fmt", &["--all", "--check"]))
    });
    report.command("lints", LIMIT, || {
        let args = ["--workspace", "--all-targets", "--", "-D", "warnings"];
        Ok(cargo::host(workspace, "clippy", &args))
    });
    report.command("documentation", LIMIT, || {
        let args = [
            "--no-deps",
            "--all-features",
            "--package",
            "durable-object",
            "--package",
            "durable-object-macros",
            "--package",
            "durable-object-config",
        ];
        let mut command = cargo::host(workspace, "doc", &args);
        command.env("RUSTDOCFLAGS", "-D warnings");
        Ok(command)
    });
    report.command("book", LIMIT, || {
        let mut command = Command::new(std::env::current_exe().context("this program has no path")?);
        command.arg("book").current_dir(workspace.root());
        Ok(command)
    });
    report.command("packages", LIMIT, || publication::natively(workspace));
    if let Some(toolchain) = toolchain {
        report.command("packages (wasm32)", LIMIT, || publication::for_wasm(workspace, toolchain));
    }
    report.command("configurations", LIMIT, || configurations(workspace));
    if let Some(toolchain) = toolchain.filter(|toolchain| toolchain.has_clippy()) {
        report.command("lints (wasm32)", LIMIT, || {
            let mut command = toolchain.cargo(workspace, "clippy");
            command.args(["--target", TARGET, "--lib"]);
            let packages = cargo::packages(workspace)?;
            let workers = packages.iter().filter(|package| package.builds_for_wasm());
            let names: Vec<&String> = workers.map(|package| &package.name).collect();
            if names.is_empty() {
                bail!("no package builds for WebAssembly");
            }
            for name in names {
                command.args(["--package", name]);
            }
            // A user's crate with every lint on: what the macros write for WebAssembly is only seen here.
            command.args(["--package", "durable-object-tests", "--example", "strict"]);
            command.args(["--", "-D", "warnings"]);
            Ok(command)
        });
    }
    if let Some(npm) = npm {
        javascript(workspace, npm, report);
    }
}

/// The test by which each worker compares its configuration with its code.
fn configurations(workspace: &Workspace) -> Result<Command> {
    let packages = cargo::packages(workspace)?;
    let configured =
        packages.iter().filter(|package| package.is_worker && package.folder.join("wrangler.toml").exists());
    let mut command = cargo::host(workspace, "test", &["--lib"]);
    for package in configured {
        let library = package.folder.join("src/lib.rs");
        let text =
            fs::read_to_string(&library).with_context(|| format!("cannot read {}", library.display()))?;
        if !text.contains("config::check(") {
            bail!("{} has a configuration and no test of it, which calls `config::check`", package.name);
        }
        command.args(["--package", &package.name]);
    }
    command.arg("configuration");
    Ok(command)
}

/// The JavaScript of the tests, whose types stand in comments.
fn javascript(workspace: &Workspace, npm: &Npm, report: &mut Report) {
    report.command("format (JavaScript)", Duration::from_secs(120), || {
        let mut command = npm.tool("prettier")?;
        command.args(["--check", "tests/**/*.{js,mjs}"]).current_dir(workspace.root());
        Ok(command)
    });
    report.command("lints (JavaScript)", Duration::from_secs(300), || {
        let mut command = npm.tool("tsc")?;
        command.args(["--project", "tests/tsconfig.json"]).current_dir(workspace.root());
        Ok(command)
    });
}
