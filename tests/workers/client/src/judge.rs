//! Hooks of the backend that look at the text of new lines.

use std::cell::RefCell;
use std::collections::HashSet;

use durable_object::livestore::backend::{Hooks, IncomingPush};
use durable_object::prelude::*;

thread_local! {
    /// The pushes for which the judge was away once.
    static POSTPONED: RefCell<HashSet<String>> = RefCell::default();
}

/// Refuses lines with the word `forbidden`. For those with the word `undecided`, it cannot decide at the first time.
pub struct Judge;

impl Hooks for Judge {
    fn new(_env: &Env) -> Result<Self> {
        Ok(Self)
    }

    async fn on_push(&self, push: &IncomingPush<'_>) -> Result<()> {
        for event in push.events {
            let args = event.args.unwrap_or_default();
            if args.contains("forbidden") {
                return Err(Error::new("this word is not allowed"));
            }
            if args.contains("undecided") && POSTPONED.with_borrow_mut(|known| known.insert(args.to_owned()))
            {
                return Err(Error::passing("the judge is away"));
            }
        }
        Ok(())
    }
}
