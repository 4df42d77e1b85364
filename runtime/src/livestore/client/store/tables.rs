//! The users' tables, with their undo logs.

use super::connection::{Connection, column};
use crate::livestore::client::error::{Result, StoreError};
use crate::livestore::client::layout::{Layout, quoted};
use crate::livestore::client::undo::{Collation, Column, Table, Undo};
use crate::livestore::schema::TableDef;

/// One table of the schema.
pub(crate) struct UserTable {
    pub(crate) definition: &'static TableDef,
    pub(crate) undo: Undo,
}

impl UserTable {
    pub(super) fn new(layout: &Layout, definition: &'static TableDef) -> Result<Self> {
        let is_key = |name: &str| definition.primary_key().contains(&name);
        let columns = definition.columns().iter().map(|column| Column {
            name: column.name().to_owned(),
            is_key: is_key(column.name()),
            collation: Collation::Binary,
        });
        let table = Table {
            name: definition.name().to_owned(),
            columns: columns.collect(),
            has_row_id: definition.has_rowid(),
        };
        let undo = Undo::new(layout, &table).map_err(|error| StoreError::Schema(error.to_string()))?;
        Ok(Self { definition, undo })
    }

    /// Creates the table with its indexes, and the table of its undo log.
    pub(super) fn create(&self, connection: &Connection) -> Result<()> {
        connection.run(&self.definition.create(), &[])?;
        for index in self.definition.create_indexes() {
            connection.run(&index, &[])?;
        }
        let [undo, ..] = self.undo.create();
        connection.run(undo, &[])?;
        Ok(())
    }

    /// Creates the triggers that fill the undo log.
    pub(super) fn watch(&self, connection: &Connection) -> Result<()> {
        let [_, triggers @ ..] = self.undo.create();
        for trigger in triggers {
            connection.run(trigger, &[])?;
        }
        Ok(())
    }
}

/// Drops all users' tables of a store with their undo logs, whatever schema they had.
pub(super) fn drop_all(connection: &Connection, layout: &Layout) -> Result<()> {
    // The undo tables tell which tables the store has.
    let prefix = layout.table("undo_");
    let prefix = prefix.trim_matches('"');
    let undo = "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, ?2) = ?1";
    let length = i64::try_from(prefix.len()).unwrap_or(i64::MAX);
    for row in connection.rows(undo, &[&prefix, &length])? {
        let name: String = column(&row, 0)?;
        let table = name.get(prefix.len()..).unwrap_or_default();
        // Its triggers and indexes go with it.
        connection.run(&["DROP TABLE IF EXISTS ", &quoted(table)].concat(), &[])?;
        connection.run(&["DROP TABLE ", &quoted(&name)].concat(), &[])?;
    }
    Ok(())
}
