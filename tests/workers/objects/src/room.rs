use durable_object::prelude::*;
use serde::{Deserialize, Serialize};

/// A chat room.
#[durable_object]
pub struct Room {
    ctx: Ctx,
    boots: u32,
    gone: Vec<Socket<Member>>,
}

/// The attachment of a socket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The name of the client.
    pub name: String,
    /// The number of messages from the client.
    pub messages: u32,
    /// Any other text to keep.
    pub luggage: String,
}

/// The room's state.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// How often its init has run.
    pub boots: u32,
    /// Its open sockets: the members, with their tags.
    pub members: Vec<(Member, Vec<String>)>,
}

/// A socket that was closed.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// The name of the client.
    pub name: String,
    /// The status code.
    pub code: u16,
    /// The client's words.
    pub reason: String,
    /// Whether there was a close frame.
    pub was_clean: bool,
}

#[durable_object]
impl Room {
    #[init]
    fn init(ctx: Ctx) -> Result<Self> {
        let sql = ctx.sql();
        sql.execute("CREATE TABLE IF NOT EXISTS boots (n INTEGER NOT NULL)", ())?;
        sql.execute(
            "CREATE TABLE IF NOT EXISTS closed (name TEXT, code INTEGER, reason TEXT, clean INTEGER)",
            (),
        )?;
        sql.execute("INSERT INTO boots VALUES (1)", ())?;
        ctx.auto_response().set("ping", "pong")?;
        let boots = sql.query("SELECT sum(n) FROM boots", ())?.one()?;
        Ok(Self { ctx, boots, gone: Vec::new() })
    }

    /// Lets in whoever the path names: `/name/tag/tag…`.
    #[fetch]
    fn fetch(&self, request: Request) -> Result<Response> {
        let path = request.path();
        let mut words = path.split('/').skip(1).map(str::to_owned);
        let member = Member { name: words.next().unwrap_or_default(), messages: 0, luggage: String::new() };
        self.ctx.accept(&request, &member).tags(words).response()
    }

    #[websocket(message)]
    fn message(&mut self, socket: Socket<Member>, message: Message) -> Result<()> {
        let member = socket.update(|member| {
            member.messages += 1;
            member.clone()
        })?;
        let text = match message {
            Message::Text(text) => text.to_string(),
            Message::Binary(mut bytes) => {
                bytes.reverse();
                return socket.send(bytes);
            }
        };
        let (command, rest) = text.split_once(' ').unwrap_or((&text, ""));
        match command {
            "echo" => socket.send(rest),
            "count" => socket.send(member.messages.to_string()),
            "all" => {
                let reached = self.ctx.sockets::<Member>().broadcast(format!("{}: {rest}", member.name));
                socket.send(format!("reached {reached}"))
            }
            "to" => {
                let (tag, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                let reached =
                    self.ctx.sockets::<Member>().tagged(tag).broadcast(format!("{}: {rest}", member.name));
                socket.send(format!("reached {reached}"))
            }
            "pack" => {
                let size = rest.parse().map_err(|_| Error::new("pack how much?"))?;
                let packed = socket.set_attachment(&Member { luggage: "x".repeat(size), ..member });
                socket.send(
                    packed.map_or_else(|why| format!("{}: {why}", why.name()), |()| "packed".to_owned()),
                )
            }
            "buffer" => {
                let before = socket.buffered_bytes();
                socket.send(rest)?;
                socket.send(format!("{before} {}", socket.buffered_bytes()))
            }
            "leave" => {
                socket.close(4002, rest)?;
                self.gone.push(socket);
                Ok(())
            }
            _ => Err(Error::new(format!("no command {command}"))),
        }
    }

    #[websocket(close)]
    fn close(&mut self, socket: Socket<Member>, close: Close) -> Result<()> {
        let name = socket.attachment()?.name;
        let note = "INSERT INTO closed VALUES (?1, ?2, ?3, ?4)";
        self.ctx.sql().execute(note, (name, close.code, close.reason, close.was_clean))?;
        self.gone.push(socket);
        Ok(())
    }

    #[websocket(error)]
    fn error(&self, socket: Socket<Member>, error: Error) -> Result<()> {
        let name = socket.attachment()?.name;
        self.ctx.sql().execute("INSERT INTO closed VALUES (?1, 0, ?2, 0)", (name, error.to_string()))?;
        Ok(())
    }

    /// The room's state.
    #[rpc]
    pub fn report(&self) -> Result<Report> {
        let members = self.ctx.sockets::<Member>().into_iter();
        let members = members.map(|socket| Ok((socket.attachment()?, socket.tags()?)));
        Ok(Report { boots: self.boots, members: members.collect::<Result<_>>()? })
    }

    /// The sockets that were closed, oldest first.
    #[rpc]
    pub fn closed(&self) -> Result<Vec<Closed>> {
        let rows = self.ctx.sql().query("SELECT name, code, reason, clean FROM closed ORDER BY rowid", ())?;
        let closed = |(name, code, reason, was_clean)| Closed { name, code, reason, was_clean };
        rows.map(|row| row.map(closed)).collect()
    }

    /// Sends to every socket that is gone; what came of it.
    #[rpc]
    pub fn send_to_gone(&self) -> Vec<String> {
        let sent = self.gone.iter().map(|socket| socket.send("anybody there?"));
        sent.map(|sent| sent.map_or_else(|why| why.to_string(), |()| "sent".to_owned())).collect()
    }

    /// Closes every socket that is gone once more; what came of it.
    #[rpc]
    pub fn close_gone(&self) -> Vec<String> {
        let closed = self.gone.iter().map(|socket| socket.close(1000, "again"));
        closed.map(|closed| closed.map_or_else(|why| why.to_string(), |()| "closed".to_owned())).collect()
    }

    /// Says something to everybody.
    #[rpc]
    pub fn announce(&self, text: String) -> u32 {
        let reached = self.ctx.sockets::<Member>().broadcast(text);
        u32::try_from(reached).unwrap_or(u32::MAX)
    }
}
