//! The log of LiveStore's own adapter, taken over by the first store that opens its object.

use super::connection::column;
use super::database::Database;
use crate::Date;
use crate::livestore::client::error::Result;
use crate::livestore::client::official;

impl Database {
    /// Moves the adapter's log into the empty tables of this store, and drops the tables of the adapter. Returns whether
    /// the object has any.
    ///
    /// It is a part of the transaction that creates the tables, so that it happens once, and as a whole.
    pub(super) fn take_over(&self) -> Result<bool> {
        // Of several stores in one object, nobody knows whose log it is.
        if !self.layout.is_single() || self.connection.value::<i64>(official::EXIST, &[])?.is_none() {
            return Ok(false);
        }
        let extent = self.connection.rows(official::EXTENT, &[])?;
        let [row] = &*extent else { return Ok(false) };
        let (head, end) = (column(row, 0)?, column(row, 1)?);
        for statement in official::take_over(&self.layout, head, end, Date::now().as_millis()) {
            self.connection.run(&statement, &[])?;
        }
        Ok(true)
    }
}
