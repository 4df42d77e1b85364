//! The types that can be bindings, and reading one after the other.

use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use worker::EnvBinding;

use super::Secret;
use super::kind::{Kind, Source};
use super::unmet::{Flaw, Unmet, describe};
use crate::codec;
use crate::object::{Class, Namespace};
use crate::{Env, Error, Json, sys};

/// A type that stands for one binding of the environment.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no binding of a worker",
    label = "nothing in wrangler.toml makes one of these",
    note = "it can be `Namespace<Class>`, `KvStore`, `Bucket`, `D1Database` (feature `d1`), `Queue` (feature `queue`), `Fetcher`, …",
    note = "or a variable: `String`, `Json<T>`, `Secret`; or an `Option` of any of them"
)]
pub trait Binding: Sized {
    /// What the binding has to be.
    const KIND: Kind;

    /// Takes what is bound, once it is known to be of the right type.
    ///
    /// # Errors
    /// When it cannot be read as such.
    fn take(bound: Bound<'_>) -> Result<Self, Flaw>;

    /// What stands for a binding that is missing.
    ///
    /// # Errors
    /// Unless there is such a value.
    fn absent() -> Result<Self, Flaw> {
        Err(Flaw::Missing)
    }
}

/// What the environment has under a name.
pub struct Bound<'a> {
    env: &'a Env,
    name: &'static str,
    value: JsValue,
}

/// Reads bindings, and remembers those it cannot read.
pub struct BindingReader<'a> {
    env: &'a Env,
    unmet: Vec<Unmet>,
}

impl<'a> BindingReader<'a> {
    /// Nothing read yet.
    #[must_use]
    pub fn new(env: &'a Env) -> Self {
        Self { env, unmet: Vec::new() }
    }

    /// The binding, or `None` when there is something to report about it.
    pub fn read<B: Binding>(&mut self, name: &'static str) -> Option<B> {
        let read = match sys::binding(self.env, name) {
            Some(value) => {
                expect_type(B::KIND, &value).and_then(|()| B::take(Bound { env: self.env, name, value }))
            }
            None => B::absent(),
        };
        read.map_err(|flaw| self.unmet.push(Unmet { name, kind: B::KIND, flaw })).ok()
    }

    /// What was wrong with any of them.
    #[must_use]
    pub fn into_error(self) -> Error {
        Error::Config(describe(&self.unmet))
    }
}

fn expect_type(kind: Kind, value: &JsValue) -> Result<(), Flaw> {
    let Some(expected) = kind.js_type else { return Ok(()) };
    let found = sys::type_name(value);
    if found == expected { Ok(()) } else { Err(Flaw::OtherType(found)) }
}

#[diagnostic::do_not_recommend]
impl<C: Class> Binding for Namespace<C> {
    const KIND: Kind = Kind::table(
        "a namespace of durable objects",
        worker::ObjectNamespace::TYPE_NAME,
        "[[durable_objects.bindings]]",
        "name",
        &[("class_name", C::NAME)],
    );

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        Self::bound(bound.env, bound.name).map_err(|error| Flaw::Unreadable(error.to_string()))
    }
}

#[diagnostic::do_not_recommend]
impl Binding for worker::KvStore {
    const KIND: Kind =
        Kind::table("a KV namespace", "KvNamespace", "[[kv_namespaces]]", "binding", &[("id", "…")]);

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        Self::from_this(bound.env, bound.name).map_err(|error| Flaw::Unreadable(error.to_string()))
    }
}

/// The bindings that `worker` makes of whatever has the right type.
macro_rules! tables {
    ($($(#[$feature:meta])? $ty:ident = $noun:literal, $head:literal, $name:literal, $rest:expr;)*) => {
        $(
            $(#[$feature])?
            #[diagnostic::do_not_recommend]
            impl Binding for worker::$ty {
                const KIND: Kind = Kind::table($noun, Self::TYPE_NAME, $head, $name, &$rest);

                fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
                    Ok(bound.value.unchecked_into())
                }
            }
        )*
    };
}

/// What a D1 database is, whoever uses it.
const DATABASE: Kind = Kind::table(
    "a D1 database",
    "D1Database",
    "[[d1_databases]]",
    "binding",
    &[("database_name", "…"), ("database_id", "…")],
);

impl Binding for sys::Database {
    const KIND: Kind = DATABASE;

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        Self::wrap(bound.value).map_err(Flaw::Unreadable)
    }
}

#[cfg(feature = "d1")]
#[diagnostic::do_not_recommend]
impl Binding for worker::D1Database {
    const KIND: Kind = DATABASE;

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        Ok(bound.value.unchecked_into())
    }
}

tables! {
    Bucket = "an R2 bucket", "[[r2_buckets]]", "binding", [("bucket_name", "…")];
    Fetcher = "another worker", "[[services]]", "binding", [("service", "…")];
    #[cfg(feature = "queue")]
    Queue = "a queue to send to", "[[queues.producers]]", "binding", [("queue", "…")];
}

impl Binding for String {
    const KIND: Kind = Kind { noun: "a text", js_type: Some("string"), source: Source::Var("\"…\"") };

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        Ok(bound.value.as_string().unwrap_or_default())
    }
}

impl Binding for Secret {
    const KIND: Kind = Kind { noun: "a secret", js_type: Some("string"), source: Source::Secret };

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        String::take(bound).map(Self::new)
    }
}

impl<T: DeserializeOwned> Binding for Json<T> {
    const KIND: Kind = Kind { noun: "a variable", js_type: None, source: Source::Var("{ … }") };

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        codec::from_js(&bound.value).map(Self).map_err(Flaw::Unreadable)
    }
}

impl<B: Binding> Binding for Option<B> {
    const KIND: Kind = B::KIND;

    fn take(bound: Bound<'_>) -> Result<Self, Flaw> {
        B::take(bound).map(Some)
    }

    fn absent() -> Result<Self, Flaw> {
        Ok(None)
    }
}
