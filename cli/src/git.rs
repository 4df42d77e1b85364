//! Questions to git.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Returns the text of a file in a folder as it was at a revision; none if it was not there.
pub(crate) fn file(folder: &Path, revision: &str, name: &str) -> Result<Option<String>> {
    let commit = git(folder, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])?;
    if commit.is_none() {
        bail!("git knows no revision `{revision}` in {}", folder.display());
    }
    git(folder, &["show", &format!("{revision}:./{name}")])
}

/// Returns what git prints; none if it fails.
fn git(folder: &Path, args: &[&str]) -> Result<Option<String>> {
    let output = Command::new("git").arg("-C").arg(folder).args(args).output().context("cannot run git")?;
    let text = output.status.success().then(|| String::from_utf8(output.stdout));
    text.transpose().context("git printed something that is not text")
}
