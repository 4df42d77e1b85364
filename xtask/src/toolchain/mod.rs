//! A Rust toolchain that builds for `wasm32-unknown-unknown`, also with LTO.
//!
//! That is the active toolchain with its target of that name. Where the target cannot be had from
//! rustup, Debian's newest toolchain with a standard library built on the spot does it too.

pub(crate) mod debian;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// The target all workers are built for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// A cargo that can build for [`TARGET`], and the environment it needs.
pub(crate) struct WasmToolchain {
    cargo: PathBuf,
    env: Vec<(&'static str, OsString)>,
}

impl WasmToolchain {
    /// Finds such a toolchain, or makes one.
    pub(crate) fn install(workspace: &Workspace) -> Result<Self> {
        if let Some(found) = Self::find()? {
            return Ok(found);
        }
        let _lock = workspace.lock("toolchain")?;
        if let Some(found) = Self::find()? {
            return Ok(found);
        }
        let from_rustup = rustup(&["target", "add", TARGET]);
        if from_rustup.is_ok()
            && let Some(found) = Self::active()?
        {
            return Ok(found);
        }
        if debian::can_install() {
            return debian::install_toolchain(workspace);
        }
        let reason = from_rustup.err().map(|error| format!(" ({error:#})"));
        bail!(
            "there is no Rust toolchain for {TARGET}{}\n\
             install it with `rustup target add {TARGET}`; on Debian 12 without access to rustup's \
             servers, run `cargo xtask setup` as root",
            reason.unwrap_or_default()
        )
    }

    fn find() -> Result<Option<Self>> {
        Ok(Self::active()?.or_else(debian::find_toolchain))
    }

    /// The toolchain this `xtask` was built with, if it has the target.
    fn active() -> Result<Option<Self>> {
        let cargo = env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
        let sysroot = active_sysroot(&cargo)?;
        let lib = target_lib(&sysroot);
        let complete = has_std(&lib) && !debian::is_ours(&lib);
        Ok(complete.then_some(Self { cargo, env: Vec::new() }))
    }

    /// A cargo command, run at the root of the workspace.
    pub(crate) fn cargo(&self, workspace: &Workspace, subcommand: &str) -> Command {
        let mut command = Command::new(&self.cargo);
        command
            .arg(subcommand)
            .current_dir(workspace.root())
            // Exported async functions then need no second executor; `worker-build` does the same.
            .env("WASM_BINDGEN_USE_JS_SYS", "1");
        self.configure(&mut command);
        command
    }

    /// A command of a cargo whose panics unwind: it compiles the standard library as well, because the one
    /// that toolchains come with aborts.
    pub(crate) fn unwinding_cargo(&self, workspace: &Workspace, subcommand: &str) -> Result<Command> {
        self.add_std_source()?;
        let mut command = self.cargo(workspace, subcommand);
        command
            .args(["-Zbuild-std=std,panic_unwind", "--target-dir"])
            .arg(workspace.target().join("unwind"))
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", "-Cpanic=unwind")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        Ok(command)
    }

    /// The source of the standard library; Debian's toolchain has it already.
    fn add_std_source(&self) -> Result<()> {
        let sysroot = active_sysroot(&self.cargo)?;
        if sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").exists() {
            return Ok(());
        }
        rustup(&["component", "add", "rust-src"])
    }

    /// Has a command that will run this toolchain's cargo find what that needs.
    pub(crate) fn configure(&self, command: &mut Command) {
        for (name, value) in &self.env {
            command.env(name, value);
        }
        if !self.env.is_empty() {
            // `cargo run` points these at the toolchain of this process.
            command.env_remove("LD_LIBRARY_PATH").env_remove("RUSTUP_TOOLCHAIN");
        }
    }

    /// Where its cargo is.
    pub(crate) fn cargo_path(&self) -> &Path {
        &self.cargo
    }

    /// Whether this toolchain can run clippy.
    pub(crate) fn has_clippy(&self) -> bool {
        self.env.is_empty() || self.cargo.with_file_name("cargo-clippy").exists()
    }
}

/// The root of the active toolchain: where its cargo lies, or what its compiler says.
fn active_sysroot(cargo: &Path) -> Result<PathBuf> {
    if let Some(root) = cargo.parent().and_then(Path::parent)
        && cargo.with_file_name("rustc").exists()
        && root.join("lib/rustlib").is_dir()
    {
        return Ok(root.to_owned());
    }
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = process::output(Command::new(rustc).args(["--print", "sysroot"]), Duration::from_secs(60))?;
    Ok(PathBuf::from(sysroot))
}

/// Where a toolchain keeps the standard library of [`TARGET`].
fn target_lib(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

fn has_std(lib: &Path) -> bool {
    let Ok(entries) = fs::read_dir(lib) else {
        return false;
    };
    entries.filter_map(Result::ok).any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

fn rustup(args: &[&str]) -> Result<()> {
    let command = args.join(" ");
    eprintln!("rustup {command}");
    process::run(Command::new("rustup").args(args).stdin(Stdio::null()), Duration::from_secs(300))
        .with_context(|| format!("`rustup {command}` failed"))
}
