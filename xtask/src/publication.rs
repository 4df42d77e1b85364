//! A publication of the packages, without the upload.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result};

use crate::cargo;
use crate::toolchain::{TARGET, WasmToolchain};
use crate::workspace::Workspace;

/// Each package is compiled from its own files, against the others as packages. Cargo finds the ones to publish, and
/// their order.
const PUBLISH: [&str; 4] = ["--dry-run", "--workspace", "--all-features", "--allow-dirty"];

/// The programs for the host, which do not compile for WebAssembly.
const PROGRAMS: [&str; 2] = ["durable-object-cli", "durable-object-test-runner"];

/// The beginning of the packages' names.
const OURS: &str = "durable-object";

/// Returns the command that compiles the packages for the host.
pub(crate) fn natively(workspace: &Workspace) -> Result<Command> {
    forget_unpacked()?;
    Ok(cargo::host(workspace, "publish", &PUBLISH))
}

/// Returns the command that compiles the libraries among the packages for WebAssembly.
pub(crate) fn for_wasm(workspace: &Workspace, toolchain: &WasmToolchain) -> Result<Command> {
    forget_unpacked()?;
    let mut command = toolchain.cargo(workspace, "publish");
    command.args(PUBLISH).args(["--target", TARGET]);
    for name in PROGRAMS {
        command.args(["--exclude", name]);
    }
    Ok(command)
}

/// Deletes what cargo has unpacked of our packages earlier. It puts them into a registry below the target directory and
/// unpacks them from there, but only once for each version, and a version has new content all the time here. The name
/// of such a registry's folder begins with `-`, because it has no host.
fn forget_unpacked() -> Result<()> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let unpacked = home.context("neither CARGO_HOME nor HOME is set")?.join("registry/src");
    let Ok(registries) = fs::read_dir(&unpacked) else { return Ok(()) };
    let registries = registries.flatten().filter(|it| it.file_name().to_string_lossy().starts_with('-'));
    for package in registries.flat_map(|it| fs::read_dir(it.path())).flatten().flatten() {
        if package.file_name().to_string_lossy().starts_with(OURS) {
            let path = package.path();
            fs::remove_dir_all(&path).with_context(|| format!("cannot delete {}", path.display()))?;
        }
    }
    Ok(())
}
