//! Exceptions: what a package says about itself in its `Cargo.toml`.

use std::fs;
use std::path::Path;

use crate::file::{Config, ReadError};
use crate::value::Value;

/// The classes for which a rule does not hold. A package lists them in its `Cargo.toml`:
///
/// ```toml
/// [package.metadata.durable-object]
/// unbound = ["Part"]       # no binding leads to it: a facet, or found by `Part::exported()`
/// key-value = ["Legacy"]   # its objects have no SQLite
/// foreign = ["Counter"]    # exported by JavaScript, or with the attribute of `worker`
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The exported classes that need no binding.
    pub unbound: Vec<String>,
    /// The exported classes that need no SQLite.
    pub key_value: Vec<String>,
    /// The classes that are not made with `#[durable_object]`.
    pub foreign: Vec<String>,
    /// The keys that have no meaning.
    pub unknown: Vec<String>,
}

/// The keys in `Cargo.toml`.
pub(crate) const UNBOUND: &str = "unbound";
pub(crate) const KEY_VALUE: &str = "key-value";
pub(crate) const FOREIGN: &str = "foreign";

impl Accepted {
    /// Reads the `Cargo.toml` of a package's folder.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(package: &Path) -> Result<Self, ReadError> {
        let path = package.join("Cargo.toml");
        let text = fs::read_to_string(&path);
        let text = text.map_err(|error| ReadError::Unreadable { path: path.clone(), error })?;
        let manifest = Config::parse(&path, text)?;
        Ok(manifest.root().at(&["package", "metadata", "durable-object"]).map(Self::of).unwrap_or_default())
    }

    fn of(table: &Value) -> Self {
        let list = |key| table.list(key).iter().filter_map(Value::as_text).map(str::to_owned).collect();
        let keys = table.entries().iter().map(|entry| entry.key.clone());
        let known = [UNBOUND, KEY_VALUE, FOREIGN];
        Self {
            unbound: list(UNBOUND),
            key_value: list(KEY_VALUE),
            foreign: list(FOREIGN),
            unknown: keys.filter(|key| !known.contains(&key.as_str())).collect(),
        }
    }
}
