//! Request headers that hooks can still read long after the request.

use std::borrow::Cow;

use crate::livestore::wire::json::{self, JsonError, Reader, push_quoted};
use crate::{Request, Result};

/// Request headers, by their names in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForwardedHeaders(Vec<(String, String)>);

impl ForwardedHeaders {
    /// Returns the named headers that a request has. The case of the names does not matter.
    ///
    /// # Errors
    /// Fails when a name is not a valid header name.
    pub fn pick(request: &Request, names: &[&str]) -> Result<Self> {
        let mut picked = Self::default();
        for name in names {
            if let Some(value) = request.headers().get(name)? {
                picked.insert(name, value);
            }
        }
        Ok(picked)
    }

    /// Returns all headers of a request.
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

    /// Returns a header's value. The case of its name does not matter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, value)| value)
    }

    /// Returns the names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of bytes that they take in a socket's attachment.
    pub(super) fn size(&self) -> usize {
        let mut size = 0;
        self.write(&mut |piece| size += piece.len());
        size
    }

    /// Writes them as JSON: a list of names and values.
    pub(super) fn write(&self, out: &mut dyn FnMut(&str)) {
        out("[");
        for (index, (name, value)) in self.0.iter().enumerate() {
            out(if index == 0 { "[" } else { ",[" });
            push_quoted(name, out);
            out(",");
            push_quoted(value, out);
            out("]");
        }
        out("]");
    }

    /// Reads the written form.
    pub(super) fn read(reader: &mut Reader<'_>) -> json::Result<Self> {
        let header = |reader: &mut Reader<'_>| {
            let header = reader.list(|reader| reader.text().map(Cow::into_owned))?;
            <[String; 2]>::try_from(header).map_err(|_| JsonError::new("a header is a name and a value"))
        };
        let headers = reader.list(header)?;
        Ok(Self(headers.into_iter().map(|[name, value]| (name, value)).collect()))
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
