//! Migrations that cannot run.

#![allow(unused)]

use durable_object::prelude::*;

const BEGINS: Migration = Migration::new("0001_begins", "CREATE TABLE a (b);\nBEGIN;\nCREATE TABLE c (d);");
const PRAGMA: &[Migration] = &[Migration::new("0002_wal", "PRAGMA journal_mode = WAL")];
const OFF: Migration = Migration::new("0003_off", "PRAGMA foreign_keys = OFF");
const EMPTY: Migration = Migration::new("0004_empty", "-- to do");

const NO_FOLDER: &[Migration] = migrations!("no/such/folder");
const NO_TEXT: &[Migration] = migrations!(folder);
const NOTHING: &[Migration] = migrations!();

fn main() {}
