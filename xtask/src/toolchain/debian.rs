//! Debian's toolchain, for machines that reach the package registries but not rustup's servers.
//!
//! Debian keeps a recent Rust for building browsers (`rustc-web`). It has no standard library for
//! WebAssembly, but its source, so the library is built here and put where the compiler looks. It
//! is built with bitcode embedded: without, `lto = "fat"` fails in every build that uses it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{TARGET, WasmToolchain, target_lib};
use crate::workspace::Workspace;
use crate::{process, stamp};

const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const LINKER: &str = "/usr/bin/rust-lld";
const SYSROOT: &str = "/usr";

/// Compiler, linker, source of the standard library, lints.
const PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy"];

/// Change this with the recipe below, so that existing libraries are built again.
const RECIPE: &str = "1";

const STAMP: &str = "xtask-stamp";

/// A crate whose dependency, the standard library, is what we are after.
const SCRATCH_MANIFEST: &str = r#"[package]
name = "wasm-std"
version = "0.0.0"
edition = "2024"

[workspace]

[profile.release]
opt-level = 3
"#;

/// Whether packages can be installed without asking anybody.
pub(crate) fn can_install() -> bool {
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    is_root && Path::new("/etc/debian_version").exists() && Path::new("/usr/bin/apt-get").exists()
}

/// Installs Debian packages.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    eprintln!("installing Debian packages: {}", packages.join(" "));
    let apt = || {
        let mut command = Command::new("apt-get");
        command
            .args(["-qq", "-o", "DPkg::Lock::Timeout=300"])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    };
    process::run(apt().arg("update"), Duration::from_secs(300))?;
    process::run(
        apt().args(["install", "-y", "--no-remove", "--no-install-recommends"]).args(packages),
        Duration::from_secs(900),
    )
    .context("installing the packages failed; `apt-get install` without -qq says more")
}

/// Debian's toolchain, if it is complete.
pub(crate) fn find_toolchain() -> Option<WasmToolchain> {
    let fingerprint = fingerprint()?;
    let complete = Path::new(CARGO).exists()
        && Path::new(LINKER).exists()
        && stamp::is_current(&stamp_path(), &fingerprint);
    complete.then(toolchain)
}

/// Whether the standard library in this folder is this module's to make: no package has it.
pub(crate) fn is_ours(lib: &Path) -> bool {
    lib == target_lib(Path::new(SYSROOT)) && Path::new("/var/lib/dpkg/info/rustc-web.list").exists()
}

/// Installs Debian's toolchain and builds the standard library for [`TARGET`] with it.
pub(crate) fn install_toolchain(workspace: &Workspace) -> Result<WasmToolchain> {
    let missing = [CARGO, RUSTC, LINKER, "/usr/bin/cargo-clippy", "/usr/lib/rustlib/src/rust"]
        .iter()
        .any(|path| !Path::new(path).exists());
    if missing {
        install(&PACKAGES)?;
        install_linker()?;
    }
    let fingerprint = fingerprint().context("the Debian package rustc-web has no /usr/bin/rustc")?;
    let libraries = build_std(workspace)?;
    install_std(&libraries, &fingerprint)?;
    // What was compiled against another standard library cannot be used any more.
    let _ = fs::remove_dir_all(workspace.target().join(TARGET));
    Ok(toolchain())
}

/// `rust-lld` is a link to the linker of the LLVM version in use, whose package may be missing.
fn install_linker() -> Result<()> {
    if Path::new(LINKER).exists() {
        return Ok(());
    }
    let linker = fs::read_link(LINKER).with_context(|| format!("there is no {LINKER}"))?;
    let package = linker.file_name().and_then(|name| name.to_str());
    install(&[package.with_context(|| format!("{LINKER} leads nowhere"))?])
}

fn toolchain() -> WasmToolchain {
    WasmToolchain {
        cargo: PathBuf::from(CARGO),
        env: vec![
            ("RUSTC", RUSTC.into()),
            ("RUSTDOC", "/usr/bin/rustdoc".into()),
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER.into()),
        ],
    }
}

/// Builds the standard library and returns its files.
fn build_std(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    eprintln!("building the Rust standard library for {TARGET} (about two minutes, once)");
    let scratch = workspace.target().join("wasm-std");
    fs::create_dir_all(scratch.join("src"))
        .and_then(|()| fs::write(scratch.join("Cargo.toml"), SCRATCH_MANIFEST))
        .and_then(|()| fs::write(scratch.join("src/lib.rs"), ""))
        .with_context(|| format!("cannot write to {}", scratch.display()))?;
    let mut command = toolchain().cargo(workspace, "build");
    command
        .args(["--release", "--target", TARGET, "--message-format", "json-render-diagnostics"])
        .args(["-Zbuild-std=std,panic_abort,test"])
        .current_dir(&scratch)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    let messages = process::output(&mut command, Duration::from_secs(1200))
        .context("the standard library could not be built")?;
    let libraries: Vec<PathBuf> = messages.lines().flat_map(libraries_of).collect();
    if libraries.is_empty() {
        bail!("building the standard library gave no files");
    }
    Ok(libraries)
}

/// The libraries for [`TARGET`] that one of cargo's messages tells about.
fn libraries_of(message: &str) -> Vec<PathBuf> {
    let message: Value = serde_json::from_str(message).unwrap_or_default();
    if message["target"]["name"] == "wasm_std" {
        return Vec::new();
    }
    let files = message["filenames"].as_array().cloned().unwrap_or_default();
    files
        .iter()
        .filter_map(Value::as_str)
        .map(PathBuf::from)
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
        .filter(|path| path.iter().any(|part| part == TARGET))
        .collect()
}

/// Puts the libraries where the compiler looks, in place of any that are there.
fn install_std(libraries: &[PathBuf], fingerprint: &str) -> Result<()> {
    let lib = target_lib(Path::new(SYSROOT));
    let fresh = lib.with_file_name("lib.new");
    let cannot = || format!("cannot install the standard library in {}", lib.display());
    if fresh.exists() {
        fs::remove_dir_all(&fresh).with_context(cannot)?;
    }
    fs::create_dir_all(&fresh).with_context(cannot)?;
    for library in libraries {
        let name = library.file_name().context("a library without a name")?;
        fs::copy(library, fresh.join(name)).with_context(cannot)?;
    }
    stamp::write(&fresh.join(STAMP), fingerprint)?;
    if lib.exists() {
        fs::remove_dir_all(&lib).with_context(cannot)?;
    }
    fs::rename(&fresh, &lib).with_context(cannot)
}

fn stamp_path() -> PathBuf {
    target_lib(Path::new(SYSROOT)).join(STAMP)
}

/// Changes with the compiler and with the recipe.
fn fingerprint() -> Option<String> {
    let rustc = fs::metadata(RUSTC).ok()?;
    let identity = format!("{RECIPE} {} {}", rustc.len(), rustc.mtime());
    Some(stamp::fingerprint(&[identity.as_bytes(), SCRATCH_MANIFEST.as_bytes()]))
}
