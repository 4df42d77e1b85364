//! The connections of the sockets, as this life of the object knows them.
//!
//! Each is in the attachment of its socket, where it survives hibernation, and is written there when it
//! changes. Reading it from there costs more than storing an event, so it is read once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::attachment::Connection;
use crate::socket::Audience;
use crate::{Ctx, Result, Socket};

/// The number of connections that are kept before it is asked which sockets are still open.
const FEW: usize = 256;

pub(super) struct Connections {
    ctx: Ctx,
    known: RefCell<Known>,
    /// The number of connections at which it is asked again which sockets are open.
    many: Cell<usize>,
}

/// Connections by the numbers of their sockets, in ascending order. A new socket mostly has the largest number.
type Known = Vec<(u32, Rc<Connection>)>;

/// All sockets, and the connection of each. One that cannot be read is missing.
pub(super) struct Connected {
    pub(super) audience: Audience<Connection>,
    pub(super) connections: Vec<Option<Rc<Connection>>>,
}

impl Connections {
    pub(super) fn new(ctx: &Ctx) -> Self {
        Self { ctx: ctx.clone(), known: RefCell::default(), many: Cell::new(FEW) }
    }

    /// Returns the connection of a socket.
    pub(super) fn of(&self, socket: &Socket<Connection>) -> Result<Rc<Connection>> {
        let number = socket.number();
        if let Some(known) = find(&self.known.borrow(), number) {
            return Ok(known);
        }
        let connection = Rc::new(socket.attachment()?);
        self.keep(number, &connection);
        Ok(connection)
    }

    /// Changes the connection of a socket, and returns the result of `change`. If the attachment cannot be
    /// written, the connection stays as it was.
    pub(super) fn update<T>(
        &self,
        socket: &Socket<Connection>,
        change: impl FnOnce(&mut Connection) -> T,
    ) -> Result<T> {
        let mut connection = Connection::clone(&*self.of(socket)?);
        let output = change(&mut connection);
        self.put(socket, connection)?;
        Ok(output)
    }

    /// Replaces the connection of a socket.
    pub(super) fn put(&self, socket: &Socket<Connection>, connection: Connection) -> Result<()> {
        socket.set_attachment(&connection)?;
        self.keep(socket.number(), &Rc::new(connection));
        Ok(())
    }

    /// Returns all sockets with their connections.
    pub(super) fn all(&self) -> Connected {
        let audience = self.ctx.sockets::<Connection>().audience();
        let mut connections: Vec<_> = {
            let known = self.known.borrow();
            audience.numbers().iter().map(|number| find(&known, *number)).collect()
        };
        if connections.iter().any(Option::is_none) {
            let read = audience.attachments(|place| connections.get(place).is_some_and(Option::is_none));
            for (place, connection) in read {
                if let (Ok(connection), Some(unknown)) = (connection, connections.get_mut(place)) {
                    *unknown = Some(Rc::new(connection));
                }
            }
        }
        // The sockets are mostly the same as the last time.
        if self.known.borrow().len() == connections.len() && connections.iter().all(Option::is_some) {
            return Connected { audience, connections };
        }
        let mut known = Known::new();
        for (number, connection) in audience.numbers().iter().zip(&connections) {
            if let Some(connection) = connection {
                put(&mut known, *number, connection);
            }
        }
        self.known.replace(known);
        Connected { audience, connections }
    }

    fn keep(&self, number: u32, connection: &Rc<Connection>) {
        let mut known = self.known.borrow_mut();
        put(&mut known, number, connection);
        if known.len() >= self.many.get() {
            let mut open = Known::new();
            for number in self.ctx.sockets::<Connection>().audience().numbers() {
                if let Some(connection) = find(&known, *number) {
                    put(&mut open, *number, &connection);
                }
            }
            *known = open;
            self.many.set(FEW.max(2 * known.len()));
        }
    }
}

fn place(known: &Known, number: u32) -> std::result::Result<usize, usize> {
    known.binary_search_by_key(&number, |(number, _)| *number)
}

fn find(known: &Known, number: u32) -> Option<Rc<Connection>> {
    place(known, number).ok().map(|place| Rc::clone(&known[place].1))
}

fn put(known: &mut Known, number: u32, connection: &Rc<Connection>) {
    match place(known, number) {
        Ok(place) => known[place].1 = Rc::clone(connection),
        Err(place) => known.insert(place, (number, Rc::clone(connection))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livestore::wire::RequestId;
    use crate::sys::{self, State};

    struct Room {
        state: Rc<State>,
        connections: Connections,
    }

    impl Room {
        fn new() -> Self {
            let state = Rc::new(State::in_memory());
            let connections = Connections::new(&Ctx::new(Rc::clone(&state)));
            Self { state, connections }
        }

        fn enter(&self) -> (Socket<Connection>, sys::Socket) {
            let line = self.state.connect(&[]);
            let socket = Socket::new(Rc::clone(&self.state), line.clone());
            socket.set_attachment(&Connection::default()).unwrap();
            (socket, line)
        }
    }

    #[test]
    fn a_connection_is_read_once_and_written_each_time() {
        let (room, other) = (Room::new(), Room::new());
        let (socket, line) = room.enter();
        assert_eq!(*room.connections.of(&socket).unwrap(), Connection::default());
        assert!(room.connections.update(&socket, |connection| connection.frame_begins(1)).unwrap());
        let written = line.attachment().unwrap().unwrap();
        assert!(written.contains("in_hand"), "{written}");
        line.set_attachment("1{}").unwrap();
        assert!(room.connections.of(&socket).unwrap().is_being_served());
        assert!(other.connections.of(&socket).is_err(), "another life of the object reads it");
    }

    #[test]
    fn what_cannot_be_written_is_not_kept() {
        let room = Room::new();
        let (socket, _) = room.enter();
        let id = RequestId::stored("1".repeat(20_000));
        let opened = room.connections.update(&socket, |connection| connection.open(id, 1, true, 0).is_some());
        assert_eq!(opened.unwrap_err().name(), "LimitError");
        assert_eq!(*room.connections.of(&socket).unwrap(), Connection::default());
    }

    #[test]
    fn all_are_those_that_are_open_and_can_be_read() {
        let room = Room::new();
        let (kept, _) = room.enter();
        let (broken, broken_line) = room.enter();
        let (closed, closed_line) = room.enter();
        for socket in [&kept, &closed] {
            assert!(room.connections.update(socket, |connection| connection.frame_begins(1)).unwrap());
        }
        broken_line.set_attachment("1{}").unwrap();
        closed_line.close(None, "").unwrap();
        let (fresh, _) = room.enter();
        let Connected { audience, connections } = room.connections.all();
        assert_eq!(audience.numbers(), [&kept, &broken, &fresh].map(Socket::number));
        let served = connections.iter().map(|it| it.as_ref().map(|it| it.is_being_served()));
        assert_eq!(served.collect::<Vec<_>>(), [Some(true), None, Some(false)]);
        assert_eq!(room.connections.known.borrow().len(), 2);
    }

    #[test]
    fn connections_of_sockets_that_are_gone_are_forgotten() {
        let room = Room::new();
        for _ in 0..5 * FEW {
            let (socket, line) = room.enter();
            room.connections.of(&socket).unwrap();
            line.close(None, "").unwrap();
            assert!(room.connections.known.borrow().len() <= FEW);
        }
        let open: Vec<_> = std::iter::repeat_with(|| room.enter().0).take(3 * FEW).collect();
        for socket in &open {
            room.connections.of(socket).unwrap();
        }
        assert!(open.iter().all(|socket| find(&room.connections.known.borrow(), socket.number()).is_some()));
    }
}
