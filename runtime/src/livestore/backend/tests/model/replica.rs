//! What any official client has of the log, and what it does with a message.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;

use serde_json::{Value as Json, json};

/// Events in one push of an official store, at most.
const MAX_PUSH: usize = 50;

/// One client's copy of the log, and what it has not seen in the log yet.
pub(super) struct Replica {
    name: usize,
    /// By how much its numbers rise. Official clients leave no gaps, others may.
    gap: i64,
    backend_id: Option<String>,
    confirmed: Vec<(i64, String)>,
    /// Its own events that it has not seen confirmed, in order.
    pending: VecDeque<String>,
    /// How many of these it was told are stored.
    stored: usize,
    /// A page with more to come is being applied: until the last one it pushes nothing.
    paging: bool,
    /// It was told that it is behind: until it hears what it lacks it pushes nothing.
    parked: bool,
    pushing: Option<Push>,
    made: usize,
    next_id: u32,
    /// All it has ever committed and not been told to throw away.
    committed: BTreeSet<String>,
    /// What it has pushed, and to which backend.
    pushed: BTreeSet<(String, String)>,
    /// What it was told is stored, and by which backend.
    acknowledged: BTreeSet<(String, String)>,
    /// Pushes of which it was told that they are behind, with their backend.
    refused: Vec<(String, Vec<(i64, String)>)>,
}

/// A push that is under way.
#[derive(Debug)]
struct Push {
    id: u32,
    backend_id: String,
    events: Vec<(i64, String)>,
}

/// What a message means for a client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    /// It goes on.
    None,
    /// It gives up the push that is under way, if there is one: there are events that it did not know of.
    Interrupt(Option<u32>),
    /// Its backend is another one: it throws away what it has and starts anew.
    Wiped,
}

impl Replica {
    pub(super) fn new(name: usize, gap: i64) -> Self {
        Self {
            name,
            gap,
            backend_id: None,
            confirmed: Vec::new(),
            pending: VecDeque::new(),
            stored: 0,
            paging: false,
            parked: false,
            pushing: None,
            made: 0,
            next_id: 0,
            committed: BTreeSet::new(),
            pushed: BTreeSet::new(),
            acknowledged: BTreeSet::new(),
            refused: Vec::new(),
        }
    }

    pub(super) fn name(&self) -> usize {
        self.name
    }

    pub(super) fn commit(&mut self, count: usize) {
        for _ in 0..count {
            let event = format!("{}-{}", self.name, self.made);
            self.made += 1;
            self.committed.insert(event.clone());
            self.pending.push_back(event);
        }
    }

    pub(super) fn next_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// In a new process request ids start over.
    pub(super) fn restart_ids(&mut self) {
        self.next_id = 0;
    }

    fn head(&self) -> i64 {
        self.confirmed.last().map_or(0, |(number, _)| *number)
    }

    /// From where it pulls.
    pub(super) fn cursor(&self) -> Json {
        match (&self.backend_id, self.confirmed.last()) {
            (Some(id), Some((number, _))) => {
                json!({ "_tag": "Some", "value": { "backendId": id, "eventSequenceNumber": number } })
            }
            _ => json!({ "_tag": "None" }),
        }
    }

    /// The payload of a push, if it is time for one.
    pub(super) fn push(&mut self) -> Option<(u32, Json)> {
        let backend_id = self.backend_id.clone()?;
        if self.paging || self.parked || self.pushing.is_some() || self.stored == self.pending.len() {
            return None;
        }
        let number = |index: usize| self.head() + i64::try_from(index).unwrap() * self.gap;
        let unstored = self.pending.iter().enumerate().skip(self.stored).take(MAX_PUSH);
        let events: Vec<_> = unstored.map(|(index, id)| (number(index + 1), id.clone())).collect();
        let event = |(seq_num, event): &(i64, String)| {
            json!({
                "name": "v1.TodoCreated", "args": { "id": event },
                "seqNum": seq_num, "parentSeqNum": seq_num - self.gap,
                "clientId": format!("client-{}", self.name), "sessionId": "static",
            })
        };
        let batch: Vec<_> = events.iter().map(event).collect();
        self.pushed.extend(events.iter().map(|(_, event)| (backend_id.clone(), event.clone())));
        let known = json!({ "_tag": "Some", "value": backend_id });
        let id = self.next_id();
        self.pushing = Some(Push { id, backend_id, events });
        Some((id, json!({ "storeId": "s", "batch": batch, "backendId": known })))
    }

    /// A chunk of its pull has come. Anything but the next events ends an official client's pull.
    pub(super) fn take_chunk(&mut self, chunk: &Json) -> Reaction {
        let mut news = false;
        for page in chunk["values"].as_array().unwrap() {
            self.backend_id = page["backendId"].as_str().map(str::to_owned);
            for item in page["batch"].as_array().unwrap() {
                self.apply(&item["eventEncoded"]);
                news = true;
            }
            self.paging = page["pageInfo"]["_tag"] != "NoMore";
        }
        if !news {
            return Reaction::None;
        }
        // Whatever is left is pushed from the beginning, on top of what has come.
        self.parked = false;
        self.stored = 0;
        Reaction::Interrupt(self.pushing.take().map(|push| push.id))
    }

    /// Whether a chunk begins with an event that it has.
    pub(super) fn knows(&self, chunk: &Json) -> bool {
        let first = chunk["values"][0]["batch"][0]["eventEncoded"]["seqNum"].as_i64();
        first.is_some_and(|number| number <= self.head())
    }

    fn apply(&mut self, event: &Json) {
        let number = |key: &str| event[key].as_i64().unwrap();
        let (head, seq_num, parent) = (self.head(), number("seqNum"), number("parentSeqNum"));
        let id = event["args"]["id"].as_str().unwrap();
        assert!(seq_num > head, "{self}: event {seq_num} came after event {head}");
        assert_eq!(parent, head, "{self}: what was before event {seq_num} did not come");
        if self.pending.front().is_some_and(|own| own == id) {
            assert_eq!(seq_num, head + self.gap, "{self}: its own event has another number");
            self.pending.pop_front();
        }
        assert!(!self.pending.iter().any(|own| own == id), "{self}: its own events came in another order");
        self.confirmed.push((seq_num, id.to_owned()));
    }

    /// A request has ended that was not its live pull.
    pub(super) fn take_push_exit(&mut self, id: u32, exit: &Json) -> Reaction {
        let Some(push) = self.pushing.take_if(|push| push.id == id) else { return Reaction::None };
        if exit["_tag"] == "Success" {
            self.stored += push.events.len();
            let stored = push.events.into_iter().map(|(_, event)| (push.backend_id.clone(), event));
            self.acknowledged.extend(stored);
            return Reaction::None;
        }
        let error = &exit["cause"]["error"];
        match error["_tag"].as_str() {
            Some("ServerAheadError") => {
                self.parked = true;
                // One of which only the beginning was stored goes on from there.
                let head = error["minimumExpectedNum"].as_i64();
                if push.events.last().map(|(number, _)| *number) <= head {
                    self.refused.push((push.backend_id, push.events));
                }
                Reaction::None
            }
            Some("BackendIdMismatchError") => self.wipe(),
            _ => panic!("{self}: a push ended with {exit}"),
        }
    }

    /// A pull was refused.
    pub(super) fn take_pull_failure(&mut self, exit: &Json) -> Reaction {
        let error = &exit["cause"]["error"]["_tag"];
        assert_eq!(error, "BackendIdMismatchError", "{self}: a pull ended for good with {exit}");
        self.wipe()
    }

    /// A push will never be answered, or was answered by nobody.
    pub(super) fn push_failed(&mut self) {
        self.pushing = None;
    }

    /// A new process begins with what is stored, and with no request under way.
    pub(super) fn restart(&mut self) {
        self.pushing = None;
        self.paging = false;
        self.parked = false;
        self.stored = 0;
    }

    fn wipe(&mut self) -> Reaction {
        self.restart();
        self.backend_id = None;
        self.confirmed.clear();
        self.pending.clear();
        self.committed.clear();
        Reaction::Wiped
    }

    /// Whether it has this log and nothing else.
    pub(super) fn has(&self, log: &[(i64, String)]) -> bool {
        self.pending.is_empty() && self.confirmed == log
    }

    /// What it committed is in the log, once each.
    pub(super) fn check_complete(&self, log: &[(i64, String)]) {
        let mine = |event: &&str| event.split('-').next() == Some(&self.name.to_string());
        let stored: Vec<_> = log.iter().map(|(_, event)| event.as_str()).filter(mine).collect();
        let different: BTreeSet<_> = stored.iter().copied().collect();
        assert_eq!(stored.len(), different.len(), "{self}: an event is stored twice");
        for event in &self.committed {
            assert!(different.contains(event.as_str()), "{self}: {event} is lost");
        }
    }

    /// What it was told is stored is stored, and only where it wanted it; what it was told is behind is not there as
    /// it was.
    pub(super) fn check_answers(&self, backend_id: &str, log: &[(i64, String)]) {
        let events: BTreeSet<_> = log.iter().map(|(_, event)| event).collect();
        for (_, event) in self.acknowledged.iter().filter(|(backend, _)| backend == backend_id) {
            assert!(events.contains(event), "{self}: {event} was acknowledged and is lost");
        }
        for (_, event) in self.pushed.iter().filter(|(_, event)| events.contains(event)) {
            let meant = self.pushed.contains(&(backend_id.to_owned(), event.clone()));
            assert!(meant, "{self}: {event} was pushed to another backend");
        }
        for (_, push) in self.refused.iter().filter(|(backend, _)| backend == backend_id) {
            assert!(
                push.iter().any(|event| !log.contains(event)),
                "{self}: {push:?} is stored, and was refused"
            );
        }
    }
}

impl fmt::Display for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, confirmed, pending, stored, paging, parked, pushing, .. } = self;
        write!(
            f,
            "client {name}: {} events, {} pending, {stored} stored, paging {paging}, parked {parked}, pushing {pushing:?}",
            confirmed.len(),
            pending.len()
        )
    }
}
