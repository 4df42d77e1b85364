//! The ready-made object around a store.

use std::cell::RefCell;

use serde::Serialize;

use super::args::Args;
use super::layout::quoted;
use super::live::{self, Commit};
use super::store::{Status, Store, StoreOptions, Watch};
use crate::livestore::schema::{Event, Schema, Table};
use crate::livestore::store_id;
use crate::livestore::wire::json::pretty;
use crate::prelude::*;
use crate::socket::{Attachment, select_protocol};
use crate::{Sql, sys};

/// The bindings of a [`ClientDO`], which a schema can change.
pub trait Client: Schema<Tables: View> {
    /// The binding of the backend's class.
    const BACKEND: &'static str = "SYNC_BACKEND_DO";
    /// The binding of the client's own class, as the backend's worker has it.
    const BINDING: &'static str = "CLIENT_DO";

    /// Whether messages of sockets commit events. If they do, everybody whom the worker lets through to the object can
    /// change the store.
    const SOCKETS_COMMIT: bool = false;

    /// The function that returns the time at which the object closes the socket of a request: for example the expiry of
    /// the token that the worker has verified. `None`, as the value or as the result, lets sockets stay open.
    ///
    /// The object closes the socket then with the code 3000 (Unauthorized), and hibernates meanwhile. A request whose time
    /// is over gets the status 401, and so does an error, with its text.
    const OPEN_UNTIL: Option<OpenUntil> = None;

    /// The protocols of sockets that the object knows. It selects the first of them that a client offers: for example
    /// `bearer` for `new WebSocket(url, ['bearer', token])`. A browser that offers protocols closes a socket for which
    /// none is selected. A protocol changes nothing else.
    const PROTOCOLS: &'static [&'static str] = &[];

    /// Returns the choices for the store.
    fn options() -> StoreOptions {
        StoreOptions::backend(Self::BACKEND).live(Self::BINDING)
    }
}

/// A function that returns the time at which the socket of a request is closed, or `None` if it may stay open: the value
/// of [`Client::OPEN_UNTIL`].
pub type OpenUntil = fn(&Request) -> Result<Option<Date>>;

/// Tables whose rows can be written as JSON: each of them derives `Serialize`.
pub trait View {
    /// Returns the rows of each table as JSON, with the table's name.
    ///
    /// # Errors
    /// Fails when a row cannot be read or written.
    #[doc(hidden)]
    fn view(sql: &Sql) -> Result<Vec<(&'static str, String)>>;
}

fn rows<T: Table + Serialize>(sql: &Sql) -> Result<(&'static str, String)> {
    let name = T::DEFINITION.name();
    let rows = sql.query::<T>(&["SELECT * FROM ", &quoted(name)].concat(), ())?.all()?;
    Ok((name, serde_json::to_string(&rows)?))
}

macro_rules! view {
    ($($row:ident)*) => {
        impl<$($row: Table + Serialize),*> View for ($($row,)*) {
            fn view(sql: &Sql) -> Result<Vec<(&'static str, String)>> {
                Ok(vec![$(rows::<$row>(sql)?),*])
            }
        }
    };
}

view!(A);
view!(A B);
view!(A B C);
view!(A B C D);
view!(A B C D E);
view!(A B C D E F);
view!(A B C D E F G);
view!(A B C D E F G H);
view!(A B C D E F G H I);
view!(A B C D E F G H I J);

/// A durable object that is a client of a store, for a worker that wants to look at the store and commit to it.
///
/// - `GET ?storeId=…` connects it to the store, and answers with the rows as JSON: an array if the schema has one
///   table, otherwise an object with an array for each table.
/// - A WebSocket at the same address gets `{"tables":{"todos":[…]}}` at once, and again with the tables that have
///   changed after each change. It hibernates with the object.
/// - The socket also gets `{"status":{…},"pending":[…]}` at once, and again whenever the [`Status`] has changed. The
///   list has the first 100 events that the backend has not confirmed, each as `{"name":"v1.TodoCreated","args":{…}}`.
/// - A socket can commit events if the schema [lets it](Client::SOCKETS_COMMIT). It sends an event in the same form, and
///   gets `{"error":"…"}` if it cannot be committed.
/// - The method `commit(name, args)` commits an event, from Rust or JavaScript, and `status()` returns the progress.
///
/// ```
/// use durable_object::livestore::client::{Client, ClientDO};
/// use durable_object::livestore::schema::{Event, Schema, Table};
/// use durable_object::prelude::*;
///
/// #[derive(Event)]
/// pub enum TodoEvent {
///     #[event("v1.TodoCreated", sql = "INSERT INTO todos (id, text) VALUES (:id, :text)")]
///     Created { id: String, text: String },
/// }
///
/// #[derive(serde::Serialize, Table)]
/// #[table("todos")]
/// pub struct Todo {
///     #[column(primary_key)]
///     id: String,
///     text: String,
/// }
///
/// pub struct Todos;
///
/// impl Schema for Todos {
///     type Event = TodoEvent;
///     type Tables = (Todo,);
/// }
///
/// impl Client for Todos {}
///
/// export_object!(pub LiveStoreClientDO = ClientDO<Todos>, binding = "CLIENT_DO");
/// ```
#[durable_object]
pub struct ClientDO<S: Client> {
    ctx: Ctx,
    #[part]
    store: Store<S>,
    /// While there are sockets.
    watches: RefCell<Option<[Watch; 2]>>,
}

/// The attachment of a socket: the time at which it is closed, in milliseconds since 1970. It is not read with
/// serde_json, whose reader is large.
struct Until(Option<i64>);

impl Attachment for Until {
    fn write(&self, to: &mut Vec<u8>) -> Result<()> {
        match self.0 {
            Some(until) => to.extend_from_slice(until.to_string().as_bytes()),
            None => to.extend_from_slice(b"null"),
        }
        Ok(())
    }

    fn read(json: &str) -> Result<Self> {
        match json {
            "null" => Ok(Self(None)),
            until => match until.parse() {
                Ok(until) => Ok(Self(Some(until))),
                Err(_) => Err(Error::Attachment(format!("`{until}` is not a time"))),
            },
        }
    }
}

#[durable_object]
impl<S: Client> ClientDO<S> {
    #[init]
    fn init(ctx: Ctx, env: Env) -> Result<Self> {
        let store = Store::<S>::open(&ctx, &env, S::options())?;
        let client = Self { ctx, store, watches: RefCell::default() };
        client.follow();
        Ok(client)
    }

    #[fetch]
    async fn fetch(&self, request: Request) -> Result<Response> {
        let store_id = match store_id(&request) {
            Ok(store_id) => store_id,
            Err(error) => return Ok(Response::error(error.to_string(), 400)?),
        };
        if let Err(error) = self.store.connect(&store_id).await {
            return Ok(Response::error(error.to_string(), 400)?);
        }
        if let Err(error) = self.store.refuse_while_rebuilding() {
            return Ok(Response::error(error.to_string(), 503)?);
        }
        if request.headers().get("upgrade")?.is_some() {
            let until = match S::OPEN_UNTIL.map_or(Ok(None), |open_until| open_until(&request)) {
                Ok(Some(until)) if until <= Date::now() => {
                    return Ok(Response::error("the access has expired", 401)?);
                }
                Ok(until) => until,
                Err(error) => return Ok(Response::error(error.to_string(), 401)?),
            };
            let mut upgrade = self.ctx.accept(&request, &Until(until.map(Date::as_millis)));
            if !S::PROTOCOLS.is_empty()
                && let Some(protocol) = select_protocol(&request, S::PROTOCOLS)?
            {
                upgrade = upgrade.protocol(protocol);
            }
            let id = upgrade.id().to_owned();
            let response = upgrade.response()?;
            if S::OPEN_UNTIL.is_some() && until.is_some() {
                self.close_expired()?;
            }
            if let Some(socket) = self.ctx.sockets::<Until>().get(&id) {
                socket.send(live::tables(&S::Tables::view(&self.ctx.sql())?))?;
                socket.send(live::status(&self.store.status()?, &self.store.pending_json()?)?)?;
            }
            self.follow();
            return Ok(response);
        }
        let tables = S::Tables::view(&self.ctx.sql())?;
        let mut response = Response::ok(match &tables[..] {
            [(_, rows)] => pretty(rows),
            _ => pretty(&live::object(&tables)),
        })?;
        response.headers_mut().set("content-type", "application/json")?;
        Ok(response)
    }

    /// Commits an event by its name, with its arguments as LiveStore's clients encode them.
    #[rpc]
    pub fn commit(&self, name: String, args: Args) -> Result<()> {
        self.commit_json(&name, args.json())
    }

    /// Returns the progress of the store.
    #[rpc]
    pub fn status(&self) -> Result<Status> {
        Ok(self.store.status()?)
    }

    #[websocket(message)]
    fn message(&self, socket: Socket<Until>, message: Message) -> Result<()> {
        // The timer may be late.
        if S::OPEN_UNTIL.is_some()
            && let Until(Some(until)) = socket.attachment()?
            && until <= sys::now_millis()
        {
            close_expired(&socket);
            return Ok(());
        }
        let Message::Text(text) = message else { return Ok(()) };
        if !S::SOCKETS_COMMIT {
            return Ok(());
        }
        let text = text.to_string();
        let commit = Commit::read(&text).map_err(|error| Error::Value(error.to_string()));
        match commit.and_then(|commit| self.commit_json(&commit.name, commit.args)) {
            Ok(()) => Ok(()),
            Err(error) => socket.send(live::refusal(&error.to_string())),
        }
    }

    #[websocket(close)]
    fn close(&self, _socket: Socket<Until>, _close: Close) {
        self.follow();
    }

    /// Closes the sockets whose time is over, and comes back for the next one.
    #[scheduled]
    fn close_expired(&self) -> Result<()> {
        if S::OPEN_UNTIL.is_none() {
            return Ok(());
        }
        let now = sys::now_millis();
        let mut next = None;
        for (socket, until) in self.ctx.sockets::<Until>().with_attachments() {
            match until {
                Ok(Until(Some(until))) if until <= now => close_expired(&socket),
                Ok(Until(Some(until))) => next = Some(next.map_or(until, |next: i64| next.min(until))),
                Ok(Until(None)) | Err(_) => {}
            }
        }
        if let Some(at) = next.and_then(|next| Date::from_millis(next.max(now.saturating_add(1_000)))) {
            self.schedule().close_expired().key("close_expired").at(at)?;
        }
        self.follow();
        Ok(())
    }

    fn commit_json(&self, name: &str, args: &str) -> Result<()> {
        let Some(event) = S::Event::decode(name, args)? else {
            return Err(Error::Value(format!("the schema has no event `{name}`")));
        };
        self.store.commit(event)?;
        Ok(())
    }

    /// Watches the store as long as there are sockets. A watched store wakes the object now and then.
    fn follow(&self) {
        let mut watches = self.watches.borrow_mut();
        if self.ctx.sockets::<Until>().count() == 0 {
            *watches = None;
        } else if watches.is_none() {
            let (ctx, store) = (self.ctx.clone(), self.store.clone());
            *watches = Some([
                self.store.watch({
                    let ctx = ctx.clone();
                    move |change| broadcast(&ctx, &|| changed_rows::<S>(&ctx, &change.tables))
                }),
                self.store.watch_status(move |status| {
                    broadcast(&ctx, &|| live::status(status, &store.pending_json()?));
                }),
            ]);
        }
    }
}

/// Closes a socket whose time is over. One that cannot be closed is gone.
fn close_expired(socket: &Socket<Until>) {
    let _ = socket.close(3000, "the access has expired: connect again");
}

/// Returns the message with the rows of the tables that have changed.
fn changed_rows<S: Client>(ctx: &Ctx, changed: &[&'static str]) -> Result<String> {
    let mut rows = S::Tables::view(&ctx.sql())?;
    rows.retain(|(table, _)| changed.contains(table));
    Ok(live::tables(&rows))
}

/// Sends a message to all sockets, if there are any.
fn broadcast(ctx: &Ctx, message: &dyn Fn() -> Result<String>) {
    let sockets = ctx.sockets::<Until>();
    if sockets.count() == 0 {
        return;
    }
    match message() {
        Ok(message) => {
            sockets.broadcast(message);
        }
        Err(error) => sys::log_error(&format!("a change cannot be sent: {error}")),
    }
}
