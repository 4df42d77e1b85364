//! The mistakes in a schema.

use std::fmt;

use crate::Error;
use crate::error::IntoError;
use crate::livestore::schema::EventError;

/// A mistake in a schema.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Finding {
    /// There is no database.
    #[error("there is no database in memory: {0}")]
    Engine(#[source] Error),

    /// Two tables have one name.
    #[error("two tables are called `{table}`: rename one")]
    TwoTables {
        /// The name.
        table: &'static str,
    },

    /// SQLite refuses a table or an index.
    #[error("the table `{table}` cannot be created: {source}")]
    Table {
        /// The table.
        table: &'static str,
        /// The words of SQLite.
        source: Error,
    },

    /// A key or an index names a column that the table does not have.
    #[error("the table `{table}` has no column `{column}` for a key or an index")]
    NoColumn {
        /// The table.
        table: &'static str,
        /// The name of the column.
        column: &'static str,
    },

    /// The definition of a table depends on the clock or on random numbers.
    #[error("the definition of the table `{table}` differs from run to run: {reason}")]
    ImpureTable {
        /// The table.
        table: &'static str,
        /// The reason, and the remedy.
        reason: &'static str,
    },

    /// SQLite refuses a statement.
    #[error("a statement of the event `{event}` cannot run: {source}")]
    Statement {
        /// The event.
        event: &'static str,
        /// The words of SQLite.
        source: Error,
    },

    /// A statement depends on the clock, on random numbers or on the connection.
    #[error("a statement of the event `{event}` differs from run to run: {reason} (in `{statement}`)")]
    ImpureStatement {
        /// The event.
        event: &'static str,
        /// The statement.
        statement: String,
        /// The reason, and the remedy.
        reason: &'static str,
    },

    /// The samples lack an event.
    #[error("there is no sample of the event `{event}`: pass one to `check`")]
    NoSample {
        /// The event.
        event: &'static str,
    },

    /// A sample cannot be encoded, or cannot be decoded again.
    #[error(transparent)]
    Event {
        /// The event and the reason.
        source: EventError,
    },

    /// A sample is another one after it was encoded and decoded.
    #[error("the event `{event}` is not the same when it is read back: {before} became {after}")]
    Encoding {
        /// The event.
        event: &'static str,
        /// The arguments of the sample.
        before: String,
        /// The arguments of the sample that was read back.
        after: String,
    },

    /// A sample cannot be materialised.
    #[error("the event `{event}` cannot be materialised: {source}")]
    Materialize {
        /// The event.
        event: &'static str,
        /// The reason.
        source: Error,
    },

    /// A sample had another effect when it was materialised again.
    #[error(
        "the event `{event}` had two effects on the table `{table}`: its materialiser depends on a clock, on random \
         numbers, or on rows whose order nothing says; put times and ids into the event, and add `ORDER BY`"
    )]
    Indeterminate {
        /// The event.
        event: &'static str,
        /// The table that differs.
        table: String,
    },

    /// A sample changed the definition of a table.
    #[error(
        "the event `{event}` changes the tables themselves; change the structs that derive `Table` instead"
    )]
    SchemaChange {
        /// The event.
        event: &'static str,
    },

    /// A part of a sample's effect was still there after its transaction had rolled back.
    #[error("a part of the event `{event}` is left after its transaction rolled back")]
    Rollback {
        /// The event.
        event: &'static str,
    },

    /// The effect of a sample was another one after its transaction had committed.
    #[error("the table `{table}` is not what the event `{event}` made it after its transaction committed")]
    Commit {
        /// The event.
        event: &'static str,
        /// The table that differs.
        table: String,
    },

    /// A row that the samples wrote is not a row of its struct.
    #[error("a row of the table `{table}` cannot be read as its struct: {source}")]
    Rows {
        /// The table.
        table: &'static str,
        /// The column and the reason.
        source: Error,
    },
}

/// All mistakes in a schema, at least one.
#[derive(Debug)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn of(findings: Vec<Finding>) -> Result<(), Self> {
        if findings.is_empty() { Ok(()) } else { Err(Self(findings)) }
    }

    /// Returns the mistakes in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the schema has mistakes:")?;
        self.0.iter().try_for_each(|finding| write!(f, "\n- {finding}"))
    }
}

impl std::error::Error for Findings {}

impl IntoError for Findings {
    fn into_error(self) -> Error {
        Error::Message(self.to_string())
    }
}
