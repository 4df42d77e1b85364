//! Objects inside an object.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::env::exported;
use super::error::from_js;
use super::glue;
use super::state::{DurableObjectState, State};
use super::stub::{Stub, Target};

#[wasm_bindgen]
extern "C" {
    pub(super) type DurableObjectFacets;

    #[wasm_bindgen(method, getter)]
    fn facets(this: &DurableObjectState) -> DurableObjectFacets;

    #[wasm_bindgen(method, catch)]
    pub(super) fn get(this: &DurableObjectFacets, name: &str, start: &Function) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn abort(this: &DurableObjectFacets, name: &str, reason: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn delete(this: &DurableObjectFacets, name: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = clone)]
    fn copy(this: &DurableObjectFacets, name: &str, to: &str) -> Result<(), JsValue>;
}

impl State {
    /// Returns the facet with this name. If it does not run when it is called, it starts with this class.
    /// Returns `None` when the worker does not export the class.
    pub(crate) fn open_facet(
        &self,
        name: &str,
        class: &str,
        props: &JsValue,
        id: Option<&str>,
    ) -> crate::Result<Option<Stub>> {
        let class = exported(class);
        if class.is_undefined() {
            return Ok(None);
        }
        let target = Target::Facet {
            facets: self.ctx.facets(),
            name: name.to_owned(),
            id: id.map_or_else(|| self.id(), str::to_owned),
            start: glue::startup(&class, props, id),
        };
        Stub::new(target).map(Some).map_err(|thrown| from_js(&thrown))
    }

    /// Ends a facet. The next call starts it anew.
    pub(crate) fn abort_facet(&self, name: &str, reason: &str) -> crate::Result<()> {
        let reason = js_sys::Error::new(reason);
        self.ctx.facets().abort(name, &reason).map_err(|thrown| from_js(&thrown))
    }

    /// Ends a facet, and deletes everything that it and the facets inside it have stored.
    pub(crate) fn delete_facet(&self, name: &str) -> crate::Result<()> {
        self.ctx.facets().delete(name).map_err(|thrown| from_js(&thrown))
    }

    /// Replaces the storage of another facet with a copy of this facet's.
    pub(crate) fn copy_facet(&self, name: &str, to: &str) -> crate::Result<()> {
        self.ctx.facets().copy(name, to).map_err(|thrown| from_js(&thrown))
    }
}
