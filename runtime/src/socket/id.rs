//! A socket's id, which is one of its tags: tags survive hibernation, never change, and the platform finds
//! sockets by them.

/// What the tag begins with.
const PREFIX: &str = "id=";

/// The tag of the socket with this id.
pub(super) fn tag(id: &str) -> String {
    format!("{PREFIX}{id}")
}

/// The id in a tag, if it is such a tag.
pub(super) fn of(tag: &str) -> Option<&str> {
    tag.strip_prefix(PREFIX)
}
