//! The recognition of byte sequences among serde's sequences.
//!
//! To serde a `Vec<u8>` is a sequence like any other. A sequence whose elements are known to be `u8` when the
//! program is compiled becomes a `Uint8Array`, and is copied as a whole.

use std::any::TypeId;
use std::fmt;
use std::mem::{ManuallyDrop, transmute_copy};

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Returns the bytes of a sequence that is a slice or a vector of them.
pub(super) fn as_slice<I>(sequence: &I) -> Option<&[u8]> {
    let sequence = std::ptr::from_ref(sequence);
    let id = typeid::of::<I>();
    if id == TypeId::of::<&Vec<u8>>() {
        // SAFETY: apart from its lifetime `I` is `&Vec<u8>`, and the result does not outlive the borrow of it.
        Some(unsafe { &**sequence.cast::<&Vec<u8>>() })
    } else if id == TypeId::of::<&[u8]>() {
        // SAFETY: as above, with `&[u8]`.
        Some(unsafe { &**sequence.cast::<&[u8]>() })
    } else {
        None
    }
}

/// Returns whether a sequence of `T` is one of bytes.
pub(super) fn is_byte<T>() -> bool {
    let id = typeid::of::<T>();
    id == TypeId::of::<u8>() || id == TypeId::of::<&u8>()
}

/// Returns an element of a sequence of bytes.
pub(super) fn as_byte<T>(element: &T) -> Option<u8> {
    let element_ptr = std::ptr::from_ref(element);
    let id = typeid::of::<T>();
    if id == TypeId::of::<u8>() {
        // SAFETY: `T` is `u8`.
        Some(unsafe { *element_ptr.cast::<u8>() })
    } else if id == TypeId::of::<&u8>() {
        // SAFETY: apart from its lifetime `T` is `&u8`, which is only read here.
        Some(unsafe { **element_ptr.cast::<&u8>() })
    } else {
        None
    }
}

/// Returns whether `V` is the visitor that makes a plain `Vec<u8>` from a sequence. Other visitors with the
/// same result may read the sequence in their own way.
pub(super) fn makes_vec<'de, V: Visitor<'de>>() -> bool {
    // The call always returns `Asked`: a deserializer that has no value cannot succeed.
    matches!(Vec::<u8>::deserialize(WhichVisitor), Err(Asked(Some(visitor))) if visitor == typeid::of::<V>())
}

/// Returns a vector as the result of a visitor, if that is a vector.
pub(super) fn from_vec<T>(bytes: Vec<u8>) -> Result<T, Vec<u8>> {
    if typeid::of::<T>() != TypeId::of::<Vec<u8>>() {
        return Err(bytes);
    }
    let bytes = ManuallyDrop::new(bytes);
    // SAFETY: `T` is `Vec<u8>`, which has no lifetime in it, and the original is not dropped.
    Ok(unsafe { transmute_copy::<Vec<u8>, T>(&bytes) })
}

/// A deserializer without a value that reports which visitor asked for a sequence.
struct WhichVisitor;

#[derive(Debug)]
struct Asked(Option<TypeId>);

impl<'de> Deserializer<'de> for WhichVisitor {
    type Error = Asked;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> {
        Err(Asked(None))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> {
        Err(Asked(Some(typeid::of::<V>())))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Asked {}

impl de::Error for Asked {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(None)
    }
}
