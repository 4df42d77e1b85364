//! A plain object with sockets that end with the tokens of their clients.

use durable_object::prelude::*;
use durable_object::socket::select_protocol;
use serde::{Deserialize, Serialize};

use crate::claims::{LEEWAY, until};
use crate::credential::{self, PROTOCOL};
use crate::refusal::Refusal;
use crate::token::Token;

/// The close code that says that a socket needs a new token: "Unauthorized" in IANA's registry of WebSocket close codes.
pub(crate) const UNAUTHORIZED: u16 = 3000;

/// A board of notices: all who may read it hear what one of them says.
#[durable_object]
pub struct Notices {
    ctx: Ctx,
}

/// The user of a socket. It stays with the socket while the object hibernates.
#[derive(Debug, Serialize, Deserialize)]
struct Reader {
    user: String,
    /// The end of the token, in milliseconds since 1970.
    until: i64,
}

impl Reader {
    fn has_expired(&self) -> bool {
        self.until <= Date::now().as_millis()
    }
}

#[durable_object]
impl Notices {
    #[init]
    fn init(ctx: Ctx) -> Self {
        Self { ctx }
    }

    /// Lets somebody in whose token the worker has verified.
    #[fetch]
    async fn fetch(&self, request: Request) -> Result<Response> {
        let text = credential::of(&request)?;
        let claims = Token::parse(&text)?.claims;
        let until = until(&claims, LEEWAY)?.as_millis();
        let accept =
            self.ctx.accept(&request, &Reader { user: claims.sub.ok_or(Refusal::NoSubject)?, until });
        let response = match select_protocol(&request, &[PROTOCOL])? {
            Some(protocol) => accept.protocol(protocol).response()?,
            None => accept.response()?,
        };
        self.close_expired().await?;
        Ok(response)
    }

    #[websocket(message)]
    fn message(&self, socket: Socket<Reader>, message: Message) -> Result<()> {
        let reader = socket.attachment()?;
        // The alarm may be late.
        if reader.has_expired() {
            return close(&socket);
        }
        let text: String = message.parse()?;
        self.ctx.sockets::<Reader>().broadcast(Message::json(&(reader.user, text))?);
        Ok(())
    }

    /// The alarm survives hibernation, as the attachments do.
    #[alarm]
    async fn alarm(&self) -> Result<()> {
        self.close_expired().await
    }

    /// Closes the sockets whose token has expired, and has the alarm go off for the next one.
    async fn close_expired(&self) -> Result<()> {
        let alarm = self.ctx.alarm();
        let set = alarm.get().await?;
        let mut next = None;
        for (socket, reader) in self.ctx.sockets::<Reader>().with_attachments() {
            let reader = reader?;
            if reader.has_expired() {
                close(&socket)?;
            } else {
                next = Some(next.map_or(reader.until, |next: i64| next.min(reader.until)));
            }
        }
        match next.and_then(Date::from_millis) {
            // An alarm that is set costs a row. One that is too early sets the next one.
            Some(next) if set.is_none_or(|set| next < set) => alarm.set(next).await,
            _ => Ok(()),
        }
    }
}

fn close(socket: &Socket<Reader>) -> Result<()> {
    socket.close(UNAUTHORIZED, "the token has expired: connect again with a new one")
}
