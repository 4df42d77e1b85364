//! Every kind of handler, in every form it can take.

use std::pin::Pin;
use std::task::{Context as Task, Poll};

use durable_object::prelude::*;
use durable_object::rpc::{Js, Stream, Streaming};
use durable_object::storage::Query;
use serde::{Deserialize, Serialize};

/// The attachment of a chat socket. It is private, although the object is not.
#[derive(Serialize, Deserialize)]
struct Session {
    name: String,
}

/// A value with fields.
#[derive(Serialize, Deserialize)]
pub struct Entry {
    text: String,
    bytes: Vec<u8>,
}

/// An error of the application.
#[derive(Debug, Serialize, Deserialize, RpcError)]
pub struct TooLong;

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too long")
    }
}

/// A stream that borrows from the object.
struct Texts<'a>(std::slice::Iter<'a, Entry>);

impl Stream for Texts<'_> {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Task<'_>) -> Poll<Option<String>> {
        Poll::Ready(self.0.next().map(|entry| entry.text.clone()))
    }
}

#[durable_object(class = "ChatRoom", binding = "ROOMS")]
pub struct Chat {
    ctx: Ctx,
    entries: Vec<Entry>,
}

#[durable_object]
impl Chat {
    /// A constant of the user's.
    pub const LIMIT: usize = 10;

    #[init]
    async fn init(ctx: Ctx, _env: Env) -> Result<Self> {
        Ok(Self { ctx, entries: Vec::new() })
    }

    #[rpc]
    pub async fn entries(&self, from: u32, mut limit: Option<u32>) -> Result<Vec<Entry>> {
        let limit = limit.get_or_insert(from);
        Err(Error::new(format!("{limit}")))
    }

    #[rpc(idempotent)]
    pub fn texts(&self) -> impl Stream<Item = String> {
        Texts(self.entries.iter())
    }

    #[rpc]
    pub async fn rows(&mut self, of: String) -> Result<impl Stream<Item = Result<String>>, TooLong> {
        let rows = self.ctx.sql().query("SELECT text FROM entries WHERE of = ?1", (of,));
        rows.map(Query::stream).map_err(|_| TooLong)
    }

    #[rpc]
    pub async fn fill(&self, entries: Streaming<Entry>, raw: Js) -> Result<Streaming<Vec<u8>>> {
        drop((entries, raw));
        Err(Error::new("not implemented"))
    }

    #[rpc(name = "say")]
    pub async fn add(&mut self, entry: Entry) -> Result<usize, TooLong> {
        if self.entries.len() == Self::LIMIT {
            return Err(TooLong);
        }
        self.entries.push(entry);
        Ok(self.entries.len())
    }

    #[rpc]
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    #[rpc]
    pub fn clear(self: &mut Self) {
        self.entries.clear();
    }

    #[rpc]
    async fn nothing(&self) -> std::result::Result<(), TooLong> {
        Ok(())
    }

    #[rpc]
    #[deprecated(note = "use `count`")]
    #[must_use]
    pub fn size(&self) -> (usize, [u8; 2]) {
        (self.helper(), [0; 2])
    }

    #[fetch]
    async fn fetch(&self, _: Request) -> Result<Response> {
        let _ = &self.ctx;
        Ok(Response::ok("hello")?)
    }

    #[connect]
    async fn connect(&mut self, mut socket: durable_object::socket::TcpSocket) -> Result<()> {
        socket.close().await?;
        Ok(())
    }

    #[websocket(message)]
    async fn message(&self, socket: Socket<Session>, message: Message) -> Result<()> {
        match message {
            Message::Text(_) => socket.set_attachment(&Session { name: String::new() }),
            Message::Binary(_) => Ok(()),
        }
    }

    #[websocket(close)]
    fn close(&mut self, _socket: Socket<crate::Session>, _: Close) {
        self.entries.clear();
    }

    #[websocket(error)]
    async fn broken(&self, _: durable_object::Socket<Session>, error: Error) -> Result<(), TooLong> {
        let _ = error;
        Ok(())
    }

    fn helper(&self) -> usize {
        self.entries.len()
    }
}

async fn call(env: &Env) -> Result<usize> {
    let room = Chat::named(env, "main")?;
    let entry = Entry { text: "hi".to_owned(), bytes: vec![1] };
    let _: usize = room.add(entry).await?;
    let _: Vec<Entry> = room.clone().entries(0, None).await?;
    room.clear().await?;
    room.nothing().await?;
    room.count().await
}

fn main() {
    let _ = call;
    assert_eq!((Chat::NAME, Chat::BINDING), ("ChatRoom", "ROOMS"));
    assert_eq!(
        <Chat as durable_object::__private::Contract>::METHODS,
        [
            "entries",
            "texts",
            "rows",
            "fill",
            "say",
            "count",
            "clear",
            "nothing",
            "size",
            "fetch",
            "connect",
            "webSocketMessage",
            "webSocketClose",
            "webSocketError",
        ]
    );
}
