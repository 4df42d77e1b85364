//! One living object: its value behind a fair lock, and the rules for who may borrow it.

use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use wasm_bindgen::JsValue;

use super::args::ArgsReader;
use super::contract::{Contract, Reply};
use super::ctx::Ctx;
use super::streaming::Opening;
use super::timers;
use crate::socket::{Attachment, Socket};
use crate::{Env, Error, Result, sys};

/// The borrow rules, applied to the object. Handlers that take `&self` interleave where they await. A handler
/// that takes `&mut self` waits for the running handlers and then runs alone. Handlers wait in the order of
/// arrival. `#[init]` counts as the first `&mut self` handler.
pub struct Host<T> {
    slot: Arc<RwLock<Slot<T>>>,
    state: Rc<sys::State>,
}

enum Slot<T> {
    Starting,
    Ready(T),
    Failed(Arc<Error>),
}

/// The object, borrowed by a `&self` handler.
pub struct Shared<T>(OwnedRwLockReadGuard<Slot<T>, T>);

/// The object, borrowed by a `&mut self` handler.
pub struct Exclusive<T>(OwnedRwLockMappedWriteGuard<Slot<T>, T>);

impl<T> Clone for Host<T> {
    fn clone(&self) -> Self {
        Self { slot: Arc::clone(&self.slot), state: Rc::clone(&self.state) }
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Deref for Exclusive<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Exclusive<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Contract> Host<T> {
    pub(super) fn new(state: Rc<sys::State>) -> Self {
        Self { slot: Arc::new(RwLock::new(Slot::Starting)), state }
    }

    /// Runs `#[init]`. The lock is taken now, so every call that arrives meanwhile waits for the result.
    pub(super) fn start(&self, ctx: Ctx, env: Env) -> impl Future<Output = Result<JsValue>> + use<T> {
        let taken = Arc::clone(&self.slot).try_write_owned();
        async move {
            let mut slot = taken.map_err(|_| Error::new("an object was started twice"))?;
            let started = async {
                let object = T::init(ctx.clone(), env).await?;
                if let Some(waking) = timers::wake(&object, &ctx) {
                    waking.await?;
                }
                Ok(object)
            };
            match started.await {
                Ok(object) => {
                    *slot = Slot::Ready(object);
                    Ok(JsValue::UNDEFINED)
                }
                Err(error) => {
                    let error = Arc::new(error);
                    *slot = Slot::Failed(Arc::clone(&error));
                    // The platform gives the error to all waiting callers, and resets the object.
                    Err(Error::Init(error))
                }
            }
        }
    }

    /// Borrows the object for a `&self` handler.
    ///
    /// # Errors
    /// [`Error::Init`] when the object does not exist because its `#[init]` failed.
    pub async fn shared(&self) -> Result<Shared<T>> {
        let slot = Arc::clone(&self.slot).read_owned().await;
        OwnedRwLockReadGuard::try_map(slot, Slot::ready).map(Shared).map_err(|slot| slot.failure())
    }

    /// Borrows the object for a `&mut self` handler.
    ///
    /// # Errors
    /// As [`Host::shared`].
    pub async fn exclusive(&self) -> Result<Exclusive<T>> {
        let slot = Arc::clone(&self.slot).write_owned().await;
        OwnedRwLockWriteGuard::try_map(slot, Slot::ready_mut).map(Exclusive).map_err(|slot| slot.failure())
    }

    /// Returns the socket of a WebSocket event.
    ///
    /// # Errors
    /// Never. It returns a `Result` so that all arguments are read alike.
    pub fn socket<A: Attachment>(&self, args: &ArgsReader) -> Result<Socket<A>> {
        Ok(Socket::new(Rc::clone(&self.state), args.socket()))
    }

    /// Answers a call to this object.
    pub fn serve(&self, answer: impl Future<Output = Result<JsValue>> + 'static) -> Reply {
        Reply::new(answer)
    }

    /// Answers the platform's alarm. A handler that destroys the object has done its work, so this future
    /// ends. If it did not, the platform would wake the object again, and the new object would start to store
    /// data.
    pub fn serve_alarm(&self, answer: impl Future<Output = Result<JsValue>> + 'static) -> Reply {
        let (state, mut answer) = (Rc::clone(&self.state), Box::pin(answer));
        self.serve(poll_fn(move |cx| match answer.as_mut().poll(cx) {
            Poll::Pending if state.is_destroyed() => Poll::Ready(Ok(JsValue::UNDEFINED)),
            progress => progress,
        }))
    }

    /// Answers a call with a stream. `produce` keeps its borrow until the stream ends.
    pub fn serve_stream<F>(&self, produce: impl FnOnce(Opening) -> F) -> Reply
    where
        F: Future<Output = Result<()>> + 'static,
    {
        let (opening, opened) = Opening::new();
        let producing = produce(opening.clone());
        let state = Rc::clone(&self.state);
        self.serve(async move {
            sys::spawn_handler(&state, async move {
                if let Err(error) = producing.await {
                    opening.answer(Err(error));
                }
            });
            opened.await.map_err(|_| Error::new("the stream was dropped"))?
        })
    }

    pub(super) fn state(&self) -> &Rc<sys::State> {
        &self.state
    }

    /// Answers a call with an index that [`Contract::METHODS`] does not have.
    pub fn unknown(&self, method: usize) -> Reply {
        self.serve(async move { Err(Error::Message(format!("there is no method number {method}"))) })
    }

    /// Answers the close event of an object that has sockets but no `#[websocket(close)]`.
    pub fn default_close(&self, args: ArgsReader) -> Reply {
        self.serve(async move {
            drop(args.closing());
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Answers the error event of an object that has sockets but no `#[websocket(error)]`. The socket is
    /// gone, and the object asked for no action.
    pub fn default_error(&self, _args: ArgsReader) -> Reply {
        self.serve(async { Ok(JsValue::UNDEFINED) })
    }
}

impl<T> Slot<T> {
    fn ready(&self) -> Option<&T> {
        if let Self::Ready(object) = self { Some(object) } else { None }
    }

    fn ready_mut(&mut self) -> Option<&mut T> {
        if let Self::Ready(object) = self { Some(object) } else { None }
    }

    fn failure(&self) -> Error {
        match self {
            Self::Failed(error) => Error::Init(Arc::clone(error)),
            Self::Starting | Self::Ready(_) => {
                Error::Init(Arc::new(Error::new("its init was dropped before it was done")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use wasm_bindgen::JsCast;

    use super::super::contract::{Declared, HasTimers};
    use super::super::stub::RawStub;
    use super::*;
    use crate::typescript;

    struct Object {
        value: i32,
    }

    impl HasTimers for Object {}

    impl Declared for Object {}

    impl Contract for Object {
        type Stub = RawStub;
        const METHODS: &'static [&'static str] = &[];

        async fn init(_ctx: Ctx, _env: Env) -> Result<Self> {
            YieldOnce(false).await;
            Ok(Self { value: 1 })
        }

        fn call(host: Host<Self>, method: usize, _args: ArgsReader) -> Reply {
            host.unknown(method)
        }

        fn describe(_: &mut typescript::Object<'_>) {}
    }

    struct Broken;

    impl HasTimers for Broken {}

    impl Declared for Broken {}

    impl Contract for Broken {
        type Stub = RawStub;
        const METHODS: &'static [&'static str] = &[];

        async fn init(_ctx: Ctx, _env: Env) -> Result<Self> {
            Err(Error::new("no tables"))
        }

        fn call(host: Host<Self>, method: usize, _args: ArgsReader) -> Reply {
            host.unknown(method)
        }

        fn describe(_: &mut typescript::Object<'_>) {}
    }

    /// A future that is ready when it is polled for the second time.
    struct YieldOnce(bool);

    impl Future for YieldOnce {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
            if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
        }
    }

    type Task<T> = Pin<Box<dyn Future<Output = T>>>;

    fn poll<T>(task: &mut Task<T>) -> Poll<T> {
        task.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    fn start<T: Contract>() -> (Host<T>, Task<Result<JsValue>>) {
        let state = Rc::new(sys::State::in_memory());
        let host = Host::new(Rc::clone(&state));
        let env = JsValue::UNDEFINED.unchecked_into::<Env>();
        let init = Box::pin(host.start(Ctx::new(state), env));
        (host, init)
    }

    fn read(host: &Host<Object>) -> Task<Result<i32>> {
        let host = host.clone();
        Box::pin(async move {
            let object = host.shared().await?;
            YieldOnce(false).await;
            Ok(object.value)
        })
    }

    fn double(host: &Host<Object>) -> Task<Result<i32>> {
        let host = host.clone();
        Box::pin(async move {
            let mut object = host.exclusive().await?;
            let value = object.value;
            YieldOnce(false).await;
            object.value = value * 2;
            Ok(object.value)
        })
    }

    #[test]
    fn nobody_gets_in_before_init_is_done() {
        let (host, mut init) = start::<Object>();
        let mut early = read(&host);
        assert!(poll(&mut early).is_pending());
        assert!(poll(&mut init).is_pending());
        assert!(poll(&mut early).is_pending());
        assert!(matches!(poll(&mut init), Poll::Ready(Ok(_))));
        assert!(poll(&mut early).is_pending(), "in, and now waiting by itself");
        assert!(matches!(poll(&mut early), Poll::Ready(Ok(1))));
    }

    #[test]
    fn shared_borrows_interleave_and_an_exclusive_one_runs_alone() {
        let (host, mut init) = start::<Object>();
        assert!(poll(&mut init).is_pending() && poll(&mut init).is_ready());
        let (mut first, mut second, mut writer, mut third) =
            (read(&host), read(&host), double(&host), read(&host));
        assert!(poll(&mut first).is_pending() && poll(&mut second).is_pending());
        assert!(poll(&mut writer).is_pending(), "waits for the readers");
        assert!(poll(&mut third).is_pending(), "does not overtake the writer");
        assert!(matches!(poll(&mut first), Poll::Ready(Ok(1))));
        assert!(poll(&mut writer).is_pending(), "still one reader");
        assert!(matches!(poll(&mut second), Poll::Ready(Ok(1))));
        assert!(poll(&mut writer).is_pending(), "alone, and waiting by itself");
        assert!(poll(&mut third).is_pending());
        assert!(matches!(poll(&mut writer), Poll::Ready(Ok(2))));
        assert!(poll(&mut third).is_pending());
        assert!(matches!(poll(&mut third), Poll::Ready(Ok(2))));
    }

    #[test]
    fn a_failed_init_reaches_every_waiting_caller() {
        let (host, mut init) = start::<Broken>();
        let waiting = || -> Task<Result<()>> {
            let host = host.clone();
            Box::pin(async move { host.shared().await.map(|_| ()) })
        };
        let (mut first, mut second) = (waiting(), waiting());
        assert!(poll(&mut first).is_pending());
        assert!(matches!(poll(&mut init), Poll::Ready(Err(_))));
        for task in [&mut first, &mut second] {
            let Poll::Ready(Err(Error::Init(why))) = poll(task) else { panic!("got in") };
            assert_eq!(why.to_string(), "no tables");
        }
    }
}
