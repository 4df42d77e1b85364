//! A remote database: SQLite in this process, which answers when a test tells it to.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use rusqlite::Connection;
use wasm_bindgen::JsValue;

use super::Cursor;
use crate::value::Value;

thread_local! {
    static BOUND: RefCell<Option<Database>> = const { RefCell::new(None) };
}

type Statements = Vec<(String, Vec<Value>)>;
type Rows = Vec<Vec<Value>>;
type Results = Result<Vec<Rows>, String>;

/// A D1 database.
#[derive(Clone)]
pub(crate) struct Database(Rc<Server>);

struct Server {
    connection: Rc<Connection>,
    held: Cell<bool>,
    requests: RefCell<Vec<Rc<Request>>>,
}

/// A request that is not answered yet. It stays when its caller is gone.
#[cfg_attr(not(test), expect(dead_code, reason = "tests carry requests out"))]
struct Request {
    statements: RefCell<Option<Statements>>,
    outcome: RefCell<Option<Results>>,
    answer: RefCell<Option<Results>>,
}

impl Database {
    /// Returns the database of this thread, for any binding.
    pub(crate) fn wrap(_bound: JsValue) -> Result<Self, String> {
        BOUND.with_borrow(Clone::clone).ok_or_else(|| "no test has bound one".to_owned())
    }

    pub(in crate::sys::native) fn is_bound() -> bool {
        BOUND.with_borrow(Option::is_some)
    }

    /// Runs all of the statements or none, and returns the rows of each.
    pub(crate) async fn batch(&self, statements: Vec<(&str, Vec<Value>)>) -> Results {
        let statements: Statements =
            statements.into_iter().map(|(sql, values)| (sql.to_owned(), values)).collect();
        if !self.0.held.get() {
            return self.0.run(statements);
        }
        let request = Rc::new(Request {
            statements: RefCell::new(Some(statements)),
            outcome: RefCell::default(),
            answer: RefCell::default(),
        });
        self.0.requests.borrow_mut().push(Rc::clone(&request));
        poll_fn(|_| request.answer.take().map_or(Poll::Pending, Poll::Ready)).await
    }
}

impl Server {
    fn run(&self, statements: Statements) -> Results {
        let run = || {
            let transaction = self.connection.unchecked_transaction()?;
            let mut results = Vec::new();
            for (sql, values) in statements {
                let cursor = Cursor::open(&self.connection, &sql, &values, true)?;
                results.push(std::iter::from_fn(|| cursor.next_row().ok().flatten()).collect());
            }
            transaction.commit()?;
            Ok(results)
        };
        run().map_err(|why: rusqlite::Error| why.to_string())
    }
}

#[cfg(test)]
impl Database {
    /// Binds an empty database in this thread.
    pub(crate) fn bind() -> Self {
        let connection = Connection::open_in_memory().expect("SQLite opens a database in memory");
        let server =
            Server { connection: Rc::new(connection), held: Cell::default(), requests: RefCell::default() };
        let database = Self(Rc::new(server));
        BOUND.set(Some(database.clone()));
        database
    }

    /// Switches the hold. While it is on, requests wait for [`run`](Self::run) and [`answer`](Self::answer).
    pub(crate) fn hold(&self, held: bool) {
        self.0.held.set(held);
    }

    /// Returns the number of unanswered requests.
    pub(crate) fn waiting(&self) -> usize {
        self.0.requests.borrow().len()
    }

    /// Runs a waiting request without an answer to its caller.
    pub(crate) fn run(&self, index: usize) {
        let request = Rc::clone(&self.0.requests.borrow()[index]);
        if let Some(statements) = request.statements.take() {
            request.outcome.replace(Some(self.0.run(statements)));
        }
    }

    /// Answers a waiting request that has run.
    pub(crate) fn answer(&self, index: usize) {
        self.run(index);
        let request = self.0.requests.borrow_mut().remove(index);
        request.answer.replace(request.outcome.take());
    }

    /// Loses the answer of a waiting request, even if it has run.
    pub(crate) fn lose(&self, index: usize) {
        let request = self.0.requests.borrow_mut().remove(index);
        request.answer.replace(Some(Err("Network connection lost.".to_owned())));
    }

    /// Runs a statement at once, and returns its rows.
    pub(crate) fn query(&self, sql: &str) -> Rows {
        let mut results = self.0.run(vec![(sql.to_owned(), Vec::new())]).expect("the statement is right");
        results.remove(0)
    }
}
