//! The choice of the next sample for a value.

use std::collections::{HashMap, HashSet};

use super::types::Place;

/// The place of a value. Two types that read the same kind of value may accept different values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Spot {
    /// The innermost field around it.
    pub(super) field: Option<(Place, usize)>,
    /// The Rust path of its type.
    pub(super) ty: &'static str,
}

/// The samples that tracing gave, and their outcomes.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    next: HashMap<Spot, usize>,
    /// The places that refused every sample.
    exhausted: HashSet<Spot>,
    /// The place of the last sample and the number of samples there, until the outcome is known.
    last: Option<(Spot, usize)>,
}

impl Attempts {
    /// Returns the first of the samples that this place has not refused.
    pub(super) fn pick<T: Copy>(&mut self, spot: Spot, samples: &[T]) -> Option<T> {
        self.last = Some((spot, samples.len()));
        samples.iter().cycle().nth(self.next.get(&spot).copied().unwrap_or_default()).copied()
    }

    /// Returns whether the last sample went to a place where none fits.
    pub(super) fn is_exhausted(&self) -> bool {
        self.last.is_some_and(|(spot, _)| self.exhausted.contains(&spot))
    }

    /// Notes that the last sample fits, because the type asks for more.
    pub(super) fn accept(&mut self) {
        self.last = None;
    }

    /// Notes that the type refused the value. For any reason, only the last sample can be replaced.
    pub(super) fn refuse(&mut self) {
        let Some((spot, samples)) = self.last.take() else { return };
        let next = self.next.entry(spot).or_default();
        *next += 1;
        if *next >= samples {
            *next = 0;
            self.exhausted.insert(spot);
        }
    }
}
