//! Stamp files: "this output was made from that input".

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

/// A short text that changes when one of the parts does.
pub(crate) fn fingerprint(parts: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Whether the stamp at `path` says `fingerprint`.
pub(crate) fn is_current(path: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(path).is_ok_and(|stamp| stamp.trim_end() == fingerprint)
}

/// Writes the stamp, after the work it vouches for.
pub(crate) fn write(path: &Path, fingerprint: &str) -> Result<()> {
    fs::write(path, format!("{fingerprint}\n"))
        .with_context(|| format!("cannot write the stamp {}", path.display()))
}
