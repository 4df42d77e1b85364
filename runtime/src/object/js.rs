//! Values that stay JavaScript values.

use std::any::type_name;

use wasm_bindgen::{JsCast, JsValue};

use super::args::{ArgsReader, ArgsWriter};
use super::stub::Answer;
use super::transfer::Transfer;
#[cfg(not(target_arch = "wasm32"))]
use crate::typescript;
use crate::{Error, Result};

/// An argument or result that is passed on as a JavaScript value: `Js<js_sys::Map>`, a stub, a
/// `Js<web_sys::Headers>`, or any value at all as `Js`.
///
/// Cloudflare's RPC must be able to transfer the value. A value that is not a `T` is refused with a
/// `TypeError`.
#[derive(Debug, Clone, PartialEq)]
pub struct Js<T = JsValue>(pub T);

impl<T: JsCast> Js<T> {
    fn of(value: JsValue) -> Result<Self, String> {
        value.dyn_into().map(Self).map_err(|_| {
            let path = type_name::<T>();
            format!("expected a {}", path.rsplit("::").next().unwrap_or(path))
        })
    }
}

impl<T: JsCast + 'static> Transfer for Js<T> {
    fn take(args: &ArgsReader, index: u32, method: &'static str, argument: &'static str) -> Result<Self> {
        Self::of(args.raw(index)).map_err(|message| Error::Argument { method, argument, message })
    }

    fn put(self, args: &mut ArgsWriter, _method: &'static str, _argument: &'static str) -> Result<()> {
        args.push_raw(&self.0.into());
        Ok(())
    }

    fn reply(self) -> Result<JsValue> {
        Ok(self.0.into())
    }

    fn answer(answer: Answer) -> Result<Self> {
        let (method, value) = answer.into_raw();
        Self::of(value).map_err(|why| Error::Value(format!("the result of {method}: {why}")))
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn shape(_types: &mut typescript::Types) -> typescript::Shape {
        typescript::Shape::Any
    }
}
