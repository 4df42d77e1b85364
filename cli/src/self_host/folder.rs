//! The folder that the command writes.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::capnp;

/// Makes the folder, or empties it of the worker that an earlier run wrote.
///
/// # Errors
/// When the folder has other files.
pub(super) fn prepare(out: &Path) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let config = out.join(capnp::FILE);
    match fs::read_to_string(&config) {
        Ok(text) => ensure!(
            text.starts_with(capnp::MARK),
            "{} was not written by this command: name another folder with `--out`",
            config.display()
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut entries = fs::read_dir(out).with_context(|| format!("cannot read {}", out.display()))?;
            ensure!(
                entries.next().is_none(),
                "{} has other files: name another folder with `--out`",
                out.display()
            );
        }
        Err(error) => bail!("cannot read {}: {error}", config.display()),
    }
    for name in ["worker", "assets"] {
        let old = out.join(name);
        if old.exists() {
            fs::remove_dir_all(&old).with_context(|| format!("cannot empty {}", old.display()))?;
        }
    }
    Ok(())
}

/// Copies files from one folder to another, each with its path.
pub(super) fn copy<'a>(from: &Path, to: &Path, files: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for file in files {
        let (source, copy) = (from.join(file), to.join(file));
        let parent = copy.parent().unwrap_or(to);
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        fs::copy(&source, &copy).with_context(|| format!("cannot copy {}", source.display()))?;
    }
    Ok(())
}

/// Writes a file of text.
pub(super) fn write(out: &Path, name: &str, text: &str) -> Result<()> {
    let path = out.join(name);
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}
