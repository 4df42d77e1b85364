//! The broadcast of stored events to all sockets that listen.

use std::cell::LazyCell;

use fnv::FnvHashMap;

use super::attachment::{Connection, Pull};
use super::closing::Closing;
use super::connections::{Connected, Connections};
use super::flow::{Flows, is_gone};
use crate::livestore::backend::log::Part;
use crate::livestore::backend::publication::Publication;
use crate::livestore::wire::{self, RequestId};
use crate::socket::Audience;
use crate::{Socket, sys};

/// The result of a publication.
pub(crate) struct Published {
    /// The number of live pulls it was for.
    pub(crate) listeners: usize,
    /// The live pulls that have fallen behind and could have a page at once.
    pub(crate) behind: Vec<(Socket<Connection>, RequestId)>,
}

/// Pulls that are sent the same frames. Most are, because most clients use the same few ids.
#[derive(PartialEq, Eq, Hash)]
struct Stream {
    /// The last event that was sent to its pulls earlier.
    after: i64,
    id: RequestId,
}

/// A pull, and the place of its socket.
struct Listener {
    place: u32,
    key: u64,
}

/// Sends stored events to every live pull that has seen all earlier events. The others reach them later by
/// their pages.
///
/// The cost for each pull does not depend on their number. Only the frames of one stream are in memory at a
/// time.
pub(super) fn publish(known: &Connections, flows: &Flows, publication: &Publication<'_>) -> Published {
    let connected = known.all();
    let streams = streams(&connected, flows, publication);
    let Connected { audience, connections } = connected;
    let sockets = connections.len();
    flows.counted(sockets);
    let share = flows.share(|| sockets);
    let listeners = streams.values().map(Vec::len).sum();
    let mut behind = Vec::new();
    for (Stream { mut after, id }, mut listeners) in streams {
        for Part { items, last } in publication.batch.parts_after(after).iter() {
            let frame = wire::live_chunk(&id, items, publication.backend_id());
            listeners.retain(|&Listener { place, key }| {
                let takes = flows.take(key, frame.len(), share);
                if !takes
                    && let Some(socket) = audience.socket(place)
                    && fall_behind(known, &socket, &id, after, flows.chunks(key))
                {
                    behind.push((socket, id.clone()));
                }
                takes
            });
            let places: Vec<_> = listeners.iter().map(|listener| listener.place).collect();
            audience.send_to(&places, frame);
            after = *last;
        }
    }
    Published { listeners, behind }
}

fn streams(
    Connected { audience, connections }: &Connected,
    flows: &Flows,
    publication: &Publication<'_>,
) -> FnvHashMap<Stream, Vec<Listener>> {
    let now: LazyCell<i64> = LazyCell::new(sys::now_millis);
    let mut streams: FnvHashMap<Stream, Vec<Listener>> = FnvHashMap::default();
    for (place, connection) in (0..).zip(connections) {
        let Some(connection) = connection else { continue };
        for pull in connection.pulls() {
            flows.count(pull.key);
            if !pull.caught_up {
                close_if_gone(audience, place, pull, &now);
                continue;
            }
            let stream = Stream { after: publication.batch.start_for(pull.last_sent), id: pull.id.clone() };
            streams.entry(stream).or_default().push(Listener { place, key: pull.key });
        }
    }
    streams
}

/// Notes that a pull was sent nothing after event `after`. Returns whether it could have a page at once.
fn fall_behind(
    known: &Connections,
    socket: &Socket<Connection>,
    id: &RequestId,
    after: i64,
    chunks: u32,
) -> bool {
    let noted = known.update(socket, |connection| {
        let pull = connection.find(id)?;
        pull.fall_behind(after, chunks);
        Some(pull.wants().is_some())
    });
    // A pull whose state cannot be noted must not continue as if the events had been sent.
    if noted.is_err() {
        let _ = Closing::Slow.close(socket);
    }
    noted.is_ok_and(Option::unwrap_or_default)
}

/// Closes the socket of a client that reads nothing and does not even ping any more.
fn close_if_gone(audience: &Audience<Connection>, place: u32, pull: &Pull, now: &LazyCell<i64>) {
    if pull.wants().is_none()
        && let Some(socket) = audience.socket(place)
        && is_gone(**now, socket.auto_response_timestamp().map(|date| date.as_millis()))
    {
        let _ = Closing::Silent.close(&socket);
    }
}
