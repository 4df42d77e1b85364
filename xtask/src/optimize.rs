//! `wasm-opt`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::npm::Npm;
use crate::process;

/// Optimises the module `input` into `output`.
pub(crate) fn optimize(npm: &Npm, input: &Path, output: &Path, keep_names: bool) -> Result<()> {
    let mut command = npm.node(&npm.tool_path("wasm-opt"))?;
    command
        .arg(input)
        .arg("-o")
        .arg(output)
        // What rustc enables for WebAssembly, and what wasm-bindgen adds.
        .args(["--enable-bulk-memory", "--enable-bulk-memory-opt"])
        .args(["--enable-exception-handling", "--enable-multivalue"])
        .args(["--enable-mutable-globals", "--enable-nontrapping-float-to-int"])
        .args(["--enable-reference-types", "--enable-sign-ext"])
        .args(["--enable-call-indirect-overlong", "--enable-extended-const"])
        .arg("-O3");
    if keep_names {
        command.arg("--debuginfo");
    } else {
        command.args(["--strip-debug", "--strip-producers", "--strip-target-features"]);
    }
    process::run(&mut command, Duration::from_secs(600)).context("optimising the worker failed")
}
