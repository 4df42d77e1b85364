//! Sockets in this process.

use std::rc::Rc;
use std::time::Duration;

use super::{Socket, Sockets, id};
use crate::object::Ctx;
use crate::value::Message;
use crate::{Error, sys};

struct Room {
    state: Rc<sys::State>,
}

impl Room {
    fn new() -> Self {
        Self { state: Rc::new(sys::State::in_memory()) }
    }

    fn enter(&self, tags: &[&str], number: u32) -> (sys::Socket, Socket<u32>) {
        let tags: Vec<String> = tags.iter().map(|&tag| tag.to_owned()).collect();
        let line = self.state.connect(&tags);
        let socket = Socket::new(Rc::clone(&self.state), line.clone());
        socket.set_attachment(&number).unwrap();
        (line, socket)
    }

    fn sockets(&self) -> Sockets<'_, u32> {
        Sockets::new(Rc::clone(&self.state))
    }

    fn numbers(&self, narrow: impl FnOnce(Sockets<'_, u32>) -> Sockets<'_, u32>) -> Vec<u32> {
        narrow(self.sockets()).into_iter().map(|socket| socket.attachment().unwrap()).collect()
    }
}

#[test]
fn every_choice_narrows() {
    let room = Room::new();
    let (_, one) = room.enter(&["red", "tall"], 1);
    room.enter(&["red"], 2);
    room.enter(&["tall"], 3);
    let (_, four) = room.enter(&["red", "tall"], 4);
    assert_eq!(room.numbers(|all| all), [1, 2, 3, 4]);
    assert_eq!(room.numbers(|all| all.tagged("red")), [1, 2, 4]);
    assert_eq!(room.numbers(|all| all.tagged("red").tagged("tall")), [1, 4]);
    assert_eq!(room.numbers(|all| all.tagged("blue")), [0; 0]);
    assert_eq!(room.numbers(|all| all.except(&one).except(&four)), [2, 3]);
    assert_eq!(room.numbers(|all| all.filter(|number| number % 2 == 0).filter(|number| *number > 2)), [4]);
    assert_eq!(room.numbers(|all| all.tagged("red").except(&one).filter(|number| *number < 4)), [2]);
    assert_eq!(room.sockets().tagged("tall").count(), 3);
}

#[test]
fn a_broadcast_passes_over_sockets_that_are_closed() {
    let room = Room::new();
    let (ada, _) = room.enter(&[], 1);
    let (ben, closed) = room.enter(&[], 2);
    let (eve, _) = room.enter(&[], 3);
    closed.close(1000, "").unwrap();
    assert!(!closed.is_open());
    assert!(matches!(closed.send("still there?"), Err(Error::Message(_))));
    assert_eq!(room.sockets().broadcast("hello"), 2);
    assert_eq!(room.sockets().filter(|number| *number == 3).broadcast(Message::json(&[1]).unwrap()), 1);
    assert_eq!((ada.take_sent(), ben.take_sent()), (vec!["hello".to_owned()], Vec::new()));
    assert_eq!(eve.take_sent(), ["hello", "[1]"]);
    assert_eq!(Room::new().sockets().filter(|_| true).broadcast("nobody"), 0);
}

#[test]
fn an_attachment_that_cannot_be_read_concerns_its_socket_alone() {
    let room = Room::new();
    let (line, foreign) = room.enter(&[], 1);
    line.set_attachment("2{}").unwrap();
    room.enter(&[], 2);
    assert!(matches!(foreign.attachment(), Err(Error::Attachment(_))));
    assert!(matches!(foreign.update(|number| *number += 1), Err(Error::Attachment(_))));
    assert_eq!(line.attachment().unwrap().unwrap(), "2{}", "left as it was");
    assert_eq!(room.sockets().filter(|_| true).count(), 1);
    let attachments: Vec<_> = room.sockets().with_attachments().collect();
    assert!(attachments[0].0 == foreign && attachments[0].1.is_err());
    assert!(matches!(attachments[1].1, Ok(2)));
    assert_eq!(room.sockets().broadcast("hello"), 2);
}

#[test]
fn a_socket_is_found_by_its_id() {
    let room = Room::new();
    let (_, ada) = room.enter(&["red", &id::tag("a")], 1);
    room.enter(&[&id::tag("b")], 2);
    assert_eq!(ada.id().unwrap(), "a");
    assert_eq!(ada.tags().unwrap(), ["red"]);
    assert!(room.sockets().get("a") == Some(ada.clone()));
    assert!(room.sockets().tagged("blue").get("a").is_none());
    assert!(room.sockets().get("c").is_none());
    ada.close(1000, "").unwrap();
    assert!(room.sockets().get("a").is_none(), "it is not open any more");
}

#[test]
fn an_update_is_written_back() {
    let room = Room::new();
    let (_, ada) = room.enter(&[], 1);
    assert_eq!(ada.update(|number| std::mem::replace(number, 7)).unwrap(), 1);
    assert_eq!(ada.attachment().unwrap(), 7);
}

#[test]
fn a_close_is_checked_before_the_platform_does() {
    let room = Room::new();
    let (line, ada) = room.enter(&[], 1);
    assert!(matches!(ada.close(1005, ""), Err(Error::CloseCode(1005))));
    assert!(matches!(ada.close(1000, &"x".repeat(124)), Err(Error::Limit { limit: 123, .. })));
    assert!(ada.is_open());
    ada.close(4000, "bye").unwrap();
    ada.close(4001, "again").unwrap();
    assert_eq!(line.close_code(), Some(4000));
}

#[test]
fn the_event_timeout_is_at_most_a_week() {
    let ctx = Ctx::new(Rc::new(sys::State::in_memory()));
    let week = Duration::from_secs(7 * 24 * 3600);
    assert_eq!(ctx.socket_event_timeout(), None);
    ctx.set_socket_event_timeout(Some(week)).unwrap();
    assert_eq!(ctx.socket_event_timeout(), Some(week));
    let error = ctx.set_socket_event_timeout(Some(week + Duration::from_millis(1))).unwrap_err();
    assert!(matches!(error, Error::Limit { actual: 604_800_001, limit: 604_800_000, .. }), "{error}");
    ctx.set_socket_event_timeout(Some(Duration::from_nanos(1))).unwrap();
    assert_eq!(ctx.socket_event_timeout(), Some(Duration::from_millis(1)));
    ctx.set_socket_event_timeout(None).unwrap();
    assert_eq!(ctx.socket_event_timeout(), None);
}
