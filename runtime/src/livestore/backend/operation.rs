//! What operators can ask for.

use worker::Method;

/// What an operator can ask for, as `admin` in the query of a request beside `storeId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `GET`, `admin=info`: where the log ends and how large it is, as JSON. Counting reads the whole log.
    Info,
    /// `GET`, `admin=export`: the log, as lines of JSON.
    Export,
    /// `POST`, `admin=import`: an exported log becomes that of this store, which has to be empty. Clients of the
    /// store it comes from go on with this one as if it had moved.
    Import,
    /// `POST`, `admin=reset`: the log is deleted. Clients delete what they have of it, unless they were told
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

    /// How it is asked for.
    pub(super) fn method(self) -> Method {
        match self {
            Self::Info | Self::Export => Method::Get,
            Self::Import | Self::Reset => Method::Post,
        }
    }
}
