//! One client and its backend, with random events of both.

use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::*;
use crate::livestore::client::event::{Content, LogEvent};
use crate::livestore::client::merge::{ClientOnly, Merged, Payload, SyncState, merge};
use crate::livestore::client::seq::Seq;
use crate::storage::Params;
use crate::value::{Blob, Value};
use crate::{Result, Sql};

/// A step of the transaction that applies a page. Each one relies on those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ApplyStep {
    Merge,
    MoveHead,
    DropDiverging,
    Restore,
    Trim,
    ApplyForeign,
    ApplyPending,
}

/// The steps that apply a page, in their order. All of them are one transaction.
const APPLY: [ApplyStep; 7] = [
    ApplyStep::Merge,
    ApplyStep::MoveHead,
    ApplyStep::DropDiverging,
    ApplyStep::Restore,
    ApplyStep::Trim,
    ApplyStep::ApplyForeign,
    ApplyStep::ApplyPending,
];

/// The tables: the name, the columns with those of the key marked by `*`, and the definition.
const TABLES: [(&str, &[&str], &str); 4] = [
    (
        "a",
        &["*id", "x", "y", "bl", "big"],
        "id TEXT PRIMARY KEY, x INTEGER, y TEXT UNIQUE, bl BLOB, big INTEGER",
    ),
    ("b", &["*p", "*q", "z"], "p INTEGER NOT NULL, q INTEGER NOT NULL, z REAL, PRIMARY KEY (p, q)"),
    (
        "c \"'",
        &["*the key", "any", "order"],
        "\"the key\" TEXT COLLATE NOCASE PRIMARY KEY, any ANY, \"order\" ANY UNIQUE",
    ),
    ("d", &["*id", "v"], "id INTEGER PRIMARY KEY, v TEXT"),
];

/// The steps of a history.
const STEPS: u32 = 50;

/// Runs histories of tables with row ids, or without.
pub(super) fn run(has_row_id: bool, count: u32) {
    let mut rebases = 0;
    for seed in 1..=count {
        rebases += World::new(has_row_id, seed).run();
    }
    assert!(rebases > count, "the histories have rebases: {rebases}");
}

/// Numbers that are the same for the same seed.
struct Random(u32);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % limit
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(u32::try_from(list.len()).unwrap()) as usize].clone()
    }

    fn id(&mut self) -> String {
        format!("k{}", self.below(8))
    }

    fn unique(&mut self) -> Json {
        if self.below(7) == 0 { Json::Null } else { format!("u{}", self.below(6)).into() }
    }

    /// A value of any storage class.
    fn any(&mut self) -> Json {
        let values =
            [json!(null), json!(1), json!(1.5), json!("1"), json!("text"), json!([1, 255]), json!(-0.5)];
        self.pick(&values)
    }

    /// An event: its name and its arguments.
    fn event(&mut self) -> (&'static str, Json) {
        let names = [
            "ins", "ins", "ins", "ign", "upd", "upd", "del", "ren", "bins", "bins", "bsh", "all", "cset",
            "cset", "cren", "cdel", "dins", "dins", "dmove", "noop",
        ];
        let name = self.pick(&names);
        let key = |random: &mut Self| random.pick(&["k", "K", "l", "L", "m"]);
        let args = match name {
            "ins" | "ign" => json!([self.id(), self.below(50), self.unique()]),
            "upd" => json!([self.below(9), self.unique(), self.id()]),
            "del" => json!([self.below(3)]),
            "ren" => json!([self.id(), self.id()]),
            "all" => json!([self.below(5)]),
            "bins" => json!([self.below(3), self.below(4), f64::from(self.below(1_000)) / 7.0]),
            "bsh" => json!([self.pick(&[0, 1, 1]), self.below(3)]),
            "cset" => json!([key(self), self.any(), self.any()]),
            "cren" => json!([key(self), key(self)]),
            "cdel" => json!([key(self)]),
            "dins" => json!([format!("v{}", self.below(9))]),
            "dmove" => json!([self.below(6), self.below(4)]),
            _ => json!([]),
        };
        (name, args)
    }
}

/// Runs a statement without a result.
fn execute(sql: &Sql, statement: &str, params: impl Params) {
    sql.execute(statement, params).unwrap();
}

/// Applies an event to the tables whose names have this prefix.
fn apply(sql: &Sql, prefix: &str, name: &str, args: &str) {
    let args: Vec<Json> = serde_json::from_str(args).unwrap();
    let value = |arg: &Json| match arg {
        Json::Null => Value::Null,
        Json::String(text) => Value::Text(text.as_str().into()),
        Json::Array(bytes) => Value::Blob(Blob(
            bytes.iter().map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap()).collect::<Vec<_>>(),
        )),
        number => number.as_i64().map_or_else(|| Value::Real(number.as_f64().unwrap()), Value::Integer),
    };
    let args: Vec<_> = args.iter().map(value).collect();
    let statement = match name {
        "ins" => {
            "INSERT OR REPLACE INTO @a (id, x, y, bl, big) VALUES (?1, ?2, ?3, CAST('b' || ?2 AS BLOB), 9007199254740993 + ?2)"
        }
        "ign" => "INSERT OR IGNORE INTO @a (id, x, y) VALUES (?1, ?2, ?3)",
        "upd" => "UPDATE OR REPLACE @a SET x = x + ?1, y = ?2 WHERE id = ?3",
        "del" => "DELETE FROM @a WHERE x % 3 = ?1",
        "ren" => "UPDATE OR REPLACE @a SET id = ?1 WHERE id = ?2",
        "all" => "UPDATE @a SET x = x + ?1",
        "bins" => {
            "INSERT INTO @b VALUES (?1, ?2, ?3) ON CONFLICT (p, q) DO UPDATE SET z = z * 1.1 + excluded.z"
        }
        "bsh" => "UPDATE OR REPLACE @b SET q = q + ?1 WHERE p = ?2",
        "cset" => "INSERT OR REPLACE INTO @c VALUES (?1, ?2, ?3)",
        "cren" => "UPDATE OR REPLACE @c SET \"the key\" = ?1 WHERE \"the key\" = ?2",
        "cdel" => "DELETE FROM @c WHERE \"the key\" = ?1",
        "dins" => "INSERT INTO @d (id, v) VALUES ((SELECT coalesce(max(id), 0) + 1 FROM @d), ?1)",
        "dmove" => "UPDATE OR REPLACE @d SET id = id + ?1 WHERE id % 4 = ?2",
        _ => return,
    };
    let statement = TABLES.iter().fold(statement.to_owned(), |statement, (table, ..)| {
        statement.replace(&format!("@{}", &table[..1]), &quoted(&format!("{prefix}{table}")))
    });
    sql.execute(&statement, args).unwrap();
}

struct World {
    sql: Sql,
    layout: Layout,
    undos: Vec<Undo>,
    has_row_id: bool,
    seed: u32,
    random: Random,
    state: SyncState,
    log: Vec<LogEvent>,
    rebases: u32,
}

impl World {
    fn new(has_row_id: bool, seed: u32) -> Self {
        let sql = Sql::new(Rc::new(sys::State::in_memory()));
        let layout = Layout::named("s").unwrap();
        sql.execute(ON_OPEN, ()).unwrap();
        layout.create().iter().for_each(|statement| execute(&sql, statement, ()));
        let undos = TABLES.map(|(name, columns, definition)| {
            for prefix in ["", "o"] {
                let name = quoted(&format!("{prefix}{name}"));
                let kind = if has_row_id { "" } else { ", WITHOUT ROWID" };
                sql.execute(&format!("CREATE TABLE {name} ({definition}) STRICT{kind}"), ()).unwrap();
            }
            let columns = columns.iter().map(|name| Column {
                name: name.trim_start_matches('*').into(),
                is_key: name.starts_with('*'),
                collation: if *name == "*the key" { Collation::NoCase } else { Collation::Binary },
            });
            let table = Table { name: name.into(), columns: columns.collect(), has_row_id };
            let undo = Undo::new(&layout, &table).unwrap();
            undo.create().iter().for_each(|statement| execute(&sql, statement, ()));
            undo
        });
        Self {
            sql,
            layout,
            undos: undos.into(),
            has_row_id,
            seed,
            random: Random(seed.wrapping_mul(2_654_435_761)),
            state: SyncState::empty(),
            log: Vec::new(),
            rebases: 0,
        }
    }

    /// Runs the history, and returns the number of its rebases.
    fn run(mut self) -> u32 {
        for _ in 0..STEPS {
            match self.random.below(20) {
                ..9 => {
                    for _ in 0..=self.random.below(3) {
                        self.commit();
                    }
                }
                9..14 => {
                    for _ in 0..=self.random.below(3) {
                        let event = self.made_by("them").after(Seq::synced(self.head()), 0);
                        self.log.push(event);
                    }
                }
                14..17 => self.store(),
                _ => {
                    let known = usize::try_from(self.state.upstream_head.global).unwrap();
                    let mut page = self.log[known..].to_vec();
                    if self.random.below(2) == 0 {
                        page.truncate(self.random.below(u32::try_from(page.len()).unwrap() + 1) as usize);
                    }
                    self.page(page);
                    self.check();
                }
            }
        }
        while !self.state.pending.is_empty() || self.state.upstream_head.global < self.head() {
            self.page(self.log.clone());
            self.store();
        }
        self.check();
        self.check_end();
        self.rebases
    }

    fn head(&self) -> i64 {
        self.log.last().map_or(0, |event| event.seq.global)
    }

    fn made_by(&mut self, client: &str) -> LogEvent {
        let (name, args) = self.random.event();
        LogEvent {
            seq: Seq::ROOT,
            parent: Seq::ROOT,
            is_client_only: false,
            content: Rc::new(Content {
                name: name.into(),
                args: Some(args.to_string()),
                client_id: client.into(),
                session_id: "s".into(),
            }),
        }
    }

    fn commit(&mut self) {
        let new = vec![self.made_by("me").after(self.state.local_head, 0)];
        self.transaction(Payload::LocalPush { new });
    }

    /// The backend stores some of the pending events, if they continue its log.
    fn store(&mut self) {
        let count = 1 + self.random.below(4) as usize;
        if self.state.pending.first().is_some_and(|first| first.parent.global == self.head()) {
            let batch = self.state.pending.iter().take(count);
            self.log.extend(batch.map(|event| LogEvent::from_global(event.to_global())));
        }
    }

    fn page(&mut self, page: Vec<LogEvent>) {
        let new = self.state.unseen(page);
        if !new.is_empty() {
            self.transaction(Payload::UpstreamAdvance { new });
        }
    }

    fn transaction(&mut self, payload: Payload) {
        let sql = self.sql.clone();
        sql.transaction(|_| -> Result<()> {
            self.merge(payload);
            Ok(())
        })
        .unwrap();
    }

    /// Merges, and takes the steps of the plan.
    fn merge(&mut self, payload: Payload) {
        let is_page = matches!(payload, Payload::UpstreamAdvance { .. });
        let (state, new, from, moved) = match merge(self.state.clone(), payload, ClientOnly::Ignore).unwrap()
        {
            Merged::Advance { state, new, .. } => (state, new, None, Vec::new()),
            Merged::Rebase { state, rolled_back, new, .. } => {
                self.rebases += 1;
                let (from, moved) = (rolled_back[0].seq.global, state.pending.clone());
                (state, new, Some(from), moved)
            }
            Merged::Reject { .. } => panic!("a commit is after the head"),
        };
        self.state = state;
        let head = self.state.upstream_head.global;
        let run = |statement: &str, number: i64| execute(&self.sql, statement, (number,));
        for step in APPLY {
            match step {
                ApplyStep::MoveHead if is_page => run(&self.layout.set_head(), head),
                ApplyStep::Trim if is_page => self.undos.iter().for_each(|undo| run(undo.trim(), head)),
                ApplyStep::DropDiverging => {
                    if let Some(from) = from {
                        run(&self.layout.delete_events(), from);
                    }
                }

                ApplyStep::Restore => {
                    if let Some(from) = from {
                        let statements = self.undos.iter().flat_map(Undo::restore);
                        statements.for_each(|statement| run(statement, from));
                    }
                }
                ApplyStep::ApplyForeign => new.iter().for_each(|event| self.insert(event)),
                ApplyStep::ApplyPending => moved.iter().for_each(|event| self.insert(event)),
                ApplyStep::Merge | ApplyStep::MoveHead | ApplyStep::Trim => {}
            }
        }
    }

    fn insert(&self, event: &LogEvent) {
        let Content { name, args, client_id, session_id } = &*event.content;
        let row = (event.seq.global, name, args, client_id, session_id);
        self.sql.execute(&self.layout.insert_event(), row).unwrap();
        apply(&self.sql, "", name, args.as_ref().unwrap());
    }

    /// Compares the tables with those that all events of the log make.
    fn check(&self) {
        let tables = TABLES.map(|(table, ..)| quoted(&format!("o{table}")));
        tables.iter().for_each(|table| execute(&self.sql, &format!("DELETE FROM {table}"), ()));
        for (_, name, args, ..) in self.events() {
            apply(&self.sql, "o", &name, &args);
        }
        for (table, columns, _) in TABLES {
            let columns = columns.iter().map(|name| quoted(name.trim_start_matches('*')));
            let mut shown: Vec<_> = columns.map(|name| format!("quote({name})")).collect();
            if self.has_row_id {
                shown.push("rowid".to_owned());
            }
            let rows = |prefix: &str| {
                let table = quoted(&format!("{prefix}{table}"));
                let query = format!("SELECT {} FROM {table} ORDER BY 1", shown.join(" || ' ' || "));
                self.sql.query::<String>(&query, ()).unwrap().all().unwrap()
            };
            assert_eq!(rows(""), rows("o"), "table {table} with the seed {}", self.seed);
        }
    }

    fn events(&self) -> Vec<(i64, String, String, String, String)> {
        self.sql.query(&self.layout.events(), (0, 1_000_000)).unwrap().all().unwrap()
    }

    fn check_end(&self) {
        let ours =
            self.events().into_iter().map(|(number, name, args, client, _)| (number, name, args, client));
        let theirs = self.log.iter().map(|event| {
            let content = &event.content;
            let args = content.args.clone().unwrap();
            (event.seq.global, content.name.clone(), args, content.client_id.clone())
        });
        assert!(ours.eq(theirs), "the logs are equal with the seed {}", self.seed);
        for (table, ..) in TABLES {
            let query = format!("SELECT count(*) FROM {}", self.layout.table(&format!("undo_{table}")));
            let left: i64 = self.sql.query(&query, ()).unwrap().one().unwrap();
            assert_eq!(left, 0, "no undo row of {table} is left with the seed {}", self.seed);
        }
    }
}
