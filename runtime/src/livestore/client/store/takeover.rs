//! The log of LiveStore's own adapter, taken over by the first store that opens its object.

use super::database::{Database, Result};
use crate::livestore::client::layout::Meta;
use crate::livestore::client::official;
use crate::livestore::schema::Schema;
use crate::{Date, Sql};

/// The reason for which a pending event cannot be pushed.
const BROKEN: &str =
    "the log of LiveStore's adapter lacks events before this one, and the backend may have it already";

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
        let extent = sql.query::<(i64, i64, Option<String>)>(official::EXTENT, ())?;
        let (head, end, backend_id) = extent.one()?;
        sql.execute(&official::copy(&self.layout), (end,))?;
        sql.execute(&official::reject(&self.layout), (end, BROKEN, Date::now().as_millis()))?;
        sql.execute(&self.layout.set_head(), (head,))?;
        if let Some(backend_id) = backend_id {
            self.set_meta(Meta::BackendId, &backend_id)?;
        }
        for statement in official::DROP {
            sql.execute(statement, ())?;
        }
        Ok(true)
    }
}
