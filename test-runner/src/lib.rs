#![doc = include_str!("../README.md")]

pub mod bindings;
mod config;
mod harness;
pub mod process;
mod selection;
mod workerd;

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::bindings::{Bindings, Options};
use crate::config::Config;
use crate::selection::Selection;

const HELP: &str = "\
Runs the #[wasm_bindgen_test]s of a test binary inside workerd.

Usage: durable-object-test-runner WASM [OPTIONS] [FILTERS]

Cargo calls it when .cargo/config.toml names it:
  [target.wasm32-unknown-unknown]
  runner = \"durable-object-test-runner\"

Options, after `--` in `cargo test`:
  --exact             filters are whole names
  --skip FILTER       leave out tests whose name contains FILTER
  --ignored           run ignored tests only
  --include-ignored   run ignored tests as well
  --nocapture         show what tests print, also of those that pass
  --list              only name the tests
  --help, --version

Environment:
  WORKERD_BIN           the workerd to use; else that of node_modules, else that of the PATH
  WORKERD_TEST_TIMEOUT  seconds that all tests of a binary may take (180)
";

/// Runs the program with these arguments; `false` means that a test failed.
///
/// # Errors
/// When the tests could not be run.
pub fn run(args: &[String]) -> Result<bool> {
    let (wasm, args) = match args {
        [flag, ..] if flag == "--version" => {
            println!("durable-object-test-runner {}", env!("CARGO_PKG_VERSION"));
            return Ok(true);
        }
        [wasm, args @ ..] if wasm != "--help" && !args.iter().any(|arg| arg == "--help") => (wasm, args),
        [] => anyhow::bail!("the WebAssembly module of the tests is missing\n\n{HELP}"),
        _ => {
            print!("{HELP}");
            return Ok(true);
        }
    };
    process::stop_children_on_signal()?;
    run_tests(Path::new(wasm), &Selection::parse(args)?)
}

fn run_tests(wasm: &Path, selection: &Selection) -> Result<bool> {
    let config = Config::read(&env::current_dir().context("there is no current folder")?)?;
    let wasm = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;

    let dir = tempfile::tempdir().context("cannot make a temporary folder")?;
    let dir = dir.path();
    let options = Options { keep_names: true, abort_handler: false, export_wasm: true };
    let bindings = Bindings::generate(wasm, dir, "tests", &options)?;
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
    let classes: Vec<&str> =
        bindings.classes().into_iter().filter(|class| !class.starts_with("WasmBindgenTest")).collect();
    let for_workerd = config.for_workerd(harness::MAIN, &classes)?;
    for (section, binding) in config.unavailable() {
        eprintln!("note: tests have no `{binding}`: workerd alone cannot serve {section}");
    }
    for class in config.missing(&classes)? {
        eprintln!("note: tests have no objects of `{class}`: their binary has no such class");
    }
    let write = |name: &str, text: String| {
        fs::write(dir.join(name), text).with_context(|| format!("cannot write {name}"))
    };
    write("setup.js", harness::setup_module(selection.nocapture))?;
    write(harness::OBJECTS, harness::OBJECTS_MODULE.to_owned())?;
    write(harness::MAIN, harness::main_module(&chosen, selection, &classes))?;
    write(workerd::CONFIG, for_workerd.to_string())?;
    workerd::run(dir)
}
