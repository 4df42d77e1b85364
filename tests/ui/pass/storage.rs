//! Everything that can be said to storage.

#![deny(warnings)]

use durable_object::prelude::*;
use durable_object::storage::FromSql;
use durable_object::value::{Blob, Value};
use durable_object::Date;

#[derive(FromRow)]
#[row(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Page<T: FromSql> {
    pub r#type: T,
    #[row(rename = "odd \"name\"")]
    pub odd: Option<Blob>,
    #[row(json, default)]
    pub list: Vec<Option<u64>>,
    // Names that the generated code uses as well.
    pub row: f32,
    pub value0: [u8; 4],
    #[row(default)]
    pub at: Option<Date>,
}

const MIGRATIONS: &[Migration] = &[
    Migration::new("1", "CREATE TABLE a (b); CREATE TRIGGER c AFTER INSERT ON a BEGIN DELETE FROM a; END;"),
    Migration::new("2", "PRAGMA defer_foreign_keys = ON; -- BEGIN\n SELECT 'COMMIT'"),
];

pub fn all(ctx: &Ctx) -> Result<Vec<Page<String>>> {
    ctx.sql().migrate(MIGRATIONS)?;
    let many: Vec<Value> = ctx.sql().query("SELECT ?", vec![1_u8])?.all()?;
    ctx.sql().execute("SELECT ?, ?, ?", params![many.len(), "a", None::<bool>])?;
    let one: (i64,) = ctx.transaction(|sql| sql.query("SELECT 1", ())?.one())?;
    ctx.sql().query("SELECT ?", one)?.all()
}

fn main() {}
