//! The npm packages of the workspace, and the Node that runs all JavaScript here.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use crate::{process, stamp};

/// The installed packages, with a Node among them: the system's may be too old for wrangler.
pub(crate) struct Npm {
    bin: PathBuf,
    lock_fingerprint: String,
}

impl Npm {
    /// Installs the packages of `package-lock.json`, unless they are there.
    pub(crate) fn install(workspace: &Workspace) -> Result<Self> {
        let lock = workspace.root().join("package-lock.json");
        let lock = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
        let modules = workspace.root().join("node_modules");
        let npm = Self { bin: modules.join(".bin"), lock_fingerprint: stamp::fingerprint(&[&lock]) };
        let stamp = modules.join(".xtask-stamp");
        let is_current = || stamp::is_current(&stamp, &npm.lock_fingerprint);
        if is_current() {
            return Ok(npm);
        }
        let _lock = workspace.lock("npm")?;
        if is_current() {
            return Ok(npm);
        }
        eprintln!("installing the npm packages");
        // Not `npm ci`: it refuses a lock file from a registry that lacks the optional packages of
        // other systems. This takes the locked versions too, and leaves the file alone.
        process::run(
            Command::new("npm")
                .args(["install", "--no-save", "--no-progress", "--loglevel=error"])
                .stdin(Stdio::null())
                .current_dir(workspace.root()),
            Duration::from_secs(600),
        )
        .context(
            "installing the npm packages failed; it needs npm with Node 20 or newer \
             (https://nodejs.org, or `apt-get install npm`)",
        )?;
        if !npm.bin.join("node").exists() {
            bail!("npm installed no `node`: was it told to skip install scripts?");
        }
        stamp::write(&stamp, &npm.lock_fingerprint)?;
        Ok(npm)
    }

    /// A command that runs a tool of these packages (`node` itself is one).
    pub(crate) fn tool(&self, name: &str) -> Result<Command> {
        let mut command = Command::new(self.bin.join(name));
        command
            .env("PATH", self.path(&[])?)
            .env("WRANGLER_SEND_METRICS", "false")
            .env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
        Ok(command)
    }

    /// The path of a tool of these packages.
    pub(crate) fn tool_path(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// Changes when another version of any package is installed.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.lock_fingerprint
    }

    /// A command that runs a script with Node.
    pub(crate) fn node(&self, script: &Path) -> Result<Command> {
        let mut command = self.tool("node")?;
        command.arg(script);
        Ok(command)
    }

    /// A `PATH` with these packages, then other folders, then that of this process.
    pub(crate) fn path(&self, folders: &[PathBuf]) -> Result<OsString> {
        let rest = env::var_os("PATH").unwrap_or_default();
        let first = std::iter::once(&self.bin).chain(folders).cloned();
        env::join_paths(first.chain(env::split_paths(&rest))).context("the PATH cannot be extended")
    }
}
