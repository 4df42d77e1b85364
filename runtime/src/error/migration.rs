//! Why a database does not become what the code expects.

use thiserror::Error as ThisError;

use super::Error;

/// Why migrations do not run. None of them was recorded that did not run to its end.
#[derive(Debug, Clone, ThisError)]
#[non_exhaustive]
pub enum MigrationError {
    /// A migration that has run is not what it was then.
    #[error(
        "migration `{name}` was edited after it ran here; restore it as it was, and put the change into a new migration at the end"
    )]
    Edited {
        /// The migration.
        name: String,
    },

    /// A migration stands before one that has run without it.
    #[error(
        "migration `{name}` comes before `{applied}`, which has run here without it; put new migrations at the end"
    )]
    Misplaced {
        /// The migration that is in the wrong place.
        name: String,
        /// The one that has run.
        applied: String,
    },

    /// A migration that has run is gone, or has another name.
    #[error("migration `{name}` has run here, but is no longer in the code; restore it under that name")]
    Removed {
        /// The migration.
        name: String,
    },

    /// The database has been used by newer code than this.
    #[error(
        "migration `{name}` has run here, but this code ends before it; deploy the version that has it, or a newer one"
    )]
    Newer {
        /// The first migration that the code does not know.
        name: String,
    },

    /// A migration cannot be applied. It left nothing behind.
    #[error("migration `{name}` failed: {error}")]
    Failed {
        /// The migration.
        name: String,
        /// What went wrong in it.
        error: Box<Error>,
    },

    /// A migration does not make of an older database what it makes of a new one.
    #[error("from the state after {from}, the migrations lead to another database: {difference}")]
    Diverged {
        /// The last migration of the older database.
        from: String,
        /// What is different.
        difference: String,
    },
}
