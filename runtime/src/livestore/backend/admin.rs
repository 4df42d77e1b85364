//! What operators can do with a store. None of it exists unless the app says so.

use std::pin::Pin;
use std::rc::Rc;

use serde_json::value::RawValue;
use wasm_bindgen::JsCast;
use worker::Method;

use super::archive::Import;
use super::hooks::Hooks;
use super::log::EventLog;
use super::route::refuse;
use super::store::Store;
use super::transport::Connection;
use crate::livestore::protocol::{PageInfo, archive_line};
use crate::{Error, Request, Response, Result, Streaming, sys};

/// Service restart, RFC 6455's registry.
const SERVICE_RESTART: u16 = 1012;

/// What an operator can ask for, as `admin` in the query of a request beside `storeId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `GET`, `admin=info`: where the log ends and how large it is, as JSON. Counting reads the whole log.
    Info,
    /// `GET`, `admin=export`: the log, as lines of JSON.
    Export,
    /// `POST`, `admin=import`: an exported log becomes that of this store, which has to be empty. Clients of the
    /// store it comes from go on with this one as if it had moved.
    Import,
    /// `POST`, `admin=reset`: the log is deleted. Clients delete what they have of it, unless they were told
    /// otherwise (`onBackendIdMismatch`).
    Reset,
}

impl Operation {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "info" => Self::Info,
            "export" => Self::Export,
            "import" => Self::Import,
            "reset" => Self::Reset,
            _ => return None,
        })
    }

    fn method(self) -> Method {
        match self {
            Self::Info | Self::Export => Method::Get,
            Self::Import | Self::Reset => Method::Post,
        }
    }
}

/// Does what an operator asks for, if the app lets them.
///
/// Boxed, because the states of a future that is awaited as it is are all compiled into the one that awaits it: this
/// way none of it is in a worker whose hooks have no use for it.
pub(super) fn answer<'a, H: Hooks>(
    store: &'a Rc<Store<H>>,
    store_id: &'a str,
    operation: Operation,
    request: &'a Request,
) -> Pin<Box<dyn Future<Output = Result<Response>> + 'a>> {
    Box::pin(async move {
        if let Err(error) = store.hooks().on_admin(operation, request).await {
            return refuse(403, error.to_string());
        }
        if request.method() != operation.method() {
            return refuse(405, format!("this operation needs {}", operation.method()));
        }
        if let Err(refusal) = store.open(store_id)? {
            return refuse(400, refusal);
        }
        match operation {
            Operation::Info => info(store),
            Operation::Export => export(store.log()?),
            Operation::Import => import(store, request).await,
            Operation::Reset => {
                store.log()?.remove()?;
                reopen(store)?;
                info(store)
            }
        }
    })
}

fn info<H: Hooks>(store: &Store<H>) -> Result<Response> {
    let (ctx, log) = (store.ctx(), store.log()?);
    let head = log.head();
    Ok(Response::from_json(&serde_json::json!({
        "storeId": log.store_id(),
        "backendId": head.backend_id,
        "durableObjectId": ctx.id(),
        "head": head.number,
        "events": log.count()?,
        "databaseSize": ctx.sql().database_size(),
        "sockets": ctx.sockets::<Connection>().count(),
    }))?)
}

fn export(log: Rc<EventLog>) -> Result<Response> {
    let (readable, writer) = sys::channel()?;
    sys::spawn(async move {
        match write(&log, &writer).await {
            Ok(()) => writer.close(),
            Err(error) => {
                sys::log_error(&format!("SyncBackend: an export ended early: {error}"));
                writer.abort(&error);
            }
        }
    });
    let response = Response::builder().with_header("content-type", "application/x-ndjson")?;
    Ok(response.stream(readable.unchecked_into()))
}

/// Writes page after page, as fast as they are read.
async fn write(log: &EventLog, writer: &sys::Writer) -> Result<()> {
    let mut cursor = i64::MIN;
    loop {
        let page = log.page(cursor)?;
        let line = archive_line(&page.items.to_string(), log.head().backend_id);
        writer.write(line.as_bytes()).await?;
        cursor = page.last.unwrap_or(cursor);
        if page.info == PageInfo::NoMore {
            return Ok(());
        }
    }
}

async fn import<H: Hooks>(store: &Store<H>, request: &Request) -> Result<Response> {
    let Some(_turn) = store.begin_import() else {
        return refuse(409, "another import is under way");
    };
    if !store.log()?.is_empty()? {
        return refuse(409, "the store has events: reset it first");
    }
    let Some(mut pages) = Streaming::<Box<RawValue>>::of_request(request) else {
        return refuse(400, "there are no pages");
    };
    let mut import = Import::start(store.ctx())?;
    let mut number = 0;
    while let Some(page) = pages.next().await {
        number += 1;
        let taken = match page {
            Ok(page) => import.take(page.get())?,
            Err(error @ Error::Value(_)) => Err(error.to_string()),
            Err(error) => return Err(error),
        };
        if let Err(why) = taken {
            return refuse(400, format!("page {number}: {why}"));
        }
    }
    match import.finish(&*store.log()?)? {
        Ok(_) => {
            reopen(store)?;
            info(store)
        }
        Err(why) => refuse(409, why),
    }
}

/// Goes on with the log that is there now. Clients start over.
pub(super) fn reopen<H: Hooks>(store: &Store<H>) -> Result<()> {
    store.reopen()?;
    for socket in store.ctx().sockets::<Connection>() {
        // One that cannot be closed is gone.
        let _ = socket.close(SERVICE_RESTART, "the store was replaced");
    }
    // Objects find out when they push or pull: what they were sent is no place in this log.
    if H::TRANSPORTS.rpc { store.subscribers().forget_all() } else { Ok(()) }
}
