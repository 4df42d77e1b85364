//! A socket's id, which is one of its tags. Tags survive hibernation and never change, and the platform finds
//! sockets by them.

/// The beginning of the tag.
const PREFIX: &str = "id=";

/// Returns the tag of the socket with this id.
pub(super) fn tag(id: &str) -> String {
    format!("{PREFIX}{id}")
}

/// Returns the id in a tag, if the tag holds one.
pub(super) fn of(tag: &str) -> Option<&str> {
    tag.strip_prefix(PREFIX)
}
