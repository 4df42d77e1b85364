//! The ready-made object around a store.

use std::cell::RefCell;

use serde::Serialize;

use super::args::Args;
use super::layout::quoted;
use super::store::{Store, StoreOptions, Watch};
use crate::livestore::schema::{Event, Schema, Table};
use crate::livestore::store_id;
use crate::livestore::wire::json::{pretty, push_quoted};
use crate::prelude::*;
use crate::socket::Attachment;
use crate::{Sql, sys};

/// The bindings of a [`ClientDO`], which a schema can change.
pub trait Client: Schema<Tables: View> {
    /// The binding of the backend's class.
    const BACKEND: &'static str = "SYNC_BACKEND_DO";
    /// The binding of the client's own class, as the backend's worker has it.
    const BINDING: &'static str = "CLIENT_DO";

    /// Returns the choices for the store.
    fn options() -> StoreOptions {
        StoreOptions::backend(Self::BACKEND).live(Self::BINDING)
    }
}

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
/// - The method `commit(name, args)` commits an event, from Rust or JavaScript.
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
    watch: RefCell<Option<Watch>>,
}

/// The attachment of the sockets. Unlike `()`, it is not read with serde_json, whose reader is large.
struct Nothing;

impl Attachment for Nothing {
    fn write(&self, to: &mut Vec<u8>) -> Result<()> {
        to.extend_from_slice(b"null");
        Ok(())
    }

    fn read(_json: &str) -> Result<Self> {
        Ok(Self)
    }
}

#[durable_object]
impl<S: Client> ClientDO<S> {
    #[init]
    fn init(ctx: Ctx, env: Env) -> Result<Self> {
        let store = Store::<S>::open(&ctx, &env, S::options())?;
        let client = Self { ctx, store, watch: RefCell::default() };
        client.follow();
        Ok(client)
    }

    /// Watches the store as long as there are sockets. A watched store wakes the object now and then.
    fn follow(&self) {
        let mut watch = self.watch.borrow_mut();
        if self.ctx.sockets::<Nothing>().count() == 0 {
            *watch = None;
        } else if watch.is_none() {
            let ctx = self.ctx.clone();
            *watch = Some(self.store.watch(move |change| {
                if let Err(error) = tell::<S>(&ctx, &change.tables) {
                    sys::log_error(&format!("a change cannot be sent: {error}"));
                }
            }));
        }
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
            let snapshot = message(&S::Tables::view(&self.ctx.sql())?);
            let upgrade = self.ctx.accept(&request, &Nothing);
            let id = upgrade.id().to_owned();
            let response = upgrade.response()?;
            if let Some(socket) = self.ctx.sockets::<Nothing>().get(&id) {
                socket.send(snapshot)?;
            }
            self.follow();
            return Ok(response);
        }
        let tables = S::Tables::view(&self.ctx.sql())?;
        let mut response = Response::ok(match &tables[..] {
            [(_, rows)] => pretty(rows),
            _ => pretty(&object(&tables)),
        })?;
        response.headers_mut().set("content-type", "application/json")?;
        Ok(response)
    }

    /// Commits an event by its name, with its arguments as LiveStore's clients encode them.
    #[rpc]
    pub fn commit(&self, name: String, args: Args) -> Result<()> {
        let Some(event) = S::Event::decode(&name, args.json())? else {
            return Err(Error::Value(format!("the schema has no event `{name}`")));
        };
        self.store.commit(event)?;
        Ok(())
    }

    /// Returns the progress of the store.
    #[rpc]
    pub fn status(&self) -> Result<super::Status> {
        Ok(self.store.status()?)
    }

    #[websocket(message)]
    fn message(&self, _socket: Socket<Nothing>, _message: Message) {}

    #[websocket(close)]
    fn close(&self, _socket: Socket<Nothing>, _close: Close) {
        self.follow();
    }
}

/// Sends the rows of some tables to all sockets.
fn tell<S: Client>(ctx: &Ctx, tables: &[&'static str]) -> Result<()> {
    let sockets = ctx.sockets::<Nothing>();
    if sockets.count() == 0 {
        return Ok(());
    }
    let mut rows = S::Tables::view(&ctx.sql())?;
    rows.retain(|(table, _)| tables.contains(table));
    sockets.broadcast(message(&rows));
    Ok(())
}

/// Returns a message to the sockets.
fn message(tables: &[(&'static str, String)]) -> String {
    ["{\"tables\":", &object(tables), "}"].concat()
}

/// Returns a JSON object with the rows of each table.
fn object(tables: &[(&'static str, String)]) -> String {
    let mut json = String::from("{");
    for (name, rows) in tables {
        if json.len() > 1 {
            json.push(',');
        }
        push_quoted(name, &mut |piece| json.push_str(piece));
        json.push(':');
        json.push_str(rows);
    }
    json.push('}');
    json
}
