//! Programs of other people that cargo builds, once.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{cargo, process, stamp};

const LIMIT: Duration = Duration::from_secs(1800);

/// Installs crates into a folder of the target folder, and returns the folder of their programs. `options` are those
/// of `cargo install`.
pub(crate) fn install(
    workspace: &Workspace,
    folder: &str,
    crates: &[String],
    options: &[&str],
) -> Result<PathBuf> {
    let _lock = workspace.lock(folder)?;
    let root = workspace.target().join(folder);
    let stamp = root.join(".stamp");
    let fingerprint = stamp::fingerprint(&[crates.join(" ").as_bytes(), options.join(" ").as_bytes()]);
    if !stamp::is_current(&stamp, &fingerprint) {
        eprintln!("installing {} (a minute and more, once)", crates.join(" and "));
        let build = root.join("build");
        let mut command = cargo::host(workspace, "install", &["--quiet", "--debug", "--root"]);
        command
            .arg(&root)
            .args(options)
            .args(crates)
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
