//! Calling other objects.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::error::from_js;
use super::{glue, property};
use crate::{Env, Error, Result};

#[wasm_bindgen]
extern "C" {
    type DurableObjectNamespace;

    #[wasm_bindgen(method, catch, js_name = idFromName)]
    fn id_from_name(
        this: &DurableObjectNamespace,
        name: &str,
    ) -> std::result::Result<DurableObjectId, JsValue>;

    #[wasm_bindgen(method, catch, js_name = idFromString)]
    fn id_from_string(
        this: &DurableObjectNamespace,
        id: &str,
    ) -> std::result::Result<DurableObjectId, JsValue>;

    #[wasm_bindgen(method, catch, js_name = newUniqueId)]
    fn new_unique_id(this: &DurableObjectNamespace) -> std::result::Result<DurableObjectId, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn get(this: &DurableObjectNamespace, id: &DurableObjectId) -> std::result::Result<JsValue, JsValue>;

    type DurableObjectId;

    #[wasm_bindgen(method)]
    fn equals(this: &DurableObjectId, other: &JsValue) -> bool;
}

/// How an object is addressed.
pub(crate) enum Address<'a> {
    Name(&'a str),
    Id(&'a str),
    Unique,
}

/// A handle to another object.
pub(crate) struct Stub {
    id: DurableObjectId,
    stub: JsValue,
}

impl Clone for Stub {
    fn clone(&self) -> Self {
        Self { id: JsValue::clone(&self.id).unchecked_into(), stub: self.stub.clone() }
    }
}

impl Stub {
    pub(crate) fn find(env: &Env, binding: &str, class: &str, address: &Address<'_>) -> Result<Self> {
        let namespace = property(env.as_ref(), binding);
        if namespace.is_undefined() {
            return Err(Error::Config(format!(
                "the worker has no binding `{binding}`; add to wrangler.toml:\n\
                 [[durable_objects.bindings]]\nname = \"{binding}\"\nclass_name = \"{class}\""
            )));
        }
        let namespace: DurableObjectNamespace = namespace.unchecked_into();
        let find = || {
            let id = match address {
                Address::Name(name) => namespace.id_from_name(name)?,
                Address::Id(id) => namespace.id_from_string(id)?,
                Address::Unique => namespace.new_unique_id()?,
            };
            let stub = namespace.get(&id)?;
            Ok(Self { id, stub })
        };
        find().map_err(|thrown: JsValue| from_js(&thrown))
    }

    /// Whether this stub leads to the object with the given `DurableObjectId`.
    pub(crate) fn leads_to(&self, id: &JsValue) -> bool {
        self.id.equals(id)
    }

    pub(crate) fn id(&self) -> String {
        let id: &JsValue = self.id.as_ref();
        String::from(id.unchecked_ref::<js_sys::Object>().to_string())
    }

    pub(crate) async fn call(&self, method: &str, args: Array) -> Result<JsValue> {
        let promise = glue::remote(&self.stub, method, &args).map_err(|thrown| from_js(&thrown))?;
        let answer = js_sys::futures::JsFuture::from(Promise::resolve(&promise)).await;
        answer.map_err(|thrown| from_js(&thrown))
    }
}
