//! One object's state in this process.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::socket::Network;
use super::turn::Turn;
use super::{Cursor, Engine, Kv, Store, Stub, Text};
use crate::value::{Options, Value};
use crate::{Date, Error};

/// One object's storage, sockets and identity.
pub(crate) struct State {
    engine: Engine,
    depth: Cell<usize>,
    alarm: Cell<Option<Date>>,
    pub(super) network: RefCell<Network>,
}

impl State {
    /// Creates a new, empty object.
    ///
    /// # Errors
    /// Fails with SQLite's message.
    pub(crate) fn open() -> Result<Self, String> {
        Ok(Self {
            engine: Engine::open()?,
            depth: Cell::default(),
            alarm: Cell::default(),
            network: RefCell::default(),
        })
    }

    /// Creates an object as [`open`](Self::open) does, for tests.
    #[cfg(test)]
    pub(crate) fn in_memory() -> Self {
        Self::open().unwrap()
    }

    /// Ends the turn: all of its writes reach the disk, or none do.
    ///
    /// # Errors
    /// Fails with SQLite's message. The platform only logs it, and resets the object.
    #[cfg(test)]
    pub(crate) fn commit(&self) -> Result<(), String> {
        if self.engine.is_autocommit() { Ok(()) } else { self.engine.run("COMMIT") }
    }

    /// Ends the process before the turn: none of its writes reach the disk.
    #[cfg(test)]
    pub(crate) fn lose_turn(&self) {
        if !self.engine.is_autocommit() {
            self.engine.run("ROLLBACK").expect("a turn can be taken back");
        }
    }

    pub(crate) fn id(&self) -> String {
        "0".repeat(64)
    }

    pub(crate) fn name(&self) -> Option<String> {
        None
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn to_js(&self) -> JsValue {
        JsValue::UNDEFINED
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn class(&self) -> &'static str {
        ""
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn props(&self) -> JsValue {
        JsValue::UNDEFINED
    }

    pub(crate) fn is_target_of(&self, _stub: &Stub) -> bool {
        false
    }

    pub(crate) fn jurisdiction(&self) -> Option<String> {
        None
    }

    pub(crate) async fn block_concurrency_while(
        self: &Rc<Self>,
        task: impl Future<Output = ()> + 'static,
    ) -> crate::Result<()> {
        Turn::handler(self, task).await;
        Ok(())
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn set_alarm(&self, date: Date, _options: Options) -> crate::Result<()> {
        self.alarm.set(Some(date));
        Ok(())
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn alarm(&self, _options: Options) -> crate::Result<Option<Date>> {
        Ok(self.alarm.get())
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn delete_alarm(&self, _options: Options) -> crate::Result<()> {
        self.alarm.set(None);
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "on workerd it can fail")]
    pub(crate) fn arm(&self, alarm: Option<Date>) -> crate::Result<()> {
        self.alarm.set(alarm);
        Ok(())
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn sync(&self) -> crate::Result<()> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn is_destroyed(&self) -> bool {
        false
    }

    pub(crate) fn abort(&self, _reason: &str, _retry_alarm: bool) {}

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn delete_everything(&self) -> crate::Result<()> {
        Err(Error::Config("objects can be destroyed only on workerd".to_owned()))
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn open_facet(
        &self,
        name: &str,
        _class: &str,
        _props: &JsValue,
        _id: Option<&str>,
    ) -> crate::Result<Option<Stub>> {
        Err(no_facets(name))
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn abort_facet(&self, name: &str, _reason: &str) -> crate::Result<()> {
        Err(no_facets(name))
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn delete_facet(&self, name: &str) -> crate::Result<()> {
        Err(no_facets(name))
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn copy_facet(&self, name: &str, _to: &str) -> crate::Result<()> {
        Err(no_facets(name))
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn kv(&self) -> &Kv {
        &Kv
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn has_sqlite(&self) -> bool {
        true
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn store(&self) -> Store {
        Store
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn current_bookmark(&self) -> crate::Result<String> {
        Err(no_history())
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn bookmark_for_time(&self, _date: Date) -> crate::Result<String> {
        Err(no_history())
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn restore_on_next_session(&self, _bookmark: &str) -> crate::Result<String> {
        Err(no_history())
    }

    /// Runs a statement, and reads all of its rows at once if `all` is set.
    pub(crate) fn execute(&self, statement: &Text, values: Vec<Value>, all: bool) -> Result<Cursor, String> {
        self.engine.execute(&statement.to_string(), &values, all)
    }

    /// Runs a statement whose rows, if it has any, nobody reads. Returns the number of rows that it wrote.
    pub(crate) fn write(&self, statement: &Text, values: Vec<Value>, _has_rows: bool) -> Result<u64, String> {
        self.execute(statement, values, false)?.finish()
    }

    /// Runs `body` in a transaction that is rolled back when it fails or panics.
    pub(crate) fn transaction<T, E>(
        &self,
        body: impl FnOnce() -> Result<T, E>,
        failed: impl Fn(String) -> E,
    ) -> Result<T, E> {
        let depth = self.depth.get();
        let run = |sql: String| self.engine.run(&sql).map_err(&failed);
        if self.engine.is_autocommit() {
            run("BEGIN".to_owned())?;
        }
        run(format!("SAVEPOINT level_{depth}"))?;
        self.depth.set(depth + 1);
        // The half-done changes of a panic stay hidden: the panic continues as soon as everything is rolled
        // back.
        let result = catch_unwind(AssertUnwindSafe(body));
        self.depth.set(depth);
        if !matches!(result, Ok(Ok(_))) {
            run(format!("ROLLBACK TO level_{depth}"))?;
        }
        run(format!("RELEASE level_{depth}"))?;
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }

    pub(crate) fn database_size(&self) -> u64 {
        self.engine.size()
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn wait_until(self: &Rc<Self>, task: impl Future<Output = ()> + 'static) {
        // No task outlives a test.
        drop(task);
    }
}

fn no_facets(name: &str) -> Error {
    Error::Config(format!("the facet `{name}` exists only on workerd"))
}

fn no_history() -> Error {
    Error::Config("objects go back in time only on workerd".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_rolls_back_and_goes_on() {
        let state = State::in_memory();
        let run = |sql: &str| state.execute(&sql.into(), Vec::new(), false).unwrap();
        run("CREATE TABLE t (n)");
        let body = || -> Result<(), String> {
            run("INSERT INTO t VALUES (1)");
            state.transaction(|| -> Result<(), String> { panic!("on purpose") }, |why| why)
        };
        let caught = catch_unwind(AssertUnwindSafe(|| state.transaction(body, |why| why)));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"on purpose"));
        let count = run("SELECT count(*) FROM t").next_row();
        assert_eq!(count, Ok(Some(vec![Value::Integer(0)])));
        state.commit().unwrap();
        // No transaction is left open.
        assert!(state.engine.is_autocommit());
    }
}
