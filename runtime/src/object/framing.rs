//! The conversion of a stream's items to the bytes that cross between objects, and back.
//!
//! A stream of bytes crosses unchanged, in pieces of any size. Every other item is a line of JSON.

use std::any::{Any, TypeId};
use std::collections::VecDeque;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// The longest accepted line, in bytes. A sender that never ends a line would otherwise fill the memory.
const LONGEST_LINE: usize = 32 << 20;

/// Returns whether the items are bytes, so that each piece of the stream is an item.
pub(super) fn is_bytes<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<Vec<u8>>()
}

/// Encodes one item as bytes.
pub(super) fn encode<T: Serialize + 'static>(item: &T) -> Result<Vec<u8>> {
    if let Some(bytes) = (item as &dyn Any).downcast_ref::<Vec<u8>>() {
        return Ok(bytes.clone());
    }
    let mut line = serde_json::to_vec(item).map_err(|why| Error::Value(format!("a stream's item: {why}")))?;
    line.push(b'\n');
    Ok(line)
}

/// A decoder that finds the items in the bytes that arrive.
pub(super) struct Decoder<T> {
    items: VecDeque<Vec<u8>>,
    unfinished: Vec<u8>,
    item: PhantomData<fn() -> T>,
}

impl<T> Default for Decoder<T> {
    fn default() -> Self {
        Self { items: VecDeque::new(), unfinished: Vec::new(), item: PhantomData }
    }
}

impl<T: DeserializeOwned + 'static> Decoder<T> {
    /// Adds the next piece that arrived.
    pub(super) fn push(&mut self, piece: Vec<u8>) -> Result<()> {
        if is_bytes::<T>() {
            self.items.push_back(piece);
            return Ok(());
        }
        let mut lines = piece.split(|&byte| byte == b'\n');
        let last = lines.next_back().unwrap_or_default();
        for line in lines {
            let mut item = std::mem::take(&mut self.unfinished);
            item.extend_from_slice(line);
            self.items.push_back(item);
        }
        let actual = self.unfinished.len() + last.len();
        if actual > LONGEST_LINE {
            return Err(Error::Limit { what: "a stream's item in bytes", actual, limit: LONGEST_LINE });
        }
        self.unfinished.extend_from_slice(last);
        Ok(())
    }

    /// Ends the input: no more bytes will arrive.
    pub(super) fn finish(&mut self) {
        if !self.unfinished.is_empty() {
            self.items.push_back(std::mem::take(&mut self.unfinished));
        }
    }

    /// Returns the next whole item.
    pub(super) fn next(&mut self) -> Option<Result<T>> {
        let item = self.items.pop_front()?;
        if is_bytes::<T>() {
            let item = (Box::new(item) as Box<dyn Any>).downcast::<T>().ok()?;
            return Some(Ok(*item));
        }
        Some(serde_json::from_slice(&item).map_err(|why| Error::Value(format!("a stream's item: {why}"))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all<T: DeserializeOwned + 'static>(decoder: &mut Decoder<T>) -> Vec<T> {
        std::iter::from_fn(|| decoder.next()).collect::<Result<_>>().unwrap()
    }

    proptest! {
        #[test]
        fn items_survive_however_the_bytes_are_cut(
            items in prop::collection::vec(any::<(u32, Option<String>)>(), 0..20),
            cut in 1_usize..50,
        ) {
            let bytes: Vec<u8> = items.iter().flat_map(|item| encode(item).unwrap()).collect();
            let mut decoder = Decoder::<(u32, Option<String>)>::default();
            for piece in bytes.chunks(cut) {
                decoder.push(piece.to_vec()).unwrap();
            }
            decoder.finish();
            prop_assert_eq!(all(&mut decoder), items);
        }
    }

    #[test]
    fn bytes_are_themselves() {
        let bytes = vec![1, b'\n', 2];
        let mut decoder = Decoder::<Vec<u8>>::default();
        decoder.push(encode(&bytes).unwrap()).unwrap();
        decoder.finish();
        assert_eq!(all(&mut decoder), [bytes]);
    }

    #[test]
    fn a_wrong_item_is_an_error_and_the_next_one_is_read() {
        let mut decoder = Decoder::<u8>::default();
        decoder.push(b"1\nx\n3".to_vec()).unwrap();
        assert!(matches!(decoder.next(), Some(Ok(1))));
        assert!(matches!(decoder.next(), Some(Err(Error::Value(_)))));
        assert!(decoder.next().is_none(), "its line may go on");
        decoder.finish();
        assert!(matches!(decoder.next(), Some(Ok(3))));
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut decoder = Decoder::<String>::default();
        decoder.push(vec![b'x'; LONGEST_LINE]).unwrap();
        assert!(matches!(decoder.push(vec![b'x']), Err(Error::Limit { .. })));
    }
}
