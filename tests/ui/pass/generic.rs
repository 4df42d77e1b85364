//! A library's object, exported by an application.

use durable_object::prelude::*;

mod library {
    use durable_object::prelude::*;
    use serde::{Serialize, de::DeserializeOwned};

    /// The decisions of an application.
    pub trait Hooks {
        /// The type of a push.
        type Event: Serialize + DeserializeOwned;
        /// Whether it is accepted.
        fn accepts(event: &Self::Event) -> bool;
    }

    #[durable_object]
    #[derive(Debug)]
    pub struct Backend<H, const LIMIT: usize = 10>
    where
        H: Hooks,
    {
        pushed: Vec<H::Event>,
    }

    mod methods {
        use super::*;

        // In another module than the struct, with a bound that the struct lacks.
        #[durable_object]
        impl<H: Hooks<Event: Clone>, const LIMIT: usize> super::Backend<H, LIMIT> {
            #[init]
            fn new(_: Ctx) -> Self {
                Self { pushed: Vec::new() }
            }

            /// Pushes an event.
            #[rpc]
            pub fn push(&mut self, event: H::Event) -> Result<Option<H::Event>> {
                let room = self.pushed.len() < LIMIT && H::accepts(&event);
                if room {
                    self.pushed.push(event.clone());
                }
                Ok(room.then_some(event))
            }

            #[websocket(message)]
            fn message(&self, _: Socket<Option<u8>>, _: Message) {}
        }
    }
}

/// The application's choices.
#[derive(Debug)]
pub struct Numbers;

impl library::Hooks for Numbers {
    type Event = u32;

    fn accepts(event: &u32) -> bool {
        *event > 0
    }
}

export_object!(pub Plain = library::Backend<Numbers>);
export_object!(
    /// Holds two.
    #[allow(clippy::upper_case_acronyms)]
    pub(crate) SmallDO = library::Backend<Numbers, 2>,
    binding = "SMALL",
);

async fn call(env: &Env) -> Result<Option<u32>> {
    let _: library::BackendStub<Numbers, 2> = SmallDO::unique(env)?;
    Plain::named(env, "x")?.push(1).await
}

fn main() {
    let _ = call;
    assert_eq!((Plain::NAME, Plain::BINDING), ("Plain", "PLAIN"));
    assert_eq!((SmallDO::NAME, SmallDO::BINDING), ("SmallDO", "SMALL"));
    assert_eq!(
        <library::Backend<Numbers> as durable_object::__private::Contract>::METHODS,
        ["push", "webSocketMessage", "webSocketClose", "webSocketError"]
    );
}
