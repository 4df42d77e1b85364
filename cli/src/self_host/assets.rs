//! The files that the worker serves.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value as Json};

/// The files of a folder that say how to serve the others, and the options of workerd that take their text.
const RULES: [(&str, &str); 3] =
    [("_headers", "headers"), ("_redirects", "redirects"), (".assetsignore", "ignore")];

/// Adds the text of the rules in a folder to the options of the configuration.
///
/// # Errors
/// When a file with rules cannot be read.
pub(super) fn options(folder: &Path, options: &Map<String, Json>) -> Result<Json> {
    let mut options = options.clone();
    for (file, option) in RULES {
        let path = folder.join(file);
        match fs::read_to_string(&path) {
            Ok(text) => {
                options.insert(option.to_owned(), text.into());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }
    Ok(options.into())
}
