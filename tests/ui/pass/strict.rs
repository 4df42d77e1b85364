//! A crate with every lint on: what the macros write must not be what it complains about.

#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused)]
#![deny(clippy::all, clippy::pedantic)]

use durable_object::prelude::*;
use durable_object::rpc::{Stream, Streaming};
use serde::{Deserialize, Serialize};

/// An error, documented.
#[derive(Debug, thiserror::Error, Serialize, Deserialize, RpcError)]
pub enum Refused {
    /// Too much at once.
    #[error("only {left} left")]
    TooMuch {
        /// The rest.
        left: u32,
    },
}

/// Public, documented, and never called from here.
#[durable_object]
#[derive(Debug)]
pub struct Public {
    total: i64,
}

#[durable_object]
impl Public {
    #[init]
    async fn init(_: Ctx, env: Env) -> Result<Self> {
        let _ = &env;
        std::future::ready(Ok(Self { total: 0 })).await
    }

    /// Adds. See [`Self::touch`].
    ///
    /// # Errors
    /// Never.
    #[rpc]
    pub fn add(&mut self, by: i64) -> Result<i64> {
        self.total += by;
        Ok(self.total)
    }

    /// Does nothing.
    #[rpc]
    pub fn touch(&mut self) {
        self.total += 1;
    }

    /// The total.
    #[rpc]
    #[must_use]
    pub fn total(&self) -> i64 {
        self.total
    }

    /// Takes some.
    ///
    /// # Errors
    /// When there is not enough.
    #[rpc(idempotent)]
    pub async fn take(&self, many: u32) -> Result<u32, Refused> {
        std::future::ready(()).await;
        if many > 1 { Err(Refused::TooMuch { left: 1 }) } else { Ok(many) }
    }

    /// Numbers for numbers.
    #[rpc]
    pub fn double(&self, numbers: Streaming<u32>) -> impl Stream<Item = Result<u32>> {
        numbers
    }

    /// Answers every request alike.
    #[fetch]
    fn fetch(&self, request: Request) -> Result<Response> {
        let _ = &request;
        Ok(Response::ok("ok")?)
    }

    #[alarm]
    fn alarm(&mut self, info: AlarmInfo) {
        self.total += i64::from(info.retry_count);
    }

    #[websocket(message)]
    fn message(&mut self, socket: Socket<()>, message: Message) {
        let _ = (&socket, &message);
        self.total += 1;
    }
}

/// Bindings, documented.
#[derive(FromEnv, Debug)]
pub struct Bindings {
    /// An object.
    pub public: Namespace<Public>,
    /// A text.
    pub greeting: Option<String>,
    /// A secret.
    #[binding(name = "KEY")]
    pub r#key: Secret,
}

#[durable_object]
struct Private;

#[durable_object]
impl Private {
    #[init]
    fn init(_: Ctx, env: Bindings) -> Self {
        let _ = env.key.expose();
        Self
    }

    #[rpc]
    fn unused(&mut self) {
        *self = Self;
    }
}

mod module {
    use durable_object::prelude::*;

    #[durable_object]
    pub(super) struct Inner<T> {
        value: T,
    }

    #[durable_object]
    impl<T: Default> Inner<T> {
        #[init]
        fn init(_: Ctx) -> Self {
            Self { value: T::default() }
        }

        #[rpc]
        pub(super) fn reset(&mut self) {
            self.value = T::default();
        }
    }
}

export_object!(Exported = module::Inner<u8>);

fn main() {}
