//! The operations of operators on a store. They exist only if the app enables them.

use std::rc::Rc;

use serde_json::value::RawValue;
use wasm_bindgen::JsCast;

use super::archive::Import;
use super::boxed::Boxed;
use super::hooks::Hooks;
use super::log::EventLog;
use super::operation::Operation;
use super::route::refuse;
use super::service::Service;
use crate::livestore::wire::{PageInfo, archive_line};
use crate::rpc::Streaming;
use crate::{Error, Request, Response, Result, sys};

/// Runs an operator's request, if the app allows it.
///
/// The future is boxed: the states of an unboxed future are compiled into each future that awaits it. So a
/// worker whose hooks do not use it does not contain its code.
pub(super) fn answer<'a, H: Hooks>(
    service: &'a Service<H>,
    store_id: &'a str,
    operation: Operation,
    request: &'a Request,
) -> Boxed<'a, Response> {
    Box::pin(async move {
        if let Err(error) = service.store().hooks().on_admin(operation, request).await {
            return refuse(403, error.to_string());
        }
        if request.method() != operation.method() {
            return refuse(405, format!("this operation needs {}", operation.method()));
        }
        if let Err(refusal) = service.open(store_id).await? {
            return refuse(400, refusal);
        }
        match operation {
            Operation::Info => info(service).await,
            Operation::Export => export(service.store().log()?),
            Operation::Import => import(service, request).await,
            Operation::Reset => {
                let store = service.store();
                let _turn = store.turn().await?;
                let log = store.log()?;
                store.contents(&log).remove().await?;
                log.close();
                service.replace(&log).await?;
                info(service).await
            }
        }
    })
}

async fn info<H: Hooks>(service: &Service<H>) -> Result<Response> {
    let store = service.store();
    let (ctx, log) = (store.ctx(), store.log()?);
    let events = store.contents(&log).count().await?;
    let head = log.head();
    let sockets = service.listeners().sockets().census();
    Ok(Response::from_json(&serde_json::json!({
        "storeId": log.store_id(),
        "backendId": head.backend_id,
        "durableObjectId": ctx.id(),
        "head": head.number,
        "events": events,
        "databaseSize": ctx.sql().database_size(),
        "sockets": sockets.open,
        "livePulls": sockets.live,
        "slowPulls": sockets.slow,
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

/// Writes the pages one after the other, as fast as they are read.
async fn write(log: &EventLog, writer: &sys::Writer) -> Result<()> {
    let mut cursor = i64::MIN;
    loop {
        let page = log.page(cursor).await?;
        let line = archive_line(&page.items.to_string(), log.head().backend_id);
        writer.write(line.as_bytes()).await?;
        cursor = page.last.unwrap_or(cursor);
        if page.info == PageInfo::NoMore {
            return Ok(());
        }
    }
}

async fn import<H: Hooks>(service: &Service<H>, request: &Request) -> Result<Response> {
    let store = service.store();
    let Some(_turn) = store.begin_import() else {
        return refuse(409, "another import is under way");
    };
    let log = store.log()?;
    if !log.is_empty().await? {
        return refuse(409, "the store has events: reset it first");
    }
    let Some(mut pages) = Streaming::<Box<RawValue>>::of_request(request) else {
        return refuse(400, "there are no pages");
    };
    let contents = store.contents(&log);
    let mut import = Import::start(&*contents).await?;
    let mut number = 0;
    while let Some(page) = pages.next().await {
        number += 1;
        let taken = match page {
            Ok(page) => import.take(page.get()).await?,
            Err(error @ Error::Value(_)) => Err(error.to_string()),
            Err(error) => return Err(error),
        };
        if let Err(why) = taken {
            return refuse(400, format!("page {number}: {why}"));
        }
    }
    let _turn = store.turn().await?;
    let log = store.log()?;
    match import.finish(&log).await? {
        Ok(()) => {
            service.replace(&log).await?;
            info(service).await
        }
        Err(why) => refuse(409, why),
    }
}
