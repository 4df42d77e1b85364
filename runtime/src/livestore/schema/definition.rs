//! Schemas: the events of a store and the tables that they fill.

use super::event::Event;
use super::materialize::Materialize;
use super::table::{Table, TableDef};
use crate::{Error, Sql};

/// The events of a store, and the tables that they fill.
///
/// ```
/// use durable_object::livestore::schema::{Event, Schema, Table};
///
/// #[derive(Event)]
/// enum TodoEvent {
///     #[event("v1.TodoCreated", sql = "INSERT INTO todos (id, text) VALUES (:id, :text)")]
///     Created { id: String, text: String },
/// }
///
/// #[derive(Table)]
/// #[table("todos")]
/// struct Todo {
///     #[column(primary_key)]
///     id: String,
///     text: String,
/// }
///
/// /// The schema of todo lists.
/// struct Todos;
///
/// impl Schema for Todos {
///     type Event = TodoEvent;
///     type Tables = (Todo,);
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the schema of a store",
    label = "needs `Schema`",
    note = "name its events and tables: `impl Schema for Todos {{ type Event = TodoEvent; type Tables = (Todo,); }}`"
)]
pub trait Schema: 'static {
    /// The events.
    type Event: Event + Materialize;
    /// The tables, as a tuple of their rows.
    type Tables: Tables;
    /// The version of the code that fills the tables. Increase it when a [`Materialize`] that is written by hand
    /// changes: the store then fills its tables again. Changes of the tables and of the SQL beside the variants are
    /// noticed without it.
    const VERSION: u32 = 1;
}

/// The tables of a schema: a tuple of at most 20 rows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of tables",
    label = "not a tuple of rows that derive `Table`",
    note = "write `type Tables = (Todo,);` with a comma for one table"
)]
pub trait Tables {
    /// The definitions of the tables, in order.
    const DEFINITIONS: &'static [TableDef];

    /// Reads all rows of each table, and returns the tables whose rows are not what their struct says.
    #[doc(hidden)]
    fn unreadable(sql: &Sql) -> Vec<(&'static str, Error)>;
}

/// Returns why the rows of a table cannot be read.
fn unreadable<T: Table>(sql: &Sql) -> Option<(&'static str, Error)> {
    let name = T::DEFINITION.name();
    let select = format!("SELECT * FROM \"{}\"", name.replace('"', "\"\""));
    let mut rows = match sql.query::<T>(&select, ()) {
        Ok(rows) => rows,
        Err(error) => return Some((name, error)),
    };
    rows.find_map(Result::err).map(|error| (name, error))
}

macro_rules! tables {
    ($($row:ident)*) => {
        impl<$($row: Table),*> Tables for ($($row,)*) {
            const DEFINITIONS: &'static [TableDef] = &[$($row::DEFINITION),*];

            fn unreadable(_sql: &Sql) -> Vec<(&'static str, Error)> {
                let found: Vec<Option<(&'static str, Error)>> = vec![$(unreadable::<$row>(_sql)),*];
                found.into_iter().flatten().collect()
            }
        }
    };
}

tables!();
tables!(A);
tables!(A B);
tables!(A B C);
tables!(A B C D);
tables!(A B C D E);
tables!(A B C D E F);
tables!(A B C D E F G);
tables!(A B C D E F G H);
tables!(A B C D E F G H I);
tables!(A B C D E F G H I J);
tables!(A B C D E F G H I J K);
tables!(A B C D E F G H I J K L);
tables!(A B C D E F G H I J K L M);
tables!(A B C D E F G H I J K L M N);
tables!(A B C D E F G H I J K L M N O);
tables!(A B C D E F G H I J K L M N O P);
tables!(A B C D E F G H I J K L M N O P Q);
tables!(A B C D E F G H I J K L M N O P Q R);
tables!(A B C D E F G H I J K L M N O P Q R S);
tables!(A B C D E F G H I J K L M N O P Q R S T);
