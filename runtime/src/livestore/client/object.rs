//! The ready-made object around a store.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::store::{Store, StoreOptions, Watch};
use crate::livestore::schema::{Event, Schema, Table};
use crate::livestore::store_id;
use crate::prelude::*;
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
    fn view(sql: &Sql, style: Style) -> Result<Vec<(&'static str, Box<RawValue>)>>;
}

/// The form of JSON.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without spaces.
    Compact,
    /// For people, with two spaces for each level.
    Pretty,
}

fn rows<T: Table + Serialize>(sql: &Sql, style: Style) -> Result<(&'static str, Box<RawValue>)> {
    let name = T::DEFINITION.name();
    let select = format!("SELECT * FROM \"{}\"", name.replace('"', "\"\""));
    let rows = sql.query::<T>(&select, ())?.all()?;
    let json = match style {
        Style::Compact => serde_json::to_string(&rows)?,
        Style::Pretty => serde_json::to_string_pretty(&rows)?,
    };
    Ok((name, RawValue::from_string(json)?))
}

macro_rules! view {
    ($($row:ident)*) => {
        impl<$($row: Table + Serialize),*> View for ($($row,)*) {
            fn view(sql: &Sql, style: Style) -> Result<Vec<(&'static str, Box<RawValue>)>> {
                [$(rows::<$row>(sql, style)),*].into_iter().collect()
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

/// A message to the sockets.
#[derive(Serialize)]
struct Tables<'a> {
    tables: BTreeMap<&'a str, &'a RawValue>,
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
        if self.ctx.sockets::<()>().count() == 0 {
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
        if request.headers().get("upgrade")?.is_some() {
            let snapshot = message(&S::Tables::view(&self.ctx.sql(), Style::Compact)?)?;
            let upgrade = self.ctx.accept(&request, &());
            let id = upgrade.id().to_owned();
            let response = upgrade.response()?;
            if let Some(socket) = self.ctx.sockets::<()>().get(&id) {
                socket.send(snapshot)?;
            }
            self.follow();
            return Ok(response);
        }
        let tables = S::Tables::view(&self.ctx.sql(), Style::Pretty)?;
        let body = match &tables[..] {
            [(_, rows)] => rows.get().to_owned(),
            _ => serde_json::to_string_pretty(&named(&tables))?,
        };
        let mut response = Response::ok(body)?;
        response.headers_mut().set("content-type", "application/json")?;
        Ok(response)
    }

    /// Commits an event by its name, with its arguments as LiveStore's clients encode them.
    #[rpc]
    pub fn commit(&self, name: String, args: Json) -> Result<()> {
        let Some(event) = S::Event::decode(&name, &args.to_string())? else {
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
    fn message(&self, _socket: Socket<()>, _message: Message) {}

    #[websocket(close)]
    fn close(&self, _socket: Socket<()>, _close: Close) {
        self.follow();
    }
}

/// Sends the rows of some tables to all sockets.
fn tell<S: Client>(ctx: &Ctx, tables: &[&'static str]) -> Result<()> {
    let sockets = ctx.sockets::<()>();
    if sockets.count() == 0 {
        return Ok(());
    }
    let mut rows = S::Tables::view(&ctx.sql(), Style::Compact)?;
    rows.retain(|(table, _)| tables.contains(table));
    sockets.broadcast(message(&rows)?);
    Ok(())
}

fn named<'a>(tables: &'a [(&'static str, Box<RawValue>)]) -> BTreeMap<&'a str, &'a RawValue> {
    tables.iter().map(|(name, rows)| (*name, &**rows)).collect()
}

fn message(tables: &[(&'static str, Box<RawValue>)]) -> Result<String> {
    Ok(serde_json::to_string(&Tables { tables: named(tables) })?)
}
