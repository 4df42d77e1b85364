//! Queries that are run again when their tables change.

use std::cell::RefCell;
use std::rc::Rc;

use super::footprint::Footprint;
use super::handle::Store;
use super::watch::{Change, Watch};
use crate::livestore::client::error::StoreError;
use crate::livestore::schema::Schema;
use crate::storage::{FromRow, Params, Row};
use crate::value::Value;
use crate::{Error, sys};

impl<S: Schema> Store<S> {
    /// Calls a function with the rows of a query: now, and after each change that gives it other rows. It ends when the
    /// returned value is dropped. The function may commit.
    ///
    /// The query is run again when a table that it reads has changed, also through a view, a trigger or a foreign key. As with [`watch`](Self::watch), an object that
    /// hibernates subscribes again in its `#[init]`.
    ///
    /// ```
    /// # use durable_object::livestore::client::{Store, Watch};
    /// # use durable_object::livestore::schema::Schema;
    /// # use durable_object::prelude::*;
    /// fn follow<S: Schema>(store: &Store<S>) -> Result<Watch> {
    ///     let open = "SELECT count(*) FROM todos WHERE completed = ?1";
    ///     Ok(store.subscribe(open, (false,), |counts: Vec<i64>| console_log!("{counts:?} to do"))?)
    /// }
    /// ```
    ///
    /// While the tables are filled again, the function is first called when that is done.
    ///
    /// # Errors
    /// As [`query`](Self::query), for the first time, but never [`StoreError::Rebuilding`]. Later errors are logged.
    pub fn subscribe<T: FromRow + 'static>(
        &self,
        statement: &str,
        params: impl Params,
        changed: impl Fn(Vec<T>) + 'static,
    ) -> Result<Watch, StoreError> {
        let params = params.values().map_err(Error::Value)?;
        let inner = self.inner();
        let subscription = Rc::new(Subscription {
            footprint: inner.database.footprints.of(&inner.database.connection, statement),
            statement: statement.to_owned(),
            params,
            rows: RefCell::default(),
            changed: Box::new(move |rows: Vec<Row>| {
                let rows: Result<Vec<T>, _> = rows.into_iter().map(T::from_row).collect();
                changed(rows.map_err(|error| Error::Value(error.to_string()))?);
                Ok(())
            }),
        });
        let (store, again) = (self.downgrade(), Rc::clone(&subscription));
        // It watches first: the function may commit when it is called for the first time.
        let watch = self.watch(move |change| {
            let Some(store) = store.upgrade() else { return };
            if again.concerns(change)
                && let Err(error) = again.run(&store)
            {
                sys::log_error(&format!("a subscription of the store fails: {error}"));
            }
        });
        match subscription.run(self) {
            // The end of the rebuild is a change.
            Ok(()) | Err(StoreError::Rebuilding { .. }) => Ok(watch),
            Err(error) => Err(error),
        }
    }
}

struct Subscription {
    statement: String,
    params: Vec<Value>,
    footprint: Rc<Footprint>,
    /// The values of the rows that the function has seen last.
    rows: RefCell<Option<Vec<Vec<Value>>>>,
    changed: Box<dyn Fn(Vec<Row>) -> Result<(), Error>>,
}

impl Subscription {
    fn concerns(&self, change: &Change) -> bool {
        // While the tables were filled again, it could not run.
        self.rows.borrow().is_none() || change.tables.iter().any(|table| self.footprint.reads.contains(table))
    }

    fn run<S: Schema>(&self, store: &Store<S>) -> Result<(), StoreError> {
        let rows = store.query::<Row>(&self.statement, &self.params)?.all()?;
        let values: Vec<Vec<Value>> = rows.iter().map(|row| row.values().to_vec()).collect();
        if self.rows.replace(Some(values.clone())).as_ref() != Some(&values) {
            (self.changed)(rows)?;
        }
        Ok(())
    }
}
