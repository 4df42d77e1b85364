//! The search for other objects.

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::env::exported;
use super::error::from_js;
use super::property;
use super::stub::{Stub, Target};
use crate::{Env, Result};

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    pub(super) type DurableObjectNamespace;

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
    pub(super) fn get(
        this: &DurableObjectNamespace,
        id: &DurableObjectId,
        options: &JsValue,
    ) -> std::result::Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn jurisdiction(
        this: &DurableObjectNamespace,
        name: &str,
    ) -> std::result::Result<DurableObjectNamespace, JsValue>;

    #[derive(Clone)]
    pub(super) type DurableObjectId;

    #[wasm_bindgen(method)]
    pub(super) fn equals(this: &DurableObjectId, other: &JsValue) -> bool;
}

/// The address of an object.
pub(crate) enum Address<'a> {
    Name(&'a str),
    Id(&'a str),
    Unique,
}

/// The objects of one class.
#[derive(Clone)]
pub(crate) struct Namespace(DurableObjectNamespace);

impl Namespace {
    /// Returns the worker's binding with this name, if it is a namespace.
    pub(crate) fn find(env: &Env, binding: &str) -> Option<Self> {
        Self::of(property(env.as_ref(), binding))
    }

    /// Returns the worker's own class with this name, if it exports one whose objects have names.
    pub(crate) fn exported(class: &str) -> Option<Self> {
        Self::of(exported(class))
    }

    fn of(value: JsValue) -> Option<Self> {
        property(&value, "idFromName").is_function().then(|| Self(value.unchecked_into()))
    }

    pub(crate) fn jurisdiction(&self, name: &str) -> Result<Self> {
        self.0.jurisdiction(name).map(Self).map_err(|thrown| from_js(&thrown))
    }

    pub(crate) fn stub(&self, address: &Address<'_>, location_hint: Option<&str>) -> Result<Stub> {
        let find = || {
            let id = match address {
                Address::Name(name) => self.0.id_from_name(name)?,
                Address::Id(id) => self.0.id_from_string(id)?,
                Address::Unique => self.0.new_unique_id()?,
            };
            let options = Object::new();
            if let Some(hint) = location_hint {
                js_sys::Reflect::set(&options, &"locationHint".into(), &hint.into())?;
            }
            Stub::new(Target::Object { namespace: self.0.clone(), id, options: options.into() })
        };
        find().map_err(|thrown: JsValue| from_js(&thrown))
    }
}
