//! A log that comes from elsewhere, a page at a time. Nobody sees it before it is whole.

use super::admission::MAX_EVENT_BYTES;
use super::log::EventLog;
use crate::livestore::protocol::ArchivePage;
use crate::{Ctx, Date, Result};

/// Where the events are until all have come.
pub(super) const STAGING: &str = "import_7";

const INSERT: &str = "INSERT INTO import_7 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// A log on its way in.
pub(super) struct Import {
    ctx: Ctx,
    backend_id: Option<String>,
    last: Option<i64>,
    events: u64,
}

impl Import {
    /// Begins; what is left of an import that broke off is thrown away.
    pub(super) fn start(ctx: &Ctx) -> Result<Self> {
        EventLog::create_staging(&ctx.sql())?;
        Ok(Self { ctx: ctx.clone(), backend_id: None, last: None, events: 0 })
    }

    /// Takes a page; the inner error says what is wrong with it.
    pub(super) fn take(&mut self, line: &str) -> Result<Result<(), String>> {
        let page = match ArchivePage::parse(line) {
            Ok(page) => page,
            Err(why) => return Ok(Err(why)),
        };
        if let Err(why) = self.check(&page) {
            return Ok(Err(why));
        }
        let now = Date::now().to_string();
        self.ctx.transaction(|sql| {
            for item in &page.batch {
                let event = &item.event_encoded;
                let created_at = item.metadata.as_ref().map_or(now.as_str(), |it| &it.created_at);
                let args = event.args.map(|args| args.get());
                let (client, session) = (&*event.client_id, &*event.session_id);
                let row =
                    (event.seq_num, event.parent_seq_num, &*event.name, args, created_at, client, session);
                sql.execute(INSERT, row)?;
            }
            Ok::<_, crate::Error>(())
        })?;
        self.last = page.batch.last().map(|item| item.event_encoded.seq_num).or(self.last);
        self.events += page.batch.len() as u64;
        self.backend_id.get_or_insert_with(|| page.backend_id.into_owned());
        Ok(Ok(()))
    }

    fn check(&self, page: &ArchivePage<'_>) -> Result<(), String> {
        if self.backend_id.as_deref().is_some_and(|id| id != page.backend_id) {
            return Err("the pages come from several backends".to_owned());
        }
        let mut last = self.last.unwrap_or(i64::MIN);
        for item in &page.batch {
            let event = &item.event_encoded;
            if event.seq_num <= last {
                return Err(format!("event {} comes after event {last}", event.seq_num));
            }
            last = event.seq_num;
            if event.encoded_size() > MAX_EVENT_BYTES {
                return Err(format!("event {last} is above the limit of {MAX_EVENT_BYTES} bytes"));
            }
        }
        Ok(())
    }

    /// Puts it in the place of `log`, which has to be empty and is of no use afterwards: how many events it has, or
    /// what is wrong.
    pub(super) fn finish(self, log: &EventLog) -> Result<Result<u64, String>> {
        let Some(backend_id) = self.backend_id else { return Ok(Err("there are no pages".to_owned())) };
        if !log.is_empty()? {
            return Ok(Err("the store has got events meanwhile".to_owned()));
        }
        log.replace(self.last.unwrap_or_default(), &backend_id)?;
        Ok(Ok(self.events))
    }
}
