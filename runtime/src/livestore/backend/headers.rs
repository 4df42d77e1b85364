//! Request headers that hooks see long after their request.

use serde::{Deserialize, Serialize};

use crate::{Request, Result};

/// Request headers, by their names in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ForwardedHeaders(Vec<(String, String)>);

impl ForwardedHeaders {
    /// Those of a request that it has, whatever case the names are given in.
    ///
    /// # Errors
    /// When a name is no header's name.
    pub fn pick(request: &Request, names: &[&str]) -> Result<Self> {
        let mut picked = Self::default();
        for name in names {
            if let Some(value) = request.headers().get(name)? {
                picked.insert(name, value);
            }
        }
        Ok(picked)
    }

    /// All of a request.
    #[must_use]
    pub fn all(request: &Request) -> Self {
        Self(request.headers().entries().collect())
    }

    /// Adds a header, or replaces it.
    pub fn insert(&mut self, name: &str, value: impl Into<String>) {
        let (name, value) = (name.to_ascii_lowercase(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// A header's value, whatever case its name is given in.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes they take in a socket's attachment.
    pub(super) fn size(&self) -> usize {
        serde_json::to_string(self).map_or(usize::MAX, |json| json.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case() {
        let mut headers = ForwardedHeaders::default();
        headers.insert("X-User", "1");
        headers.insert("x-user", "2");
        assert_eq!(headers.get("X-USER"), Some("2"));
        assert_eq!(headers.get("x-other"), None);
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("x-user", "2")]);
        assert_eq!(headers.size(), r#"[["x-user","2"]]"#.len());
    }
}
