//! The start of an object: from the class that a worker exports to the value that `#[init]` makes.

use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};

use super::args::ArgsReader;
use super::class::Class;
use super::ctx::Ctx;
use super::host::Host;
use super::names;
use crate::{Env, sys};

/// Turns the class exported by wasm-bindgen into a Durable Object class. `sample` is an instance of that
/// class.
pub fn register<C: Class>(sample: &JsValue) {
    sys::define(C::NAME, sample, &names::names::<C::Object>());
}

/// Runs as the body of the exported class's constructor: makes the Rust half of the object that JavaScript is
/// making.
///
/// # Errors
/// Fails when `ctx` is not the value that the platform gives to constructors, or belongs to an object of
/// another class. Fails when the platform refuses to hold other events back until `#[init]` is done.
pub fn construct<C: Class>(ctx: &JsValue, env: &JsValue) -> Result<(), JsValue> {
    let state = sys::State::of(ctx, C::NAME)?;
    let host = Host::<C::Object>::new(Rc::clone(&state));
    let init = Box::pin(host.start(Ctx::new(Rc::clone(&state)), env.clone().unchecked_into::<Env>()));
    let dispatch = move |method, args, given| {
        names::dispatch(host.clone(), method, ArgsReader::new(args, given)).into_answer()
    };
    state.start(env, Box::new(dispatch), init)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::contract::{Contract, Declared, HasTimers, Reply};
    use super::super::stub::RawStub;
    use super::*;
    use crate::{Result, typescript};

    thread_local! {
        static STARTED: Cell<u32> = const { Cell::new(0) };
    }

    struct Counted;

    impl HasTimers for Counted {}

    impl Declared for Counted {}

    impl Contract for Counted {
        type Stub = RawStub;
        const METHODS: &'static [&'static str] = &[];

        async fn init(ctx: Ctx, _env: Env) -> Result<Self> {
            ctx.sql().execute("CREATE TABLE t (n)", ())?;
            STARTED.set(STARTED.get() + 1);
            Ok(Self)
        }

        fn call(host: Host<Self>, method: usize, _args: ArgsReader) -> Reply {
            host.unknown(method)
        }

        fn describe(_: &mut typescript::Object<'_>) {}
    }

    impl Class for Counted {
        type Object = Self;
        const NAME: &'static str = "Counted";
        const BINDING: &'static str = "COUNTED";
    }

    #[test]
    fn a_constructed_object_runs_its_init() {
        construct::<Counted>(&JsValue::UNDEFINED, &JsValue::UNDEFINED).unwrap();
        assert_eq!(STARTED.get(), 0, "not before its first turn");
        assert_eq!(sys::run_tasks(), 0);
        assert_eq!(STARTED.get(), 1);
    }
}
