//! The client's own tables, and their statements.
//!
//! Every name begins with `__livestore_`, so that users' tables cannot have it. A store that shares its
//! object with others has a name of its own in each table's name.

/// The beginning of all names.
pub(crate) const RESERVED: &str = "__livestore_";
/// The version of these tables. A client refuses an object whose tables have a later one.
pub(crate) const FORMAT: i64 = 1;
/// The limit of a store's name in bytes.
const MAX_NAME: usize = 32;

/// The reason why a store cannot have a name in the tables' names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be part of table names: use 1 to {MAX_NAME} letters from a to z and digits, and single `_` between them"
)]
pub(crate) struct NameError(String);

/// The tables of one store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    prefix: String,
}

/// The keys of the table `meta`, whose values are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meta {
    /// The version of the tables: [`FORMAT`].
    Format,
    /// The id of the store. It stays while the store is disconnected, because its events do.
    StoreId,
    /// Present while the store is disconnected.
    Disconnected,
    /// The client id of this store's events.
    ClientId,
    /// The session id of this store's events. It is random, made once, and never changes.
    SessionId,
    /// The id of the backend that gave the confirmed events. Missing before the first pull.
    BackendId,
    /// The fingerprint of the schema that the users' tables have.
    Fingerprint,
    /// The last event of the log that a rebuild has applied. Missing when no rebuild is running.
    Rebuild,
    /// The reason why the store has halted, as JSON. Missing when it has not.
    Halted,
    /// The reason for which the backend refused the last push. Missing when it did not.
    PushParked,
    /// The reason for which the backend refused the last pull. Missing when it did not.
    PullParked,
}

impl Layout {
    /// Returns the tables of the only store of an object.
    pub(crate) fn single() -> Self {
        Self { prefix: RESERVED.to_owned() }
    }

    /// Returns the tables of one of several stores of an object.
    ///
    /// # Errors
    /// Fails when `name` could make the names of two tables equal.
    pub(crate) fn named(name: &str) -> Result<Self, NameError> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
        };
        if name.len() > MAX_NAME || !name.split('_').all(is_word) {
            return Err(NameError(name.to_owned()));
        }
        // No table of the only store has a second `_` here, and no name has two of them.
        Ok(Self { prefix: format!("{RESERVED}_{name}__") })
    }

    /// Returns a number of 20 bits that tells the stores of one object apart. It is 0 for the only store.
    pub(crate) fn mark(&self) -> u32 {
        if self.is_single() {
            return 0;
        }
        // FNV-1a, of which the low bits are good enough.
        let hash = self
            .prefix
            .bytes()
            .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        hash & 0xf_ffff
    }

    /// Returns whether this is the only store of its object.
    pub(crate) fn is_single(&self) -> bool {
        self.prefix == RESERVED
    }

    /// Returns the quoted name of a table of this store.
    pub(crate) fn table(&self, name: &str) -> String {
        quoted(&format!("{}{name}", self.prefix))
    }

    /// Returns the quoted name of the event log.
    ///
    /// Its key is the number of the event. Client-only events are not in it, so it costs one written row for
    /// each event.
    pub(crate) fn eventlog(&self) -> String {
        self.table("eventlog")
    }

    /// Returns the quoted name of the table with the head. It is one row, so that a confirmation writes one.
    pub(crate) fn head_table(&self) -> String {
        self.table("head")
    }

    /// Returns the statements that create the tables and the head's row.
    pub(crate) fn create(&self) -> [String; 5] {
        let (meta, rejected) = (self.table("meta"), self.table("rejected"));
        let (eventlog, head) = (self.eventlog(), self.head_table());
        [
            format!("CREATE TABLE {meta} (k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID"),
            format!(
                "CREATE TABLE {head} (id INTEGER PRIMARY KEY CHECK (id = 1), head INTEGER NOT NULL) STRICT"
            ),
            format!("INSERT INTO {head} (id, head) VALUES (1, 0)"),
            format!(
                "CREATE TABLE {eventlog} (g INTEGER PRIMARY KEY, name TEXT NOT NULL, args TEXT, client TEXT NOT NULL, session TEXT NOT NULL) STRICT"
            ),
            format!(
                "CREATE TABLE {rejected} (id INTEGER PRIMARY KEY, g INTEGER NOT NULL, name TEXT NOT NULL, args TEXT, error TEXT NOT NULL, at INTEGER NOT NULL) STRICT"
            ),
        ]
    }

    /// Returns the question whether the tables exist. It has a row if they do.
    pub(crate) fn exists(&self) -> String {
        let name = text(&format!("{}meta", self.prefix));
        format!("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = {name}")
    }

    /// Returns the statements that empty the log, for a backend that has lost its own. They keep the rejected
    /// events and the identity of the client.
    pub(crate) fn reset(&self) -> [String; 3] {
        let (meta, backend_id) = (self.table("meta"), text(Meta::BackendId.key()));
        [
            format!("DELETE FROM {}", self.eventlog()),
            format!("UPDATE {} SET head = 0 WHERE id = 1", self.head_table()),
            format!("DELETE FROM {meta} WHERE k = {backend_id}"),
        ]
    }

    /// Returns the statement that reads a value of `meta`, for its key.
    pub(crate) fn meta(&self) -> String {
        format!("SELECT v FROM {} WHERE k = ?1", self.table("meta"))
    }

    /// Returns the statement that writes a value of `meta`, for its key and the value.
    pub(crate) fn set_meta(&self) -> String {
        let meta = self.table("meta");
        format!("INSERT INTO {meta} (k, v) VALUES (?1, ?2) ON CONFLICT (k) DO UPDATE SET v = excluded.v")
    }

    /// Returns the statement that deletes a value of `meta`, for its key.
    pub(crate) fn delete_meta(&self) -> String {
        format!("DELETE FROM {} WHERE k = ?1", self.table("meta"))
    }

    /// Returns the statement that reads the head and the last number of the log, which is the head when nothing is
    /// pending.
    pub(crate) fn heads(&self) -> String {
        let (head, eventlog) = (self.head_table(), self.eventlog());
        format!(
            "SELECT head, max(head, coalesce((SELECT max(g) FROM {eventlog}), 0)) FROM {head} WHERE id = 1"
        )
    }

    /// Returns the statement that moves the head, for its number.
    pub(crate) fn set_head(&self) -> String {
        format!("UPDATE {} SET head = ?1 WHERE id = 1", self.head_table())
    }

    /// Returns the statement that appends an event, for its number, name, arguments, client and session. Its
    /// parent is the event before it.
    pub(crate) fn insert_event(&self) -> String {
        format!(
            "INSERT INTO {} (g, name, args, client, session) VALUES (?1, ?2, ?3, ?4, ?5)",
            self.eventlog()
        )
    }

    /// Returns the statement that reads events, for the number before the first one and the limit of rows.
    pub(crate) fn events(&self) -> String {
        format!(
            "SELECT g, name, args, client, session FROM {} WHERE g > ?1 ORDER BY g LIMIT ?2",
            self.eventlog()
        )
    }

    /// Returns the statement that deletes the events from a number.
    pub(crate) fn delete_events(&self) -> String {
        format!("DELETE FROM {} WHERE g >= ?1", self.eventlog())
    }

    /// Returns the statement that reads the rejected events, the earliest first.
    pub(crate) fn rejected(&self) -> String {
        format!("SELECT id, name, args, error, at FROM {} ORDER BY id", self.table("rejected"))
    }

    /// Returns the statement that deletes a rejected event, for its id.
    pub(crate) fn forget_rejected(&self) -> String {
        format!("DELETE FROM {} WHERE id = ?1", self.table("rejected"))
    }

    /// Returns the statement that counts the rejected events.
    pub(crate) fn rejected_count(&self) -> String {
        format!("SELECT count(*) FROM {}", self.table("rejected"))
    }

    /// Returns the statement that keeps a rejected event, for its number at that time, its name, its
    /// arguments, the error in words and the time in milliseconds since 1970.
    pub(crate) fn reject(&self) -> String {
        format!(
            "INSERT INTO {} (g, name, args, error, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            self.table("rejected")
        )
    }
}

impl Meta {
    /// Returns the key as text.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::StoreId => "store_id",
            Self::Disconnected => "disconnected",
            Self::ClientId => "client_id",
            Self::SessionId => "session_id",
            Self::BackendId => "backend_id",
            Self::Fingerprint => "fingerprint",
            Self::Rebuild => "rebuild",
            Self::Halted => "halted",
            Self::PushParked => "push_parked",
            Self::PullParked => "pull_parked",
        }
    }
}

/// Returns a name as SQL takes it, whatever characters it has.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Returns a text as SQL takes it.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::{Sql, sys};

    fn created(layouts: &[Layout]) -> Sql {
        let sql = Sql::new(Rc::new(sys::State::in_memory()));
        for statement in layouts.iter().flat_map(Layout::create) {
            sql.execute(&statement, ()).unwrap();
        }
        sql
    }

    #[test]
    fn the_statements_work_on_the_tables() {
        let layout = Layout::single();
        let sql = created(std::slice::from_ref(&layout));
        let heads = || sql.query::<(i64, i64)>(&layout.heads(), ()).unwrap().one().unwrap();
        assert_eq!(heads(), (0, 0));
        for (number, args) in [(1, Some("{}")), (2, None), (4, Some("null"))] {
            sql.execute(&layout.insert_event(), (number, "n", args, "c", "s")).unwrap();
        }
        assert_eq!(heads(), (0, 4));
        sql.execute(&layout.set_head(), (2,)).unwrap();
        assert_eq!(heads(), (2, 4));
        let events = sql.query::<(i64, String, Option<String>, String, String)>(&layout.events(), (1, 1));
        assert_eq!(events.unwrap().all().unwrap(), [(2, "n".into(), None, "c".into(), "s".into())]);
        sql.execute(&layout.delete_events(), (2,)).unwrap();
        assert_eq!(heads(), (2, 2));

        let all = [
            Meta::Format,
            Meta::StoreId,
            Meta::Disconnected,
            Meta::ClientId,
            Meta::SessionId,
            Meta::BackendId,
            Meta::Fingerprint,
            Meta::Rebuild,
            Meta::Halted,
            Meta::PushParked,
            Meta::PullParked,
        ];
        for key in all {
            let value = format!("{key:?}{FORMAT}");
            sql.execute(&layout.set_meta(), (key.key(), value)).unwrap();
        }
        let rows: i64 = sql.query("SELECT count(*) FROM __livestore_meta", ()).unwrap().one().unwrap();
        assert_eq!(rows, 11, "no two keys are equal");
        let meta = |key: Meta| sql.query::<String>(&layout.meta(), (key.key(),)).unwrap().all().unwrap();
        for id in ["a", "b"] {
            sql.execute(&layout.set_meta(), (Meta::BackendId.key(), id)).unwrap();
            sql.execute(&layout.set_meta(), (Meta::SessionId.key(), id)).unwrap();
        }
        assert_eq!(meta(Meta::BackendId), ["b"]);
        sql.execute(&layout.reject(), (4, "n", "{}", "UNIQUE constraint failed", 1_700_000_000_000_i64))
            .unwrap();
        for statement in layout.reset() {
            sql.execute(&statement, ()).unwrap();
        }
        assert_eq!(heads(), (0, 0));
        assert_eq!((meta(Meta::BackendId), meta(Meta::SessionId)), (vec![], vec!["b".to_owned()]));
        sql.execute(&layout.delete_meta(), (Meta::SessionId.key(),)).unwrap();
        assert_eq!(meta(Meta::SessionId), [""; 0]);
    }

    #[test]
    fn an_event_and_a_head_are_one_written_row() {
        let layout = Layout::single();
        let sql = created(std::slice::from_ref(&layout));
        let event = sql.execute(&layout.insert_event(), (1, "n", "{}", "c", "s"));
        assert_eq!((event.unwrap(), sql.execute(&layout.set_head(), (1,)).unwrap()), (1, 1));
    }

    #[test]
    fn stores_of_one_object_do_not_share_tables() {
        let names = ["a", "a_b", "undo", "meta", "undo_a"];
        let mut layouts: Vec<_> = names.iter().map(|name| Layout::named(name).unwrap()).collect();
        layouts.push(Layout::single());
        let sql = created(&layouts);
        let tables = "SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_\\_livestore\\_%' ESCAPE '\\'";
        assert_eq!(sql.query::<i64>(tables, ()).unwrap().one().unwrap(), 6 * 4);
        for layout in &layouts {
            assert_eq!(sql.query::<i64>(&layout.exists(), ()).unwrap().all().unwrap(), [1]);
        }
        let missing = Layout::named("b").unwrap().exists();
        assert_eq!(sql.query::<i64>(&missing, ()).unwrap().all().unwrap(), [0; 0]);
        for name in ["", "_a", "a_", "a__undo_b", "A", "é", "a b", &"a".repeat(33)] {
            let error = Layout::named(name).unwrap_err();
            assert!(error.to_string().contains("letters from a to z"), "{name}");
        }
    }
}
