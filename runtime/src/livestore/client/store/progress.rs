//! Functions that are called when the progress of a store has changed.

use std::cell::RefCell;

use super::handle::Store;
use super::status::Status;
use super::watch::Watch;
use crate::livestore::client::error::StoreError;
use crate::livestore::schema::Schema;
use crate::livestore::wire::json::push_quoted;
use crate::sys;

/// The number of pending events that [`Store::pending_json`] lists.
const LISTED: i64 = 100;

impl<S: Schema> Store<S> {
    /// Calls a function whenever the [status](Self::status) has changed, until the returned value is dropped: after a
    /// commit, its confirmation, a pull, or a refusal. The function may commit.
    ///
    /// As with [`watch`](Self::watch), an object that hibernates watches again in its `#[init]`.
    pub fn watch_status(&self, changed: impl Fn(&Status) + 'static) -> Watch {
        let store = self.downgrade();
        let last = RefCell::new(self.status().ok());
        self.inner().watchers.follow(move || {
            let Some(store) = store.upgrade() else { return };
            match store.status() {
                Ok(status) => {
                    if last.replace(Some(status.clone())).as_ref() != Some(&status) {
                        changed(&status);
                    }
                }
                Err(error) => sys::log_error(&format!("the progress of the store cannot be read: {error}")),
            }
        })
    }

    /// Returns the first pending events as a JSON array of `{"name":…,"args":…}`.
    pub(in crate::livestore::client) fn pending_json(&self) -> Result<String, StoreError> {
        let database = &self.inner().database;
        let mut json = String::from("[");
        for event in database.events(database.heads()?.head, LISTED)? {
            json.push_str(if json.len() > 1 { r#",{"name":"# } else { r#"{"name":"# });
            push_quoted(&event.content.name, &mut |piece| json.push_str(piece));
            json.push_str(r#","args":"#);
            json.push_str(event.content.args.as_deref().unwrap_or("null"));
            json.push('}');
        }
        json.push(']');
        Ok(json)
    }
}
