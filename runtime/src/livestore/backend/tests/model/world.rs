//! The backend, its platform, and what both can suffer.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::{JsCast, JsValue};

use super::super::ready;
use super::Client;
use crate::livestore::backend::archive::Import;
use crate::livestore::backend::hooks::{IncomingPull, IncomingPush, OutgoingPage};
use crate::livestore::backend::service::Service;
use crate::livestore::backend::{Hooks, SyncBackend};
use crate::livestore::wire::{PageInfo, archive_line};
use crate::value::Value;
use crate::{Ctx, Env, Result, sys};

/// Messages on their way to a client.
pub(super) type Mailbox = Rc<RefCell<VecDeque<Posted>>>;

/// A message, and when it left.
pub(super) struct Posted {
    pub(super) text: String,
    pub(super) at: i64,
}

/// Handles a message; gives the answer, where there is one.
type Work = Pin<Box<dyn Future<Output = Option<String>>>>;

/// How much is lost when the process dies in the middle of something.
#[derive(Debug, Clone, Copy)]
pub(super) enum Crash {
    /// What it wrote just before, and so all that it said about it: the platform holds that back until it is safe.
    Writes,
    /// All that it said just before.
    Messages,
    /// Nothing.
    Nothing,
}

thread_local! {
    /// Whether hooks take their time.
    static SLOW: Cell<bool> = const { Cell::new(false) };
}

/// Hooks of an app that asks somebody else each time, so that other things happen meanwhile.
pub(super) struct Paused;

impl Hooks for Paused {
    fn new(_env: &Env) -> Result<Self> {
        Ok(Self)
    }

    async fn on_push(&self, _push: &IncomingPush<'_>) -> Result<()> {
        pause().await;
        Ok(())
    }

    async fn on_push_res(&self, _push: &IncomingPush<'_>) {
        pause().await;
    }

    async fn on_pull(&self, _pull: &IncomingPull<'_>) -> Result<()> {
        pause().await;
        Ok(())
    }

    async fn on_pull_res(&self, _page: &OutgoingPage<'_>) {
        pause().await;
    }
}

async fn pause() {
    let mut waited = !SLOW.get();
    poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

pub(super) struct World {
    pub(super) state: Rc<sys::State>,
    pub(super) service: Rc<Service<Paused>>,
    /// The server's ends of all connections, and where what is sent over them goes.
    lines: Vec<(sys::Socket, Mailbox)>,
    sockets: usize,
    running: Vec<(Work, Mailbox)>,
    /// What it has called, and how often it had died by then.
    calls: Vec<(u32, sys::Call)>,
    /// How often the process has died: what was asked of an earlier one has no answer.
    pub(super) deaths: u32,
    /// It dies in the middle of the next thing that it does.
    crash: Option<Crash>,
    /// Whether hooks have ever taken their time.
    slowed: bool,
    /// How many sockets the backend has closed.
    pub(super) closed: u32,
    /// How often the log was replaced.
    pub(super) replaced: u32,
    now: i64,
}

/// What the objects among the clients are bound to.
pub(super) const BINDING: &str = "CLIENT_DO";

impl World {
    /// A store in which others have left so many events.
    pub(super) fn new(history: usize) -> Self {
        let now = 1_767_225_600_000;
        sys::set_now(now);
        sys::drop_tasks();
        sys::take_calls();
        sys::bind(BINDING);
        SLOW.set(false);
        let state = Rc::new(sys::State::in_memory());
        ready(wake(&state).open("s")).unwrap().unwrap();
        let fill = format!(
            r#"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {history})
            INSERT INTO eventlog_7_s SELECT i, i - 1, 'n', '{{"id":"past-' || i || '"}}', 't', 'c', 's' FROM n LIMIT {history}"#
        );
        state.execute(&fill.as_str().into(), Vec::new(), false).unwrap();
        // What wrangler's dev mode does to each object that has a name.
        state
            .execute(
                &"CREATE TABLE __miniflare_do_name AS SELECT 1 AS id, 's' AS name".into(),
                Vec::new(),
                false,
            )
            .unwrap();
        state.commit().unwrap();
        let service = wake(&state);
        Self {
            state,
            service,
            lines: Vec::new(),
            sockets: 0,
            running: Vec::new(),
            calls: Vec::new(),
            deaths: 0,
            crash: None,
            slowed: false,
            closed: 0,
            replaced: 0,
            now,
        }
    }

    pub(super) fn now(&self) -> i64 {
        self.now
    }

    /// Time passes, and what waited for that goes on.
    pub(super) fn pass(&mut self, millis: i64) {
        self.now += millis;
        sys::set_now(self.now);
        self.turn(|_| {
            sys::run_tasks();
        });
    }

    /// A name for a socket.
    pub(super) fn next_socket(&mut self) -> usize {
        self.sockets += 1;
        self.sockets
    }

    pub(super) fn add_line(&mut self, line: &sys::Socket, to: &Mailbox) {
        self.lines.push((line.clone(), Rc::clone(to)));
    }

    /// The backend gets a message; the answer goes to `to`.
    pub(super) fn serve(&mut self, work: impl Future<Output = Option<String>> + 'static, to: &Mailbox) {
        self.running.push((Box::pin(work), Rc::clone(to)));
        let last = self.running.len() - 1;
        self.turn(|world| world.poll(last));
    }

    /// One of the things that the backend is at work with goes on.
    pub(super) fn go_on(&mut self, which: usize) {
        self.turn(|world| {
            if let Some(index) = which.checked_rem(world.running.len()) {
                world.poll(index);
            }
            sys::run_tasks();
        });
    }

    fn poll(&mut self, index: usize) {
        let (work, to) = &mut self.running[index];
        if let Poll::Ready(answer) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            to.borrow_mut().extend(answer.map(|text| Posted { text, at: self.now }));
            drop(self.running.remove(index));
        }
    }

    /// The backend does something, in which the process may die.
    fn turn(&mut self, action: impl FnOnce(&mut Self)) {
        let Some(crash) = self.crash.take() else {
            action(self);
            self.state.commit().unwrap();
            return self.send();
        };
        // What was said before this has left.
        let answers: Vec<_> = self.running.iter().map(|(_, to)| (Rc::clone(to), to.borrow().len())).collect();
        action(self);
        match crash {
            Crash::Writes => self.state.lose_turn(),
            Crash::Messages | Crash::Nothing => self.state.commit().unwrap(),
        }
        match crash {
            Crash::Nothing => self.send(),
            Crash::Writes | Crash::Messages => {
                for (line, _) in &self.lines {
                    line.take_sent();
                }
                sys::take_calls();
                answers.iter().for_each(|(to, length)| to.borrow_mut().truncate(*length));
            }
        }
        self.die();
    }

    /// Whether it is at work.
    pub(super) fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }

    /// What was sent leaves.
    fn send(&mut self) {
        for (line, to) in &self.lines {
            to.borrow_mut().extend(line.take_sent().into_iter().map(|text| Posted { text, at: self.now }));
        }
        self.calls.extend(sys::take_calls().into_iter().map(|call| (self.deaths, call)));
    }

    /// The calls of an object that it has not taken yet.
    pub(super) fn calls_of(&mut self, id: &str) -> Vec<(u32, sys::Call)> {
        self.calls.extract_if(.., |(_, call)| call.id == id).collect()
    }

    /// Whether there are any.
    pub(super) fn is_calling(&self, id: &str) -> bool {
        self.calls.iter().any(|(_, call)| call.id == id)
    }

    /// The first of them.
    pub(super) fn next_call_of(&mut self, id: &str) -> Option<(u32, sys::Call)> {
        let first = self.calls.iter().position(|(_, call)| call.id == id)?;
        Some(self.calls.remove(first))
    }

    /// The process ends, and another begins.
    fn die(&mut self) {
        self.deaths += 1;
        self.running.clear();
        sys::drop_tasks();
        for (line, _) in self.lines.drain(..) {
            line.close(Some(1006), "").unwrap();
        }
        self.service = wake(&self.state);
        self.state.commit().unwrap();
    }

    /// The next thing that the process does is its last.
    pub(super) fn crash_next(&mut self, how: Crash) {
        self.crash = Some(how);
    }

    /// The object leaves memory, if nothing keeps it there. Its sockets stay.
    pub(super) fn hibernate(&mut self) {
        if self.running.is_empty() && sys::run_tasks() == 0 {
            self.service = wake(&self.state);
        }
        self.state.commit().unwrap();
        self.send();
    }

    pub(super) fn set_slow(&mut self, slow: bool) {
        self.slowed |= slow;
        SLOW.set(slow);
    }

    /// Nothing fails from now on.
    pub(super) fn calm(&mut self) {
        self.crash = None;
        self.closed = 0;
        SLOW.set(false);
    }

    /// An operator empties the store, and puts the same log back if `moved`.
    pub(super) fn replace(&mut self, moved: bool) {
        self.replaced += 1;
        let log = self.service.store().log().unwrap();
        let mut archive = Vec::new();
        let mut cursor = i64::MIN;
        loop {
            let page = ready(log.page(cursor)).unwrap();
            archive.push(archive_line(&page.items.to_string(), log.head().backend_id));
            cursor = page.last.unwrap_or(cursor);
            if page.info == PageInfo::NoMore {
                break;
            }
        }
        ready(self.service.store().contents(&log).remove()).unwrap();
        log.close();
        ready(self.service.replace(&log)).unwrap();
        assert_eq!(self.subscriptions(), 0, "somebody listens to a log that is gone");
        if moved {
            let empty = self.service.store().log().unwrap();
            let contents = self.service.store().contents(&empty);
            let mut import = ready(Import::start(&*contents)).unwrap();
            for line in archive {
                ready(import.take(&line)).unwrap().unwrap();
            }
            ready(import.finish(&empty)).unwrap().unwrap();
            ready(self.service.replace(&empty)).unwrap();
        }
        self.state.commit().unwrap();
        self.send();
    }

    /// The log: each event's number and id, in order.
    pub(super) fn stored(&self) -> Vec<(i64, String)> {
        let mut last = 0;
        let rows =
            r#"SELECT seqNum, parentSeqNum, json_extract(args, '$.id') FROM "eventlog_7_s" ORDER BY seqNum"#;
        let cursor = self.state.execute(&rows.into(), Vec::new(), false).unwrap();
        let mut log = Vec::new();
        while let Some(row) = cursor.next_row().unwrap() {
            let [Value::Integer(number), Value::Integer(parent), Value::Text(id)] = row.as_slice() else {
                panic!("{row:?}")
            };
            assert_eq!(*parent, last, "the log has a gap");
            last = *number;
            log.push((*number, id.to_string()));
        }
        log
    }

    /// The log is whole, and has what was acknowledged. A table of somebody else is as it was.
    pub(super) fn check_log(&self, clients: &mut [Box<dyn Client>]) {
        let theirs =
            self.state.execute(&"SELECT name FROM __miniflare_do_name".into(), Vec::new(), false).unwrap();
        assert_eq!(theirs.next_row(), Ok(Some(vec![Value::Text("s".into())])));
        let log = self.stored();
        let backend_id = self.service.store().log().unwrap().head().backend_id.to_owned();
        for client in clients {
            client.replica().check_answers(&backend_id, &log);
        }
    }

    /// What the backend keeps for its clients does not grow.
    pub(super) fn check_bounds(&self) {
        for (line, _) in &self.lines {
            let attachment = line.attachment().unwrap().unwrap_or_default();
            assert!(attachment.len() < 400, "a socket with one pull has {attachment}");
        }
        assert!(self.subscriptions() <= 2, "there are two objects");
    }

    /// Whoever has a socket has one pull: one that it gave up before a hook let it in stays, for the socket's life.
    pub(super) fn check_rest(&self) {
        if self.slowed {
            return;
        }
        for (line, _) in self.lines.iter().filter(|(line, _)| line.is_open()) {
            let attachment = line.attachment().unwrap().unwrap_or_default();
            assert_eq!(attachment.matches("\"at\":").count(), 1, "{attachment}");
        }
    }

    /// How many objects listen.
    fn subscriptions(&self) -> i64 {
        let exists = "SELECT 1 FROM sqlite_schema WHERE name = 'rpc_subscriber_2'";
        if self.state.execute(&exists.into(), Vec::new(), false).unwrap().next_row().unwrap().is_none() {
            return 0;
        }
        let count =
            self.state.execute(&"SELECT count(*) FROM rpc_subscriber_2".into(), Vec::new(), false).unwrap();
        match count.next_row().unwrap().as_deref() {
            Some([Value::Integer(count)]) => *count,
            other => panic!("{other:?}"),
        }
    }
}

fn wake(state: &Rc<sys::State>) -> Rc<Service<Paused>> {
    let ctx = Ctx::new(Rc::clone(state));
    let env = JsValue::UNDEFINED.unchecked_into::<Env>();
    Rc::clone(&SyncBackend::<Paused>::init(ctx, env).unwrap().service)
}
