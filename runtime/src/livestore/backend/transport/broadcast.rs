//! What was just stored, to all sockets that listen.

use super::flow::{Flows, is_gone};
use super::subscription::{Connection, Pull};
use crate::livestore::backend::publication::{Part, Publication};
use crate::livestore::protocol::{self as wire, RequestId};
use crate::socket::Audience;
use crate::{Ctx, Socket, sys};

/// Try again later, RFC 6455's registry.
pub(super) const TRY_AGAIN_LATER: u16 = 1013;

/// What a publication came to.
pub(super) struct Published {
    /// How many live pulls it was for.
    pub(super) listeners: usize,
    /// Live pulls that have fallen behind and could have a page at once.
    pub(super) behind: Vec<(Socket<Connection>, RequestId)>,
}

/// Frames, and the pulls that are sent them: most clients use the same few ids, so most share them.
struct Stream {
    id: RequestId,
    /// The last event that its pulls were sent before.
    after: i64,
    /// Each with the number of its last event.
    frames: Vec<(String, i64)>,
    /// The places of the sockets, and the keys of the pulls.
    pulls: Vec<(usize, u64)>,
}

/// Sends stored events to every live pull that has seen all before them; the others come to them by themselves.
pub(super) fn publish(ctx: &Ctx, flows: &Flows, publication: &Publication<'_>) -> Published {
    let mut audience = ctx.sockets::<Connection>().audience();
    let streams = streams(&audience, flows, publication);
    let sockets = audience.attachments().len();
    flows.counted(sockets);
    let share = flows.share(|| sockets);
    let listeners = streams.iter().map(|stream| stream.pulls.len()).sum();
    let mut behind = Vec::new();
    for Stream { id, mut after, frames, mut pulls } in streams {
        for (frame, last) in frames {
            let bytes = frame.len();
            pulls.retain(|&(place, key)| {
                let takes = flows.take(key, bytes, share);
                if !takes && fall_behind(&mut audience, place, &id, after, flows.chunks(key)) {
                    behind.extend(audience.socket(place).map(|socket| (socket, id.clone())));
                }
                takes
            });
            audience.send(pulls.iter().map(|(place, _)| *place), frame);
            after = last;
        }
    }
    Published { listeners, behind }
}

fn streams(audience: &Audience<Connection>, flows: &Flows, publication: &Publication<'_>) -> Vec<Stream> {
    let now = sys::now_millis();
    let mut streams: Vec<Stream> = Vec::new();
    for (place, connection) in audience.attachments().iter().enumerate() {
        let Ok(connection) = connection else { continue };
        for pull in connection.pulls() {
            flows.count(pull.key);
            if !pull.caught_up {
                close_if_gone(audience, place, pull, now);
                continue;
            }
            let rest = publication.rest_after(pull.last_sent);
            // One that lacks only a part begins later than the others.
            let after = if rest.is_some() { pull.last_sent } else { publication.before() };
            let this = streams.iter().position(|stream| stream.after == after && stream.id == pull.id);
            let this = this.unwrap_or_else(|| {
                let parts = rest.as_deref().unwrap_or(publication.parts());
                let frames = frames(parts, &pull.id, publication.backend_id());
                streams.push(Stream { id: pull.id.clone(), after, frames, pulls: Vec::new() });
                streams.len() - 1
            });
            streams[this].pulls.push((place, pull.key));
        }
    }
    streams
}

fn frames(parts: &[Part], id: &RequestId, backend_id: &str) -> Vec<(String, i64)> {
    let frame = |part: &Part| (wire::live_chunk(id, &part.items, backend_id), part.last);
    parts.iter().map(frame).collect()
}

/// Notes that a pull was sent nothing after event `after`; whether it could have a page at once.
fn fall_behind(
    audience: &mut Audience<Connection>,
    place: usize,
    id: &RequestId,
    after: i64,
    chunks: u32,
) -> bool {
    let Some(socket) = audience.socket(place) else { return false };
    let Some(Ok(connection)) = audience.attachments_mut().get_mut(place) else { return false };
    let Some(pull) = connection.find(id) else { return false };
    pull.fall_behind(after, chunks);
    let wants = pull.wants().is_some();
    // What cannot be noted must not go on as if it had been sent.
    if socket.set_attachment(connection).is_err() {
        let _ = socket.close(TRY_AGAIN_LATER, "the client reads too slowly");
        return false;
    }
    wants
}

/// Closes the socket of a client that takes nothing and does not even ping any more.
fn close_if_gone(audience: &Audience<Connection>, place: usize, pull: &Pull, now: i64) {
    if pull.wants().is_none()
        && let Some(socket) = audience.socket(place)
        && is_gone(now, socket.auto_response_timestamp().map(|date| date.as_millis()))
    {
        let _ = socket.close(TRY_AGAIN_LATER, "the client is silent");
    }
}
