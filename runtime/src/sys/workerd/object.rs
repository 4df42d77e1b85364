//! Objects as workerd sees them: constructed, called, and rebuilt after a crash.

use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::state::State;
use super::task::answer;
use super::{crash, glue, property};
use crate::sys::{AnswerFuture, Dispatch};

/// The Rust half of one object, held by its JavaScript half.
#[wasm_bindgen(private, js_name = DurableObjectHandle)]
pub struct Handle {
    state: Rc<State>,
    dispatch: Dispatch,
}

// A panic does not leave a call: `Turn` ends it there.
impl UnwindSafe for Handle {}
impl RefUnwindSafe for Handle {}

#[wasm_bindgen(js_class = DurableObjectHandle)]
impl Handle {
    /// Calls the method with this index. Returns a promise when it has to wait.
    pub fn call(&self, method: usize, args: Array, given: u32) -> JsValue {
        answer(&self.state, (self.dispatch)(method, args, given))
    }
}

/// Turns the class exported by wasm-bindgen into a Durable Object class with these methods. `sample` is an
/// instance of that class.
pub(crate) fn define(name: &str, sample: &JsValue, methods: &[&str]) {
    crash::prepare();
    glue::define(name, sample, methods.iter().map(|&method| method.to_owned()).collect());
}

impl State {
    /// Reads the value that the platform gives to the constructor of an object of a class.
    pub(crate) fn of(ctx: &JsValue, class: &'static str) -> Result<Rc<Self>, JsValue> {
        if !property(ctx, "storage").is_object() {
            let message =
                "the constructor of an object takes the `ctx` and the `env` that the platform gives to it";
            return Err(glue::throwable("TypeError", message, &Array::new()));
        }
        Ok(Rc::new(Self::wrap(ctx.clone(), class)))
    }

    /// Starts the object that JavaScript is making. `init` runs while all other events wait; `dispatch`
    /// answers them.
    pub(crate) fn start(
        self: &Rc<Self>,
        env: &JsValue,
        dispatch: Dispatch,
        init: AnswerFuture,
    ) -> Result<(), JsValue> {
        let ctx = self.to_js();
        let handle = Handle { state: Rc::clone(self), dispatch };
        if glue::build(self.class(), &ctx, env, handle, self.number())? {
            self.close_statements()?;
        }
        // All of it runs inside the gate: a task that starts outside could not finish before the gate opens.
        let state = Rc::clone(self);
        let begin = Closure::once_into_js(AssertUnwindSafe(move || answer(&state, init)));
        // Calls that arrive meanwhile get its error.
        glue::gate(&ctx, begin.unchecked_ref()).map(drop)
    }
}
