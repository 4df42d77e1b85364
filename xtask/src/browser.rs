//! The browser of the browser tests.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::toolchain::debian;
use crate::workspace::Workspace;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where browsers are installed that are not on the `PATH`.
const PLACES: [&str; 3] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/snap/bin/chromium",
];

/// The path of a Chromium; installs it where that can be done without asking.
pub(crate) fn install(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM") {
        let path = PathBuf::from(path);
        if !path.exists() {
            bail!("CHROMIUM names {}, which is not there", path.display());
        }
        return Ok(path);
    }
    if let Some(path) = find() {
        return Ok(path);
    }
    if debian::can_install() {
        let _lock = workspace.lock("apt")?;
        debian::install(&["chromium"])?;
    }
    find().context("the browser tests need Chromium or Chrome: install it, or name it with CHROMIUM=/path")
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .flat_map(|dir| NAMES.map(|name| dir.join(name)))
        .chain(PLACES.map(|place| Path::new(place).to_owned()))
        .find(|candidate| candidate.is_file())
}
