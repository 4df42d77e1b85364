//! What happens when Rust code panics in a build that cannot unwind, or traps.

use std::cell::Cell;

use wasm_bindgen::handler::{schedule_reinit, set_on_abort};

use super::glue;
use super::object::Life;

thread_local! {
    static PREPARED: Cell<bool> = const { Cell::new(false) };
}

/// Once for each wasm instance: tells the JavaScript half that a new one runs, and has it told when this
/// one is lost. A panic is reported before it traps, while there is still a message.
pub(super) fn prepare() {
    if PREPARED.replace(true) {
        return;
    }
    glue::started(Life::probe());
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        previous(info);
        if cfg!(panic = "abort") {
            glue::crash(&info.to_string());
        }
    }));
    set_on_abort(|| {
        glue::crash("the wasm instance trapped");
        schedule_reinit();
    });
}
