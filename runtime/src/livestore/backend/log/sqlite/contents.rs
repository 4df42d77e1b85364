//! All of a store's events in the object's own database.

use super::{done, row};
use crate::livestore::backend::boxed::Boxed;
use crate::livestore::backend::log::batch::parts;
use crate::livestore::backend::log::{Contents, EventLog, context, table};
use crate::livestore::wire::ArchivePage;
use crate::{Ctx, Date, Result, Sql};

/// The table for the events of an import until all have come.
const STAGING: &str = "import_7";

/// The object's own database, for operators.
pub(in crate::livestore::backend::log) struct SqliteContents {
    ctx: Ctx,
    store_id: String,
    table: String,
}

impl SqliteContents {
    pub(in crate::livestore::backend::log) fn new(ctx: &Ctx, log: &EventLog) -> Self {
        Self { ctx: ctx.clone(), store_id: log.store_id.clone(), table: log.table.clone() }
    }

    fn drop_table(&self, sql: &Sql) -> Result<()> {
        sql.execute(&format!(r#"DROP TABLE "{}""#, self.table), ()).map(drop)
    }
}

impl Contents for SqliteContents {
    fn count(&self) -> Boxed<'_, u64> {
        done(self.ctx.sql().query(&table::count(&self.table), ()).and_then(|rows| rows.one()))
    }

    fn remove(&self) -> Boxed<'_, ()> {
        done(self.ctx.transaction(|sql| {
            self.drop_table(sql)?;
            context::remove(sql, &self.store_id)
        }))
    }

    fn prepare(&self) -> Boxed<'_, ()> {
        let sql = self.ctx.sql();
        let dropped = sql.execute(&format!(r#"DROP TABLE IF EXISTS "{STAGING}""#), ());
        done(dropped.and_then(|_| sql.execute(&table::create(STAGING), ())).map(drop))
    }

    fn stage<'a>(&'a self, page: &'a ArchivePage<'a>) -> Boxed<'a, ()> {
        let now = Date::now().to_string();
        let parts = || {
            let insert = table::insert_items(STAGING, "1");
            let mut parts = parts(page.events(&now)).into_iter();
            self.ctx
                .transaction(|sql| parts.try_for_each(|part| sql.execute(&insert, (part.items,)).map(drop)))
        };
        let rows = || {
            let insert = table::insert_row_as_is(STAGING);
            self.ctx.transaction(|sql| {
                page.events(&now).try_for_each(|(event, at)| sql.execute(&insert, row(event, at)).map(drop))
            })
        };
        // In the same way as they are stored when they are pushed.
        done(parts().or_else(|_| rows()))
    }

    fn replace<'a>(&'a self, head: i64, backend_id: &'a str) -> Boxed<'a, ()> {
        done(self.ctx.transaction(|sql| {
            self.drop_table(sql)?;
            sql.execute(&format!(r#"ALTER TABLE "{STAGING}" RENAME TO "{}""#, self.table), ())?;
            context::put(sql, &self.store_id, head, backend_id)
        }))
    }
}
