//! Variables and secrets as bindings.

use serde::de::DeserializeOwned;

use super::binding::{Binding, Bound};
use super::kind::Kind;
use super::secret::Secret;
use super::unmet::Flaw;
use crate::{Json, crossing};

impl Binding for String {
    const KIND: Kind = Kind::var("a text", "\"…\"").of_type("string");

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        // Kinds of other crates may check the value less strictly than this one.
        let text = bound.value().as_string();
        text.ok_or_else(|| Flaw::Unreadable("it is not a text".to_owned()))
    }
}

impl Binding for Secret {
    const KIND: Kind = Kind::secret("a secret");

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        String::take(bound).map(Self::new)
    }
}

impl<T: DeserializeOwned> Binding for Json<T> {
    const KIND: Kind = Kind::var("a variable", "{ … }");

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        crossing::from_js(bound.value()).map(Self).map_err(Flaw::Unreadable)
    }
}
