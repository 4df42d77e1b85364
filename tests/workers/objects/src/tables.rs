use durable_object::FromRow;
use durable_object::prelude::*;
use durable_object::rpc::Stream;
use durable_object::storage::{Params, Row};
use durable_object::value::{Blob, Value};
use serde::{Deserialize, Serialize};

/// Runs statements that others think of.
#[durable_object]
pub struct Tables {
    ctx: Ctx,
}

/// A SQL value on its way between objects. Integers are text: all 64 bits have to get through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// NULL.
    Null,
    /// A bool.
    Bool(bool),
    /// An integer, in decimal digits.
    Integer(String),
    /// A number.
    Real(f64),
    /// Text.
    Text(String),
    /// A blob.
    Blob(Vec<u8>),
}

#[durable_object]
impl Tables {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql()
            .execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v, n INTEGER UNIQUE)", ())?;
        Ok(Self { ctx })
    }

    /// Runs a statement; gives the rows written.
    #[rpc]
    pub fn execute(&self, statement: String, params: Vec<Cell>) -> Result<u64> {
        self.ctx.sql().execute(&statement, values(params)?)
    }

    /// The rows read and written by a statement and the stepping of all its rows.
    #[rpc]
    pub fn counters(&self, statement: String, params: Vec<Cell>) -> Result<(u64, u64)> {
        let mut query = self.ctx.sql().query::<Row>(&statement, values(params)?)?;
        for row in query.by_ref() {
            row?;
        }
        Ok((query.rows_read(), query.rows_written()))
    }

    /// The single column of all rows.
    #[rpc]
    pub fn all(&self, statement: String, params: Vec<Cell>) -> Result<Vec<Cell>> {
        let rows = self.ctx.sql().query::<Value>(&statement, values(params)?)?;
        rows.map(|row| row.map(cell)).collect()
    }

    /// The only row as a 64-bit integer.
    #[rpc]
    pub fn integer(&self, statement: String, params: Vec<Cell>) -> Result<String> {
        Ok(self.one::<i64>(&statement, params)?.to_string())
    }

    /// The only row as a small integer.
    #[rpc]
    pub fn byte(&self, statement: String, params: Vec<Cell>) -> Result<u8> {
        self.one(&statement, params)
    }

    /// The only row as a number.
    #[rpc]
    pub fn real(&self, statement: String, params: Vec<Cell>) -> Result<f64> {
        self.one(&statement, params)
    }

    /// The only row as a bool.
    #[rpc]
    pub fn boolean(&self, statement: String, params: Vec<Cell>) -> Result<bool> {
        self.one(&statement, params)
    }

    /// The only row as text.
    #[rpc]
    pub fn text(&self, statement: String, params: Vec<Cell>) -> Result<String> {
        self.one(&statement, params)
    }

    /// The only row as bytes.
    #[rpc]
    pub fn blob(&self, statement: String, params: Vec<Cell>) -> Result<Vec<u8>> {
        self.one(&statement, params)
    }

    /// The only row as text, if it is not NULL; if there is one.
    #[rpc]
    pub fn optional_text(&self, statement: String, params: Vec<Cell>) -> Result<Option<String>> {
        let row = self.ctx.sql().query::<Option<String>>(&statement, values(params)?)?.optional()?;
        Ok(row.flatten())
    }

    /// Stores that many bytes as a blob and as text; what came of it.
    #[rpc]
    pub fn store_large(&self, bytes: usize) -> Result<u64> {
        let sql = self.ctx.sql();
        sql.execute("INSERT INTO t (v) VALUES (?1)", (vec![7_u8; bytes],))?;
        sql.execute("INSERT INTO t (v) VALUES (?1)", ("x".repeat(bytes),))
    }

    /// Inserts all, then fails if asked to: all or nothing.
    #[rpc]
    pub fn insert_all(&self, numbers: Vec<i64>, fail: bool) -> Result<usize> {
        self.ctx.transaction(|sql| {
            for number in &numbers {
                sql.execute("INSERT INTO t (n) VALUES (?1)", (number,))?;
            }
            if fail { Err(Error::new("changed its mind")) } else { Ok(numbers.len()) }
        })
    }

    /// Inserts `outer`, then `inner` in a transaction within, of which either may fail.
    #[rpc]
    pub fn nest(&self, outer: i64, inner: i64, outer_fails: bool, inner_fails: bool) -> Result<String> {
        let insert = "INSERT INTO t (n) VALUES (?1)";
        self.ctx.transaction(|sql| {
            sql.execute(insert, (outer,))?;
            let within = self.ctx.transaction(|sql| {
                sql.execute(insert, (inner,))?;
                if inner_fails { Err(Error::new("inner")) } else { Ok("inner committed") }
            });
            let within = within.map_or_else(|why| why.to_string(), str::to_owned);
            if outer_fails { Err(Error::new("outer")) } else { Ok(within) }
        })
    }

    /// All rows of a statement.
    #[rpc]
    pub fn select(&self, statement: String, params: Vec<Value>) -> Result<Vec<Row>> {
        self.ctx.sql().query(&statement, params)?.all()
    }

    /// The same, as they are read.
    #[rpc]
    pub fn rows(&self, statement: String) -> Result<impl Stream<Item = Result<Row>> + use<>> {
        Ok(self.ctx.sql().query::<Row>(&statement, ())?.stream())
    }

    /// The columns' names and the rows of each statement, unless it fails. Nothing stays of them.
    #[rpc]
    pub fn try_out(&self, statements: Vec<(String, Vec<Cell>)>) -> Result<Vec<Option<Rows>>> {
        let mut answers = Vec::new();
        let taken_back = self.ctx.transaction(|sql| {
            for (statement, params) in statements {
                answers.push(rows(sql, &statement, values(params)?).ok());
            }
            Err::<(), _>(Error::new(TAKEN_BACK))
        });
        match taken_back {
            Err(Error::Message(why)) if why == TAKEN_BACK => Ok(answers),
            Err(error) => Err(error),
            Ok(()) => Ok(Vec::new()),
        }
    }

    fn one<T: FromRow>(&self, statement: &str, params: Vec<Cell>) -> Result<T> {
        self.ctx.sql().query(statement, values(params)?)?.one()
    }
}

/// The names of columns, and rows of values as text.
pub type Rows = (Vec<String>, Vec<Vec<String>>);

/// The reason why a transaction is taken back.
const TAKEN_BACK: &str = "it was only tried out";

fn rows(sql: &Sql, statement: &str, params: impl Params) -> Result<Rows> {
    let query = sql.query::<Row>(statement, params)?;
    let columns = query.columns().to_vec();
    let mut rows = Vec::new();
    for row in query {
        rows.push(row?.values().iter().map(shown).collect());
    }
    Ok((columns, rows))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        other => format!("{other:?}"),
    }
}

fn values(cells: Vec<Cell>) -> Result<Vec<Value>> {
    cells.into_iter().map(value).collect()
}

fn value(cell: Cell) -> Result<Value> {
    Ok(match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => Value::Integer(i64::from(value)),
        Cell::Integer(digits) => Value::Integer(digits.parse().map_err(|_| Error::new("no integer"))?),
        Cell::Real(value) => Value::Real(value),
        Cell::Text(text) => Value::Text(text.into()),
        Cell::Blob(bytes) => Value::Blob(Blob(bytes)),
    })
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Integer(integer) => Cell::Integer(integer.to_string()),
        Value::Real(value) => Cell::Real(value),
        Value::Text(text) => Cell::Text(text.to_string()),
        Value::Blob(Blob(bytes)) => Cell::Blob(bytes),
    }
}
