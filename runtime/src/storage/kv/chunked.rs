//! Bytes that are more than one value may have.

use std::hash::Hasher;

use fnv::FnvHasher;
use serde::{Deserialize, Serialize};

use super::{Kv, at};
use crate::{Blob, Error, Result};

/// How many bytes are stored under one key: half of what the platform takes with the key.
const CHUNK: usize = 1_000_000;

/// A place in key-value storage for bytes of any number, stored as chunks of 1 MB under keys of their own.
///
/// At the key itself is a manifest: how many chunks and bytes there are, and a hash of them all, against which
/// they are checked when they are read. The chunks are at the key with `\u{1}` and their number behind it; they come
/// and go together with the manifest.
///
/// Made by [`Kv::chunked`](super::Kv::chunked).
#[derive(Debug)]
pub struct Chunked {
    kv: Kv,
    key: String,
}

/// What is said about the chunks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    chunks: u32,
    bytes: u64,
    /// FNV-1a of 64 bits: chunks that are missing or mixed up are found, nobody is kept from forging them.
    hash: String,
}

impl Manifest {
    fn of(bytes: &[u8]) -> Self {
        let mut hasher = FnvHasher::default();
        hasher.write(bytes);
        let chunks = u32::try_from(bytes.len().div_ceil(CHUNK)).unwrap_or(u32::MAX);
        Self { chunks, bytes: bytes.len() as u64, hash: format!("{:016x}", hasher.finish()) }
    }

    /// What is wrong with bytes that should be those.
    fn check(&self, bytes: &[u8]) -> Result<(), String> {
        if *self == Self::of(bytes) {
            return Ok(());
        }
        let found = bytes.len();
        Err(if self.bytes == found as u64 {
            "the chunks are not what was stored: their hash differs".to_owned()
        } else {
            format!("the chunks have {found} bytes instead of {}", self.bytes)
        })
    }
}

impl Chunked {
    pub(super) fn new(kv: Kv, key: &str) -> Self {
        Self { kv, key: key.to_owned() }
    }

    /// All of the bytes, if any were put here.
    ///
    /// # Errors
    /// [`Error::Kv`] when a chunk is missing or has changed, or when something else is at the key.
    pub fn get(&self) -> Result<Option<Vec<u8>>> {
        let Some(manifest) = self.manifest()? else { return Ok(None) };
        let mut bytes = Vec::with_capacity(usize::try_from(manifest.bytes).unwrap_or_default());
        for index in 0..manifest.chunks {
            let chunk = self.kv.get::<Blob>(&self.chunk(index))?;
            let chunk = chunk.ok_or_else(|| self.error(format!("chunk {index} is missing")))?;
            bytes.extend_from_slice(&chunk.0);
        }
        manifest.check(&bytes).map_err(|why| self.error(why))?;
        Ok(Some(bytes))
    }

    /// Puts bytes here, in the place of others.
    ///
    /// # Errors
    /// [`Error::Kv`] when the platform refuses; then what was here still is.
    pub fn put(&self, bytes: &[u8]) -> Result<()> {
        self.kv.state.transaction(
            || {
                let before = self.manifest()?.map_or(0, |manifest| manifest.chunks);
                let manifest = Manifest::of(bytes);
                for (index, chunk) in (0..).zip(bytes.chunks(CHUNK)) {
                    self.kv.put(&self.chunk(index), &Bytes(chunk))?;
                }
                self.delete_chunks(manifest.chunks..before)?;
                self.kv.put(&self.key, &manifest)
            },
            self.kv.refused(&self.key),
        )
    }

    /// Deletes them; says whether there were any.
    ///
    /// # Errors
    /// As [`Chunked::put`].
    pub fn delete(&self) -> Result<bool> {
        self.kv.state.transaction(
            || {
                let Some(manifest) = self.manifest()? else { return Ok(false) };
                self.delete_chunks(0..manifest.chunks)?;
                self.kv.delete(&self.key)
            },
            self.kv.refused(&self.key),
        )
    }

    /// How many bytes there are, without reading them.
    ///
    /// # Errors
    /// [`Error::Kv`] when something else is at the key.
    pub fn size(&self) -> Result<Option<u64>> {
        Ok(self.manifest()?.map(|manifest| manifest.bytes))
    }

    fn manifest(&self) -> Result<Option<Manifest>> {
        self.kv.get(&self.key)
    }

    fn chunk(&self, index: u32) -> String {
        format!("{}\u{1}{index:06}", self.key)
    }

    fn delete_chunks(&self, mut indices: std::ops::Range<u32>) -> Result<()> {
        indices.try_for_each(|index| self.kv.delete(&self.chunk(index)).map(drop))
    }

    fn error(&self, message: String) -> Error {
        at(&self.key)(message)
    }
}

/// Bytes that are stored as bytes.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_knows_its_bytes() {
        let bytes: Vec<u8> = (0..=255).cycle().take(2 * CHUNK + 1).collect();
        let manifest = Manifest::of(&bytes);
        assert_eq!((manifest.chunks, manifest.bytes), (3, 2_000_001));
        assert_eq!(manifest.check(&bytes), Ok(()));
        assert!(manifest.check(&bytes[1..]).unwrap_err().contains("2000000 bytes instead of 2000001"));
        let mut changed = bytes;
        changed[CHUNK] ^= 1;
        assert!(manifest.check(&changed).unwrap_err().contains("hash differs"));
        assert_eq!(Manifest::of(&[]).chunks, 0);
    }
}
