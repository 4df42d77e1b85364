//! The errors that `?` turns into an [`Error`].

use wasm_bindgen::JsValue;
use worker::Error as WorkerError;
use worker::kv::KvError;

use super::{CallError, Error};
use crate::sys;
use crate::value::ConversionError;

/// An error that `?` converts into an [`Error`].
///
/// | error | becomes |
/// | --- | --- |
/// | an error of JavaScript, as a `JsValue` or from the `worker` crate (D1, KV, R2, `Fetcher`, ..) | [`Error::Remote`], with its class, name, message and own properties |
/// | a [`ConversionError`](crate::error::ConversionError), as of `"…".parse::<Date>()` | [`Error::Value`] |
/// | text: `&str`, `String`, `Cow<str>`, a boxed error | [`Error::Message`] |
/// | an error of std's conversions, of `io`, `fmt` or `RefCell`, of `serde_json` or `worker::Url` | [`Error::Message`], in its own words |
///
/// Convert other errors into a message for the caller, `.map_err(|error| Error::new(error.to_string()))?`. An
/// error of your own derives [`RpcError`](derive@crate::RpcError) or implements `From` for [`Error`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not become a `durable_object::Error` by itself",
    label = "say what callers are told: `.map_err(|error| Error::new(error.to_string()))?`",
    note = "an error of your own derives `RpcError`, or implements `From` for `durable_object::Error`"
)]
pub trait IntoError {
    /// Returns the error as an [`Error`].
    fn into_error(self) -> Error;
}

impl<E: IntoError> From<E> for Error {
    fn from(error: E) -> Self {
        error.into_error()
    }
}

/// Adds the conversions for a method with errors of its own.
macro_rules! into_call_error {
    ($($(#[$attribute:meta])* $error:ty),* $(,)?) => {$(
        $(#[$attribute])*
        impl<E> From<$error> for CallError<E> {
            fn from(error: $error) -> Self {
                Self::Platform(error.into_error())
            }
        }
    )*};
}

/// Implements the conversion for errors whose text becomes the message.
macro_rules! told {
    ($($error:ty),* $(,)?) => {
        $(
            impl IntoError for $error {
                fn into_error(self) -> Error {
                    Error::Message(self.to_string())
                }
            }
        )*
        into_call_error!($($error),*);
    };
}

told!(
    &str,
    std::borrow::Cow<'_, str>,
    Box<dyn std::error::Error>,
    Box<dyn std::error::Error + Send + Sync>,
    std::array::TryFromSliceError,
    std::cell::BorrowError,
    std::cell::BorrowMutError,
    std::char::CharTryFromError,
    std::char::ParseCharError,
    std::collections::TryReserveError,
    std::fmt::Error,
    std::io::Error,
    std::net::AddrParseError,
    std::num::ParseFloatError,
    std::num::ParseIntError,
    std::num::TryFromIntError,
    std::str::ParseBoolError,
    std::str::Utf8Error,
    std::string::FromUtf16Error,
    std::string::FromUtf8Error,
    worker::url::ParseError,
);

into_call_error!(
    String,
    ConversionError,
    std::convert::Infallible,
    serde_json::Error,
    serde_wasm_bindgen::Error,
    js_sys::Error,
    JsValue,
    KvError,
    WorkerError,
);

impl IntoError for String {
    fn into_error(self) -> Error {
        Error::Message(self)
    }
}

impl IntoError for ConversionError {
    fn into_error(self) -> Error {
        Error::Value(self.to_string())
    }
}

impl IntoError for std::convert::Infallible {
    fn into_error(self) -> Error {
        match self {}
    }
}

impl IntoError for serde_json::Error {
    fn into_error(self) -> Error {
        Error::Message(format!("JSON: {self}"))
    }
}

impl IntoError for JsValue {
    fn into_error(self) -> Error {
        sys::error_of(self)
    }
}

impl IntoError for js_sys::Error {
    fn into_error(self) -> Error {
        sys::error_of(self)
    }
}

impl IntoError for serde_wasm_bindgen::Error {
    fn into_error(self) -> Error {
        sys::error_of(self)
    }
}

impl IntoError for KvError {
    fn into_error(self) -> Error {
        match self {
            Self::JavaScript(thrown) => sys::error_of(thrown),
            Self::Serialization(why) => why.into_error(),
            other @ Self::InvalidKvStore(_) => Error::Message(other.to_string()),
        }
    }
}

impl IntoError for WorkerError {
    fn into_error(self) -> Error {
        match self {
            // The error's own text names only the kind of the inner error.
            Self::Io(why) => why.into_error(),
            Self::Utf8Error(why) => why.into_error(),
            Self::SerdeJsonError(why) => why.into_error(),
            Self::SerdeWasmBindgenError(why) => why.into_error(),
            Self::KvError(why) => why.into_error(),
            #[cfg(feature = "d1")]
            Self::D1(why) => sys::error_of(AsRef::<JsValue>::as_ref(&why).clone()),
            thrown @ (Self::UnknownJsError { .. }
            | Self::Internal(_)
            | Self::EmailRecipientSuppressed(_)
            | Self::EmailRecipientNotAllowed(_)
            | Self::RateLimitExceeded(_)
            | Self::DailyLimitExceeded(_)
            | Self::InternalError(_)) => sys::error_of(thrown),
            other => Error::Message(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::RpcError;

    #[derive(Debug, thiserror::Error, Serialize, Deserialize, RpcError)]
    #[error("own")]
    struct Own;

    /// Returns the errors that `?` makes of one error, in a method with errors of its own and in one without.
    macro_rules! told {
        ($error:expr) => {{
            let plain = || -> Result<(), Error> { Ok(Err($error)?) };
            let own = || -> Result<(), CallError<Own>> { Ok(Err($error)?) };
            let (plain, own) = (plain().unwrap_err().to_string(), own().unwrap_err().to_string());
            assert_eq!(plain, own);
            plain
        }};
    }

    #[test]
    fn everyday_errors_are_told_in_their_own_words() {
        assert_eq!(told!("12x".parse::<u32>().unwrap_err()), "invalid digit found in string");
        assert_eq!(told!("x".parse::<f64>().unwrap_err()), "invalid float literal");
        assert_eq!(told!("x".parse::<bool>().unwrap_err()), "provided string was not `true` or `false`");
        assert_eq!(told!("xy".parse::<char>().unwrap_err()), "too many characters in string");
        assert_eq!(told!("x".parse::<std::net::IpAddr>().unwrap_err()), "invalid IP address syntax");
        assert_eq!(
            told!("x".parse::<crate::Date>().unwrap_err()),
            "expected a date such as 2026-01-31T12:00:00.000Z, found \"x\""
        );
        assert_eq!(told!("x".parse::<worker::Url>().unwrap_err()), "relative URL without a base");
        assert_eq!(told!(u8::try_from(256).unwrap_err()), "out of range integral type conversion attempted");
        assert_eq!(
            told!(char::try_from(0xD800_u32).unwrap_err()),
            "converted integer out of range for `char`"
        );
        assert_eq!(told!(<[u8; 2]>::try_from(&[1][..]).unwrap_err()), "could not convert slice to array");
        let utf8 = "invalid utf-8 sequence of 1 bytes from index 0";
        let bytes = vec![255];
        assert_eq!(told!(std::str::from_utf8(&bytes).unwrap_err()), utf8);
        assert_eq!(told!(String::from_utf8(bytes.clone()).unwrap_err()), utf8);
        assert_eq!(told!(String::from_utf16(&[0xD800]).unwrap_err()), "invalid utf-16: lone surrogate found");
        assert_eq!(told!(std::io::Error::other("the pipe broke")), "the pipe broke");
        assert_eq!(told!(std::fmt::Error), std::fmt::Error.to_string());
        assert_eq!(
            told!(serde_json::from_str::<u8>("x").unwrap_err()),
            "JSON: expected value at line 1 column 1"
        );
        let cell = std::cell::RefCell::new(());
        let _borrowed = cell.borrow_mut();
        assert!(told!(cell.try_borrow().unwrap_err()).contains("already mutably borrowed"));
    }

    #[test]
    fn text_is_an_error() {
        assert_eq!(told!("text"), "text");
        assert_eq!(told!("text".to_owned()), "text");
        assert_eq!(told!(std::borrow::Cow::Borrowed("text")), "text");
        assert_eq!(told!(Box::<dyn std::error::Error>::from("text")), "text");
        assert_eq!(told!(Box::<dyn std::error::Error + Send + Sync>::from("text")), "text");
    }

    #[test]
    fn an_error_of_the_worker_crate_says_what_is_in_it() {
        assert_eq!(told!(WorkerError::from(std::io::Error::other("the pipe broke"))), "the pipe broke");
        let bytes = vec![255];
        let utf8 = std::str::from_utf8(&bytes).unwrap_err();
        assert_eq!(told!(WorkerError::from(utf8)), utf8.to_string());
        let json = || serde_json::from_str::<u8>("x").unwrap_err();
        assert_eq!(told!(WorkerError::from(json())), "JSON: expected value at line 1 column 1");
        assert_eq!(told!(KvError::Serialization(json())), "JSON: expected value at line 1 column 1");
        assert_eq!(told!(WorkerError::from("my own")), "my own");
        assert_eq!(told!(WorkerError::BindingError("CACHE".to_owned())), "no binding found for `CACHE`");
    }
}
