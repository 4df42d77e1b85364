//! The operations of operators.

use worker::Method;

/// An operation of an operator: the value of `admin` in the query of a request, beside `storeId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// `GET`, `admin=info`: returns the head of the log and its size, as JSON. The count reads the whole log.
    Info,
    /// `GET`, `admin=export`: returns the log, as lines of JSON.
    Export,
    /// `POST`, `admin=import`: stores an exported log in this store, which has to be empty. Clients of the
    /// original store continue with this one as if it had moved.
    Import,
    /// `POST`, `admin=reset`: deletes the log. Clients delete their copy of it, unless they are configured
    /// otherwise (`onBackendIdMismatch`).
    Reset,
}

impl Operation {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "info" => Self::Info,
            "export" => Self::Export,
            "import" => Self::Import,
            "reset" => Self::Reset,
            _ => return None,
        })
    }

    /// Returns the HTTP method of the operation.
    pub(super) fn method(self) -> Method {
        match self {
            Self::Info | Self::Export => Method::Get,
            Self::Import | Self::Reset => Method::Post,
        }
    }
}
