//! The reasons why a database cannot reach the schema that the code expects.

use thiserror::Error as ThisError;

use super::Error;

/// The reason why migrations do not run. A migration that did not run to its end is not recorded.
#[derive(Debug, Clone, ThisError)]
#[non_exhaustive]
pub enum MigrationError {
    /// A past migration has been edited since it ran.
    #[error(
        "migration `{name}` was edited after it ran here; restore it as it was, and put the change into a new migration at the end"
    )]
    Edited {
        /// The migration.
        name: String,
    },

    /// A new migration stands before one that has already run.
    #[error(
        "migration `{name}` comes before `{applied}`, which has run here without it; put new migrations at the end"
    )]
    Misplaced {
        /// The migration that is in the wrong place.
        name: String,
        /// The migration that has run.
        applied: String,
    },

    /// A past migration is missing, or has another name.
    #[error("migration `{name}` has run here, but is no longer in the code; restore it under that name")]
    Removed {
        /// The migration.
        name: String,
    },

    /// Newer code than this has used the database.
    #[error(
        "migration `{name}` has run here, but this code ends before it; deploy the version that has it, or a newer one"
    )]
    Newer {
        /// The first migration that the code does not know.
        name: String,
    },

    /// A migration cannot be applied. It left no changes behind.
    #[error("migration `{name}` failed: {error}")]
    Failed {
        /// The migration.
        name: String,
        /// The error in the migration.
        #[source]
        error: Box<Error>,
    },

    /// A migration gives an older database another schema than a new one.
    #[error("from the state after {from}, the migrations lead to another database: {difference}")]
    Diverged {
        /// The last migration of the older database.
        from: String,
        /// The difference.
        difference: String,
    },
}
