//! `cargo xtask soak`: the sync backend under all that happens to stores in months, for as long as one likes.

use std::time::Duration;

use anyhow::Result;

use crate::build;
use crate::npm::Npm;
use crate::process;
use crate::toolchain::WasmToolchain;
use crate::workspace::Workspace;

const WORKER: &str = "test-soak";

/// The script ends by itself, some minutes after the time that it is told.
const LIMIT: Duration = Duration::from_secs(7 * 24 * 3600);

/// Runs the command; the arguments are for the soak's script.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let toolchain = WasmToolchain::install(workspace)?;
    let npm = Npm::install(workspace)?;
    let out = workspace.worker_builds().join(WORKER);
    build::build_into(workspace, &toolchain, &npm, WORKER, out, build::Mode::Release)?;
    let mut command = npm.node(&workspace.root().join("tests/soak/run.mjs"))?;
    command.args(args).current_dir(workspace.root()).env("WORKER_BUILDS", workspace.worker_builds());
    process::run(&mut command, LIMIT)
}
