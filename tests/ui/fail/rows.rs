//! Structs that no row can become.

#![allow(unused)]

use durable_object::prelude::*;

#[derive(FromRow)]
enum Either {
    Note(String),
}

#[derive(FromRow)]
struct Tuple(i64, String);

#[derive(FromRow)]
struct Unit;

#[derive(FromRow)]
struct Options {
    #[row]
    bare: i64,
    #[row(flatten)]
    unknown: i64,
    #[row(json = "yes")]
    flag: i64,
    #[row(rename = "")]
    empty: i64,
    #[row(rename = "a", rename = "b")]
    twice: i64,
    #[row(rename = "c")]
    #[row(rename = "d")]
    thrice: i64,
    #[row(rename = "flag")]
    again: i64,
}

#[derive(FromRow)]
#[row(rename_all = "kebab-case")]
struct Case {
    id: i64,
}

#[derive(FromRow)]
#[row(rename_all = "camelCase")]
struct Clash {
    created_at: i64,
    #[row(rename = "createdAt")]
    created: i64,
}

#[derive(FromRow)]
struct Types {
    tags: Vec<String>,
    #[row(json)]
    author: Author,
    #[row(default)]
    limit: Limit,
    wide: i128,
}

struct Author;

struct Limit;

fn read(sql: &Sql) -> Result<()> {
    let plain: Vec<Author> = sql.query("SELECT 1", ())?.all()?;
    let tuple: Vec<(i64, Author)> = sql.query("SELECT 1, 2", ())?.all()?;
    Ok(())
}

fn main() {}
