//! `cargo xtask build`: a worker from a package.
//!
//! The result is a folder with two files: `index.js`, an ES module for wrangler or workerd, and
//! `index_bg.wasm`, which it imports. It is left as it is when nothing changed.
//!
//! wrangler runs the command too, and says for which of its own: one that is served or described is built quickly, one
//! that is deployed is small.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::bindings::{Bindings, Options};
use crate::bundle;
use crate::cargo;
use crate::npm::Npm;
use crate::optimize;
use crate::stamp;
use crate::toolchain::WasmToolchain;
use crate::types;
use crate::workspace::Workspace;

/// Change this with the steps below, so that existing outputs are built again.
const STEPS: &str = "2";

/// Where wrangler says which command of its own has the worker built.
const WRANGLER_COMMAND: &str = "WRANGLER_COMMAND";

/// The worker at the root: `wrangler.toml` names it.
pub(crate) const DEFAULT_PACKAGE: &str = "todomvc";

/// What to build, and where to.
struct Arguments {
    package: String,
    out: PathBuf,
    mode: Mode,
    keep_names: bool,
}

/// How to build it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Small and fast.
    Release,
    /// Quick to build: not optimised, with the names of functions.
    Dev,
    /// As a release, with panics that unwind.
    Unwinding,
}

/// Runs the command.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let mut arguments = parse(workspace, args)?;
    let command = env::var(WRANGLER_COMMAND).unwrap_or_default();
    if arguments.mode == Mode::Release && ["dev", "types"].contains(&command.as_str()) {
        arguments.mode = Mode::Dev;
    }
    let toolchain = WasmToolchain::install(workspace)?;
    let npm = Npm::install(workspace)?;
    build(workspace, &toolchain, &npm, &arguments)?;
    if command == "types" {
        types::write(workspace, &arguments.package, arguments.out.join(types::FILE))?;
    }
    Ok(())
}

/// Builds a package into the folder where the root's `wrangler.toml` expects it, to be served from there.
pub(crate) fn build_default(workspace: &Workspace, toolchain: &WasmToolchain, npm: &Npm) -> Result<()> {
    let arguments = Arguments { mode: Mode::Dev, ..parse(workspace, &[])? };
    build(workspace, toolchain, npm, &arguments)
}

/// Builds a package into `out`.
pub(crate) fn build_into(
    workspace: &Workspace,
    toolchain: &WasmToolchain,
    npm: &Npm,
    package: &str,
    out: PathBuf,
    mode: Mode,
) -> Result<()> {
    build(workspace, toolchain, npm, &Arguments { package: package.to_owned(), out, mode, keep_names: false })
}

fn parse(workspace: &Workspace, args: &[String]) -> Result<Arguments> {
    let mut package = None;
    let mut out = None;
    let mut mode = Mode::Release;
    let mut keep_names = false;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--out" => out = Some(args.next().context("`--out` needs a folder")?),
            "--keep-names" => keep_names = true,
            "--dev" if mode == Mode::Release => mode = Mode::Dev,
            "--panic-unwind" if mode == Mode::Release => mode = Mode::Unwinding,
            "--dev" | "--panic-unwind" => bail!("`build` takes one of `--dev` and `--panic-unwind`, once"),
            flag if flag.starts_with('-') => bail!("`build` has no option `{flag}`"),
            name if package.is_none() => package = Some(name),
            name => bail!("`build` takes one package, but got `{name}` as well"),
        }
    }
    Ok(Arguments {
        package: package.unwrap_or(DEFAULT_PACKAGE).to_owned(),
        out: workspace.root().join(out.map_or("build", String::as_str)),
        mode,
        keep_names,
    })
}

fn build(workspace: &Workspace, toolchain: &WasmToolchain, npm: &Npm, arguments: &Arguments) -> Result<()> {
    let is_dev = arguments.mode == Mode::Dev;
    let cargo = match arguments.mode {
        Mode::Unwinding => toolchain.unwinding_cargo(workspace, "build")?,
        Mode::Release | Mode::Dev => toolchain.cargo(workspace, "build"),
    };
    let keep_names = arguments.keep_names || is_dev;
    let profile = if is_dev { "dev" } else { "release" };
    let wasm = cargo::compile_worker(cargo, &arguments.package, profile)
        .with_context(|| format!("compiling {} failed", arguments.package))?;
    let wasm = fs::read(&wasm).with_context(|| format!("cannot read {}", wasm.display()))?;

    let out = &arguments.out;
    let _lock = workspace.lock(&format!("build-{}", stamp::fingerprint(&[path_bytes(out)])))?;
    let options = format!("{STEPS} {profile} {keep_names}");
    let fingerprint = stamp::fingerprint(&[&wasm, options.as_bytes(), npm.fingerprint().as_bytes()]);
    let stamp = out.join(".stamp");
    let complete = out.join("index.js").exists() && out.join("index_bg.wasm").exists();
    if complete && stamp::is_current(&stamp, &fingerprint) {
        return Ok(());
    }
    let start = Instant::now();
    let work = workspace.target().join("bindings").join(&arguments.package);
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("cannot empty {}", work.display()))?;
    }
    fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    let options = Options { keep_names, abort_handler: true, export_wasm: false };
    let bindings = Bindings::generate(wasm, &work, "index", &options)?;
    let foreign = bindings.foreign_classes();
    if !foreign.is_empty() {
        bail!(
            "{}: a class of `#[worker::durable_object]` would not start again after a crash in this build; write it \
             with `#[durable_object]`, or build the worker with `worker-build`",
            foreign.join(", ")
        );
    }
    let entry = bundle::entry_module(&bindings, "index.js");
    let bundled = work.join("out/index.js");
    bundle::bundle(npm, &work, &entry, &bundled)?;
    let mut wasm = work.join("index_bg.wasm");
    if !is_dev {
        let optimized = work.join("out/index_bg.wasm");
        optimize::optimize(npm, &wasm, &optimized, keep_names)?;
        wasm = optimized;
    }
    // Both at once, for a wrangler that watches.
    for file in [&wasm, &bundled] {
        let name = file.file_name().context("an output without a name")?;
        fs::copy(file, out.join(name)).with_context(|| format!("cannot write to {}", out.display()))?;
    }
    stamp::write(&stamp, &fingerprint)?;
    let size = fs::metadata(&wasm).map_or(0, |wasm| wasm.len());
    eprintln!(
        "{} is in {} ({} KiB of WebAssembly, {:.1} s)",
        arguments.package,
        out.display(),
        size / 1024,
        start.elapsed().as_secs_f32()
    );
    Ok(())
}

fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}
