//! `cargo xtask`: everything one does with this workspace besides writing code.
//!
//! Each command is one module; `cargo xtask help` lists them. What a command needs that is not
//! there yet (a Rust toolchain for WebAssembly, the npm packages, a browser) it sets up first.

mod bench;
mod book;
mod browser;
mod build;
mod bundle;
mod cargo;
mod check;
mod dev;
mod in_place;
mod npm;
mod optimize;
mod publication;
mod setup;
mod soak;
mod stamp;
mod test;
mod toolchain;
mod tools;
mod types;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use durable_object_test_runner::{bindings, process};

use crate::workspace::Workspace;

const HELP: &str = "\
Usage: cargo xtask <command>

  setup                       install what is missing: Rust for wasm32, npm packages, chromium
  build [PACKAGE] [--out DIR] [--dev | --panic-unwind] [--keep-names]
                              build a worker (default: todomvc) into DIR (default: build/);
                              --dev, which `wrangler dev` implies, is quick and not optimised
  types [PACKAGE] [--out FILE]
                              write a worker's objects (default: todomvc) as TypeScript sees them
                              (default: build/index.d.ts)
  dev [EXAMPLE] [--port N]    serve an example locally with wrangler (default: todomvc)
  test [FILTER]               check and test everything; FILTER selects steps by name
  test unwind                 test a worker built with --panic-unwind, which takes minutes
  check                       formatting, lints, documentation and configurations only
  book                        build the guide as a book with a search, into target/book
  bench [ARGS]                benchmark the sync backend; ARGS go to tests/bench/run.mjs
  bench rpc [ARGS]            benchmark calls on objects; ARGS go to tests/bench/rpc/run.mjs
  bench store [ARGS]          benchmark a store in an object; ARGS go to tests/bench/store/run.mjs
  soak [--minutes N] [ARGS]   keep many stores under load, kills and resets, and look for what was lost;
                              ARGS go to tests/soak/run.mjs, whose --help lists them
  help                        this text
";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command of the command line; `false` means that it ran and found failures.
fn run() -> Result<bool> {
    let mut args = std::env::args().skip(1);
    let command = args.next();
    let args: Vec<String> = args.collect();
    let workspace = Workspace::locate()?;
    process::stop_children_on_signal()?;
    match command.as_deref() {
        Some("setup") => setup::run(&workspace, &args).map(|()| true),
        Some("build") => build::run(&workspace, &args).map(|()| true),
        Some("types") => types::run(&workspace, &args).map(|()| true),
        Some("dev") => dev::run(&workspace, &args).map(|()| true),
        Some("test") => test::run(&workspace, &args),
        Some("check") => check::run(&workspace, &args),
        Some("book") => book::run(&workspace, &args).map(|()| true),
        Some("bench") => bench::run(&workspace, &args).map(|()| true),
        Some("soak") => soak::run(&workspace, &args).map(|()| true),
        None | Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(true)
        }
        Some(other) => bail!("unknown command `{other}`\n\n{HELP}"),
    }
}
