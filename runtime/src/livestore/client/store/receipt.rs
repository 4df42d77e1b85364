//! The fate of committed events.

use std::cell::RefCell;

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

/// The receipts of pending events, with the events' numbers, which ascend.
#[derive(Default)]
pub(super) struct Receipts(RefCell<Vec<(i64, oneshot::Sender<Outcome>)>>);

impl Receipts {
    pub(super) fn give(&self, first: i64, count: usize) -> Receipt {
        // The number is taken again when a transaction was rolled back in this turn.
        self.end_at(first - 1);
        let mut waiting = self.0.borrow_mut();
        let outcomes = (first..).take(count).map(|number| {
            let (sender, receiver) = oneshot::channel();
            waiting.push((number, sender));
            receiver
        });
        Receipt { outcomes: outcomes.collect() }
    }

    /// All events up to a number are confirmed.
    pub(super) fn confirm(&self, through: i64) {
        let count = self.count(through);
        for (_, sender) in self.0.borrow_mut().drain(..count) {
            let _ = sender.send(Ok(()));
        }
    }

    /// A page has decided about events, whose numbers ascend.
    pub(super) fn settle(&self, fates: Vec<(i64, Fate)>) {
        let mut fates = fates.into_iter().peekable();
        let mut waiting = self.0.borrow_mut();
        for (number, sender) in std::mem::take(&mut *waiting) {
            while fates.next_if(|(decided, _)| *decided < number).is_some() {}
            // A receiver that was dropped does not want to know.
            match fates.next_if(|(decided, _)| *decided == number).map(|(_, fate)| fate) {
                None => waiting.push((number, sender)),
                Some(Fate::Moved(place)) => waiting.push((place, sender)),
                Some(Fate::Confirmed) => drop(sender.send(Ok(()))),
                Some(Fate::Rejected(why)) => drop(sender.send(Err(StoreError::Rejected(why)))),
            }
        }
    }

    /// The log ends at a number, because a transaction around later commits was rolled back.
    pub(super) fn end_at(&self, last: i64) {
        let why = "the transaction around the commit was rolled back, and nothing is stored";
        self.reject_from(self.count(last), why);
    }

    /// No pending event is left.
    pub(super) fn reject_all(&self, why: &str) {
        self.reject_from(0, why);
    }

    fn reject_from(&self, start: usize, why: &str) {
        for (_, sender) in self.0.borrow_mut().drain(start..) {
            let _ = sender.send(Err(StoreError::Unconfirmed(why.to_owned())));
        }
    }

    /// Returns the number of receipts for the events up to a number.
    fn count(&self, through: i64) -> usize {
        self.0.borrow().partition_point(|(number, _)| *number <= through)
    }
}
