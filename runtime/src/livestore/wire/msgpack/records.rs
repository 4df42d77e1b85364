//! The records that a part of a value leaves to the parts after it.

use std::rc::Rc;

use super::RECORDS;

/// The keys of the records that are defined, each as the bytes of their array.
#[derive(Clone)]
pub(super) struct Records {
    slots: [Option<(u64, Rc<[u8]>)>; RECORDS],
}

impl Default for Records {
    fn default() -> Self {
        Self { slots: [const { None }; RECORDS] }
    }
}

impl Records {
    /// Returns the slots in use, with their keys.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let slots = self.slots.iter().enumerate();
        slots.filter_map(|(slot, record)| record.as_ref().map(|(_, keys)| (slot, &**keys)))
    }

    /// Returns the number of fields of a record, if it is defined.
    pub(super) fn count(&self, slot: usize) -> Option<u64> {
        self.slots.get(slot)?.as_ref().map(|(count, _)| *count)
    }

    /// Defines a record with this many keys.
    pub(super) fn define(&mut self, slot: usize, count: u64, keys: &[u8]) {
        if let Some(record) = self.slots.get_mut(slot) {
            *record = Some((count, keys.into()));
        }
    }

    /// Returns the number of bytes that the keys take.
    pub(super) fn size(&self) -> usize {
        self.iter().map(|(_, keys)| keys.len()).sum()
    }
}
