//! The test of a schema, natively.

mod finding;
mod purity;
mod snapshot;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

pub use finding::{Finding, Findings};
use snapshot::Snapshot;

use super::{Event, EventMeta, Index, Materialize, Schema, TableDef, Tables, Tx};
use crate::storage::parameter_count;
use crate::value::Value;
use crate::{Error, Result, Sql, sys};

/// Tests a schema on an empty database in memory, with one sample of each event at least.
///
/// - SQLite accepts every table, and every statement beside a variant.
/// - Every sample is the same after it was encoded and decoded.
/// - Every sample has the same effect when it is materialised twice, some milliseconds apart and with tables that are
///   read in another order. No statement uses the clock or random numbers.
/// - Nothing of an event is left when its transaction rolls back, and all of it is there when it commits.
/// - Every row in the tables can be read as the struct of its table.
///
/// The samples are materialised in their order, each on the tables that the samples before it have left.
///
/// ```
/// use durable_object::livestore::schema::{self, Event, Schema, Table};
/// # #[derive(Event)]
/// # enum TodoEvent {
/// #     #[event("v1.TodoCreated", sql = "INSERT INTO todos (id) VALUES (:id)")]
/// #     Created { id: String },
/// #     #[event("v1.TodoDeleted", sql = "DELETE FROM todos WHERE id = :id")]
/// #     Deleted { id: String },
/// # }
/// # #[derive(Table)]
/// # #[table("todos")]
/// # struct Todo {
/// #     #[column(primary_key)]
/// #     id: String,
/// # }
/// # struct Todos;
/// # impl Schema for Todos {
/// #     type Event = TodoEvent;
/// #     type Tables = (Todo,);
/// # }
/// #[test]
/// # fn on_its_own() {}
/// fn the_schema_of_todos_holds() -> Result<(), schema::Findings> {
///     schema::check::<Todos>(&[
///         TodoEvent::Created { id: "a".into() },
///         TodoEvent::Deleted { id: "a".into() },
///     ])
/// }
/// # the_schema_of_todos_holds().unwrap();
/// ```
///
/// # Errors
/// Fails with all findings at once.
#[expect(clippy::test_attr_in_doctest, reason = "a test is what it is for")]
pub fn check<S: Schema>(samples: &[S::Event]) -> Result<(), Findings> {
    let mut findings = Vec::new();
    match sys::State::open() {
        Ok(state) => {
            let sql = Sql::new(Rc::new(state));
            tables(S::Tables::DEFINITIONS, &sql, &mut findings);
            statements::<S::Event>(&sql, &mut findings);
            events(samples, &sql, &mut findings);
            let unreadable = S::Tables::unreadable(&sql);
            findings.extend(unreadable.into_iter().map(|(table, source)| Finding::Rows { table, source }));
        }
        Err(why) => findings.push(Finding::Engine(Error::Message(why))),
    }
    Findings::of(findings)
}

/// Creates the tables.
fn tables(tables: &[TableDef], sql: &Sql, findings: &mut Vec<Finding>) {
    let mut names = BTreeSet::new();
    for definition in tables {
        let table = definition.name();
        if !names.insert(table.to_ascii_lowercase()) {
            findings.push(Finding::TwoTables { table });
            continue;
        }
        findings.extend(unknown_columns(definition).map(|column| Finding::NoColumn { table, column }));
        for statement in std::iter::once(definition.create()).chain(definition.create_indexes()) {
            if let Some(reason) = purity::impure(&statement) {
                findings.push(Finding::ImpureTable { table, reason });
            }
            if let Err(source) = sql.execute(&statement, ()) {
                findings.push(Finding::Table { table, source });
            }
        }
    }
}

/// Returns the columns of keys and indexes that the table does not have. SQLite takes such a name for a text in an index.
fn unknown_columns(table: &TableDef) -> impl Iterator<Item = &'static str> {
    let lists = std::iter::once(table.primary_key())
        .chain(table.unique().iter().copied())
        .chain(table.indexes().iter().map(Index::columns));
    let columns = table.columns();
    lists.flatten().copied().filter(|name| columns.iter().all(|column| column.name() != *name))
}

/// Prepares the statements beside the variants.
fn statements<E: Event + Materialize>(sql: &Sql, findings: &mut Vec<Finding>) {
    for (event, statements) in E::STATEMENTS {
        for statement in *statements {
            findings.extend(impurity(event, statement));
            let explain = format!("EXPLAIN {statement}");
            let nulls = vec![Value::Null; parameter_count(statement)];
            if let Err(source) = sql.execute(&explain, nulls) {
                findings.push(Finding::Statement { event, source: without_explain(source) });
            }
        }
    }
}

/// Returns the error of a statement as it is without `EXPLAIN` in front of it.
fn without_explain(error: Error) -> Error {
    match error {
        Error::Sql { statement, message } => {
            let plain = statement.strip_prefix("EXPLAIN ").map(str::to_owned);
            // The place in the message would be wrong by the word.
            let message = message.split(" at offset ").next().unwrap_or_default().to_owned();
            Error::Sql { statement: plain.unwrap_or(statement), message }
        }
        other => other,
    }
}

fn impurity(event: &'static str, statement: &str) -> Option<Finding> {
    let reason = purity::impure(statement)?;
    Some(Finding::ImpureStatement { event, statement: statement.to_owned(), reason })
}

/// Encodes and materialises the samples.
fn events<E: Event + Materialize>(samples: &[E], sql: &Sql, findings: &mut Vec<Finding>) {
    for event in E::NAMES {
        if !samples.iter().any(|sample| sample.name() == *event) {
            findings.push(Finding::NoSample { event });
        }
    }
    for (index, sample) in samples.iter().enumerate() {
        findings.extend(encoding(sample));
        let seq = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1);
        let meta = EventMeta::new(seq, "client", "session");
        if let Err(source) = materialised(sample, &meta, sql, findings) {
            findings.push(Finding::Materialize { event: sample.name(), source });
        }
    }
}

/// Returns the mistake in a sample that is not the same when it is read back.
fn encoding<E: Event>(sample: &E) -> Option<Finding> {
    let event = sample.name();
    let read_back = || {
        let before = sample.encode()?;
        let after = E::decode(event, &before)?.map(|read| read.encode()).transpose()?;
        Ok((before, after.unwrap_or_default()))
    };
    match read_back() {
        Ok((before, after)) if same_json(&before, &after) => None,
        Ok((before, after)) => Some(Finding::Encoding { event, before, after }),
        Err(source) => Some(Finding::Event { source }),
    }
}

/// Compares as LiveStore's clients do: the order of an object's members does not count.
fn same_json(left: &str, right: &str) -> bool {
    let value = |json| serde_json::from_str::<serde_json::Value>(json).ok();
    value(left).is_some_and(|left| Some(left) == value(right))
}

/// The time between two runs of an event, so that a clock shows.
const PAUSE: Duration = Duration::from_millis(2);

/// Materialises a sample twice and rolls it back, and then commits it.
fn materialised<E: Event + Materialize>(
    sample: &E,
    meta: &EventMeta,
    sql: &Sql,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let event = sample.name();
    let before = Snapshot::of(sql)?;
    let first = rehearse(sample, meta, sql)?;
    if Snapshot::of(sql)? != before {
        findings.push(Finding::Rollback { event });
        return Ok(());
    }
    if first.snapshot.schema() != before.schema() {
        findings.push(Finding::SchemaChange { event });
    }
    let texts: BTreeSet<&String> = first.statements.iter().collect();
    let known = |text: &str| E::STATEMENTS.iter().any(|(_, statements)| statements.contains(&text));
    findings.extend(texts.into_iter().filter(|text| !known(text)).filter_map(|text| impurity(event, text)));

    thread::sleep(PAUSE);
    reverse(sql, true)?;
    let second = rehearse(sample, meta, sql);
    reverse(sql, false)?;
    let second = second?;
    if let Some(table) = first.snapshot.difference(&second.snapshot) {
        findings.push(Finding::Indeterminate { event, table: table.to_owned() });
    }
    sql.transaction(|sql| sample.materialize(&Tx::new(sql), meta))?;
    let committed = Snapshot::of(sql)?;
    if let Some(table) = first.snapshot.difference(&committed)
        && first.snapshot == second.snapshot
    {
        findings.push(Finding::Commit { event, table: table.to_owned() });
    }
    Ok(())
}

/// Sets whether SQLite turns the rows of a `SELECT` without an order around.
fn reverse(sql: &Sql, on: bool) -> Result<()> {
    sql.execute(
        if on { "PRAGMA reverse_unordered_selects = ON" } else { "PRAGMA reverse_unordered_selects = OFF" },
        (),
    )
    .map(drop)
}

/// The effect of an event, and its statements.
struct Effect {
    snapshot: Snapshot,
    statements: Vec<String>,
}

/// Materialises a sample, notes its effect, and rolls it back.
fn rehearse<E: Materialize>(sample: &E, meta: &EventMeta, sql: &Sql) -> Result<Effect> {
    /// The end of a transaction that must leave nothing behind.
    enum End {
        Done(Snapshot),
        Failed(Error),
    }
    impl From<Error> for End {
        fn from(error: Error) -> Self {
            Self::Failed(error)
        }
    }
    let statements = RefCell::new(Vec::new());
    let observer = |statement: &str| statements.borrow_mut().push(statement.to_owned());
    let end = sql.transaction(|sql| {
        sample.materialize(&Tx::observed(sql, &observer), meta)?;
        Err::<(), _>(End::Done(Snapshot::of(sql)?))
    });
    match end {
        Err(End::Done(snapshot)) => Ok(Effect { snapshot, statements: statements.into_inner() }),
        Err(End::Failed(error)) => Err(error),
        Ok(()) => Err(Error::new("the transaction did not roll back")),
    }
}
