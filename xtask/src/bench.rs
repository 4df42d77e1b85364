//! `cargo xtask bench`: a worker with our backend against the official one, with `rpc` a Rust object against the same one
//! in JavaScript, or with `store` a store in an object against the official adapter's.

use std::time::Duration;

use anyhow::Result;

use crate::build;
use crate::npm::Npm;
use crate::process;
use crate::toolchain::WasmToolchain;
use crate::workspace::Workspace;

/// The worker with a backend and nothing else.
const BACKEND: &str = "backend-worker";

/// Runs the command; the arguments, but for `rpc` and `store`, are for the benchmark's script.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let (script, packages, args): (_, &[&str], _) = match args {
        [first, args @ ..] if first == "rpc" => {
            ("tests/bench/rpc/run.mjs", &["bench-objects", "minimal-worker"], args)
        }
        [first, args @ ..] if first == "store" => {
            ("tests/bench/store/run.mjs", &["bench-store", BACKEND], args)
        }
        args => ("tests/bench/run.mjs", &[BACKEND], args),
    };
    let toolchain = WasmToolchain::install(workspace)?;
    let npm = Npm::install(workspace)?;
    for package in packages {
        build::build_into(
            workspace,
            &toolchain,
            &npm,
            package,
            workspace.worker_builds().join(package),
            build::Mode::Release,
        )?;
    }
    let mut command = npm.node(&workspace.root().join(script))?;
    command.args(args).current_dir(workspace.root()).env("WORKER_BUILDS", workspace.worker_builds());
    process::run(&mut command, Duration::from_secs(3 * 3600))
}
