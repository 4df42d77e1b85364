//! All of a store's events in D1.

use super::database::{Database, cell, only, text};
use super::owner;
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::backend::log::batch::parts;
use crate::livestore::backend::log::{Contents, EventLog, context, table};
use crate::livestore::wire::ArchivePage;
use crate::{Ctx, Date, sys};

/// The D1 database, for operators.
pub(in crate::livestore::backend::log) struct D1Contents {
    ctx: Ctx,
    database: Database,
    store_id: String,
    table: String,
    staging: String,
}

impl D1Contents {
    pub(super) fn new(ctx: &Ctx, database: Database, log: &EventLog) -> Self {
        Self {
            ctx: ctx.clone(),
            database,
            store_id: log.store_id.clone(),
            table: log.table.clone(),
            staging: format!("import_{}", log.table),
        }
    }
}

impl Contents for D1Contents {
    fn count(&self) -> Boxed<'_, u64> {
        Box::pin(async move {
            let [rows] = self.database.batch([(&table::count(&self.table), vec![])]).await?;
            let [count] = only(rows)?;
            cell(count)
        })
    }

    fn remove(&self) -> Boxed<'_, ()> {
        Box::pin(async move {
            let backend_id = sys::random_uuid();
            let owner = vec![text(&self.store_id), text(&backend_id)];
            let delete = format!(r#"DELETE FROM "{}""#, self.table);
            self.database.batch([(&delete, vec![]), (owner::REPLACE, owner)]).await?;
            context::put(&self.ctx.sql(), &self.store_id, 0, &backend_id)
        })
    }

    fn prepare(&self) -> Boxed<'_, ()> {
        Box::pin(async move {
            let drop = format!(r#"DROP TABLE IF EXISTS "{}""#, self.staging);
            self.database.batch([(&drop, vec![]), (&table::create(&self.staging), vec![])]).await.map(|_| ())
        })
    }

    fn stage<'a>(&'a self, page: &'a ArchivePage<'a>) -> Boxed<'a, ()> {
        Box::pin(async move {
            let insert = table::insert_items(&self.staging, "1");
            let now = Date::now().to_string();
            let items = parts(page.events(&now)).into_iter().map(|part| vec![text(&part.items)]);
            self.database.run(items.map(|values| (&*insert, values)).collect()).await.map(drop)
        })
    }

    fn replace<'a>(&'a self, head: i64, backend_id: &'a str) -> Boxed<'a, ()> {
        Box::pin(async move {
            let drop = format!(r#"DROP TABLE "{}""#, self.table);
            let rename = format!(r#"ALTER TABLE "{}" RENAME TO "{}""#, self.staging, self.table);
            let owner = vec![text(&self.store_id), text(backend_id)];
            self.database.batch([(&drop, vec![]), (&rename, vec![]), (owner::REPLACE, owner)]).await?;
            context::put(&self.ctx.sql(), &self.store_id, head, backend_id)
        })
    }
}
