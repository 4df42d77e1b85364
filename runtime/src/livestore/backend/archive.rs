//! The import of a log from another store, page by page. Clients do not see it before it is complete.

use super::admission::MAX_EVENT_BYTES;
use super::log::{Contents, EventLog};
use crate::Result;
use crate::livestore::wire::ArchivePage;

/// A log that is being imported.
pub(super) struct Import<'a> {
    contents: &'a dyn Contents,
    backend_id: Option<String>,
    last: Option<i64>,
}

impl<'a> Import<'a> {
    /// Begins an import. It deletes the remains of an import that broke off.
    pub(super) async fn start(contents: &'a dyn Contents) -> Result<Self> {
        contents.prepare().await?;
        Ok(Self { contents, backend_id: None, last: None })
    }

    /// Takes a page. The inner error describes a mistake in it.
    pub(super) async fn take(&mut self, line: &str) -> Result<Result<(), String>> {
        let page = match ArchivePage::parse(line) {
            Ok(page) => page,
            Err(why) => return Ok(Err(why)),
        };
        if let Err(why) = self.check(&page) {
            return Ok(Err(why));
        }
        self.contents.stage(&page).await?;
        self.last = page.batch.last().map(|item| item.event_encoded.seq_num).or(self.last);
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

    /// Replaces `log`, which has to be empty and cannot be used afterwards. The inner error describes a
    /// mistake.
    pub(super) async fn finish(self, log: &EventLog) -> Result<Result<(), String>> {
        let Some(backend_id) = self.backend_id else { return Ok(Err("there are no pages".to_owned())) };
        if !log.is_empty().await? {
            return Ok(Err("the store has got events meanwhile".to_owned()));
        }
        self.contents.replace(self.last.unwrap_or_default(), &backend_id).await?;
        log.close();
        Ok(Ok(()))
    }
}
