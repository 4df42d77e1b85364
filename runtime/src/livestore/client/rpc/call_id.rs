//! The ids of calls.

use std::fmt;

/// The id of a call.
///
/// A backend calls back with the id of the pull that asked for it. All stores of one object get these calls
/// through one method, so the id also says which store has pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallId {
    /// The [mark](crate::livestore::client::layout::Layout::mark) of the store.
    pub(crate) mark: u32,
    /// The number of the call.
    pub(crate) number: u32,
}

impl CallId {
    /// Reads an id from its JSON: LiveStore 0.4.0 writes a text, and later versions may write a number.
    pub(super) fn parse(json: &str) -> Option<Self> {
        let digits = json.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(json);
        let id: u64 = digits.parse().ok()?;
        Some(Self { mark: u32::try_from(id >> 32).ok()?, number: (id & u64::from(u32::MAX)) as u32 })
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (u64::from(self.mark) << 32 | u64::from(self.number)).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_the_store_and_the_call() {
        for id in [(0, 0), (0, 7), (0xf_ffff, u32::MAX)].map(|(mark, number)| CallId { mark, number }) {
            assert!(id.to_string().parse::<u64>().unwrap() < 1 << 53, "JavaScript can hold it");
            assert_eq!(CallId::parse(&id.to_string()), Some(id));
            assert_eq!(CallId::parse(&format!("\"{id}\"")), Some(id));
        }
        assert_eq!(CallId { mark: 0, number: 7 }.to_string(), "7");
        for json in ["null", "\"", "\"a\"", "-1", "1.5", "18446744073709551616", "{}"] {
            assert_eq!(CallId::parse(json), None, "{json}");
        }
    }
}
