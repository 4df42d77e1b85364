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

/// Makes a repository of a folder.
pub(crate) fn init(folder: &Path) -> Result<()> {
    let made = git(folder, &["init", "--quiet"]).context("say `--vcs none` if there is no git here")?;
    made.map(drop).with_context(|| format!("`git init` failed in {}: say `--vcs none`", folder.display()))
}

/// Returns whether a folder is in a repository already, and not ignored there.
pub(crate) fn is_in_repository(folder: &Path) -> bool {
    let yes = |args: &[&str]| matches!(git(folder, args), Ok(Some(_)));
    yes(&["rev-parse", "--is-inside-work-tree"]) && !yes(&["check-ignore", "--quiet", "."])
}
