//! A publication of the packages, without the upload.

use std::path::{Path, PathBuf};
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

/// The beginning of the packages' names, and of those of their compiled libraries.
const OURS: &str = "durable-object";
const OURS_COMPILED: &str = "durable_object";

/// Returns the command that compiles the packages for the host.
pub(crate) fn natively(workspace: &Workspace) -> Result<Command> {
    forget_earlier(workspace)?;
    Ok(cargo::host(workspace, "publish", &PUBLISH))
}

/// Returns the command that compiles the libraries among the packages for WebAssembly.
pub(crate) fn for_wasm(workspace: &Workspace, toolchain: &WasmToolchain) -> Result<Command> {
    forget_earlier(workspace)?;
    let mut command = toolchain.cargo(workspace, "publish");
    command.args(PUBLISH).args(["--target", TARGET]);
    for name in PROGRAMS {
        command.args(["--exclude", name]);
    }
    Ok(command)
}

/// Deletes what cargo keeps of our packages from an earlier run. It puts them into a registry below the target directory.
/// It takes the content of a registry's version for unchanging, and here a version has new content all the time.
fn forget_earlier(workspace: &Workspace) -> Result<()> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let unpacked = home.context("neither CARGO_HOME nor HOME is set")?.join("registry/src");
    // The name of such a registry's folder begins so, because it has no host.
    for registry in entries(&unpacked, "-") {
        for package in entries(&registry, OURS) {
            fs::remove_dir_all(&package).with_context(|| format!("cannot delete {}", package.display()))?;
        }
    }
    let target = workspace.target();
    for profile in [target.join("debug"), target.join(TARGET).join("debug")] {
        let compiled = profile.join("deps");
        for files in entries(&compiled, OURS_COMPILED).filter(|path| lists_unpacked(path)) {
            let unit = files.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            for file in entries(&compiled, &unit).chain(entries(&compiled, &format!("lib{unit}"))) {
                fs::remove_file(&file).with_context(|| format!("cannot delete {}", file.display()))?;
            }
        }
    }
    Ok(())
}

/// Returns whether a file is the list of what an unpacked package was compiled from. The same folder has the packages of
/// the workspace, which cargo compares with their files.
fn lists_unpacked(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "d")
        && fs::read_to_string(path).is_ok_and(|files| files.contains("/registry/src/-"))
}

/// Returns the paths in a folder whose names begin so; none if it cannot be read.
fn entries(folder: &Path, begin: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let begin = begin.to_owned();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(move |it| it.file_name().to_string_lossy().starts_with(&begin)).map(|it| it.path())
}
