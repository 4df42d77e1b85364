//! The functions of `glue.js`.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

use super::crash::Instance;
use super::object::Handle;

// wasm-bindgen imports each function of a module that needs no conversion on its own. One object then holds
// the module several times, and bundlers warn about it. The functions of a namespace are called by separate
// code.
#[wasm_bindgen(module = "/src/sys/workerd/glue.js")]
extern "C" {
    pub(super) fn started(instance: Instance, memory: &JsValue, address: usize);
    pub(super) fn panicked(ctx: &JsValue, message: &str) -> JsValue;
    pub(super) fn crash(message: &str);
    #[wasm_bindgen(js_namespace = direct)]
    pub(super) fn unwound(ctx: &JsValue);
    pub(super) fn define(name: &str, sample: &JsValue, methods: Vec<String>);
    #[wasm_bindgen(catch)]
    pub(super) fn build(
        name: &str,
        ctx: &JsValue,
        env: &JsValue,
        handle: Handle,
        number: u32,
    ) -> Result<bool, JsValue>;

    #[wasm_bindgen(catch)]
    pub(super) fn keys(value: &JsValue) -> Result<Vec<String>, JsValue>;

    #[wasm_bindgen(js_namespace = direct)]
    pub(super) fn fail(error: &JsValue);
    pub(super) fn throwable(name: &str, message: &str, properties: &Array) -> JsValue;

    #[wasm_bindgen(catch)]
    pub(super) fn gate(ctx: &JsValue, task: &Function) -> Result<Promise, JsValue>;

    pub(super) fn abort(ctx: &JsValue, reason: &str, retry_alarm: bool);
    pub(super) fn startup(class: &JsValue, props: &JsValue, id: Option<&str>) -> Function;

    #[wasm_bindgen(catch)]
    pub(super) fn remote(stub: &JsValue, method: &str, args: &Array) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch)]
    pub(super) fn channel(ctx: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = direct)]
    pub(super) fn finish(writer: &JsValue, error: &JsValue);

    #[wasm_bindgen(catch)]
    pub(super) fn reader(ctx: &JsValue, stream: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = direct)]
    pub(super) fn cancel(reader: &JsValue);

    #[wasm_bindgen(catch)]
    pub(super) fn entrust(ctx: &JsValue, socket: &JsValue, words: Option<&str>) -> Result<Function, JsValue>;

    #[wasm_bindgen(catch)]
    pub(super) fn write(writer: &JsValue, text: &JsValue) -> Result<Promise, JsValue>;
}
