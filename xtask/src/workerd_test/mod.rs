//! `cargo xtask workerd-test`: a cargo runner for `#[wasm_bindgen_test]`s inside workerd.
//!
//! Cargo calls it with each test binary it made for WebAssembly, and with the arguments meant for
//! the test harness. The tests run in an event of a worker, whose bindings they find in
//! `cloudflare:workers`. The package's `wrangler.toml` says which classes are Durable Objects.

mod config;
mod harness;
mod selection;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use self::config::Config;
use self::selection::Selection;
use crate::bindings::{Bindings, Options};
use crate::process::Group;

/// How long all tests of a binary may take, if `WORKERD_TEST_TIMEOUT` (seconds) does not say.
const DEFAULT_LIMIT: Duration = Duration::from_secs(180);

/// Runs the command; `false` means that a test failed.
pub(crate) fn run(args: &[String]) -> Result<bool> {
    let (wasm, args) =
        args.split_first().context("`workerd-test` needs a WebAssembly module; cargo names it")?;
    let selection = Selection::parse(args)?;
    let config = Config::read(&env::current_dir().context("there is no current folder")?)?;
    let wasm = fs::read(wasm).with_context(|| format!("cannot read {wasm}"))?;

    let dir = TemporaryDir::new()?;
    let options = Options { keep_names: true, abort_handler: false, export_wasm: true };
    let bindings = Bindings::generate(wasm, &dir.0, "tests", &options)?;
    let chosen = selection.choose(bindings.wasm_exports());
    if selection.list {
        for test in &chosen.tests {
            println!("{}: test", test.name);
        }
        return Ok(true);
    }
    if chosen.tests.is_empty() {
        println!("\nrunning 0 tests\n");
        println!("test result: ok. 0 passed; 0 failed; 0 ignored; {} filtered out\n", chosen.filtered);
        return Ok(true);
    }
    let classes = bindings.classes();
    let write = |name: &str, text: String| {
        fs::write(dir.0.join(name), text).with_context(|| format!("cannot write {name}"))
    };
    write("setup.js", harness::setup_module(selection.nocapture))?;
    write("main.js", harness::main_module(&chosen, &selection, &classes))?;
    write("config.capnp", config.capnp(&modules(&dir.0)?, &classes))?;
    run_workerd(&dir.0)
}

/// Runs the tests that the folder is prepared for.
fn run_workerd(dir: &Path) -> Result<bool> {
    let limit = match env::var("WORKERD_TEST_TIMEOUT") {
        Ok(seconds) => {
            Duration::from_secs(seconds.parse().context("WORKERD_TEST_TIMEOUT must be a number of seconds")?)
        }
        Err(_) => DEFAULT_LIMIT,
    };
    fs::create_dir(dir.join(config::STORAGE)).context("cannot make a folder for the objects' data")?;
    let mut workerd = Group::start(
        Command::new(find_workerd())
            .args(["test", "--experimental"])
            .arg(dir.join("config.capnp"))
            .current_dir(dir)
            .stdin(Stdio::null()),
    )
    .context("install workerd with `npm install workerd`, or name it with WORKERD_BIN")?;
    Ok(workerd.wait(limit)?.success())
}

/// What `WORKERD_BIN` names, what npm installed here or in a folder above, or that of the `PATH`.
fn find_workerd() -> PathBuf {
    if let Some(path) = env::var_os("WORKERD_BIN") {
        return PathBuf::from(path);
    }
    let here = env::current_dir().unwrap_or_default();
    here.ancestors()
        .map(|dir| dir.join("node_modules/.bin/workerd"))
        .find(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from("workerd"))
}

/// The modules in a folder, by their paths in it.
fn modules(dir: &Path) -> Result<Vec<String>> {
    let mut modules = Vec::new();
    let mut unread = vec![dir.to_owned()];
    while let Some(folder) = unread.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let path = entry.context("cannot read a folder")?.path();
            if path.is_dir() {
                unread.push(path);
            } else {
                let name = path.strip_prefix(dir).context("a module outside its folder")?;
                modules.push(name.to_string_lossy().into_owned());
            }
        }
    }
    modules.sort();
    Ok(modules)
}

/// A folder that is removed when dropped.
struct TemporaryDir(PathBuf);

impl TemporaryDir {
    fn new() -> Result<Self> {
        let dir = env::temp_dir().join(format!("workerd-test-{}", std::process::id()));
        fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        Ok(Self(dir))
    }
}

impl Drop for TemporaryDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
