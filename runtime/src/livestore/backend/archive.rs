//! A log that comes from elsewhere, a page at a time. Nobody sees it before it is whole.

use super::admission::MAX_EVENT_BYTES;
use super::log::{Contents, EventLog};
use crate::Result;
use crate::livestore::wire::ArchivePage;

/// A log on its way in.
pub(super) struct Import<'a> {
    contents: &'a dyn Contents,
    backend_id: Option<String>,
    last: Option<i64>,
}

impl<'a> Import<'a> {
    /// Begins; what is left of an import that broke off is thrown away.
    pub(super) async fn start(contents: &'a dyn Contents) -> Result<Self> {
        contents.prepare().await?;
        Ok(Self { contents, backend_id: None, last: None })
    }

    /// Takes a page; the inner error says what is wrong with it.
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

    /// Puts it in the place of `log`, which has to be empty and is of no use afterwards. The inner error says what
    /// is wrong.
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
