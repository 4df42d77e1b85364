//! Functions that are called when a store has changed.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

/// A change of the tables. It has happened already, and is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The tables whose rows may have changed.
    pub tables: Vec<&'static str>,
    /// The origin of the change.
    pub origin: Origin,
}

/// The origin of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// This store has committed.
    Local,
    /// Other clients' events came from the backend. Own pending events may have been applied again after them.
    Remote,
    /// The store was reset, or filled again, or pending events were taken back.
    Reset,
}

type Callback = Rc<dyn Fn(&Change)>;
type Follower = Rc<dyn Fn()>;

/// The limit of changes in one round. Functions that commit in turn would never end otherwise.
const MOST: usize = 1_000;

/// All functions that watch one store.
#[derive(Default)]
pub(super) struct Watchers {
    callbacks: RefCell<Vec<(u64, Callback)>>,
    /// Those that are called after each step of the sync.
    followers: RefCell<Vec<(u64, Follower)>>,
    next: Cell<u64>,
    queue: RefCell<VecDeque<Change>>,
    telling: Cell<bool>,
}

/// A function that watches a store. It is called no more when this is dropped.
#[must_use = "the function is called no more when this is dropped"]
pub struct Watch {
    pub(super) number: u64,
    pub(super) watchers: Weak<Watchers>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(watchers) = self.watchers.upgrade() {
            end(&watchers.callbacks, self.number);
            end(&watchers.followers, self.number);
        }
    }
}

/// Drops a function. It may own another `Watch`, so it is dropped when nothing is borrowed any more.
fn end<T>(functions: &RefCell<Vec<(u64, T)>>, number: u64) {
    let mut all = functions.borrow_mut();
    let place = all.iter().position(|(watching, _)| *watching == number);
    let ended = place.map(|place| all.remove(place));
    drop(all);
    drop(ended);
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

impl Watchers {
    pub(super) fn add(self: &Rc<Self>, callback: impl Fn(&Change) + 'static) -> Watch {
        let watch = self.watch();
        self.callbacks.borrow_mut().push((watch.number, Rc::new(callback)));
        watch
    }

    /// Adds a function that is called after each step of the sync.
    pub(super) fn follow(self: &Rc<Self>, follower: impl Fn() + 'static) -> Watch {
        let watch = self.watch();
        self.followers.borrow_mut().push((watch.number, Rc::new(follower)));
        watch
    }

    fn watch(self: &Rc<Self>) -> Watch {
        let number = self.next.replace(self.next.get() + 1);
        Watch { number, watchers: Rc::downgrade(self) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.callbacks.borrow().is_empty()
    }

    /// Tells that the sync has done a step.
    pub(super) fn progressed(&self) {
        let followers = self.followers.borrow().clone();
        for (number, call) in followers {
            // An earlier function may have dropped the `Watch` of a later one.
            if self.followers.borrow().iter().any(|(watching, _)| *watching == number) {
                call();
            }
        }
    }

    /// Tells a change. A function may change the store again: that change is told after this one.
    pub(super) fn tell(&self, change: Change) {
        if change.tables.is_empty() || self.is_empty() {
            return;
        }
        self.queue.borrow_mut().push_back(change);
        if self.telling.replace(true) {
            return;
        }
        for _ in 0..MOST {
            let Some(change) = self.queue.borrow_mut().pop_front() else { break };
            let callbacks = self.callbacks.borrow().clone();
            for (number, call) in callbacks {
                // An earlier function may have dropped the `Watch` of a later one.
                if self.callbacks.borrow().iter().any(|(watching, _)| *watching == number) {
                    call(&change);
                }
            }
        }
        self.queue.borrow_mut().clear();
        self.telling.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_may_end_its_own_watch_and_those_of_others() {
        let watchers = Rc::new(Watchers::default());
        let change = || Change { tables: vec!["todos"], origin: Origin::Local };
        let calls = Rc::new(Cell::new(0));
        let watches = Rc::new(RefCell::new(Vec::new()));
        for _ in 0..3 {
            let (all, calls) = (Rc::clone(&watches), Rc::clone(&calls));
            let watch = watchers.add(move |_: &Change| {
                calls.set(calls.get() + 1);
                drop(all.take());
            });
            watches.borrow_mut().push(watch);
        }
        watchers.tell(change());
        assert_eq!(calls.get(), 1, "the first one has ended all of them");
        assert!(watchers.is_empty());

        // A function that owns a `Watch` ends it with its own.
        let inner = watchers.add(|_: &Change| {});
        let outer = watchers.add(move |_: &Change| drop(format!("{inner:?}")));
        drop(outer);
        assert!(watchers.is_empty());
    }

    #[test]
    fn a_function_may_change_the_store_again() {
        let watchers = Rc::new(Watchers::default());
        let seen = Rc::new(RefCell::new(Vec::new()));
        let change = |table| Change { tables: vec![table], origin: Origin::Local };
        let (again, noted) = (Rc::downgrade(&watchers), Rc::clone(&seen));
        let watch = watchers.add(move |change: &Change| {
            noted.borrow_mut().push(change.tables[0]);
            if change.tables[0] == "first" {
                again.upgrade().unwrap().tell(Change { tables: vec!["second"], origin: Origin::Local });
            }
        });
        watchers.tell(change("first"));
        assert_eq!(*seen.borrow(), ["first", "second"]);
        drop(watch);
        watchers.tell(change("first"));
        assert_eq!(seen.borrow().len(), 2);
    }
}
