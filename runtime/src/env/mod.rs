//! The worker's environment as a Rust struct: every binding checked at once, under its own type.
//!
//! Begin with the derive [`FromEnv`](derive@FromEnv). `#[init]` takes the struct as its second parameter, and
//! the `fetch` handler of a worker calls [`FromEnv::from_env`]. A field that holds a secret is a [`Secret`].
//! [`Binding`] adds a kind of binding that this crate does not know; [`Kind`] describes it, [`Bound`] is the
//! value that it reads, and [`Flaw`] says why it could not be read.
//!
//! ```
//! use durable_object::env::{FromEnv, Secret};
//! use durable_object::rpc::Namespace;
//! use durable_object::{Ctx, Result, durable_object};
//! # #[durable_object(binding = "LEDGER")] pub struct Ledger { ctx: Ctx }
//! # #[durable_object] impl Ledger { #[init] fn init(ctx: Ctx) -> Self { Self { ctx } } }
//!
//! #[derive(FromEnv)]
//! struct Bindings {
//!     greeting: Option<String>,
//!     api_key: Secret,
//!     ledger: Namespace<Ledger>,
//! }
//!
//! /// Sends bills.
//! #[durable_object]
//! pub struct Billing {
//!     bindings: Bindings,
//! }
//!
//! #[durable_object]
//! impl Billing {
//!     #[init]
//!     fn init(_ctx: Ctx, bindings: Bindings) -> Self {
//!         Self { bindings }
//!     }
//! }
//! ```

mod binding;
#[cfg(not(target_arch = "wasm32"))]
mod declared;
mod kind;
mod secret;
mod services;
mod unmet;
mod variables;

pub(crate) use binding::BindingReader;
pub use binding::{Binding, Bound};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use declared::fields;
pub use kind::Kind;
pub use secret::Secret;
pub use unmet::Flaw;
pub use worker::Env;

use crate::Result;
pub use crate::macros::FromEnv;

/// The names that generated code uses.
pub(crate) mod generated {
    pub use super::binding::BindingReader;
    #[cfg(not(target_arch = "wasm32"))]
    pub use super::declared::{BindingField, BindingStruct};
}

/// A type that can be made from the worker's environment: [`Env`] itself, or a struct of bindings with
/// [`#[derive(FromEnv)]`](derive@crate::FromEnv).
///
/// `#[init]` takes any such type as its second parameter; a `fetch` handler of the worker calls
/// [`from_env`](FromEnv::from_env).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from the worker's environment",
    label = "needs `FromEnv`",
    note = "derive `FromEnv` for a struct whose fields are bindings, or take `Env`"
)]
pub trait FromEnv: Sized {
    /// Reads the bindings.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config), which lists every binding that is missing or of another kind,
    /// with the lines to add to wrangler.toml.
    fn from_env(env: &Env) -> Result<Self>;
}

impl FromEnv for Env {
    fn from_env(env: &Env) -> Result<Self> {
        Ok(env.clone())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use wasm_bindgen::{JsCast, JsValue};

    use crate::env::Secret;
    use crate::{Env, FromEnv, Json};

    #[derive(FromEnv)]
    #[expect(dead_code, reason = "there is no environment in this process")]
    struct Bindings {
        greeting: Option<String>,
        limits: Json<u32>,
        #[binding(name = "token")]
        api_key: Secret,
    }

    #[test]
    fn all_that_is_missing_is_said_at_once() {
        let env = JsValue::UNDEFINED.unchecked_into::<Env>();
        let error = Bindings::from_env(&env).err().unwrap();
        assert_eq!(error.name(), "ConfigError");
        let message = error.to_string();
        for part in ["`LIMITS`", "LIMITS = ", "`token`", "wrangler secret put token"] {
            assert!(message.contains(part), "{part} in {message}");
        }
        assert!(!message.contains("GREETING"), "{message}");
    }
}
