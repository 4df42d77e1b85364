//! `cargo xtask setup`: everything the other commands need.
//!
//! They call the same functions, so this command only saves waiting later.

use anyhow::{Result, bail};

use crate::browser;
use crate::npm::Npm;
use crate::toolchain::WasmToolchain;
use crate::workspace::Workspace;

/// Runs the command.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        bail!("`setup` takes no argument, but got `{arg}`");
    }
    let toolchain = WasmToolchain::install(workspace)?;
    println!("Rust for wasm32  {}", toolchain.cargo_path().display());
    let npm = Npm::install(workspace)?;
    println!("Node             {}", npm.tool_path("node").display());
    let browser = browser::install(workspace)?;
    println!("browser          {}", browser.display());
    Ok(())
}
