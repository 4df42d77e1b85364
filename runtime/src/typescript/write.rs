//! The file that TypeScript reads.

use std::path::Path;
use std::{env, fs, io, process, thread};

use super::describe::Export;
use super::render::module;
use super::types::Types;

/// The variable that names the file, relative to the package.
const VARIABLE: &str = "DURABLE_OBJECT_TYPES";

/// Describes all exported classes, and writes the description if `DURABLE_OBJECT_TYPES` names a file.
///
/// Each test that calls it writes the same text in one step, so several tests may do so at the same time.
///
/// # Errors
/// Fails when the file cannot be written.
pub(crate) fn write() -> io::Result<()> {
    let mut types = Types::default();
    let classes = inventory::iter::<Export>().map(|export| export.described(&mut types)).collect();
    let text = module(classes, &types);
    match env::var_os(VARIABLE) {
        Some(path) => replace(VARIABLE, Path::new(&path), &text),
        None => Ok(()),
    }
}

/// Writes a file that a variable names, in one step.
pub(crate) fn replace(variable: &str, path: &Path, text: &str) -> io::Result<()> {
    let explain = |error: io::Error| {
        io::Error::new(error.kind(), format!("cannot write {variable}={}: {error}", path.display()))
    };
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".{}-{:?}", process::id(), thread::current().id()));
    fs::write(&part, text).map_err(explain)?;
    fs::rename(&part, path).map_err(explain)
}
