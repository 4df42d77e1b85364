//! The beginning, the pages and the end of a socket's pull.

use super::attachment::Pull;
use super::flow::new_key;
use super::{Closing, Connection, Sockets};
use crate::livestore::backend::log::{EventLog, Page};
use crate::livestore::wire::{self, Failure, PageInfo, RequestId};
use crate::{Result, Socket};

impl Sockets {
    /// Opens a pull after the event with which it was `admitted`. The inner error is for the client.
    pub(crate) fn open(
        &self,
        socket: &Socket<Connection>,
        id: &RequestId,
        live: bool,
        admitted: Result<i64, Failure>,
    ) -> Result<Result<(), Failure>> {
        let mut connection = Connection::clone(&*self.connections.of(socket)?);
        if let Some(replaced) = connection.pull(id) {
            self.flows.forget(replaced.key);
        }
        let opened = admitted.and_then(|cursor| {
            let opened = connection.open(id.clone(), new_key(), live, cursor);
            opened.map(drop).ok_or_else(|| Failure::Unknown {
                name: "TooManyPulls".to_owned(),
                message: "this socket has too many unfinished pulls".to_owned(),
            })
        });
        if opened.is_ok() {
            self.connections.put(socket, connection)?;
        }
        Ok(opened)
    }

    /// Returns the event after which the next page of a pull begins, if one is to be sent now.
    pub(crate) fn wanted(&self, socket: &Socket<Connection>, id: &RequestId) -> Result<Option<i64>> {
        Ok(self.connections.of(socket)?.pull(id).and_then(Pull::wants))
    }

    /// Sends the page that begins after event `cursor`. Returns false if the pull does not want it any more, because
    /// other frames were handled while it was read.
    pub(crate) fn send(
        &self,
        socket: &Socket<Connection>,
        id: &RequestId,
        cursor: i64,
        log: &EventLog,
        page: &Page,
    ) -> Result<bool> {
        let mut connection = Connection::clone(&*self.connections.of(socket)?);
        let Some(pull) = connection.find(id).filter(|pull| pull.wants() == Some(cursor)) else {
            return Ok(false);
        };
        let chunk = wire::chunk(id, &page.items, page.info, log.head().backend_id);
        self.flows.sent(pull.key, chunk.len());
        socket.send(chunk)?;
        pull.sent(page.last, page.info != PageInfo::NoMore);
        if pull.has_ended() {
            self.flows.forget(pull.key);
            connection.end(id);
            socket.send(wire::pull_done(id))?;
        }
        self.connections.put(socket, connection)?;
        Ok(true)
    }

    /// Notes that the client has read a chunk. Returns true if its next page waited for that.
    pub(crate) fn acknowledge(&self, socket: &Socket<Connection>, id: &RequestId) -> Result<bool> {
        let connection = self.connections.of(socket)?;
        let Some(pull) = connection.pull(id) else {
            if !connection.has_pulled() {
                // A remainder of an earlier connection: the client believes in a pull that is not served.
                Closing::Unserved.close(socket)?;
            }
            return Ok(false);
        };
        self.flows.acknowledged(pull.key);
        if pull.caught_up {
            return Ok(false);
        }
        let change = |connection: &mut Connection| connection.find(id).is_some_and(Pull::acknowledged);
        self.connections.update(socket, change)
    }

    /// Ends a pull that the client abandons. The client can also abandon a push, which changes nothing.
    pub(crate) fn interrupt(&self, socket: &Socket<Connection>, id: &RequestId) -> Result<()> {
        let connection = self.connections.of(socket)?;
        let Some(pull) = connection.pull(id) else { return Ok(()) };
        self.flows.forget(pull.key);
        self.connections.update(socket, |connection| connection.end(id)).map(drop)
    }
}
