//! The handling of panics and traps of Rust code.
//!
//! A panic that cannot unwind costs the wasm instance, and with it the memory of every object in it, as a
//! trap does in any build. A panic that unwinds costs only the object whose code panicked.

use std::cell::Cell;

use wasm_bindgen::handler::{schedule_reinit, set_on_abort};
use wasm_bindgen::prelude::*;

use super::{glue, turn};

thread_local! {
    static PREPARED: Cell<bool> = const { Cell::new(false) };
}

/// This wasm instance, held by the JavaScript half.
#[wasm_bindgen(private, js_name = DurableObjectInstance)]
pub struct Instance;

#[wasm_bindgen(js_class = DurableObjectInstance)]
impl Instance {
    /// Does nothing. The JavaScript half calls it for the work that wasm-bindgen does before each call.
    pub fn touch() {}

    /// Makes the next call start a new instance.
    pub fn replace(&self) {
        schedule_reinit();
    }
}

/// Runs once for each wasm instance. It tells the JavaScript half that a new instance runs, and arranges a
/// report when this one is lost. A panic that cannot unwind is reported before it traps, while its message
/// still exists.
pub(super) fn prepare() {
    if PREPARED.replace(true) {
        return;
    }
    glue::started(Instance, &wasm_bindgen::memory(), turn::culprit_address());
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        previous(info);
        if cfg!(panic = "unwind") {
            turn::note_panic(info.to_string());
        } else {
            glue::crash(&info.to_string());
        }
    }));
    // The caller sees the exception, and passes its message to the JavaScript half.
    set_on_abort(schedule_reinit);
}
