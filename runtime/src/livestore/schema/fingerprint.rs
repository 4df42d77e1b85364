//! The fingerprint of a schema.

use std::fmt;
use std::hash::Hasher;

use fnv::FnvHasher;

use super::definition::{Schema, Tables};
use super::event::Event;
use super::materialize::Materialize;

/// The fingerprint of a schema. A store fills its tables again from the events when it changes.
///
/// It depends on the tables, the names of the events, the SQL beside the variants, and
/// [`Schema::VERSION`]. The order of tables and variants does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Returns the fingerprint of a schema.
    #[must_use]
    pub fn of<S: Schema>() -> Self {
        let mut sum = hash("version", [S::VERSION.to_string()]);
        for table in S::Tables::DEFINITIONS {
            sum = sum
                .wrapping_add(hash("table", std::iter::once(table.create()).chain(table.create_indexes())));
        }
        for name in S::Event::NAMES {
            sum = sum.wrapping_add(hash("event", [name]));
        }
        for (name, statements) in S::Event::STATEMENTS {
            sum = sum.wrapping_add(hash("sql", std::iter::once(name).chain(*statements)));
        }
        Self(sum)
    }
}

/// Returns the FNV-1a hash of some texts.
fn hash<T: AsRef<str>>(kind: &str, texts: impl IntoIterator<Item = T>) -> u64 {
    /// A byte that no text has.
    const END: u8 = 0xff;
    let mut hasher = FnvHasher::default();
    hasher.write(kind.as_bytes());
    for text in texts {
        hasher.write_u8(END);
        hasher.write(text.as_ref().as_bytes());
    }
    hasher.finish()
}

/// Sixteen hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
