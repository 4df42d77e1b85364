//! The undo log: SQL that takes back the pending events' changes to a table.
//!
//! SQLite in a durable object has no sessions and no savepoints that last. So triggers copy each row that a
//! pending event changes into an undo table, with the number of the event. A rebase restores the rows from
//! there, in SQL, so that every value keeps its storage class.
//!
//! The triggers record only while the last event of the log is after the head. So an event has to be inserted
//! before it is applied, and confirmed events cost nothing.

use super::layout::{Layout, RESERVED, quoted};

/// The statement that every new connection needs.
///
/// Without it, `OR REPLACE` deletes rows and no trigger notices, and a restored table lacks them.
pub(crate) const ON_OPEN: &str = "PRAGMA recursive_triggers = ON";
/// The statement that a transaction with a restore needs when tables refer to each other.
pub(crate) const BEFORE_RESTORE: &str = "PRAGMA defer_foreign_keys = ON";
/// The largest number of columns of a synced table. SQLite in a durable object takes 100, and the undo table
/// has four of its own.
const MAX_COLUMNS: usize = 96;
/// The names by which SQLite knows the row id, unless a column has them.
const ROW_IDS: [&str; 3] = ["rowid", "_rowid_", "oid"];

/// A table of the user that events change.
///
/// A table with actions of foreign keys (`ON DELETE CASCADE` and the like) cannot be restored: the action
/// would change rows of another table. Nor can one with triggers of its own, with `AUTOINCREMENT`, or a
/// virtual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    /// Its name, without quotes.
    pub(crate) name: String,
    /// Its columns, without generated ones.
    pub(crate) columns: Vec<Column>,
    /// Whether the table has row ids. A table `WITHOUT ROWID` has none.
    pub(crate) has_row_id: bool,
}

/// A column of such a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name, without quotes.
    pub(crate) name: String,
    /// Whether it belongs to the primary key. Such a column has to be `NOT NULL`.
    pub(crate) is_key: bool,
    /// The way in which its texts are compared.
    pub(crate) collation: Collation,
}

/// The way in which a column's texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Collation {
    /// Byte by byte, which is the default.
    #[default]
    Binary,
    /// Without the case of the letters from a to z.
    #[cfg_attr(not(test), expect(dead_code, reason = "no option of a table's column has it yet"))]
    NoCase,
    /// Without spaces at the end.
    #[cfg_attr(not(test), expect(dead_code, reason = "no option of a table's column has it yet"))]
    RTrim,
}

/// The reason why a table cannot have an undo log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UndoError {
    /// No column belongs to the primary key.
    #[error("the table `{table}` has no primary key: declare one, so that its rows can be found again")]
    NoKey {
        /// The table.
        table: String,
    },
    /// The table has too many columns.
    #[error("the table `{table}` has {count} columns: a synced table has at most {MAX_COLUMNS}")]
    TooManyColumns {
        /// The table.
        table: String,
        /// The number of its columns.
        count: usize,
    },
    /// The name of the table or of a column is kept for the client.
    #[error(
        "the name `{name}` begins with `{RESERVED}`, which the sync client keeps for itself: choose another one"
    )]
    Reserved {
        /// The name.
        name: String,
    },
    /// Three columns take all names of the row id.
    #[error(
        "the table `{table}` has columns named rowid, _rowid_ and oid: rename one, or declare it WITHOUT ROWID"
    )]
    NoRowId {
        /// The table.
        table: String,
    },
}

/// The statements of one table's undo log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Undo {
    create: [String; 5],
    #[cfg(test)]
    drop: [String; 5],
    restore: [String; 3],
    trim: String,
    touched: String,
}

impl Undo {
    /// Writes the statements for a table.
    ///
    /// # Errors
    /// Fails when the table cannot be restored.
    pub(crate) fn new(layout: &Layout, table: &Table) -> Result<Self, UndoError> {
        check(table)?;
        let row_id = row_id(table)?;
        let undo_name = |part: &str| layout.table(&format!("undo_{}{part}", table.name));
        let (undo, user) = (undo_name(""), quoted(&table.name));
        let [id, number, present, row] = ["id", "g", "present", "row"].map(own);
        let (log, head) = (layout.eventlog(), layout.head_table());

        let columns: Vec<_> = table.columns.iter().map(|column| quoted(&column.name)).collect();
        let keys: Vec<_> =
            table.columns.iter().filter(|column| column.is_key).map(|column| quoted(&column.name)).collect();
        let (all, key) = (columns.join(", "), keys.join(", "));
        let declared: Vec<_> = table.columns.iter().map(Column::declared).collect();

        let last = format!("(SELECT max(g) FROM {log})");
        let gate = format!("{last} > (SELECT head FROM {head})");
        let of = |row: &str, names: &[String]| {
            let values: Vec<_> = names.iter().map(|name| format!("{row}.{name}")).collect();
            values.join(", ")
        };
        let absent = format!(
            "BEGIN INSERT INTO {undo} ({number}, {present}, {key}) VALUES ({last}, 0, {}); END",
            of("NEW", &keys)
        );
        let (row_name, old_row) =
            row_id.map_or_else(Default::default, |name| (format!(", {row}"), format!(", OLD.{name}")));
        let image = format!(
            "BEGIN INSERT INTO {undo} ({number}, {present}{row_name}, {all}) VALUES ({last}, 1{old_row}, {}); END",
            of("OLD", &columns)
        );
        let moved: Vec<_> = keys.iter().map(|name| format!("OLD.{name} IS NOT NEW.{name}")).collect();
        let moved = moved.join(" OR ");
        let trigger = |name: &str, event: &str, condition: &str, body: &str| {
            let name = undo_name(name);
            format!("CREATE TRIGGER {name} AFTER {event} ON {user} WHEN {gate}{condition} {body}")
        };

        let first = format!("SELECT min({id}) FROM {undo} WHERE {number} >= ?1 GROUP BY {key}");
        let (row_id, row) =
            row_id.map_or_else(Default::default, |name| (format!("{name}, "), format!("{row}, ")));
        Ok(Self {
            create: [
                format!(
                    "CREATE TABLE {undo} ({id} INTEGER PRIMARY KEY, {number} INTEGER NOT NULL, {present} INTEGER NOT NULL, {row}{})",
                    declared.join(", ")
                ),
                trigger("_insert", "INSERT", "", &absent),
                trigger("_delete", "DELETE", "", &image),
                trigger("_update", "UPDATE", "", &image),
                trigger("_move", "UPDATE", &format!(" AND ({moved})"), &absent),
            ],
            #[cfg(test)]
            drop: [
                format!("DROP TRIGGER IF EXISTS {}", undo_name("_insert")),
                format!("DROP TRIGGER IF EXISTS {}", undo_name("_delete")),
                format!("DROP TRIGGER IF EXISTS {}", undo_name("_update")),
                format!("DROP TRIGGER IF EXISTS {}", undo_name("_move")),
                format!("DROP TABLE IF EXISTS {undo}"),
            ],
            restore: [
                format!(
                    "DELETE FROM {user} WHERE ({key}) IN (SELECT {key} FROM {undo} WHERE {number} >= ?1)"
                ),
                format!(
                    "INSERT INTO {user} ({row_id}{all}) SELECT {row}{all} FROM {undo} WHERE {present} AND {id} IN ({first})"
                ),
                format!("DELETE FROM {undo} WHERE {number} >= ?1"),
            ],
            trim: format!("DELETE FROM {undo} WHERE {number} <= ?1"),
            touched: format!("SELECT EXISTS (SELECT 1 FROM {undo} WHERE {number} >= ?1)"),
        })
    }

    /// Returns the statements that create the undo table and its triggers. The table itself exists.
    pub(crate) fn create(&self) -> &[String; 5] {
        &self.create
    }

    /// Returns the statements that drop them. A rebuild does so first: it applies confirmed events while
    /// pending ones are in the log.
    #[cfg(test)]
    pub(crate) fn drop(&self) -> &[String; 5] {
        &self.drop
    }

    /// Returns the statements that restore the table to its state before an event, each for the number of
    /// that event. The head has to be at or after the last event of the log, so that the triggers do not
    /// record the restoring.
    pub(crate) fn restore(&self) -> &[String; 3] {
        &self.restore
    }

    /// Returns the statement that forgets the changes of confirmed events, for the number of the head.
    pub(crate) fn trim(&self) -> &str {
        &self.trim
    }

    /// Returns the question whether the events from a number have changed the table: 0 or 1.
    pub(crate) fn touched(&self) -> &str {
        &self.touched
    }
}

impl Column {
    /// Returns the column of the undo table. It has no type, so that each value keeps its storage class.
    fn declared(&self) -> String {
        let collation = match self.collation {
            Collation::Binary => "",
            Collation::NoCase => " COLLATE NOCASE",
            Collation::RTrim => " COLLATE RTRIM",
        };
        format!("{}{collation}", quoted(&self.name))
    }
}

/// Returns the quoted name of an own column of the undo table.
fn own(name: &str) -> String {
    quoted(&format!("{RESERVED}{name}"))
}

fn check(table: &Table) -> Result<(), UndoError> {
    let names = table.columns.iter().map(|column| &column.name).chain([&table.name]);
    let is_reserved =
        |name: &&String| name.get(..RESERVED.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED));
    if let Some(name) = names.into_iter().find(is_reserved) {
        return Err(UndoError::Reserved { name: name.clone() });
    }
    let (table_name, count) = (table.name.clone(), table.columns.len());
    if count > MAX_COLUMNS {
        return Err(UndoError::TooManyColumns { table: table_name, count });
    }
    if !table.columns.iter().any(|column| column.is_key) {
        return Err(UndoError::NoKey { table: table_name });
    }
    Ok(())
}

/// Returns the name of the row id that no column hides, if the table has row ids.
fn row_id(table: &Table) -> Result<Option<&'static str>, UndoError> {
    if !table.has_row_id {
        return Ok(None);
    }
    let is_free = |name: &&str| !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    ROW_IDS
        .into_iter()
        .find(|name| is_free(name))
        .map(Some)
        .ok_or_else(|| UndoError::NoRowId { table: table.name.clone() })
}

#[cfg(test)]
mod tests;
