//! The objects that listen, and the calls that bring them events.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use fnv::FnvHashMap;

use super::subscriber::{After, Step, Subscriber, Subscription, Trouble, settled_at};
use super::table::Table;
use crate::livestore::backend::log::EventLog;
use crate::livestore::wire::{self, Caller, PageInfo, RequestId, msgpack};
use crate::value::Text;
use crate::{Ctx, Env, Error, Result, sys};

/// The method of clients that the backend calls.
const METHOD: &str = "syncUpdateRpc";

/// All objects that listen.
pub(crate) struct Subscribers {
    env: Env,
    table: Table,
    /// The subscribers, by the ids of their objects.
    by_id: RefCell<FnvHashMap<Rc<str>, Subscriber>>,
    /// The number of pulls so far.
    pulls: Cell<i64>,
}

/// The next action for a subscriber.
enum Turn {
    Call(Call),
    Wait(Duration),
    End,
}

/// One pull of an object. When the object pulls again, that pull tells which events it lacks.
struct Pull {
    id: Rc<str>,
    number: i64,
}

/// A call to be made.
struct Call {
    binding_name: String,
    chunk: Chunk,
    /// The last event in it.
    last: Option<i64>,
}

/// The argument of a call, in the form that the object's client reads.
enum Chunk {
    /// A JavaScript object, written as JSON.
    Object(Text),
    /// Messagepack.
    Bytes(Vec<u8>),
}

impl Chunk {
    fn of(request_id: &RequestId, json: Text) -> Result<Self> {
        if !request_id.is_number() {
            return Ok(Self::Object(json));
        }
        let bytes = msgpack::from_json(&json.to_string());
        bytes.map(Self::Bytes).map_err(|why| Error::Value(format!("an event is unreadable: {why}")))
    }
}

impl Subscribers {
    pub(crate) fn new(ctx: &Ctx, env: &Env) -> Rc<Self> {
        let table = Table::new(ctx);
        Rc::new(Self { env: env.clone(), table, by_id: RefCell::default(), pulls: Cell::default() })
    }

    /// Restores the subscribers from before an eviction.
    pub(crate) fn load(&self) -> Result<()> {
        let stored = self.table.read()?.into_iter();
        // Any pull that is under way is later.
        let restored = |subscription| Subscriber::restored(subscription, -self.next_pull());
        let by_id = stored.map(|(id, subscription)| (id.into(), restored(subscription)));
        self.by_id.replace(by_id.collect());
        Ok(())
    }

    /// Forgets all subscribers: their log has been replaced.
    pub(crate) fn forget_all(&self) -> Result<()> {
        let forgotten = self.by_id.take();
        forgotten.keys().try_for_each(|id| self.table.remove(id))
    }

    /// Returns the number of a pull that has arrived.
    pub(crate) fn next_pull(&self) -> i64 {
        self.pulls.set(self.pulls.get() + 1);
        self.pulls.get()
    }

    /// Adds an object that has pulled. Its answer had this many events; the last of them is `last_sent`.
    pub(crate) fn add(
        &self,
        Caller { binding_name, durable_object_id: id }: Caller,
        pull: i64,
        request_id: RequestId,
        last_sent: i64,
        events: u32,
    ) -> Result<()> {
        if sys::Namespace::find(&self.env, &binding_name).is_none() {
            // As upstream does: the client gets the existing events, and no later ones.
            sys::log_error(&format!("SyncBackend: {id} wants live pulls, and {}", unbound(&binding_name)));
            return Ok(());
        }
        // The object may have restarted and pulled again while this pull had to wait.
        if self.by_id.borrow().get(&*id).is_some_and(|subscriber| subscriber.pull > pull) {
            return Ok(());
        }
        let settled_at = settled_at(sys::now_millis(), events);
        let subscription = Subscription { binding_name, request_id, last_sent, settled_at };
        self.table.add(&id, &subscription)?;
        self.by_id.borrow_mut().insert(id.into(), Subscriber::pulled(subscription, pull));
        Ok(())
    }

    /// Removes an object that wants no more events of the pull with this id. A later pull of it continues.
    pub(crate) fn remove(&self, id: &str, request_id: &str) -> Result<()> {
        let mut by_id = self.by_id.borrow_mut();
        let is_it = |subscriber: &Subscriber| subscriber.subscription.request_id.reads(request_id);
        if !by_id.get(id).is_some_and(is_it) {
            return Ok(());
        }
        by_id.remove(id);
        self.table.remove(id)
    }

    /// Starts to call each subscriber that lacks events, independently, without a wait. Returns whether there
    /// are any subscribers.
    pub(crate) fn publish(self: &Rc<Self>, log: &Rc<EventLog>) -> bool {
        let mut by_id = self.by_id.borrow_mut();
        for (id, subscriber) in by_id.iter_mut() {
            let lacks = subscriber.subscription.last_sent < log.head().number;
            if lacks && !std::mem::replace(&mut subscriber.served, true) {
                let of = Pull { id: Rc::clone(id), number: subscriber.pull };
                sys::spawn(Rc::clone(self).serve(Rc::clone(log), of));
            }
        }
        !by_id.is_empty()
    }

    /// Brings one subscriber up to the head, call by call, until it pulls again.
    async fn serve(self: Rc<Self>, log: Rc<EventLog>, pull: Pull) {
        loop {
            let wait = match self.turn(&log, &pull).await {
                Ok(Turn::Wait(wait)) => wait,
                Ok(Turn::Call(call)) => {
                    let outcome = self.call(&pull, &call, log.store_id()).await;
                    match self.record(&pull, &call, outcome) {
                        After::GoOn => continue,
                        After::Retry(wait) => wait,
                        After::Pause | After::Forget => break,
                    }
                }
                Ok(Turn::End) => break,
                Err(error) => {
                    complain(&pull.id, &error);
                    break;
                }
            };
            sys::sleep(wait).await;
        }
        if let Some(subscriber) = pull.find(&mut self.by_id.borrow_mut()) {
            subscriber.served = false;
        }
    }

    async fn turn(&self, log: &EventLog, pull: &Pull) -> Result<Turn> {
        let Some((step, last_sent)) = self.step(log, pull) else { return Ok(Turn::End) };
        let page = match step {
            Step::Rest => return Ok(Turn::End),
            Step::Wait(wait) => return Ok(Turn::Wait(wait)),
            Step::Wake => None,
            Step::Send => Some(log.page(last_sent).await?),
        };
        let mut by_id = self.by_id.borrow_mut();
        // The object may have pulled again meanwhile.
        let Some(subscriber) = pull.find(&mut by_id) else { return Ok(Turn::End) };
        let Subscription { binding_name, request_id, .. } = &subscriber.subscription;
        let (items, info, last) = match page {
            Some(page) => (page.items, page.info, page.last),
            None => (Text::from(""), PageInfo::NoMore, None),
        };
        let chunk = wire::call_chunk(request_id, &items, info, log.head().backend_id);
        let chunk = Chunk::of(request_id, chunk)?;
        Ok(Turn::Call(Call { binding_name: binding_name.clone(), chunk, last }))
    }

    /// Returns the next step, and the event after which it begins.
    fn step(&self, log: &EventLog, pull: &Pull) -> Option<(Step, i64)> {
        let mut by_id = self.by_id.borrow_mut();
        let subscriber = pull.find(&mut by_id)?;
        let step = subscriber.next(log.head().number, sys::now_millis());
        Some((step, subscriber.subscription.last_sent))
    }

    async fn call(&self, pull: &Pull, call: &Call, store_id: &str) -> Result<()> {
        let namespace = sys::Namespace::find(&self.env, &call.binding_name)
            .ok_or_else(|| Error::Config(unbound(&call.binding_name)))?;
        let stub = namespace.stub(&sys::Address::Id(&pull.id), None)?;
        match &call.chunk {
            Chunk::Object(json) => stub.call_with_json(METHOD, json, store_id).await,
            Chunk::Bytes(bytes) => stub.call_with_bytes(METHOD, bytes, store_id).await,
        }
    }

    /// Records the outcome of a call, and returns the step after it.
    fn record(&self, pull: &Pull, call: &Call, outcome: Result<()>) -> After {
        let id = &*pull.id;
        let mut by_id = self.by_id.borrow_mut();
        let Some(subscriber) = pull.find(&mut by_id) else { return After::GoOn };
        let (after, stored) = match outcome {
            Ok(()) => {
                subscriber.took(call.last, sys::now_millis());
                (After::GoOn, call.last.map_or(Ok(()), |last| self.table.sent(id, last)))
            }
            Err(error) => {
                complain(id, &error);
                match subscriber.failed(trouble(&error)) {
                    After::Forget => {
                        by_id.remove(id);
                        (After::Forget, self.table.remove(id))
                    }
                    after => (after, Ok(())),
                }
            }
        };
        if let Err(error) = stored {
            // The memory has it. At worst the object gets an event twice after an eviction.
            complain(id, &error);
        }
        after
    }
}

impl Pull {
    /// Returns the subscriber, if this still is its pull.
    fn find<'a>(&self, by_id: &'a mut FnvHashMap<Rc<str>, Subscriber>) -> Option<&'a mut Subscriber> {
        by_id.get_mut(&*self.id).filter(|subscriber| subscriber.pull == self.number)
    }
}

fn unbound(binding_name: &str) -> String {
    format!("the worker has no Durable Object namespace bound to `{binding_name}`")
}

fn complain(id: &str, error: &Error) {
    sys::log_error(&format!("SyncBackend: {METHOD} of {id} failed: {error}"));
}

fn trouble(error: &Error) -> Trouble {
    match error {
        Error::Remote(remote) if remote.retryable || remote.overloaded => Trouble::Passing,
        _ => Trouble::Hard,
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen::{JsCast, JsValue};

    use super::*;

    #[test]
    fn a_new_log_has_no_listeners_even_after_an_eviction() {
        let ctx = Ctx::new(Rc::new(sys::State::in_memory()));
        let env = JsValue::UNDEFINED.unchecked_into::<Env>();
        let request_id = RequestId::stored("\"1\"".to_owned());
        let subscription =
            Subscription { binding_name: "CLIENT_DO".to_owned(), request_id, last_sent: 5, settled_at: 0 };
        Table::new(&ctx).add("id", &subscription).unwrap();
        for expected in [1, 0] {
            let subscribers = Subscribers::new(&ctx, &env);
            subscribers.load().unwrap();
            assert_eq!(subscribers.by_id.borrow().len(), expected);
            subscribers.forget_all().unwrap();
            assert!(subscribers.by_id.borrow().is_empty());
        }
    }
}
