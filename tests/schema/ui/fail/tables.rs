//! Tables that a store could not keep.

#![allow(unused)]

use durable_object::Date;
use durable_object::livestore::schema::Table;

#[derive(Table)]
#[table("either")]
enum Either {
    Todo,
}

#[derive(Table)]
#[table("tuple")]
struct Tuple(String);

#[derive(Table)]
#[table("generic")]
struct Generic<T> {
    #[column(primary_key)]
    id: T,
}

#[derive(Table)]
struct Nameless {
    #[column(primary_key)]
    id: String,
}

#[derive(Table)]
#[table("keyless")]
struct Keyless {
    id: String,
}

macro_rules! named {
    ($($table:ident $name:literal)*) => {$(
        #[derive(Table)]
        #[table($name)]
        struct $table {
            #[column(primary_key)]
            id: String,
        }
    )*};
}

named!(
    Empty ""
    Head "__livestore_head"
    Log "EventLog"
    Pages "vfs_pages"
    Backend "eventlog_7_store"
    Context "context_7"
    Platform "_cf_todos"
    Sqlite "sqlite_todos"
    Timers "_schedule"
);

#[derive(Table)]
#[table("options", rename_all = "kebab-case", strict, rowid = "yes")]
#[table("again")]
struct Options {
    #[column]
    bare: String,
    #[column(primary)]
    unknown: String,
    #[column(default = 1, default = 2)]
    twice: i64,
    #[row(rename = "b")]
    row: i64,
}

#[derive(Table)]
#[table("lists", index(), unique)]
struct Lists {
    #[column(primary_key)]
    id: String,
}

#[derive(Table)]
#[table("lists", index(txt, somewhere), unique(id, id), index(text), index(text))]
struct MoreLists {
    #[column(primary_key)]
    id: String,
    text: String,
}

#[derive(Table)]
#[table("columns", rename_all = "camelCase", rowid)]
struct Columns {
    #[column(primary_key, unique, index)]
    id: Option<String>,
    #[column(unique, index)]
    text: String,
    #[column(rename = "TEXT")]
    again: String,
    #[column(rename = "")]
    empty: String,
    #[column(rename = "__livestore_a")]
    ours: String,
    rowid: i64,
    #[column(sql_type = "VARCHAR")]
    varchar: String,
    #[column(sql_type = "TEXT", json)]
    json: Vec<String>,
}

#[derive(Table)]
#[table("defaults")]
struct Defaults {
    #[column(primary_key)]
    id: String,
    #[column(default = 0)]
    boolean: bool,
    #[column(default = "0")]
    integer: Option<i64>,
    #[column(default = true)]
    real: f64,
    #[column(default = 0)]
    text: String,
    #[column(default = 1.5)]
    date: Date,
    #[column(default = now())]
    call: i64,
    #[column(json, default = 0)]
    json: Vec<u8>,
}

fn main() {}
