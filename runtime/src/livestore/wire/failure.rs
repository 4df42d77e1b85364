//! The failures of requests, in the form that clients know.

use super::event::{push_integer, push_json_string};

/// A failure that clients act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The client has not seen all events yet. It waits for a pull chunk, rebases and pushes again.
    ServerAhead { head: i64, provided: i64 },
    /// The client's local data came from another backend, for example one that was wiped since then.
    BackendIdMismatch { expected: String, received: String },
    /// Any other failure of a well-formed request. A client retries a push and gives up a pull.
    Unknown { name: String, message: String },
    /// The request itself is malformed.
    Die(String),
}

impl Failure {
    /// Appends the exit's cause: an object for clients of 0.4.0, an array of one for later ones.
    pub(super) fn write_cause(&self, as_array: bool, out: &mut String) {
        if as_array {
            out.push('[');
        }
        match self {
            Self::ServerAhead { head, provided } => {
                out.push_str(r#"{"_tag":"Fail","error":{"minimumExpectedNum":"#);
                push_integer(out, *head);
                out.push_str(r#","providedNum":"#);
                push_integer(out, *provided);
                out.push_str(r#","_tag":"ServerAheadError"}}"#);
            }
            Self::BackendIdMismatch { expected, received } => {
                out.push_str(r#"{"_tag":"Fail","error":{"expected":"#);
                push_json_string(out, expected);
                out.push_str(r#","received":"#);
                push_json_string(out, received);
                out.push_str(r#","_tag":"BackendIdMismatchError"}}"#);
            }
            Self::Unknown { name, message } => {
                out.push_str(r#"{"_tag":"Fail","error":{"cause":{"name":"#);
                push_json_string(out, name);
                out.push_str(r#","message":"#);
                push_json_string(out, message);
                out.push_str(r#"},"_tag":"UnknownError"}}"#);
            }
            Self::Die(defect) => {
                out.push_str(r#"{"_tag":"Die","defect":"#);
                push_json_string(out, defect);
                out.push('}');
            }
        }
        if as_array {
            out.push(']');
        }
    }
}
