//! The codec against a model of its JavaScript half; the real one is tested on workerd.

mod js;
mod property;
mod read;
mod write;

use std::fmt::Debug;

use js::Js;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A Rust value as a JavaScript one, or why it is none.
fn written<T: Serialize + ?Sized>(value: &T) -> Result<Js, String> {
    super::encode(value, None).map(|encoded| Js::build(&encoded)).map_err(|error| error.to_string())
}

/// A JavaScript value as a Rust one, or why it is none.
fn read<T: DeserializeOwned>(value: &Js) -> Result<T, String> {
    super::decode(value.tape()).map_err(|error| error.to_string())
}

/// A Rust value is this JavaScript one, and the other way round.
#[track_caller]
fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(rust: T, js: Js) {
    assert_eq!(written(&rust).as_ref(), Ok(&js));
    assert_eq!(read::<T>(&js), Ok(rust));
}

/// A JavaScript value is no `T`, for this reason.
#[track_caller]
fn refused<T: DeserializeOwned + Debug>(js: &Js, why: &str) {
    match read::<T>(js) {
        Ok(value) => panic!("{js:?} was read as {value:?}"),
        Err(error) => assert_eq!(error, why),
    }
}
