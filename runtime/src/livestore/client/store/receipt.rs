//! The fate of committed events.

use std::cell::RefCell;
use std::collections::BTreeMap;

use tokio::sync::oneshot;

use super::apply::Fate;
use crate::livestore::client::error::StoreError;

type Outcome = Result<(), StoreError>;

/// The receipt for events that a store has committed.
///
/// It may be dropped: the events are stored, and are pushed all the same.
#[derive(Debug)]
pub struct Receipt {
    outcomes: Vec<oneshot::Receiver<Outcome>>,
}

impl Receipt {
    /// Waits until the backend has all of the events.
    ///
    /// # Errors
    /// [`StoreError::Rejected`] when an event cannot be applied any more after other clients' events;
    /// [`StoreError::Unconfirmed`] when the store was reset, or the object lost its memory, before the backend
    /// answered. In the second case the events are stored, and will be pushed.
    pub async fn confirmed(self) -> Result<(), StoreError> {
        for outcome in self.outcomes {
            let lost =
                || StoreError::Unconfirmed("the store was closed before the backend had answered".to_owned());
            outcome.await.map_err(|_| lost())??;
        }
        Ok(())
    }
}

/// The receipts of pending events, by the events' numbers.
#[derive(Default)]
pub(super) struct Receipts(RefCell<BTreeMap<i64, oneshot::Sender<Outcome>>>);

impl Receipts {
    pub(super) fn give(&self, first: i64, count: usize) -> Receipt {
        let mut waiting = self.0.borrow_mut();
        let outcomes = (first..).take(count).map(|number| {
            let (sender, receiver) = oneshot::channel();
            waiting.insert(number, sender);
            receiver
        });
        Receipt { outcomes: outcomes.collect() }
    }

    /// All events up to a number are confirmed.
    pub(super) fn confirm(&self, through: i64) {
        let mut waiting = self.0.borrow_mut();
        let later = waiting.split_off(&(through + 1));
        for (_, sender) in std::mem::replace(&mut *waiting, later) {
            let _ = sender.send(Ok(()));
        }
    }

    /// A page has decided about events.
    pub(super) fn settle(&self, fates: Vec<(i64, Fate)>) {
        let mut waiting = self.0.borrow_mut();
        let mut moved = Vec::new();
        for (number, fate) in fates {
            let Some(sender) = waiting.remove(&number) else { continue };
            // A receiver that was dropped does not want to know.
            match fate {
                Fate::Confirmed => drop(sender.send(Ok(()))),
                Fate::Rejected(why) => drop(sender.send(Err(StoreError::Rejected(why)))),
                Fate::Moved(place) => moved.push((place, sender)),
            }
        }
        waiting.extend(moved);
    }

    /// The log ends at a number, because a transaction around later commits was rolled back.
    pub(super) fn end_at(&self, last: i64) {
        for (_, sender) in self.0.borrow_mut().split_off(&(last + 1)) {
            let why = "the transaction around the commit was rolled back, and nothing is stored";
            let _ = sender.send(Err(StoreError::Unconfirmed(why.to_owned())));
        }
    }

    /// No pending event is left.
    pub(super) fn reject_all(&self, why: &str) {
        for (_, sender) in std::mem::take(&mut *self.0.borrow_mut()) {
            let _ = sender.send(Err(StoreError::Unconfirmed(why.to_owned())));
        }
    }
}
