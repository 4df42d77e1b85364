//! `cargo xtask types`: what TypeScript has to know about a package's objects.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::build::DEFAULT_PACKAGE;
use crate::workspace::Workspace;
use crate::{cargo, process};

/// Where wrangler and TypeScript look for the types of the `index.js` beside it.
pub(crate) const FILE: &str = "index.d.ts";

/// Runs the command.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let mut package = None;
    let mut out = None;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--out" => out = Some(args.next().context("`--out` needs a file")?),
            flag if flag.starts_with('-') => bail!("`types` has no option `{flag}`"),
            name if package.is_none() => package = Some(name),
            name => bail!("`types` takes one package, but got `{name}` as well"),
        }
    }
    let out = out.map_or_else(|| PathBuf::from("build").join(FILE), PathBuf::from);
    write(workspace, package.unwrap_or(DEFAULT_PACKAGE), workspace.root().join(out))
}

/// Writes the types of a package's exported objects. Its own tests do it when they are told where to.
pub(crate) fn write(workspace: &Workspace, package: &str, out: PathBuf) -> Result<()> {
    let dir = out.parent().context("a file needs a folder")?;
    fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    // What is there afterwards is what this package has.
    if out.exists() {
        fs::remove_file(&out).with_context(|| format!("cannot replace {}", out.display()))?;
    }
    let mut command =
        cargo::host(workspace, "test", &["--package", package, "--lib", "--quiet", "durable_object_types"]);
    command.env("DURABLE_OBJECT_TYPES", &out).stdout(Stdio::null());
    process::run(&mut command, Duration::from_secs(1800))?;
    if !out.exists() {
        bail!("{package} exports no objects");
    }
    eprintln!("the types of {package} are in {}", out.display());
    Ok(())
}
