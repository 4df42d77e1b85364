//! The folder of a new project: all of it or nothing.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use durable_object_config::Config;

use crate::git;

/// Writes a project into a new folder. It is made beside its place, so that nothing is left after an error.
pub(crate) fn write(folder: &Path, files: &[(&Path, Vec<u8>)], with_git: bool) -> Result<()> {
    let parent = folder.parent().unwrap_or(Path::new("."));
    let name = folder.file_name().context("a folder needs a name")?;
    let scratch = tempfile::Builder::new()
        .prefix(".durable-object-")
        .tempdir_in(parent)
        .with_context(|| format!("cannot write to {}", parent.display()))?;
    let unfinished = scratch.path().join(name);
    for (path, bytes) in files {
        let path = unfinished.join(path);
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, bytes))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if with_git {
        git::init(&unfinished)?;
    }
    check_is_free(folder)?;
    fs::rename(&unfinished, folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}

/// Checks that nothing has the name of the folder.
pub(crate) fn check_is_free(folder: &Path) -> Result<()> {
    ensure!(
        folder.symlink_metadata().is_err(),
        "{} is there already: choose another name, or delete it first",
        folder.display()
    );
    Ok(())
}

/// Returns whether cargo would take a project here for a part of a workspace above.
pub(crate) fn is_in_workspace(parent: &Path) -> bool {
    parent.ancestors().any(|folder| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).ok();
        let manifest = manifest.and_then(|text| Config::parse(Path::new("Cargo.toml"), text).ok());
        manifest.is_some_and(|manifest| manifest.root().get("workspace").is_some())
    })
}
