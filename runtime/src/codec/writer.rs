//! A tape that is written here, as JavaScript would write it.

use super::tape::{Tag, Tape, write_length, write_number};

/// A value from a text, on its way to a Rust type.
#[derive(Default)]
pub(crate) struct TapeWriter {
    bytes: Vec<u8>,
}

/// The place of an array whose length is not known yet.
pub(crate) struct ArrayStart(usize);

impl TapeWriter {
    pub(crate) fn null(&mut self) {
        self.tag(Tag::Null);
    }

    pub(crate) fn bool(&mut self, value: bool) {
        self.tag(if value { Tag::True } else { Tag::False });
    }

    pub(crate) fn number(&mut self, number: f64) {
        write_number(&mut self.bytes, number);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.tag(Tag::Text);
        self.piece(text);
    }

    /// Begins an array.
    pub(crate) fn array(&mut self) -> ArrayStart {
        self.tag(Tag::Array);
        ArrayStart(self.bytes.len())
    }

    /// Ends an array of this many values.
    pub(crate) fn end_array(&mut self, ArrayStart(start): ArrayStart, length: usize) {
        let mut head = Vec::new();
        write_length(&mut head, length);
        self.bytes.splice(start..start, head);
    }

    /// Begins an object. Each of its values follows its key.
    pub(crate) fn object(&mut self) {
        self.tag(Tag::Object);
    }

    pub(crate) fn key(&mut self, key: &str) {
        // Keys that repeat are always written in full.
        self.bytes.push(1);
        self.piece(key);
    }

    pub(crate) fn end_object(&mut self) {
        self.bytes.push(0);
    }

    /// Returns the tape of the only value.
    pub(crate) fn finish(self) -> Tape {
        Tape { bytes: self.bytes, large: Vec::new() }
    }

    fn tag(&mut self, tag: Tag) {
        self.bytes.push(tag as u8);
    }

    fn piece(&mut self, text: &str) {
        write_length(&mut self.bytes, text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }
}
