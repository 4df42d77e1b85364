//! The log of LiveStore's own adapter, taken over by the first store that opens its object.

use super::database::{Database, Result};
use crate::livestore::client::official;
use crate::livestore::schema::Schema;
use crate::{Date, Sql};

impl<S: Schema> Database<S> {
    /// Moves the adapter's log into the empty tables of this store, and drops the tables of the adapter. Returns whether
    /// the object has any.
    ///
    /// It is a part of the transaction that creates the tables, so that it happens once, and as a whole.
    pub(super) fn take_over(&self, sql: &Sql) -> Result<bool> {
        // Of several stores in one object, nobody knows whose log it is.
        if !self.layout.is_single() || sql.query::<i64>(official::EXIST, ())?.optional()?.is_none() {
            return Ok(false);
        }
        let (head, end) = sql.query::<(i64, i64)>(official::EXTENT, ())?.one()?;
        for statement in official::take_over(&self.layout, head, end, Date::now().as_millis()) {
            sql.execute(&statement, ())?;
        }
        Ok(true)
    }
}
