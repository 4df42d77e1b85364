//! The template as people use it: built by the published `worker-build`, and run by wrangler.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use super::javascript::test_files;
use super::report::Report;
use crate::bindings::WASM_BINDGEN;
use crate::npm::Npm;
use crate::toolchain::WasmToolchain;
use crate::workspace::Workspace;
use crate::{check, process, stamp};

/// Its releases are those of the crate `worker`.
const WORKER_BUILD: &str = "0.8.7";

const LIMIT: Duration = Duration::from_secs(900);

/// Adds the step.
pub(super) fn step(workspace: &Workspace, toolchain: &WasmToolchain, npm: &Npm, report: &mut Report) {
    report.command("stock tools", LIMIT, || {
        let tools = install(workspace)?;
        let mut build =
            check::host_cargo(workspace, "build", &["--quiet", "--package", "durable-object-cli"]);
        process::run(&mut build, LIMIT)?;
        let mut command = npm.tool("node")?;
        toolchain.configure(&mut command);
        let path = env::var_os("PATH").unwrap_or_default();
        let first = [npm.tool_path(""), tools.clone(), toolchain.cargo_path().with_file_name("")];
        let path = env::join_paths(first.into_iter().chain(env::split_paths(&path)))
            .context("the PATH cannot be extended")?;
        command
            .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
            .args(test_files(workspace, "stock")?)
            .current_dir(workspace.root())
            .env("PATH", path)
            // Most of what the template depends on is built already.
            .env("CARGO_TARGET_DIR", workspace.target())
            .env("DURABLE_OBJECT_CLI", workspace.target().join("debug/durable-object"))
            // What `worker-build` would download.
            .env("WASM_BINDGEN_BIN", tools.join("wasm-bindgen"))
            .env("WASM_OPT_BIN", npm.tool_path("wasm-opt"))
            .env("ESBUILD_BIN", npm.tool_path("esbuild"));
        Ok(command)
    });
}

/// Installs the tools, once, and returns the folder of their programs.
fn install(workspace: &Workspace) -> Result<PathBuf> {
    let root = workspace.target().join("tools");
    let crates = [format!("worker-build@{WORKER_BUILD}"), format!("wasm-bindgen-cli@{WASM_BINDGEN}")];
    let stamp = root.join(".stamp");
    let fingerprint = stamp::fingerprint(&[crates.join(" ").as_bytes()]);
    if !stamp::is_current(&stamp, &fingerprint) {
        eprintln!("installing {} (two minutes and more, once)", crates.join(" and "));
        let build = root.join("build");
        // Not `--locked`: people do not say it, and the tools can share what they both depend on.
        let mut command = check::host_cargo(workspace, "install", &["--quiet", "--debug", "--root"]);
        command
            .arg(&root)
            .args(&crates)
            // Quickest to build; how quickly they run does not matter.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", &build);
        process::run(&mut command, LIMIT)?;
        // A gigabyte that nobody needs any more.
        let _ = fs::remove_dir_all(build);
        stamp::write(&stamp, &fingerprint)?;
    }
    Ok(root.join("bin"))
}
