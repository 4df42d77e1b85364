//! Projects as people have them: built by the published `worker-build`, and run by wrangler.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use super::javascript::test_files;
use super::report::Report;
use crate::bindings::WASM_BINDGEN;
use crate::npm::Npm;
use crate::toolchain::WasmToolchain;
use crate::tools;
use crate::workspace::Workspace;

/// Its releases are those of the crate `worker`.
const WORKER_BUILD: &str = "0.8.7";

const LIMIT: Duration = Duration::from_secs(1800);

/// Adds the step.
pub(super) fn step(workspace: &Workspace, toolchain: &WasmToolchain, npm: &Npm, report: &mut Report) {
    report.command("stock tools", LIMIT, || {
        let tools = install(workspace)?;
        let mut command = npm.tool("node")?;
        toolchain.configure(&mut command);
        let programs = [
            tools.join("worker-build"),
            super::cli(workspace)?,
            super::test_runner(workspace)?,
            toolchain.cargo_path().to_owned(),
        ];
        let path = npm.path(&programs.map(|program| program.with_file_name("")))?;
        command
            .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
            .args(test_files(workspace, "stock")?)
            .current_dir(workspace.root())
            .env("PATH", path)
            // Most of what a project depends on is built already.
            .env("CARGO_TARGET_DIR", workspace.target())
            // What `worker-build` would download.
            .env("WASM_BINDGEN_BIN", tools.join("wasm-bindgen"))
            .env("WASM_OPT_BIN", npm.tool_path("wasm-opt"))
            .env("ESBUILD_BIN", npm.tool_path("esbuild"));
        Ok(command)
    });
}

/// Installs the tools, once, and returns the folder of their programs.
fn install(workspace: &Workspace) -> Result<PathBuf> {
    let crates = [format!("worker-build@{WORKER_BUILD}"), format!("wasm-bindgen-cli@{WASM_BINDGEN}")];
    // Not `--locked`: people do not say it, and the tools can share what they both depend on.
    tools::install(workspace, "tools", &crates, &[])
}
