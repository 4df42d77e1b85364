//! `cargo xtask bench`: the todomvc worker against the official backend.

use std::time::Duration;

use anyhow::Result;

use crate::build;
use crate::npm::Npm;
use crate::process;
use crate::toolchain::WasmToolchain;
use crate::workspace::Workspace;

/// Runs the command; the arguments are for `tests/bench/run.mjs`.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let toolchain = WasmToolchain::install(workspace)?;
    let npm = Npm::install(workspace)?;
    let out = workspace.worker_builds().join(build::DEFAULT_PACKAGE);
    build::build_into(workspace, &toolchain, &npm, build::DEFAULT_PACKAGE, out)?;
    let mut command = npm.node(&workspace.root().join("tests/bench/run.mjs"))?;
    command.args(args).current_dir(workspace.root()).env("WORKER_BUILDS", workspace.worker_builds());
    process::run(&mut command, Duration::from_secs(3 * 3600))
}
