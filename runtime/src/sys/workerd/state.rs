//! The `ctx` that workerd gives to an object's constructor.

use std::cell::{Cell, OnceCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use js_sys::Promise;
use js_sys::futures::JsFuture;
use wasm_bindgen::prelude::*;

use super::cursor::{self, Cursor, SqlStorage, close_all};
use super::error::from_js;
use super::kv::{Kv, Store};
use super::stub::Stub;
use super::task::{answer, promise};
use super::text::Text;
use super::thrown::message_of;
use super::turn::{Task, Turn};
use super::value::to_js;
use super::{glue, property};
use crate::codec;
use crate::value::{Date, Options, Value};

#[wasm_bindgen]
extern "C" {
    pub(super) type DurableObjectState;

    #[wasm_bindgen(method, getter)]
    fn id(this: &DurableObjectState) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn props(this: &DurableObjectState) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn storage(this: &DurableObjectState) -> DurableObjectStorage;

    #[wasm_bindgen(method, catch, js_name = waitUntil)]
    fn wait_until(this: &DurableObjectState, promise: &Promise) -> Result<(), JsValue>;

    #[derive(Clone)]
    type DurableObjectStorage;

    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &DurableObjectStorage, millis: f64, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getAlarm)]
    fn get_alarm(this: &DurableObjectStorage, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = deleteAlarm)]
    fn delete_alarm(this: &DurableObjectStorage, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = deleteAll)]
    fn delete_all(this: &DurableObjectStorage) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn sync(this: &DurableObjectStorage) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getCurrentBookmark)]
    fn get_current_bookmark(this: &DurableObjectStorage) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getBookmarkForTime)]
    fn get_bookmark_for_time(this: &DurableObjectStorage, millis: f64) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = onNextSessionRestoreBookmark)]
    fn on_next_session_restore_bookmark(
        this: &DurableObjectStorage,
        bookmark: &str,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn kv(this: &DurableObjectStorage) -> Kv;

    #[wasm_bindgen(method, getter)]
    fn sql(this: &DurableObjectStorage) -> SqlStorage;

    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &DurableObjectStorage,
        f: &mut dyn FnMut() -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue>;
}

/// The number of objects that this wasm instance has had.
static OBJECTS: AtomicU32 = AtomicU32::new(0);

/// One object's storage, sockets and identity.
pub(crate) struct State {
    pub(super) ctx: DurableObjectState,
    storage: DurableObjectStorage,
    // These two exist without SQLite as well, and fail when they are used.
    sql: SqlStorage,
    kv: OnceCell<Kv>,
    class: &'static str,
    /// The number of the object in this wasm instance, from 1 on.
    number: u32,
    /// Whether its code has panicked, so that its memory cannot be trusted.
    lost: Cell<bool>,
    destroyed: Cell<bool>,
    /// Whether it is known to have SQLite. The code asks only when an operation has failed.
    has_sqlite: Cell<bool>,
}

impl State {
    pub(super) fn wrap(ctx: JsValue, class: &'static str) -> Self {
        let ctx: DurableObjectState = ctx.unchecked_into();
        let storage = ctx.storage();
        let sql = storage.sql();
        Self {
            ctx,
            storage,
            sql,
            kv: OnceCell::new(),
            class,
            number: OBJECTS.fetch_add(1, Relaxed) + 1,
            lost: Cell::default(),
            destroyed: Cell::default(),
            has_sqlite: Cell::default(),
        }
    }

    /// Ends the statements that an earlier Rust half of the object has left in progress.
    pub(super) fn close_statements(&self) -> Result<(), JsValue> {
        close_all(&self.sql)
    }

    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// Gives up the object's memory. The next event finds the object made anew.
    pub(super) fn lose(&self) {
        self.lost.set(true);
    }

    pub(super) fn is_lost(&self) -> bool {
        self.lost.get()
    }

    /// Returns the platform's own `ctx`.
    pub(crate) fn to_js(&self) -> JsValue {
        self.ctx.clone()
    }

    /// Returns the name of its class in JavaScript.
    pub(crate) fn class(&self) -> &'static str {
        self.class
    }

    /// Returns the properties of the object.
    pub(crate) fn props(&self) -> JsValue {
        self.ctx.props()
    }

    /// Returns whether `stub` leads to the object with this one's id.
    pub(crate) fn is_target_of(&self, stub: &Stub) -> bool {
        stub.leads_to(&self.ctx.id())
    }

    pub(crate) fn id(&self) -> String {
        self.ctx.id().unchecked_into::<js_sys::Object>().to_string().into()
    }

    pub(crate) fn name(&self) -> Option<String> {
        property(&self.ctx.id(), "name").as_string()
    }

    pub(crate) fn jurisdiction(&self) -> Option<String> {
        property(&self.ctx.id(), "jurisdiction").as_string()
    }

    /// Holds other events back until `task` is done.
    pub(crate) async fn block_concurrency_while(
        self: &Rc<Self>,
        task: impl Future<Output = ()> + 'static,
    ) -> crate::Result<()> {
        let state = Rc::clone(self);
        let task = Box::pin(async move {
            task.await;
            Ok(JsValue::UNDEFINED)
        });
        let task = Closure::once_into_js(AssertUnwindSafe(move || answer(&state, task)));
        settled(glue::gate(&self.ctx, task.unchecked_ref())).await.map(drop)
    }

    /// Ends this object, after the code that runs now. Inside that code, the platform's way to stop the
    /// object would leave the wasm instance in the middle of a call.
    pub(crate) fn abort(&self, reason: &str, retry_alarm: bool) {
        glue::abort(&self.ctx, reason, retry_alarm);
    }

    /// Deletes the alarm and everything in storage, and waits until that is on disk.
    pub(crate) async fn delete_everything(&self) -> crate::Result<()> {
        let no_alarm = self.storage.delete_alarm(&JsValue::UNDEFINED);
        for deleted in [no_alarm, self.storage.delete_all(), self.storage.sync()] {
            settled(deleted).await?;
        }
        self.destroyed.set(true);
        Ok(())
    }

    /// Returns whether everything was deleted, and the object is about to end.
    pub(crate) fn is_destroyed(&self) -> bool {
        self.destroyed.get()
    }

    /// Waits until all writes are on disk.
    pub(crate) async fn sync(&self) -> crate::Result<()> {
        settled(self.storage.sync()).await.map(drop)
    }

    pub(crate) async fn set_alarm(&self, date: Date, options: Options) -> crate::Result<()> {
        settled(self.storage.set_alarm(js_millis(date), &js_options(options))).await.map(drop)
    }

    pub(crate) async fn alarm(&self, options: Options) -> crate::Result<Option<Date>> {
        let millis = settled(self.storage.get_alarm(&js_options(options))).await?.as_f64();
        #[expect(clippy::cast_possible_truncation, reason = "it is a whole number")]
        Ok(millis.and_then(|millis| Date::from_millis(millis as i64)))
    }

    pub(crate) async fn delete_alarm(&self, options: Options) -> crate::Result<()> {
        settled(self.storage.delete_alarm(&js_options(options))).await.map(drop)
    }

    /// Returns its synchronous key-value storage, which works only with SQLite.
    pub(crate) fn kv(&self) -> &Kv {
        self.kv.get_or_init(|| self.storage.kv())
    }

    /// Returns whether its class was declared with SQLite.
    pub(crate) fn has_sqlite(&self) -> bool {
        let has_sqlite = self.has_sqlite.get() || self.sql.database_size().is_ok();
        self.has_sqlite.set(has_sqlite);
        has_sqlite
    }

    /// Returns the storage that all objects have.
    pub(crate) fn store(&self) -> Store {
        self.storage.clone().unchecked_into()
    }

    pub(crate) async fn current_bookmark(&self) -> crate::Result<String> {
        settled(self.storage.get_current_bookmark()).await.and_then(bookmark)
    }

    pub(crate) async fn bookmark_for_time(&self, date: Date) -> crate::Result<String> {
        settled(self.storage.get_bookmark_for_time(js_millis(date))).await.and_then(bookmark)
    }

    pub(crate) async fn restore_on_next_session(&self, to: &str) -> crate::Result<String> {
        settled(self.storage.on_next_session_restore_bookmark(to)).await.and_then(bookmark)
    }

    /// Sets or removes the alarm, as part of the open transaction.
    pub(crate) fn arm(&self, alarm: Option<Date>) -> crate::Result<()> {
        let armed = match alarm {
            Some(date) => self.storage.set_alarm(js_millis(date), &JsValue::UNDEFINED),
            None => self.storage.delete_alarm(&JsValue::UNDEFINED),
        };
        let armed = armed.map_err(|thrown| from_js(&thrown))?;
        super::spawn(async {
            if let Err(error) = settled(Ok(armed)).await {
                super::log_error(&format!("the alarm was not set: {error}"));
            }
        });
        Ok(())
    }

    /// Runs a statement, and reads all of its rows at once if `all` is set.
    pub(crate) fn execute(&self, statement: &Text, values: Vec<Value>, all: bool) -> Result<Cursor, String> {
        Cursor::open(&self.sql, statement, values, all)
    }

    /// Runs a statement whose rows, if it has any, nobody reads. Returns the number of rows that it wrote.
    pub(crate) fn write(&self, statement: &Text, values: Vec<Value>, has_rows: bool) -> Result<u64, String> {
        cursor::run(&self.sql, statement, values, has_rows)
    }

    /// Runs `body` in a transaction that is rolled back when it fails or panics.
    pub(crate) fn transaction<T, E>(
        &self,
        body: impl FnOnce() -> Result<T, E>,
        failed: impl FnOnce(String) -> E,
    ) -> Result<T, E> {
        let (mut body, mut outcome) = (Some(body), None);
        let committed = self.committed(&mut || {
            outcome = body.take().map(|body| body());
            matches!(outcome, Some(Ok(_)))
        });
        match (outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (_, Err(why)) => Err(failed(why)),
            (None, Ok(())) => Err(failed("the transaction did not run".into())),
        }
    }

    /// Runs `body` in a transaction that commits when it returns `true`. This part is the same for every body, so it is
    /// compiled only once.
    fn committed(&self, body: &mut dyn FnMut() -> bool) -> Result<(), String> {
        let mut panic = None;
        let mut turn = AssertUnwindSafe((body, &mut panic));
        let committed = self.storage.transaction_sync(&mut move || {
            let (body, panic) = &mut *turn;
            // A panic must not become an error of the platform: it continues when the platform has rolled
            // back.
            let succeeded = catch_unwind(AssertUnwindSafe(&mut **body)).unwrap_or_else(|caught| {
                **panic = Some(caught);
                false
            });
            if succeeded { Ok(JsValue::UNDEFINED) } else { Err(JsValue::UNDEFINED) }
        });
        match (panic, committed) {
            (Some(panic), _) => resume_unwind(panic),
            (None, Ok(_)) => Ok(()),
            (None, Err(thrown)) => Err(message_of(&thrown)),
        }
    }

    pub(crate) fn database_size(&self) -> u64 {
        let size = self.sql.database_size().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 10 GB")]
        {
            size as u64
        }
    }

    pub(crate) fn wait_until(self: &Rc<Self>, task: impl Future<Output = ()> + 'static) {
        self.wait_until_done(Box::pin(task));
    }

    fn wait_until_done(self: &Rc<Self>, task: Task) {
        let task = Turn::background(self, task);
        // The callers that wait for the object get its crash as an error.
        let promise = promise(async move {
            drop(task.await);
            Ok(JsValue::UNDEFINED)
        });
        // The platform refuses only outside any event. There it has nothing to keep alive.
        let _ = self.ctx.wait_until(&promise);
    }
}

/// Waits for the promise of a call, and returns its result.
pub(super) async fn settled(promise: Result<Promise, JsValue>) -> crate::Result<JsValue> {
    let settled = match promise {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    settled.map_err(|thrown| from_js(&thrown))
}

fn js_options(options: Options) -> JsValue {
    codec::encode(&options, None).ok().and_then(|options| to_js(&options).ok()).unwrap_or(JsValue::UNDEFINED)
}

fn bookmark(value: JsValue) -> crate::Result<String> {
    value.as_string().ok_or_else(|| crate::Error::new("the platform's bookmark is no text"))
}

#[expect(clippy::cast_precision_loss, reason = "the range of dates is exact in a number")]
fn js_millis(date: Date) -> f64 {
    date.as_millis() as f64
}
