//! The objects that listen, kept in storage so that they are called after an eviction as well.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use super::subscriber::{After, Step, Subscriber, Subscription, Trouble};
use crate::livestore::backend::log::EventLog;
use crate::livestore::protocol::{self as wire, Caller, PageInfo, RequestId};
use crate::{Ctx, Env, Error, List, Result, Text, sys};

/// The method by which clients are called.
const METHOD: &str = "syncUpdateRpc";
/// Where in storage they are, each at its id.
const PREFIX: &str = "rpc-subscriber:";

/// All of them, by their ids.
pub(crate) struct Subscribers {
    ctx: Ctx,
    env: Env,
    list: RefCell<BTreeMap<String, Subscriber>>,
}

/// A call that is about to be made.
struct Call {
    pulls: u32,
    binding_name: String,
    chunk: Text,
    /// The last event in it.
    last: Option<i64>,
}

/// What is done for a subscriber next.
enum Turn {
    Call(Call),
    Wait(Duration),
    End,
}

impl Subscribers {
    /// Those that were there before.
    pub(crate) fn load(ctx: &Ctx, env: &Env) -> Rc<Self> {
        let mut list = BTreeMap::new();
        for entry in ctx.kv().list::<Subscription>(List::prefix(PREFIX)) {
            match entry {
                Ok((key, subscription)) => {
                    let id = key.strip_prefix(PREFIX).unwrap_or_default().to_owned();
                    list.insert(id, Subscriber::restored(subscription));
                }
                // Its object gets nothing until it pulls again; the others are served.
                Err(error) => sys::log_error(&format!("SyncBackend: a subscription is unreadable: {error}")),
            }
        }
        Rc::new(Self { ctx: ctx.clone(), env: env.clone(), list: RefCell::new(list) })
    }

    /// An object has pulled, and was answered with so many events, of which the last is `last_sent`.
    pub(super) fn add(
        &self,
        caller: Caller,
        request_id: RequestId,
        last_sent: i64,
        events: u32,
    ) -> Result<()> {
        if sys::Namespace::find(&self.env, &caller.binding_name).is_none() {
            // As upstream: the client gets what there is, and nothing later.
            sys::log_error(&format!(
                "SyncBackend: a client wants live pulls, but the worker has no Durable Object namespace \
                 bound to `{}` by which to call it",
                caller.binding_name
            ));
            return Ok(());
        }
        let id = caller.durable_object_id.clone();
        let subscriber = Subscriber::pulled(caller, request_id, last_sent, events, sys::now_millis());
        self.store(&id, &subscriber.subscription)?;
        let mut list = self.list.borrow_mut();
        match list.get_mut(&id) {
            Some(before) => before.replaced_by(subscriber),
            None => drop(list.insert(id, subscriber)),
        }
        Ok(())
    }

    /// Calls everybody who lacks events, each for itself and while others are served. Whether there is anybody.
    pub(crate) fn publish(self: &Rc<Self>, log: &Rc<EventLog>) -> bool {
        let mut list = self.list.borrow_mut();
        for (id, subscriber) in list.iter_mut() {
            let lacks = subscriber.subscription.last_sent < log.head().number;
            if lacks && !std::mem::replace(&mut subscriber.served, true) {
                sys::spawn(Rc::clone(self).serve(Rc::clone(log), id.clone()));
            }
        }
        !list.is_empty()
    }

    /// Brings one subscriber up to the head, call by call.
    async fn serve(self: Rc<Self>, log: Rc<EventLog>, id: String) {
        loop {
            match self.turn(&log, &id) {
                Ok(Turn::Call(call)) => {
                    let outcome = self.call(&id, &call, log.store_id()).await;
                    match self.record(&id, &call, outcome) {
                        After::GoOn => {}
                        After::Retry(wait) => sys::sleep(wait).await,
                        After::Pause | After::Forget => break,
                    }
                }
                Ok(Turn::Wait(wait)) => sys::sleep(wait).await,
                Ok(Turn::End) => break,
                Err(error) => {
                    sys::log_error(&format!("SyncBackend: events for {id} could not be read: {error}"));
                    break;
                }
            }
        }
        if let Some(subscriber) = self.list.borrow_mut().get_mut(&id) {
            subscriber.served = false;
        }
    }

    fn turn(&self, log: &EventLog, id: &str) -> Result<Turn> {
        let list = self.list.borrow();
        let Some(subscriber) = list.get(id) else { return Ok(Turn::End) };
        let Subscription { binding_name, request_id, last_sent } = &subscriber.subscription;
        let head = log.head();
        let (items, info, last) = match subscriber.next(head.number, sys::now_millis()) {
            Step::Rest => return Ok(Turn::End),
            Step::Wait(wait) => return Ok(Turn::Wait(wait)),
            Step::Wake => (Text::from(""), PageInfo::NoMore, None),
            Step::Send => {
                let page = log.page(*last_sent)?;
                (page.items, page.info, page.last)
            }
        };
        let chunk = wire::chunk(request_id, &items, info, head.backend_id);
        Ok(Turn::Call(Call { pulls: subscriber.pulls, binding_name: binding_name.clone(), chunk, last }))
    }

    async fn call(&self, id: &str, call: &Call, store_id: &str) -> Result<()> {
        let namespace = sys::Namespace::find(&self.env, &call.binding_name).ok_or_else(|| {
            Error::Config(format!("the worker has no namespace bound to `{}`", call.binding_name))
        })?;
        let stub = namespace.stub(&sys::Address::Id(id), None)?;
        stub.call_with_json(METHOD, &call.chunk, store_id).await
    }

    /// What follows from what came of a call.
    fn record(&self, id: &str, call: &Call, outcome: Result<()>) -> After {
        let mut list = self.list.borrow_mut();
        // One that has pulled meanwhile has told us by that what it lacks.
        let Some(subscriber) = list.get_mut(id).filter(|subscriber| subscriber.pulls == call.pulls) else {
            return After::GoOn;
        };
        let (after, stored) = match outcome {
            Ok(()) => {
                subscriber.took(call.last, sys::now_millis());
                (After::GoOn, call.last.map_or(Ok(()), |_| self.store(id, &subscriber.subscription)))
            }
            Err(error) => {
                sys::log_error(&format!("SyncBackend: {METHOD} of {id} failed: {error}"));
                let after = subscriber.failed(trouble(&error));
                (after, if after == After::Forget { self.forget(&mut list, id) } else { Ok(()) })
            }
        };
        if let Err(error) = stored {
            // It is in memory; at worst the object gets something twice after an eviction.
            sys::log_error(&format!("SyncBackend: the subscription of {id} could not be stored: {error}"));
        }
        after
    }

    fn store(&self, id: &str, subscription: &Subscription) -> Result<()> {
        self.ctx.kv().put(&format!("{PREFIX}{id}"), subscription)
    }

    fn forget(&self, list: &mut BTreeMap<String, Subscriber>, id: &str) -> Result<()> {
        list.remove(id);
        self.ctx.kv().delete(&format!("{PREFIX}{id}")).map(drop)
    }
}

fn trouble(error: &Error) -> Trouble {
    match error {
        Error::Remote(remote) if remote.retryable || remote.overloaded => Trouble::Passing,
        _ => Trouble::Hard,
    }
}
