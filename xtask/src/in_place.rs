//! A `worker-build` for the examples in their place: it builds with the tools of this workspace.
//!
//! The examples are made to be copied, so the build command of their `wrangler.toml` runs `worker-build`. In this
//! workspace nobody has to install that.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// Returns a folder for the `PATH` whose `worker-build` builds the example in whose folder it is run.
pub(crate) fn tools(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target().join("in-place");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let program = std::env::current_exe().context("this program has no path")?;
    let program = program.display().to_string().replace('\'', r"'\''");
    // `build` asks wrangler's own variable whether it is to be quick.
    let script = format!("#!/bin/sh\nexec '{program}' build \"$(basename \"$PWD\")\" --out \"$PWD/build\"\n");
    let path = folder.join("worker-build");
    fs::write(&path, script)
        .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(folder)
}
