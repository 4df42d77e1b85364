//! Which sample a value is given next.

use std::collections::{HashMap, HashSet};

use super::types::Place;

/// Where a value is: two types that read the same kind of value may take different ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Spot {
    /// The innermost field around it.
    pub(super) field: Option<(Place, usize)>,
    /// The Rust path of its type.
    pub(super) ty: &'static str,
}

/// The samples that were given, and what came of them.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    next: HashMap<Spot, usize>,
    /// Where every sample was refused.
    exhausted: HashSet<Spot>,
    /// The last sample given, of so many, as long as nobody has said whether it fits.
    last: Option<(Spot, usize)>,
}

impl Attempts {
    /// One of the samples: the first that was not refused here.
    pub(super) fn pick<T: Copy>(&mut self, spot: Spot, samples: &[T]) -> Option<T> {
        self.last = Some((spot, samples.len()));
        samples.iter().cycle().nth(self.next.get(&spot).copied().unwrap_or_default()).copied()
    }

    /// Whether the last sample was given where none fits.
    pub(super) fn is_exhausted(&self) -> bool {
        self.last.is_some_and(|(spot, _)| self.exhausted.contains(&spot))
    }

    /// Somebody asks for more, so the last sample fits.
    pub(super) fn accept(&mut self) {
        self.last = None;
    }

    /// The value was refused. Whatever the reason is, it is the last sample that can be another one.
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
