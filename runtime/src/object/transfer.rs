//! Values that cross from one object to another.

use std::any::TypeId;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use super::args::{ArgsReader, ArgsWriter};
use super::stub::Answer;
use crate::{Error, Result, crossing};

/// A type that can be an argument or a result of a remote method.
///
/// The generated code names the bounds of serde only through this trait, which is not a subtrait of them. A
/// type that lacks them therefore causes one error, with this message and at the place of the type, on both
/// sides of the call.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument or a result of a remote method",
    label = "needs serde's `Serialize` and `Deserialize`",
    note = "the value is copied to another isolate: derive both traits for it, and let it own its data",
    note = "what may fail is written `Result<..>`; an alias of another name is not known to be one"
)]
pub trait Transfer: Sized {
    /// Reads the argument at `index`.
    ///
    /// # Errors
    /// As [`ArgsReader::get`].
    fn take(args: &ArgsReader, index: u32, method: &'static str, argument: &'static str) -> Result<Self>;

    /// Adds the value to a call's arguments.
    ///
    /// # Errors
    /// As [`ArgsWriter::push`].
    fn put(self, args: &mut ArgsWriter, method: &'static str, argument: &'static str) -> Result<()>;

    /// Turns the result of a method into its answer.
    ///
    /// # Errors
    /// [`Error::Value`] when the result cannot be expressed in JavaScript.
    fn reply(self) -> Result<JsValue>;

    /// Reads the answer to a call.
    ///
    /// # Errors
    /// As [`Answer::read`].
    fn answer(answer: Answer) -> Result<Self>;

    /// Returns the shape of the values in JavaScript, for TypeScript.
    #[cfg(not(target_arch = "wasm32"))]
    fn shape(types: &mut crate::typescript::Types) -> crate::typescript::Shape;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Transfer for T {
    fn take(args: &ArgsReader, index: u32, method: &'static str, argument: &'static str) -> Result<Self> {
        args.get(index, method, argument)
    }

    fn put(self, args: &mut ArgsWriter, method: &'static str, argument: &'static str) -> Result<()> {
        args.push(method, argument, &self)
    }

    fn reply(self) -> Result<JsValue> {
        // A method without a result. To serde it is the same value as the `null` of JSON.
        if typeid::of::<Self>() == TypeId::of::<()>() {
            return Ok(JsValue::UNDEFINED);
        }
        crossing::to_js(&self).map_err(|why| Error::Value(format!("the result: {why}")))
    }

    fn answer(answer: Answer) -> Result<Self> {
        answer.read()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn shape(types: &mut crate::typescript::Types) -> crate::typescript::Shape {
        types.shape::<T>()
    }
}
