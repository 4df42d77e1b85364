//! The test of wrangler's configuration. It exists natively only: a worker does not carry it.
//!
//! [`check`] compares the classes that the crate exports, and the structs that derive
//! [`FromEnv`](derive@crate::FromEnv), with `wrangler.toml`, `wrangler.jsonc` or `wrangler.json`, in every
//! environment. It fails with all [`Findings`], and with the lines to add. The page
//! [`configuration`](crate::guide::configuration) of the guide shows what it finds.

use std::path::Path;
use std::{env, fmt, io};

use durable_object_config::Code;
pub use durable_object_config::{
    End, Finding, Findings, Form, Lifecycle, Misstep, MisstepKind, Place, Problem, ReadError, Storage,
};

use crate::typescript::{self, Export};

/// The variable that names the file for the result of the check.
const RESULT: &str = "DURABLE_OBJECT_CHECK";

/// The variables that name the configuration, and the file with the committed one.
const CONFIG: &str = "DURABLE_OBJECT_CONFIG";
const COMMITTED: &str = "DURABLE_OBJECT_COMMITTED";

/// The names for generated code.
pub(crate) mod generated {
    pub use inventory;

    pub use super::describe_worker;
}

/// Compares a configuration with the code of this crate. The path is relative to the package.
///
/// Write one test of one line, and put it into the library of the worker:
///
/// ```
/// #[test]
/// #[cfg(not(target_arch = "wasm32"))]
/// fn configuration() -> Result<(), durable_object::config::CheckError> {
///     durable_object::config::check("wrangler.toml")
/// }
/// ```
///
/// # Errors
/// [`CheckError::Findings`] with everything that does not fit, and [`CheckError::Unreadable`] when there is nothing
/// to compare with.
#[expect(clippy::test_attr_in_doctest, reason = "the example is a test of the user")]
pub fn check(path: impl AsRef<Path>) -> Result<(), CheckError> {
    compare(path.as_ref(), None)
}

/// The reason why a configuration is refused. A test that fails with it shows the whole text.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The configuration does not fit the code.
    #[error(transparent)]
    Findings(Box<Findings>),
    /// A file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
}

impl fmt::Debug for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Describes the exported classes to TypeScript, and to `durable-object check`, if they ask for it. Each exported class
/// adds a test that calls it.
///
/// # Errors
/// Fails when a file cannot be written.
pub fn describe_worker() -> io::Result<()> {
    typescript::write()?;
    match (env::var_os(RESULT), env::var_os(CONFIG)) {
        (Some(result), Some(config)) => {
            let committed = env::var_os(COMMITTED);
            report(compare(config.as_ref(), committed.as_ref().map(Path::new)), result.as_ref())
        }
        _ => Ok(()),
    }
}

/// Writes the result of a check: a word, and the text.
fn report(outcome: Result<(), CheckError>, path: &Path) -> io::Result<()> {
    let text = match outcome {
        Ok(()) => "right\n".to_owned(),
        Err(error) => format!("wrong\n{error}\n"),
    };
    typescript::replace(RESULT, path, &text)
}

fn compare(path: &Path, committed: Option<&Path>) -> Result<(), CheckError> {
    let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let findings = durable_object_config::check_file(path, package.as_ref(), committed, &code())?;
    if findings.is_empty() { Ok(()) } else { Err(CheckError::Findings(Box::new(findings))) }
}

/// Returns what the tests of this crate know about its code. `inventory` has no order of its own.
fn code() -> Code {
    let mut classes: Vec<_> = inventory::iter::<Export>().map(Export::class).collect();
    classes.sort_by_key(|class| class.name);
    let mut fields = crate::env::fields();
    fields.sort_by_key(|field| field.owner);
    Code { classes, fields }
}
