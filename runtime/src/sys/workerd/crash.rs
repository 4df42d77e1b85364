//! What happens when Rust code panics or traps.
//!
//! Where a panic cannot unwind, it costs the wasm instance, and with it the memory of every object in it, as a
//! trap does in any build. Where it unwinds, it costs no more than the object whose code panicked.

use std::cell::Cell;

use wasm_bindgen::handler::{schedule_reinit, set_on_abort};
use wasm_bindgen::prelude::*;

use super::{glue, turn};

thread_local! {
    static PREPARED: Cell<bool> = const { Cell::new(false) };
}

/// This wasm instance, in the hands of the JavaScript half.
#[wasm_bindgen(private, js_name = DurableObjectInstance)]
pub struct Instance;

#[wasm_bindgen(js_class = DurableObjectInstance)]
impl Instance {
    /// A call that does nothing, for what wasm-bindgen does before each.
    pub fn touch() {}

    /// Has the next call start a new instance.
    pub fn replace(&self) {
        schedule_reinit();
    }
}

/// Once for each wasm instance: tells the JavaScript half that a new one runs, and has it told when this
/// one is lost. A panic that cannot unwind is reported before it traps, while there is still a message.
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
    // Whoever called finds out by the exception, and tells the JavaScript half what it says.
    set_on_abort(schedule_reinit);
}
