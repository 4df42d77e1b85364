//! The methods that the timers of an object can call.

use std::borrow::Cow;

use super::method::ScheduledMethod;

/// The `#[scheduled]` methods of one part of an object.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// The part's name. It stands before the names of the methods, with a dot between them.
    pub name: &'static str,
    /// The methods of the part.
    pub methods: &'static [ScheduledMethod],
}

/// All `#[scheduled]` methods of an object: its own, and then those of its parts. An index counts them in this
/// order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Methods {
    own: &'static [ScheduledMethod],
    groups: &'static [Group],
}

impl From<&'static [ScheduledMethod]> for Methods {
    fn from(own: &'static [ScheduledMethod]) -> Self {
        Self { own, groups: &[] }
    }
}

impl Methods {
    pub(crate) const fn new(own: &'static [ScheduledMethod], groups: &'static [Group]) -> Self {
        Self { own, groups }
    }

    /// Returns the index of the first method of a part.
    pub(crate) fn first_of(&self, part: usize) -> usize {
        self.own.len() + self.groups.iter().take(part).map(|group| group.methods.len()).sum::<usize>()
    }

    /// Returns the part that a method belongs to, and its index there. `None` is a method of the object itself.
    pub(crate) fn part_of(&self, method: usize) -> Option<(usize, usize)> {
        let mut rest = method.checked_sub(self.own.len())?;
        for (part, group) in self.groups.iter().enumerate() {
            match rest.checked_sub(group.methods.len()) {
                None => return Some((part, rest)),
                Some(further) => rest = further,
            }
        }
        None
    }

    /// Returns all methods, with the names under which their timers are kept.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Cow<'static, str>, &'static ScheduledMethod)> + use<> {
        let own = self.own.iter().map(|method| (Cow::Borrowed(method.name), method));
        let parts = self.groups.iter().flat_map(|group| {
            group.methods.iter().map(|method| (Cow::Owned(format!("{}.{}", group.name, method.name)), method))
        });
        own.chain(parts)
    }

    /// Returns the method with an index.
    pub(super) fn get(&self, index: usize) -> Option<(Cow<'static, str>, &'static ScheduledMethod)> {
        self.iter().nth(index)
    }

    /// Returns the method with a name, and its index.
    pub(super) fn find(&self, name: &str) -> Option<(usize, &'static ScheduledMethod)> {
        self.iter()
            .enumerate()
            .find_map(|(index, (known, method))| (known == name).then_some((index, method)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: &[Group] = &[
        Group { name: "empty", methods: &[] },
        Group { name: "store", methods: &[ScheduledMethod::new("push"), ScheduledMethod::new("pull")] },
        Group { name: "limits", methods: &[ScheduledMethod::new("sweep")] },
    ];
    const METHODS: Methods = Methods::new(&[ScheduledMethod::new("remind")], PARTS);

    #[test]
    fn parts_follow_the_object_and_have_names_of_their_own() {
        let names: Vec<_> = METHODS.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["remind", "store.push", "store.pull", "limits.sweep"]);
        for (index, name) in names.iter().enumerate() {
            assert_eq!(METHODS.find(name).map(|(found, _)| found), Some(index));
        }
        assert!(METHODS.find("push").is_none());
        assert_eq!([0, 1, 2].map(|part| METHODS.first_of(part)), [1, 1, 3]);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|method| METHODS.part_of(method)),
            [None, Some((1, 0)), Some((1, 1)), Some((2, 0)), None]
        );
    }
}
