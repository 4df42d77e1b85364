use std::cell::Cell;
use std::time::Duration;

use durable_object::prelude::*;
use durable_object::socket::select_protocol;
use serde::{Deserialize, Serialize};

/// A lobby, whose guests talk JSON.
#[durable_object]
pub struct Lobby {
    ctx: Ctx,
    asked: Cell<u32>,
}

/// The attachment of a socket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guest {
    /// The name of the guest.
    pub name: String,
    /// The level of the guest, which selects sockets.
    pub level: u32,
}

/// The message of a guest.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "camelCase")]
enum Ask {
    Tell { whom: Whom, text: String },
    Whisper { id: String, text: String },
    Rise,
    Leave { code: u16, reason: String },
    Wait { millis: u64 },
    Spoil,
}

/// The recipients of a message.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Whom {
    All,
    Others,
    Tagged(String),
    Both(String, String),
    Above(u32),
}

/// The message to a guest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Tell<'a> {
    Text { from: &'a str, text: &'a str },
    Reached(usize),
    Level(u32),
    Waited(u64),
    Failed(&'a str),
}

/// A socket, as the object sees it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Its id.
    pub id: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The attachment of the socket, or the reason why it cannot be read.
    pub guest: std::result::Result<Guest, String>,
    /// The time of the runtime's last automatic answer, in milliseconds since 1970.
    pub answered: Option<i64>,
}

#[durable_object]
impl Lobby {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        ctx.sql().execute("CREATE TABLE IF NOT EXISTS notes (text TEXT NOT NULL)", ())?;
        Ok(Self { ctx, asked: Cell::default() })
    }

    /// Lets in `/name/level/tag/tag…`, but not without a name.
    #[fetch]
    fn fetch(&self, request: Request) -> Result<Response> {
        let path = request.path();
        let mut path = path.split('/').skip(1);
        let Some(name) = path.next().filter(|name| !name.is_empty()) else {
            return Ok(Response::error("who are you?", 401)?);
        };
        let level = path.next().and_then(|level| level.parse().ok()).unwrap_or_default();
        let guest = Guest { name: name.repeat(if name == "crowd" { 4_000 } else { 1 }), level };
        let mut accept = self.ctx.accept(&request, &guest).tags(path);
        if name == "liar" {
            accept = accept.protocol("never.offered");
        } else if let Some(protocol) = select_protocol(&request, &["lobby.v2", "lobby.v1"])? {
            accept = accept.protocol(protocol);
        }
        let mut response = accept.response()?;
        response.headers_mut().set("X-Lobby", "open")?;
        Ok(response)
    }

    #[websocket(message)]
    async fn message(&self, socket: Socket<Guest>, message: Message) -> Result<()> {
        let answer = match message.parse() {
            Ok(ask) => self.answer(&socket, ask).await?,
            Err(why) => Some(Message::json(&Tell::Failed(&why.to_string()))?),
        };
        answer.map_or(Ok(()), |answer| socket.send(answer))
    }

    #[websocket(close)]
    fn close(&self, socket: Socket<Guest>, close: Close) -> Result<()> {
        let name = socket.attachment()?.name;
        let others = self.ctx.sockets::<Guest>();
        others.broadcast(Message::json(&Tell::Text { from: &name, text: "bye" })?);
        self.note(&format!("{name} {} {} {}", close.code, socket.tags()?.join(","), socket.id()?.len()))
    }

    #[websocket(error)]
    fn error(&self, _: Socket<Guest>, error: Error) -> Result<()> {
        self.note(&format!("error: {error}"))
    }

    /// The open sockets, by name.
    #[rpc]
    pub fn seen(&self) -> Result<Vec<Seen>> {
        let sockets = self.ctx.sockets::<Guest>();
        let seen = sockets.with_attachments().map(|(socket, guest)| {
            let answered = socket.auto_response_timestamp().map(|date| date.as_millis());
            let guest = guest.map_err(|why| why.to_string());
            Ok(Seen { id: socket.id()?, tags: socket.tags()?, guest, answered })
        });
        seen.collect()
    }

    /// Returns the notes, the oldest first.
    #[rpc]
    pub fn notes(&self) -> Result<Vec<String>> {
        self.ctx.sql().query("SELECT text FROM notes ORDER BY rowid", ())?.all()
    }

    /// How often this was asked since the object came into memory.
    #[rpc]
    pub fn asked(&self) -> u32 {
        self.asked.set(self.asked.get() + 1);
        self.asked.get()
    }

    /// How many rows were written since the database was opened.
    #[rpc]
    pub fn rows_written(&self) -> Result<u32> {
        self.ctx.sql().query("SELECT total_changes()", ())?.one()
    }

    /// Says something to the socket with this id; whether there is one.
    #[rpc]
    pub fn page(&self, id: String, text: String) -> Result<bool> {
        let socket = self.ctx.sockets::<Guest>().get(&id);
        socket.map_or(Ok(false), |socket| socket.send(text).map(|()| true))
    }

    /// Sends a text to all, so often.
    #[rpc]
    pub fn flood(&self, times: u32, text: String) -> u32 {
        let sockets = self.ctx.sockets::<Guest>();
        let reached: usize = (0..times).map(|_| sockets.broadcast(text.as_str())).sum();
        u32::try_from(reached).unwrap_or(u32::MAX)
    }

    /// Sets what the runtime answers, or takes it back; what is set then.
    #[rpc]
    pub fn answer_for_me(&self, pair: Option<(String, String)>) -> Result<Option<(String, String)>> {
        let auto_response = self.ctx.auto_response();
        match pair {
            Some((request, response)) => auto_response.set(&request, &response)?,
            None => auto_response.delete()?,
        }
        Ok(auto_response.get())
    }

    /// Sets how long a handler may take; what is set then.
    #[rpc]
    pub fn limit_events(&self, millis: Option<u32>) -> Result<Option<u32>> {
        let timeout = millis.map(|millis| Duration::from_millis(millis.into()));
        self.ctx.set_socket_event_timeout(timeout)?;
        let millis = self.ctx.socket_event_timeout().map(|timeout| timeout.as_millis());
        Ok(millis.and_then(|millis| u32::try_from(millis).ok()))
    }
}

impl Lobby {
    async fn answer(&self, socket: &Socket<Guest>, ask: Ask) -> Result<Option<Message>> {
        let tell = match ask {
            Ask::Tell { whom, text } => {
                let name = socket.attachment()?.name;
                let sockets = self.ctx.sockets::<Guest>();
                let sockets = match whom {
                    Whom::All => sockets,
                    Whom::Others => sockets.except(socket),
                    Whom::Tagged(tag) => sockets.tagged(tag),
                    Whom::Both(one, other) => sockets.tagged(one).tagged(other),
                    Whom::Above(level) => sockets.filter(move |guest| guest.level > level),
                };
                Tell::Reached(sockets.broadcast(Message::json(&Tell::Text { from: &name, text: &text })?))
            }
            Ask::Whisper { id, text } => {
                let name = socket.attachment()?.name;
                let found = self.ctx.sockets::<Guest>().get(&id);
                if let Some(found) = &found {
                    found.send(Message::json(&Tell::Text { from: &name, text: &text })?)?;
                }
                Tell::Reached(usize::from(found.is_some()))
            }
            Ask::Rise => Tell::Level(socket.update(|guest| {
                guest.level += 1;
                guest.level
            })?),
            Ask::Leave { code, reason } => {
                let Err(why) = socket.close(code, &reason) else { return Ok(None) };
                return Ok(Some(Message::json(&Tell::Failed(&format!("{}: {why}", why.name())))?));
            }
            Ask::Wait { millis } => {
                worker::Delay::from(Duration::from_millis(millis)).await;
                Tell::Waited(millis)
            }
            Ask::Spoil => {
                spoil(&self.ctx, &socket.id()?)?;
                return Ok(None);
            }
        };
        Ok(Some(Message::json(&tell)?))
    }

    fn note(&self, text: &str) -> Result<()> {
        self.ctx.sql().execute("INSERT INTO notes VALUES (?1)", (text,))?;
        Ok(())
    }
}

/// Attaches what an earlier version of this object might have.
fn spoil(ctx: &Ctx, id: &str) -> Result<()> {
    ctx.sockets::<String>().get(id).map_or(Ok(()), |socket| socket.set_attachment(&"before".to_owned()))
}
