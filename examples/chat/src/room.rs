//! One room.

use std::collections::BTreeMap;
use std::time::Duration;

use durable_object::Date;
use durable_object::prelude::*;
use durable_object::socket::Sockets;
use serde::{Deserialize, Serialize};

use crate::limiter::{self, Limiter};

/// How long lines are kept.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

const MIGRATIONS: &[Migration] = &[
    Migration::new(
        "0001_lines",
        "CREATE TABLE lines (id INTEGER PRIMARY KEY, user TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL)",
    ),
    Migration::new(
        "0002_topic",
        "CREATE TABLE topic (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, user TEXT NOT NULL, text TEXT NOT NULL)",
    ),
];

/// A room: who is in it and what they do, what was said, and its topic. While nobody does anything it is not in memory
/// and costs nothing; its sockets stay open, each with its [`Member`].
#[durable_object]
pub struct Room {
    ctx: Ctx,
    env: Env,
}

/// The user of a socket, and what the user does. It stays with the socket while the object hibernates, and goes with it
/// when the connection breaks off: no timer has to clean up.
#[derive(Serialize, Deserialize)]
struct Member {
    user: String,
    /// Sockets that were opened by older code do not have it.
    #[serde(default)]
    typing: bool,
    /// The id of the [`Limiter`] of the address from which the user came.
    #[serde(default)]
    limiter: Option<String>,
    /// When the user may do something again, if that was too much.
    #[serde(default)]
    silent_until: Option<Date>,
}

/// A user in the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// The name.
    pub user: String,
    /// Whether the user is typing, in any window.
    pub typing: bool,
}

/// The topic of the room, which everybody can change. The last change wins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromRow)]
pub struct Topic {
    /// The number of changes so far. A client shows the topic with the highest one that it has seen.
    pub version: i64,
    /// The name of the user who changed it last.
    pub user: String,
    /// The text.
    pub text: String,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, FromRow)]
pub struct Line {
    /// Its number.
    pub id: i64,
    /// The name of the author.
    pub user: String,
    /// The text.
    pub text: String,
    /// When.
    pub at: Date,
}

/// The message of a client.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Ask {
    Say { text: String },
    Typing { typing: bool },
    Topic { text: String },
}

impl Ask {
    /// Returns the reason why nobody may ask that.
    fn flaw(&self) -> Option<&'static str> {
        match self {
            Self::Say { text } if text.trim().is_empty() || text.chars().count() > 2000 => {
                Some("say something of at most 2000 letters")
            }
            Self::Topic { text } if text.chars().count() > 200 => Some("a topic has at most 200 letters"),
            _ => None,
        }
    }
}

/// The messages to clients.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Tell<'a> {
    /// To who has just come: what was said lately, the oldest first.
    History {
        lines: &'a [Line],
    },
    /// Whenever somebody comes or goes, or begins or ends to type.
    Present {
        users: &'a [Presence],
    },
    Said {
        line: &'a Line,
    },
    /// To who has just come, and whenever it is changed.
    Topic {
        topic: &'a Topic,
    },
    Refused {
        why: &'a str,
    },
}

#[durable_object]
impl Room {
    #[init]
    fn init(ctx: Ctx, env: Env) -> Result<Self> {
        ctx.sql().migrate(MIGRATIONS)?;
        // Clients ask now and then whether the connection is still there; the platform answers for us.
        ctx.auto_response().set("ping", "pong")?;
        Ok(Self { ctx, env })
    }

    /// Lets somebody in.
    #[fetch]
    async fn fetch(&self, request: Request) -> Result<Response> {
        let user = request.query_param("user").map(|user| user.trim().to_owned());
        let Some(user) = user.filter(|user| (1..=40).contains(&user.chars().count())) else {
            return Ok(Response::error("say who you are, with ?user=<name> of at most 40 letters", 400)?);
        };
        // To come again and again is no way around the limit: coming counts too.
        let limiter = limiter::of(&self.env, &request)?;
        let silent_until = silence(limiter.count().await?);
        let member = Member { user, typing: false, limiter: Some(limiter.id()), silent_until };
        let accept = self.ctx.accept(&request, &member);
        let id = accept.id().to_owned();
        let response = accept.response()?;
        if let Some(socket) = self.members().get(&id) {
            socket.send(Message::json(&Tell::History { lines: &self.latest(50)? })?)?;
            socket.send(Message::json(&Tell::Topic { topic: &self.topic()? })?)?;
            self.tell_who_is_here()?;
        }
        Ok(response)
    }

    #[websocket(message)]
    fn message(&self, socket: Socket<Member>, message: Message) -> Result<()> {
        let ask: Ask = match message.parse() {
            Ok(ask) => ask,
            Err(why) => return refuse(&socket, &why.to_string()),
        };
        if let Some(flaw) = ask.flaw() {
            return refuse(&socket, flaw);
        }
        if let Ask::Say { .. } | Ask::Typing { typing: false } = ask {
            self.set_typing(&socket, false)?;
        }
        let Member { user, limiter, silent_until, .. } = socket.attachment()?;
        match ask {
            Ask::Typing { typing: false } => return Ok(()),
            ask if silent_until.is_some_and(|until| Date::now() < until) => {
                let is_typing = matches!(ask, Ask::Typing { .. });
                return if is_typing {
                    Ok(())
                } else {
                    refuse(&socket, "you are too fast: wait some seconds")
                };
            }
            Ask::Say { text } => self.say(&user, &text)?,
            Ask::Typing { .. } => self.set_typing(&socket, true)?,
            Ask::Topic { text } => self.change_topic(&user, text.trim())?,
        }
        // Sockets that were opened by older code have no limit.
        limiter.map_or(Ok(()), |limiter| self.count(socket, &limiter))
    }

    #[websocket(close)]
    fn close(&self, _: Socket<Member>, _: Close) -> Result<()> {
        self.tell_who_is_here()
    }

    #[websocket(error)]
    fn error(&self, _: Socket<Member>, _: Error) -> Result<()> {
        self.tell_who_is_here()
    }

    /// Returns the last lines, the oldest first. A caller need not be in the room.
    #[rpc(idempotent)]
    pub fn latest(&self, count: u32) -> Result<Vec<Line>> {
        let latest = "SELECT * FROM (SELECT * FROM lines ORDER BY id DESC LIMIT ?) ORDER BY id";
        self.ctx.sql().query(latest, (count,))?.all()
    }

    /// Returns the users in the room, by their names. A user with several windows is in the list once.
    #[rpc(idempotent)]
    pub fn present(&self) -> Result<Vec<Presence>> {
        let mut users = BTreeMap::new();
        for (_, member) in self.members().with_attachments() {
            let Member { user, typing, .. } = member?;
            *users.entry(user).or_default() |= typing;
        }
        Ok(users.into_iter().map(|(user, typing)| Presence { user, typing }).collect())
    }

    /// Returns the topic. Its version is 0 until a user changes it.
    #[rpc(idempotent)]
    pub fn topic(&self) -> Result<Topic> {
        let topic = self.ctx.sql().query("SELECT version, user, text FROM topic", ())?.optional()?;
        Ok(topic.unwrap_or_default())
    }

    /// Deletes what is too old, and comes back for what is left.
    #[scheduled]
    fn forget(&self) -> Result<()> {
        let too_old = "DELETE FROM lines WHERE at + ? <= ?";
        self.ctx.sql().execute(too_old, (KEPT.as_millis() as u64, Date::now()))?;
        if !self.latest(1)?.is_empty() {
            self.schedule().forget().after(KEPT / 7)?;
        }
        Ok(())
    }

    fn members(&self) -> Sockets<'_, Member> {
        self.ctx.sockets()
    }

    fn say(&self, user: &str, text: &str) -> Result<()> {
        let add = "INSERT INTO lines (user, text, at) VALUES (?, ?, ?) RETURNING *";
        let line: Line = self.ctx.sql().query(add, (user, text, Date::now()))?.one()?;
        // The others hear it only when it is on disk: messages wait for what was written before them.
        self.members().broadcast(Message::json(&Tell::Said { line: &line })?);
        // Once is enough: setting a timer writes rows, and looking for one only reads them.
        if self.schedule().list()?.is_empty() {
            self.schedule().forget().after(KEPT)?;
        }
        Ok(())
    }

    /// Asks the limiter in the background, so that nobody waits for it to be heard. A few actions too many can come
    /// through until it answers.
    fn count(&self, socket: Socket<Member>, limiter: &str) -> Result<()> {
        let limiter = Limiter::from_id(&self.env, limiter)?;
        self.ctx.wait_until(async move {
            let until = silence(limiter.count().await?);
            if until.is_some() && socket.is_open() {
                socket.update(|member| member.silent_until = member.silent_until.max(until))?;
            }
            Ok::<_, Error>(())
        });
        Ok(())
    }

    /// The object handles one message after the other, so their order is that of the versions.
    fn change_topic(&self, user: &str, text: &str) -> Result<()> {
        let change = "INSERT INTO topic (id, version, user, text) VALUES (1, 1, ?1, ?2)
            ON CONFLICT (id) DO UPDATE SET version = version + 1, user = ?1, text = ?2 RETURNING version, user, text";
        let topic: Topic = self.ctx.sql().query(change, (user, text))?.one()?;
        self.members().broadcast(Message::json(&Tell::Topic { topic: &topic })?);
        Ok(())
    }

    fn set_typing(&self, socket: &Socket<Member>, typing: bool) -> Result<()> {
        if socket.attachment()?.typing == typing {
            return Ok(());
        }
        socket.update(|member| member.typing = typing)?;
        self.tell_who_is_here()
    }

    fn tell_who_is_here(&self) -> Result<()> {
        self.members().broadcast(Message::json(&Tell::Present { users: &self.present()? })?);
        Ok(())
    }
}

/// Returns the end of a wait of so many milliseconds.
fn silence(wait: u64) -> Option<Date> {
    Date::now().checked_add(Duration::from_millis(wait)).filter(|_| wait > 0)
}

fn refuse(socket: &Socket<Member>, why: &str) -> Result<()> {
    socket.send(Message::json(&Tell::Refused { why })?)
}
