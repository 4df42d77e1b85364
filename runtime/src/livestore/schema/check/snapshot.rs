//! The whole content of a database.

use std::collections::BTreeMap;

use crate::storage::Row;
use crate::value::Value;
use crate::{Result, Sql};

/// The rows of every table in a fixed order, and the definitions of the tables.
#[derive(Debug, PartialEq)]
pub(super) struct Snapshot {
    schema: Vec<(String, String)>,
    tables: BTreeMap<String, Vec<Vec<Value>>>,
}

impl Snapshot {
    pub(super) fn of(sql: &Sql) -> Result<Self> {
        let schema: Vec<(String, String)> = sql
            .query("SELECT type || ' ' || name, ifnull(sql, '') FROM sqlite_schema ORDER BY 1", ())?
            .all()?;
        let names: Vec<String> =
            sql.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1", ())?.all()?;
        let mut tables = BTreeMap::new();
        for name in names {
            tables.insert(name.clone(), rows(sql, &name)?);
        }
        Ok(Self { schema, tables })
    }

    /// Returns the definitions.
    pub(super) fn schema(&self) -> &[(String, String)] {
        &self.schema
    }

    /// Returns the first table whose rows differ.
    pub(super) fn difference<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        let names = self.tables.keys().chain(other.tables.keys());
        names.map(String::as_str).find(|name| self.tables.get(*name) != other.tables.get(*name))
    }
}

fn rows(sql: &Sql, name: &str) -> Result<Vec<Vec<Value>>> {
    let table = name.replace('"', "\"\"");
    let query = sql.query::<Row>(&format!("SELECT * FROM \"{table}\" LIMIT 0"), ())?;
    let order: Vec<String> = (1..=query.columns().len()).map(|column| column.to_string()).collect();
    let select = format!("SELECT * FROM \"{table}\" ORDER BY {}", order.join(", "));
    let rows = sql.query::<Row>(&select, ())?;
    rows.map(|row| row.map(|row| row.values().to_vec())).collect()
}
