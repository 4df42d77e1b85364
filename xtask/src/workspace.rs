//! Where things are.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The checkout this `xtask` was built in.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the workspace from the place of this crate.
    pub(crate) fn locate() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the xtask crate must lie in a workspace")?
            .to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => root.join(dir),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The folder of the root `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Where `cargo xtask test` puts the build of each worker package.
    pub(crate) fn worker_builds(&self) -> PathBuf {
        self.target.join("workers")
    }

    /// Where `cargo xtask test` puts what TypeScript has to know about each worker package.
    pub(crate) fn worker_types(&self) -> PathBuf {
        self.target.join("types")
    }

    /// Waits until no other `xtask` process holds the lock `name`; it is held until dropped.
    pub(crate) fn lock(&self, name: &str) -> Result<File> {
        let dir = self.target.join("locks");
        fs::create_dir_all(&dir).with_context(|| format!("cannot create the folder {}", dir.display()))?;
        let path = dir.join(name);
        let file =
            File::create(&path).with_context(|| format!("cannot create the lock file {}", path.display()))?;
        file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(file)
    }
}
