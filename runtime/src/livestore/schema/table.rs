//! Tables.

use super::column::Column;
use crate::FromRow;

/// A row of a table, as a struct; its fields are the columns.
///
/// [`#[derive(Table)]`](derive@crate::livestore::schema::Table) implements it, and its page has an example.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the row of a table",
    label = "needs `Table`",
    note = "a struct derives it: `#[derive(Table)]` and `#[table(\"todos\")]`, with `#[column(primary_key)]` on a field"
)]
pub trait Table: FromRow {
    /// The table.
    const DEFINITION: TableDef;
}

/// The definition of a table.
///
/// ```
/// use durable_object::livestore::schema::{Column, ColumnType, TableDef};
///
/// const VOTES: TableDef = TableDef::new(
///     "votes",
///     &[Column::new("poll", ColumnType::Text), Column::new("voter", ColumnType::Text)],
///     &["poll", "voter"],
/// );
/// assert_eq!(
///     VOTES.create(),
///     r#"CREATE TABLE "votes" ("poll" TEXT NOT NULL, "voter" TEXT NOT NULL, PRIMARY KEY ("poll", "voter")) STRICT, WITHOUT ROWID"#,
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableDef {
    name: &'static str,
    columns: &'static [Column],
    primary_key: &'static [&'static str],
    unique: &'static [&'static [&'static str]],
    indexes: &'static [Index],
    has_rowid: bool,
}

/// An index of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    name: &'static str,
    columns: &'static [&'static str],
}

impl Index {
    /// Creates an index on these columns.
    #[must_use]
    pub const fn new(name: &'static str, columns: &'static [&'static str]) -> Self {
        Self { name, columns }
    }

    /// Returns the name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the columns in order.
    #[must_use]
    pub const fn columns(&self) -> &'static [&'static str] {
        self.columns
    }
}

impl TableDef {
    /// Creates the definition of a table. It is `STRICT` and `WITHOUT ROWID`.
    #[must_use]
    pub const fn new(
        name: &'static str,
        columns: &'static [Column],
        primary_key: &'static [&'static str],
    ) -> Self {
        Self { name, columns, primary_key, unique: &[], indexes: &[], has_rowid: false }
    }

    /// Adds the lists of columns whose values together occur once.
    #[must_use]
    pub const fn with_unique(self, unique: &'static [&'static [&'static str]]) -> Self {
        Self { unique, ..self }
    }

    /// Adds indexes.
    #[must_use]
    pub const fn with_indexes(self, indexes: &'static [Index]) -> Self {
        Self { indexes, ..self }
    }

    /// Gives the rows a rowid. That is better for rows of more than about 200 bytes, and costs one written row more
    /// for each row, unless the primary key is one integer.
    #[must_use]
    pub const fn with_rowid(self) -> Self {
        Self { has_rowid: true, ..self }
    }

    /// Returns the name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the columns in order.
    #[must_use]
    pub const fn columns(&self) -> &'static [Column] {
        self.columns
    }

    /// Returns the columns of the primary key in order.
    #[must_use]
    pub const fn primary_key(&self) -> &'static [&'static str] {
        self.primary_key
    }

    /// Returns the lists of columns whose values together occur once, without the primary key.
    #[must_use]
    pub const fn unique(&self) -> &'static [&'static [&'static str]] {
        self.unique
    }

    /// Returns the indexes.
    #[must_use]
    pub const fn indexes(&self) -> &'static [Index] {
        self.indexes
    }

    /// Returns whether the rows have a rowid.
    #[must_use]
    pub const fn has_rowid(&self) -> bool {
        self.has_rowid
    }

    /// Returns the `CREATE TABLE` statement.
    #[must_use]
    pub fn create(&self) -> String {
        let mut sql = String::from("CREATE TABLE ");
        push_name(&mut sql, self.name);
        sql.push_str(" (");
        for column in self.columns {
            push_name(&mut sql, column.name());
            sql.push(' ');
            sql.push_str(column.ty().sql());
            if !column.is_nullable() {
                sql.push_str(" NOT NULL");
            }
            if let Some(default) = column.default() {
                sql.push_str(" DEFAULT ");
                sql.push_str(default);
            }
            sql.push_str(", ");
        }
        sql.push_str("PRIMARY KEY ");
        push_names(&mut sql, self.primary_key);
        for columns in self.unique {
            sql.push_str(", UNIQUE ");
            push_names(&mut sql, columns);
        }
        sql.push_str(if self.has_rowid { ") STRICT" } else { ") STRICT, WITHOUT ROWID" });
        sql
    }

    /// Returns the `CREATE INDEX` statements.
    pub fn create_indexes(&self) -> impl Iterator<Item = String> {
        self.indexes.iter().map(|index| {
            let mut sql = String::from("CREATE INDEX ");
            push_name(&mut sql, index.name);
            sql.push_str(" ON ");
            push_name(&mut sql, self.name);
            sql.push(' ');
            push_names(&mut sql, index.columns);
            sql
        })
    }
}

/// Appends a name in quotes.
fn push_name(sql: &mut String, name: &str) {
    sql.push('"');
    for letter in name.chars() {
        if letter == '"' {
            sql.push('"');
        }
        sql.push(letter);
    }
    sql.push('"');
}

/// Appends a list of names in parentheses.
fn push_names(sql: &mut String, names: &[&str]) {
    for (index, name) in names.iter().enumerate() {
        sql.push_str(if index == 0 { "(" } else { ", " });
        push_name(sql, name);
    }
    sql.push(')');
}
