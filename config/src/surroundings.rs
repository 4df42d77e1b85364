//! The files around a configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::accepted::Accepted;
use crate::check::check;
use crate::code::Code;
use crate::dev_vars::{DEV_VARS, dev_vars};
use crate::file::{Config, ReadError};
use crate::findings::Findings;
use crate::value::Value;

/// The facts that a check needs beside the configuration and the code.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The exceptions of the package.
    pub accepted: Accepted,
    /// The names in `.dev.vars`, by environment.
    pub dev_vars: BTreeMap<Option<String>, BTreeSet<String>>,
    /// The `main`s that are there.
    pub mains: BTreeSet<String>,
    /// The configuration as it was committed, if the check compares with it.
    pub committed: Option<Config>,
}

impl Surroundings {
    /// Reads what is there: exceptions from the folder of the package, and the rest from the folder of the
    /// configuration.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(config: &Config, package: &Path) -> Result<Self, ReadError> {
        let folder = config.path.parent().unwrap_or(Path::new(""));
        let mut surroundings = Self { accepted: Accepted::read(package)?, ..Self::default() };
        for environment in config.environments() {
            let values = dev_vars(folder, environment);
            let values =
                values.map_err(|error| ReadError::Unreadable { path: folder.join(DEV_VARS), error })?;
            let name = environment.name().map(str::to_owned);
            surroundings.dev_vars.insert(name, values.into_keys().collect());
            let main = environment.inherited("main").and_then(Value::as_text);
            surroundings.mains.extend(main.filter(|main| folder.join(main).exists()).map(str::to_owned));
        }
        Ok(surroundings)
    }
}

/// Reads a configuration with its surroundings, and compares it with the code.
///
/// The package is the folder of the worker's `Cargo.toml`. If there is a committed configuration, what was deployed
/// must not have changed since.
///
/// # Errors
/// When a file cannot be read.
pub fn check_file(
    path: &Path,
    package: &Path,
    committed: Option<&Path>,
    code: &Code,
) -> Result<Findings, ReadError> {
    let config = Config::read(path)?;
    let mut surroundings = Surroundings::read(&config, package)?;
    surroundings.committed = committed.map(Config::read).transpose()?;
    Ok(check(&config, code, &surroundings))
}
