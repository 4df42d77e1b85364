//! Fingerprints of schemas.

use super::tables::{Pair, Todo};
use crate::livestore::schema::{Event, Fingerprint, Schema, Table};

macro_rules! schema {
    ($name:ident, $event:ty, $tables:ty $(, $version:literal)?) => {
        struct $name;
        impl Schema for $name {
            type Event = $event;
            type Tables = $tables;
            $(const VERSION: u32 = $version;)?
        }
    };
}

#[derive(Event)]
enum Events {
    #[event("v1.A", sql = "DELETE FROM pairs WHERE left = :left")]
    A { left: i64 },
    #[event("v1.B", sql = "DELETE FROM pairs")]
    B {},
}

#[derive(Event)]
enum Reordered {
    #[event("v1.B", sql = "DELETE FROM pairs")]
    Renamed {},
    #[event("v1.A", sql = "DELETE FROM pairs WHERE left = :left")]
    A { left: i64, more: Option<u8> },
}

#[derive(Event)]
enum OtherName {
    #[event("v1.A", sql = "DELETE FROM pairs WHERE left = :left")]
    A { left: i64 },
    #[event("v2.B", sql = "DELETE FROM pairs")]
    B {},
}

#[derive(Event)]
enum OtherSql {
    #[event("v1.A", sql = "DELETE FROM pairs WHERE left < :left")]
    A { left: i64 },
    #[event("v1.B", sql = "DELETE FROM pairs")]
    B {},
}

#[derive(Event)]
enum Swapped {
    #[event("v1.B", sql = "DELETE FROM pairs WHERE left = :left")]
    B { left: i64 },
    #[event("v1.A", sql = "DELETE FROM pairs")]
    A {},
}

#[derive(Table)]
#[table("pairs", rowid, index(right))]
struct Indexed {
    #[column(primary_key)]
    #[expect(dead_code, reason = "only the definition is read")]
    left: i64,
    #[column(primary_key)]
    #[expect(dead_code, reason = "only the definition is read")]
    right: i64,
}

schema!(First, Events, (Todo, Pair));
schema!(Same, Reordered, (Pair, Todo));
schema!(Name, OtherName, (Todo, Pair));
schema!(Statement, OtherSql, (Todo, Pair));
schema!(Swap, Swapped, (Todo, Pair));
schema!(FewerTables, Events, (Pair,));
schema!(Index, Events, (Todo, Indexed));
schema!(Version, Events, (Todo, Pair), 2);

#[test]
fn order_and_names_in_rust_do_not_matter() {
    assert_eq!(Fingerprint::of::<First>(), Fingerprint::of::<Same>());
}

#[test]
fn the_effect_matters() {
    let mut all = vec![
        Fingerprint::of::<First>(),
        Fingerprint::of::<Name>(),
        Fingerprint::of::<Statement>(),
        Fingerprint::of::<Swap>(),
        Fingerprint::of::<FewerTables>(),
        Fingerprint::of::<Index>(),
        Fingerprint::of::<Version>(),
    ];
    let count = all.len();
    all.sort_by_key(ToString::to_string);
    all.dedup();
    assert_eq!(all.len(), count);
}

/// A change of this file makes every deployed store fill its tables again.
#[test]
fn the_fingerprint_of_a_schema_stays() {
    assert_eq!(Fingerprint::of::<First>().to_string(), include_str!("fingerprint.golden").trim());
}
