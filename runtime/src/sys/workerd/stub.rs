//! Calls of other objects.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::error::from_js;
use super::facet::DurableObjectFacets;
use super::namespace::{DurableObjectId, DurableObjectNamespace};
use super::{glue, property};
use crate::value::Text;
use crate::{Error, Result};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON)]
    fn parse(json: &JsValue) -> std::result::Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    #[wasm_bindgen(js_name = Fetcher)]
    type RemoteObject;

    #[wasm_bindgen(method, catch)]
    fn connect(
        this: &RemoteObject,
        address: &str,
        options: &JsValue,
    ) -> std::result::Result<worker::worker_sys::Socket, JsValue>;
}

/// A handle to another object. Clones share it.
#[derive(Clone)]
pub(crate) struct Stub(Rc<Connection>);

struct Connection {
    target: Target,
    /// The platform's stub. Some errors break it for good.
    stub: RefCell<RemoteObject>,
}

/// The target of a stub.
pub(super) enum Target {
    /// An object of a namespace.
    Object { namespace: DurableObjectNamespace, id: DurableObjectId, options: JsValue },
    /// A facet of the running object. `id` is the value that the facet takes for its own id.
    Facet { facets: DurableObjectFacets, name: String, id: String, start: Function },
}

impl Target {
    fn stub(&self) -> Result<RemoteObject, JsValue> {
        let stub = match self {
            Self::Object { namespace, id, options } => namespace.get(id, options),
            Self::Facet { facets, name, start, .. } => facets.get(name, start),
        };
        stub.map(JsCast::unchecked_into)
    }
}

impl Stub {
    pub(super) fn new(target: Target) -> Result<Self, JsValue> {
        let stub = RefCell::new(target.stub()?);
        Ok(Self(Rc::new(Connection { target, stub })))
    }

    /// Returns whether this stub leads to the object with the given `DurableObjectId`.
    pub(crate) fn leads_to(&self, id: &JsValue) -> bool {
        match &self.0.target {
            Target::Object { id: own, .. } => own.equals(id),
            // A facet never has a stub of itself.
            Target::Facet { .. } => false,
        }
    }

    pub(crate) fn id(&self) -> String {
        match &self.0.target {
            Target::Object { id, .. } => id.unchecked_ref::<Object>().to_string().into(),
            Target::Facet { id, .. } => id.clone(),
        }
    }

    pub(crate) fn name(&self) -> Option<String> {
        match &self.0.target {
            Target::Object { id, .. } => property(id.as_ref(), "name").as_string(),
            Target::Facet { name, .. } => Some(name.clone()),
        }
    }

    pub(crate) async fn call(&self, method: &str, args: &Array) -> Result<JsValue> {
        let stub = self.0.stub.borrow().clone();
        let answer = match glue::remote(&stub, method, args) {
            Ok(promise) => js_sys::futures::JsFuture::from(Promise::resolve(&promise)).await,
            // With RPC a stub has a method of any name.
            Err(_) if property(&stub, method).is_undefined() => {
                return Err(Error::Config(
                    "calls of objects need a `compatibility_date` of 2024-04-03 or later, or the flag `rpc`"
                        .to_owned(),
                ));
            }
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

    /// Opens a TCP connection. Each side of it closes by itself.
    pub(crate) fn connect(&self, address: &str) -> Result<worker::Socket> {
        let options = Object::new();
        let open = Reflect::set(&options, &"allowHalfOpen".into(), &JsValue::TRUE)
            .and_then(|_| self.0.stub.borrow().connect(address, &options));
        open.map(Into::into).map_err(|thrown| from_js(&thrown))
    }

    /// Calls a method with the value of a JSON text, and another text. Its answer does not matter.
    pub(crate) async fn call_with_json(&self, method: &str, json: &Text, text: &str) -> Result<()> {
        let value = parse(&json.clone().into_js()).map_err(|thrown| from_js(&thrown))?;
        self.call(method, &Array::of2(&value, &text.into())).await.map(drop)
    }

    /// Calls a method with bytes and a text, in the same way.
    pub(crate) async fn call_with_bytes(&self, method: &str, bytes: &[u8], text: &str) -> Result<()> {
        self.call(method, &Array::of2(&Uint8Array::from(bytes), &text.into())).await.map(drop)
    }

    /// Returns the platform's stub, as it is now.
    pub(super) fn raw(&self) -> JsValue {
        self.0.stub.borrow().clone().into()
    }

    /// Replaces the platform's stub for the next call: it does not survive every failure.
    fn renew(&self) {
        if let Ok(fresh) = self.0.target.stub() {
            self.0.stub.replace(fresh);
        }
    }
}
