//! Objects as workerd sees them: constructed, called, and rebuilt after a crash.

use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::crash::Memory;
use super::state::State;
use super::task::answer;
use super::{crash, glue, property};
use crate::Env;
use crate::object::{Args, Class, Contract, Ctx, Host};

/// The Rust half of one object, owned by its JavaScript half.
#[wasm_bindgen(private, js_name = DurableObjectLife)]
pub struct Life {
    call: Box<dyn Fn(usize, Args) -> JsValue>,
}

// A panic in a call does not leave it: `Guarded` ends it there.
impl UnwindSafe for Life {}
impl RefUnwindSafe for Life {}

#[wasm_bindgen(js_class = DurableObjectLife)]
impl Life {
    /// Calls the method with this index in [`Contract::METHODS`]; a promise when it has to wait.
    pub fn call(&self, method: usize, args: Array, given: u32) -> JsValue {
        (self.call)(method, Args::new(args, given))
    }

    /// A call that does nothing, for what wasm-bindgen does before each.
    pub fn touch() {}

    /// Has the next call start a new wasm instance.
    pub fn replace(&self) {
        wasm_bindgen::handler::schedule_reinit();
    }
}

impl Life {
    /// A value that is no object, for the crash handler.
    pub(super) fn probe() -> Self {
        Self { call: Box::new(|_, _| JsValue::UNDEFINED) }
    }

    fn of<T: Contract>(host: Host<T>, memory: Memory) -> Self {
        let call = move |method, args| answer(&memory, T::call(host.clone(), method, args).into_future());
        Self { call: Box::new(call) }
    }
}

/// Makes the class exported by wasm-bindgen, of which `sample` is an instance, a Durable Object class.
pub fn register<C: Class>(sample: &JsValue) {
    crash::prepare();
    let methods = <C::Object as Contract>::METHODS.iter().map(|&name| name.to_owned()).collect();
    glue::define(C::NAME, sample, methods);
}

/// The body of the exported class's constructor: makes the Rust half of the object that JavaScript is making.
///
/// # Errors
/// When `ctx` is not what the platform gives to constructors, or belongs to an object of another class; when the
/// platform refuses to hold other events back until `#[init]` is done.
pub fn construct<C: Class>(ctx: &JsValue, env: &JsValue) -> Result<(), JsValue> {
    if !property(ctx, "storage").is_object() {
        let message =
            "the constructor of an object takes the `ctx` and the `env` that the platform gives to it";
        return Err(glue::throwable("TypeError", message, &Array::new()));
    }
    let memory = Memory::of(ctx.clone());
    let state = Rc::new(State::wrap(ctx.clone(), C::NAME, memory.clone()));
    let host = Host::<C::Object>::new(Rc::clone(&state));
    let init = host.start(Ctx::new(Rc::clone(&state)), env.clone().unchecked_into::<Env>());
    if glue::build(C::NAME, ctx, env, Life::of(host, memory.clone()), memory.number())? {
        state.close_statements()?;
    }
    // Inside the gate from its first step on: what it starts outside could not finish before the gate opens.
    let begin = Closure::once_into_js(AssertUnwindSafe(move || answer(&memory, init)));
    // Whoever is called meanwhile is told when it fails.
    glue::gate(ctx, begin.unchecked_ref()).map(drop)
}
