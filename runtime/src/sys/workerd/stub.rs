//! Calling other objects.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::error::from_js;
use super::glue;
use super::namespace::{DurableObjectId, DurableObjectNamespace};
use crate::{Error, Result, Text};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON)]
    fn parse(json: &JsValue) -> Result<JsValue, JsValue>;
}

/// A handle to another object. Clones share it.
#[derive(Clone)]
pub(crate) struct Stub(Rc<Connection>);

struct Connection {
    namespace: DurableObjectNamespace,
    id: DurableObjectId,
    options: JsValue,
    /// The platform's stub; after some errors it is broken for good.
    stub: RefCell<JsValue>,
}

impl Stub {
    pub(super) fn new(
        namespace: DurableObjectNamespace,
        id: DurableObjectId,
        options: JsValue,
    ) -> Result<Self, JsValue> {
        let stub = RefCell::new(namespace.get(&id, &options)?);
        Ok(Self(Rc::new(Connection { namespace, id, options, stub })))
    }

    /// Whether this stub leads to the object with the given `DurableObjectId`.
    pub(crate) fn leads_to(&self, id: &JsValue) -> bool {
        self.0.id.equals(id)
    }

    pub(crate) fn id(&self) -> String {
        let id: &JsValue = self.0.id.as_ref();
        String::from(id.unchecked_ref::<js_sys::Object>().to_string())
    }

    pub(crate) async fn call(&self, method: &str, args: &Array) -> Result<JsValue> {
        let stub = self.0.stub.borrow().clone();
        let answer = match glue::remote(&stub, method, args) {
            Ok(promise) => js_sys::futures::JsFuture::from(Promise::resolve(&promise)).await,
            Err(thrown) => Err(thrown),
        };
        answer.map_err(|thrown| {
            let error = from_js(&thrown);
            if let Error::Remote(remote) = &error
                && (remote.durable_object_reset || !remote.remote)
            {
                self.renew();
            }
            error
        })
    }

    /// Calls a method with the value that a JSON text stands for, and another text. Its answer does not matter.
    pub(crate) async fn call_with_json(&self, method: &str, json: &Text, text: &str) -> Result<()> {
        let value = parse(&json.clone().into_js()).map_err(|thrown| from_js(&thrown))?;
        self.call(method, &Array::of2(&value, &text.into())).await.map(drop)
    }

    /// The platform's stubs do not survive every failure; the next call has a new one.
    fn renew(&self) {
        if let Ok(fresh) = self.0.namespace.get(&self.0.id, &self.0.options) {
            self.0.stub.replace(fresh);
        }
    }
}
