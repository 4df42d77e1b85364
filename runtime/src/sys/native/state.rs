//! One object's state in this process.

use std::cell::{Cell, RefCell};

use rusqlite::Connection;

use super::{Cursor, Socket, Stub};
use crate::storage::Value;
use crate::{Date, Error};

/// One object's storage, sockets and identity.
pub(crate) struct State {
    connection: Connection,
    depth: Cell<usize>,
    alarm: Cell<Option<Date>>,
    sockets: RefCell<Vec<(Socket, Vec<String>)>>,
}

impl State {
    /// A new object that nobody has written to.
    #[cfg(test)]
    pub(crate) fn in_memory() -> Self {
        let connection = Connection::open_in_memory().expect("SQLite opens a database in memory");
        Self { connection, depth: Cell::default(), alarm: Cell::default(), sockets: RefCell::default() }
    }

    /// A client connects and is accepted.
    #[cfg(test)]
    pub(crate) fn connect(&self) -> Socket {
        let socket = Socket::open();
        self.sockets.borrow_mut().push((socket.clone(), Vec::new()));
        socket
    }

    pub(crate) fn id(&self) -> String {
        "0".repeat(64)
    }

    pub(crate) fn name(&self) -> Option<String> {
        None
    }

    pub(crate) fn is_target_of(&self, _stub: &Stub) -> bool {
        false
    }

    pub(crate) fn jurisdiction(&self) -> Option<String> {
        None
    }

    pub(crate) async fn block_concurrency_while(
        &self,
        task: impl Future<Output = ()> + 'static,
    ) -> crate::Result<()> {
        task.await;
        Ok(())
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn set_alarm(&self, date: Date) -> crate::Result<()> {
        self.alarm.set(Some(date));
        Ok(())
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn alarm(&self) -> crate::Result<Option<Date>> {
        Ok(self.alarm.get())
    }

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn delete_alarm(&self) -> crate::Result<()> {
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

    pub(crate) fn abort(&self, _reason: &str) {}

    #[expect(clippy::unused_async, reason = "as on workerd")]
    pub(crate) async fn delete_everything(&self) -> crate::Result<()> {
        Err(Error::Config("objects can be destroyed only on workerd".to_owned()))
    }

    pub(crate) fn execute(&self, statement: &str, values: Vec<Value>) -> Result<Cursor, String> {
        Cursor::open(&self.connection, statement, values).map_err(|why| why.to_string())
    }

    /// Runs `body` in a transaction that is rolled back when it fails.
    pub(crate) fn transaction<T, E>(
        &self,
        body: impl FnOnce() -> Result<T, E>,
        failed: impl Fn(String) -> E,
    ) -> Result<T, E> {
        let depth = self.depth.get();
        let run = |sql: String| self.connection.execute_batch(&sql).map_err(|why| failed(why.to_string()));
        run(format!("SAVEPOINT level_{depth}"))?;
        self.depth.set(depth + 1);
        let result = body();
        self.depth.set(depth);
        if result.is_err() {
            run(format!("ROLLBACK TO level_{depth}"))?;
        }
        run(format!("RELEASE level_{depth}"))?;
        result
    }

    pub(crate) fn database_size(&self) -> u64 {
        let size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        self.connection.query_row(size, [], |row| row.get::<_, i64>(0)).unwrap_or_default().unsigned_abs()
    }

    #[expect(clippy::unnecessary_wraps, reason = "on workerd it can fail")]
    pub(crate) fn accept(&self, socket: &Socket, tags: &[String]) -> Result<(), String> {
        self.sockets.borrow_mut().push((socket.clone(), tags.to_vec()));
        Ok(())
    }

    pub(crate) fn sockets(&self, tag: Option<&str>) -> Vec<Socket> {
        let mut sockets = self.sockets.borrow_mut();
        sockets.retain(|(socket, _)| socket.is_open());
        let wanted = |tags: &[String]| tag.is_none_or(|tag| tags.iter().any(|t| t == tag));
        sockets.iter().filter(|(_, tags)| wanted(tags)).map(|(socket, _)| socket.clone()).collect()
    }

    pub(crate) fn tags(&self, socket: &Socket) -> Vec<String> {
        let sockets = self.sockets.borrow();
        sockets.iter().find(|(one, _)| one == socket).map(|(_, tags)| tags.clone()).unwrap_or_default()
    }

    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn set_auto_response(&self, _request: &str, _response: &str) -> Result<(), String> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "as on workerd")]
    pub(crate) fn wait_until(&self, task: impl Future<Output = ()> + 'static) {
        // Nothing outlives a test.
        drop(task);
    }
}
