//! The folder that the command writes: all of it, or nothing of it is replaced.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use super::capnp;

/// The folders that the command writes, and deletes if a later worker has none.
pub(super) const WORKER: &str = "worker";
pub(super) const ASSETS: &str = "assets";

/// The output, whose files are made elsewhere first.
pub(super) struct Output {
    /// The path without links.
    out: PathBuf,
    /// On the file system of the output. It is deleted at the end, after an error too.
    scratch: TempDir,
}

impl Output {
    /// Begins an output. The folder itself is not touched yet.
    ///
    /// # Errors
    /// When the folder has other files, or when nothing can be written there.
    pub(super) fn begin(out: &Path) -> Result<Self> {
        let out = real(out)?;
        check_is_ours(&out)?;
        // A folder that is there may be another file system than the one above it.
        let place = if out.is_dir() { &out } else { out.parent().unwrap_or(&out) };
        fs::create_dir_all(place).with_context(|| format!("cannot make {}", place.display()))?;
        let scratch = tempfile::Builder::new()
            .prefix(".durable-object-")
            .tempdir_in(place)
            .with_context(|| format!("cannot write to {}", place.display()))?;
        let output = Self { out, scratch };
        for folder in [output.made(), output.replaced()] {
            fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        Ok(output)
    }

    /// Returns the folder of the new files.
    fn made(&self) -> PathBuf {
        self.scratch.path().join("new")
    }

    /// Returns the folder of those that they replace.
    fn replaced(&self) -> PathBuf {
        self.scratch.path().join("old")
    }

    /// Copies files into one of its folders, each with its path.
    pub(super) fn copy<'a>(
        &self,
        from: &Path,
        to: &str,
        files: impl IntoIterator<Item = &'a Path>,
    ) -> Result<()> {
        let to = self.made().join(to);
        fs::create_dir(&to).with_context(|| format!("cannot make {}", to.display()))?;
        for file in files {
            let (source, copy) = (from.join(file), to.join(file));
            let parent = copy.parent().unwrap_or(&to);
            fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
            fs::copy(&source, &copy).with_context(|| format!("cannot copy {}", source.display()))?;
        }
        Ok(())
    }

    /// Writes a file of text.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.made().join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Puts the new files in the place of those that an earlier run wrote.
    ///
    /// # Errors
    /// When one cannot be replaced. The old ones are back then, as far as that is possible.
    pub(super) fn finish(self) -> Result<()> {
        if !self.out.exists() {
            return rename(&self.made(), &self.out);
        }
        let mut done = Vec::new();
        let result = self.replace(|from, to| {
            rename(from, to)?;
            done.push((from.to_owned(), to.to_owned()));
            Ok(())
        });
        let Err(error) = result else { return Ok(()) };
        let lost = done.iter().rev().filter(|(from, to)| fs::rename(to, from).is_err()).count();
        if lost == 0 {
            return Err(error);
        }
        Err(error.context(format!("some of the earlier files are in {} now", self.scratch.keep().display())))
    }

    fn replace(&self, mut rename: impl FnMut(&Path, &Path) -> Result<()>) -> Result<()> {
        let (new, old) = (self.made(), self.replaced());
        let mut names = BTreeSet::from([WORKER, ASSETS].map(OsString::from));
        for entry in fs::read_dir(&new).with_context(|| format!("cannot read {}", new.display()))? {
            names.insert(entry.with_context(|| format!("cannot read {}", new.display()))?.file_name());
        }
        // The last one, and at once: as long as it is there, the command knows the folder as its own.
        names.remove(OsStr::new(capnp::FILE));
        for name in &names {
            let (new, place) = (new.join(name), self.out.join(name));
            if place.symlink_metadata().is_ok() {
                ensure!(
                    !new.is_file() || !place.is_dir(),
                    "{} is a folder, and the command writes a file of that name: move it elsewhere",
                    place.display()
                );
                rename(&place, &old.join(name))?;
            }
            if new.exists() {
                rename(&new, &place)?;
            }
        }
        rename(&new.join(capnp::FILE), &self.out.join(capnp::FILE))
    }
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).with_context(|| format!("cannot move {} to {}", from.display(), to.display()))
}

/// Refuses a folder with files that an earlier run did not write.
fn check_is_ours(out: &Path) -> Result<()> {
    if !out.exists() {
        return Ok(());
    }
    ensure!(out.is_dir(), "{} is not a folder: name another one with `--out`", out.display());
    let config = out.join(capnp::FILE);
    if config.symlink_metadata().is_err() {
        let mut entries = fs::read_dir(out).with_context(|| format!("cannot read {}", out.display()))?;
        ensure!(
            entries.next().is_none(),
            "{} has other files: name another folder with `--out`",
            out.display()
        );
        return Ok(());
    }
    let is_ours = config.is_file()
        && fs::read(&config)
            .with_context(|| format!("cannot read {}", config.display()))?
            .starts_with(capnp::MARK.as_bytes());
    ensure!(
        is_ours,
        "{} was not written by this command: name another folder with `--out`",
        config.display()
    );
    Ok(())
}

/// Refuses an output in a folder that is copied into it, and one that has such a folder.
pub(super) fn check_is_apart(out: &Path, source: &Path, reason: &str) -> Result<()> {
    let (real_out, real_source) = (real(out)?, real(source)?);
    let relation = if real_out.starts_with(&real_source) {
        "is in"
    } else if real_source.starts_with(&real_out) {
        "contains"
    } else {
        return Ok(());
    };
    bail!("{} {relation} {}, {reason}: name another folder with `--out`", out.display(), source.display())
}

/// Returns a path from the root, without links and `..`. Its end may not be there yet.
fn real(path: &Path) -> Result<PathBuf> {
    let mut real = env::current_dir().context("there is no current folder")?;
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(real.pop()),
            component => {
                real.push(component);
                if real.symlink_metadata().is_ok() {
                    real = real.canonicalize().with_context(|| {
                        format!("{} is a link that leads nowhere: name another path", real.display())
                    })?;
                }
            }
        }
    }
    Ok(real)
}
