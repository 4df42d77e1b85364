//! The `ctx` that workerd gives to an object's constructor.

use std::cell::Cell;

use js_sys::futures::{JsFuture, future_to_promise};
use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

use super::cursor::{Cursor, SqlStorage};
use super::error::{from_js, message_of};
use super::socket::Socket;
use super::stub::Stub;
use super::{glue, property};
use crate::Date;
use crate::storage::Value;

#[wasm_bindgen]
extern "C" {
    pub(super) type DurableObjectState;

    #[wasm_bindgen(method, getter)]
    fn id(this: &DurableObjectState) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn storage(this: &DurableObjectState) -> DurableObjectStorage;

    #[wasm_bindgen(method, catch, js_name = waitUntil)]
    fn wait_until(this: &DurableObjectState, promise: &Promise) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = acceptWebSocket)]
    fn accept_web_socket(this: &DurableObjectState, socket: &Socket, tags: Array) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = getWebSockets)]
    fn get_web_sockets(this: &DurableObjectState, tag: Option<&str>) -> Result<Array, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getTags)]
    fn get_tags(this: &DurableObjectState, socket: &Socket) -> Result<Array, JsValue>;

    #[wasm_bindgen(method, catch, js_name = setWebSocketAutoResponse)]
    fn set_auto_response(this: &DurableObjectState, pair: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = blockConcurrencyWhile)]
    fn block_concurrency_while(this: &DurableObjectState, task: &Function) -> Result<Promise, JsValue>;

    type DurableObjectStorage;

    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &DurableObjectStorage, millis: f64) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getAlarm)]
    fn get_alarm(this: &DurableObjectStorage) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = deleteAlarm)]
    fn delete_alarm(this: &DurableObjectStorage) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = deleteAll)]
    fn delete_all(this: &DurableObjectStorage) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn sync(this: &DurableObjectStorage) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    fn sql(this: &DurableObjectStorage) -> Result<SqlStorage, JsValue>;

    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &DurableObjectStorage,
        f: &mut dyn FnMut() -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = WebSocketRequestResponsePair)]
    type AutoResponse;

    #[wasm_bindgen(constructor, catch, js_class = WebSocketRequestResponsePair)]
    fn new(request: &str, response: &str) -> Result<AutoResponse, JsValue>;
}

/// One object's storage, sockets and identity.
pub(crate) struct State {
    ctx: DurableObjectState,
    storage: DurableObjectStorage,
    // `None` for an object that was declared without SQLite.
    sql: Option<SqlStorage>,
    destroyed: Cell<bool>,
}

impl State {
    pub(super) fn wrap(ctx: JsValue) -> Self {
        let ctx: DurableObjectState = ctx.unchecked_into();
        let storage = ctx.storage();
        let sql = storage.sql().ok();
        Self { ctx, storage, sql, destroyed: Cell::default() }
    }

    /// Whether `stub` leads to this very object.
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
        &self,
        task: impl Future<Output = ()> + 'static,
    ) -> crate::Result<()> {
        let task = Closure::once_into_js(move || {
            future_to_promise(async move {
                task.await;
                Ok(JsValue::UNDEFINED)
            })
        });
        settled(self.ctx.block_concurrency_while(task.unchecked_ref())).await.map(drop)
    }

    /// Ends this object, after the code that runs now: within it, the platform's way to stop it would leave
    /// the wasm instance in the middle of a call.
    pub(crate) fn abort(&self, reason: &str) {
        glue::abort(&self.ctx, reason);
    }

    /// Deletes the alarm and everything in storage, and waits until that is on disk.
    pub(crate) async fn delete_everything(&self) -> crate::Result<()> {
        for deleted in [self.storage.delete_alarm(), self.storage.delete_all(), self.storage.sync()] {
            settled(deleted).await?;
        }
        self.destroyed.set(true);
        Ok(())
    }

    /// Whether everything was deleted, and the object is about to end.
    pub(crate) fn is_destroyed(&self) -> bool {
        self.destroyed.get()
    }

    /// Waits until everything that was written is on disk.
    pub(crate) async fn sync(&self) -> crate::Result<()> {
        settled(self.storage.sync()).await.map(drop)
    }

    pub(crate) async fn set_alarm(&self, date: Date) -> crate::Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "the range of dates is exact in a number")]
        settled(self.storage.set_alarm(date.as_millis() as f64)).await.map(drop)
    }

    pub(crate) async fn alarm(&self) -> crate::Result<Option<Date>> {
        let millis = settled(self.storage.get_alarm()).await?.as_f64();
        #[expect(clippy::cast_possible_truncation, reason = "it is a whole number")]
        Ok(millis.and_then(|millis| Date::from_millis(millis as i64)))
    }

    pub(crate) async fn delete_alarm(&self) -> crate::Result<()> {
        settled(self.storage.delete_alarm()).await.map(drop)
    }

    /// Sets the alarm or takes it back, as part of the transaction that is open.
    pub(crate) fn arm(&self, alarm: Option<Date>) -> crate::Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "the range of dates is exact in a number")]
        let armed = match alarm {
            Some(date) => self.storage.set_alarm(date.as_millis() as f64),
            None => self.storage.delete_alarm(),
        };
        let armed = armed.map_err(|thrown| from_js(&thrown))?;
        super::spawn(async {
            if let Err(error) = settled(Ok(armed)).await {
                super::log_error(&format!("the alarm was not set: {error}"));
            }
        });
        Ok(())
    }

    pub(crate) fn execute(&self, statement: &str, values: Vec<Value>) -> Result<Cursor, String> {
        let Some(sql) = &self.sql else {
            return Err("the object has no SQLite storage; list its class under `new_sqlite_classes`".into());
        };
        Cursor::open(sql, statement, values)
    }

    /// Runs `body` in a transaction that is rolled back when it fails.
    pub(crate) fn transaction<T, E>(
        &self,
        body: impl FnOnce() -> Result<T, E>,
        failed: impl FnOnce(String) -> E,
    ) -> Result<T, E> {
        let mut body = Some(body);
        let mut outcome = None;
        let committed = self.storage.transaction_sync(&mut || {
            let result = body.take().map(|body| body());
            let failed = matches!(result, Some(Err(_)));
            outcome = result;
            if failed { Err(JsValue::UNDEFINED) } else { Ok(JsValue::UNDEFINED) }
        });
        match (outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Ok(_)) => Ok(value),
            (_, Err(thrown)) => Err(failed(message_of(&thrown))),
            (None, Ok(_)) => Err(failed("the transaction did not run".into())),
        }
    }

    pub(crate) fn database_size(&self) -> u64 {
        let size = self.sql.as_ref().and_then(|sql| sql.database_size().ok()).unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 10 GB")]
        {
            size as u64
        }
    }

    pub(crate) fn accept(&self, socket: &Socket, tags: &[String]) -> Result<(), String> {
        let tags = tags.iter().map(|tag| JsValue::from_str(tag)).collect();
        self.ctx.accept_web_socket(socket, tags).map_err(|thrown| message_of(&thrown))
    }

    pub(crate) fn sockets(&self, tag: Option<&str>) -> Vec<Socket> {
        let sockets = self.ctx.get_web_sockets(tag).unwrap_or_default();
        sockets.iter().map(JsCast::unchecked_into).collect()
    }

    pub(crate) fn tags(&self, socket: &Socket) -> Vec<String> {
        let tags = self.ctx.get_tags(socket).unwrap_or_default();
        tags.iter().filter_map(|tag| tag.as_string()).collect()
    }

    pub(crate) fn set_auto_response(&self, request: &str, response: &str) -> Result<(), String> {
        let set = || {
            let pair = AutoResponse::new(request, response)?;
            self.ctx.set_auto_response(&pair)
        };
        set().map_err(|thrown| message_of(&thrown))
    }

    pub(crate) fn wait_until(&self, task: impl Future<Output = ()> + 'static) {
        let promise = js_sys::futures::future_to_promise(async move {
            task.await;
            Ok(JsValue::UNDEFINED)
        });
        // Refused only outside any event, where there is nothing to keep alive.
        let _ = self.ctx.wait_until(&promise);
    }
}

/// What comes of a call that promises something.
async fn settled(promise: Result<Promise, JsValue>) -> crate::Result<JsValue> {
    let settled = match promise {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    settled.map_err(|thrown| from_js(&thrown))
}
