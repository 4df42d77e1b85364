//! The worker's environment as a Rust struct: every binding checked at once, under its own type.

mod binding;
mod kind;
mod secret;
mod services;
mod unmet;
mod variables;

pub use binding::{Binding, BindingReader, Bound};
pub use kind::Kind;
pub use secret::Secret;
pub use unmet::Flaw;

use crate::{Env, Result};

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

    use crate::{Env, FromEnv, Json, Secret};

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
