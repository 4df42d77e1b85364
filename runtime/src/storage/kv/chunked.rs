//! Bytes that are too many for one value.

use std::hash::Hasher;

use fnv::FnvHasher;
use serde::{Deserialize, Serialize};

use super::{Kv, at};
use crate::value::Blob;
use crate::{Error, Result};

/// The number of bytes stored under one key: half of the platform's limit for a key and its value.
const CHUNK: usize = 1_000_000;

/// A place in key-value storage for any number of bytes, stored as chunks of 1 MB under keys of their own.
///
/// The key itself holds a manifest: the number of chunks, the number of bytes, and a hash of all bytes. A
/// read checks the bytes against it. The key of a chunk is the key, `\u{1}` and the chunk's number. The
/// chunks and the manifest are stored and deleted together.
///
/// [`Kv::chunked`](super::Kv::chunked) makes it.
#[derive(Debug)]
pub struct Chunked {
    kv: Kv,
    key: String,
}

/// The description of the chunks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    chunks: u32,
    bytes: u64,
    /// FNV-1a of 64 bits. It detects missing or mixed-up chunks, but does not prevent forgery.
    hash: String,
}

impl Manifest {
    fn of(bytes: &[u8]) -> Self {
        let mut hasher = FnvHasher::default();
        hasher.write(bytes);
        let chunks = u32::try_from(bytes.len().div_ceil(CHUNK)).unwrap_or(u32::MAX);
        Self { chunks, bytes: bytes.len() as u64, hash: format!("{:016x}", hasher.finish()) }
    }

    /// Checks bytes against the manifest, and returns the difference.
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

    /// Returns all of the bytes, if any are stored here.
    ///
    /// # Errors
    /// [`Error::Kv`] when a chunk is missing or has changed, or when the key holds something else.
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

    /// Stores bytes here, and replaces earlier ones.
    ///
    /// # Errors
    /// [`Error::Kv`] when the platform refuses; the earlier bytes then remain.
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

    /// Deletes the bytes, and returns whether there were any.
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

    /// Returns the number of bytes, without reading them.
    ///
    /// # Errors
    /// [`Error::Kv`] when the key holds something else.
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
