//! The decision about each message of a batch, without any input or output.

use std::collections::BTreeMap;
use std::time::Duration;

use durable_object::Error;
use durable_object::error::CallError;
use serde::{Deserialize, Serialize};

use crate::meter::{MeterError, Outcome, Reading};

/// How long to wait before the next attempt.
const LATER: Duration = Duration::from_secs(5);
/// The same for an object with too much to do: retries that come soon would make it worse.
const MUCH_LATER: Duration = Duration::from_secs(60);

/// The longest delay that Cloudflare takes for a message: 12 hours.
pub(crate) const LONGEST: Duration = Duration::from_secs(43_200);

/// The longest name and the longest id. A hundred such messages are far below the 256 kB that a queue takes at once.
const BYTES: usize = 100;

/// The body of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Body {
    pub(crate) meter: String,
    pub(crate) value: f64,
    /// The sender's id, by which a message that was sent twice is known.
    pub(crate) id: Option<String>,
}

impl Body {
    /// Checks what can be known without the meter.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let fits = |text: &str| (1..=BYTES).contains(&text.len());
        if !fits(&self.meter) {
            return Err("the name of a meter has 1 to 100 bytes");
        }
        // Two readings with an empty id would count as one.
        if !self.id.as_deref().is_none_or(fits) {
            return Err("an id has 1 to 100 bytes");
        }
        Ok(())
    }
}

/// Returns a delay as a queue takes it. It refuses a longer one, and the whole batch would come again.
pub(crate) fn seconds(delay: Duration) -> u32 {
    u32::try_from(delay.min(LONGEST).as_secs()).unwrap_or_default()
}

/// The decision about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is done.
    Ack,
    /// It comes again.
    Retry(Duration),
    /// It goes to the dead letters, with the reason: no attempt can succeed.
    Bury(String),
}

/// The readings for one object, each with the place of its message in the batch.
pub(crate) type Groups = BTreeMap<String, Vec<(usize, Reading)>>;

/// Groups the messages of a batch by their objects: each object is called once. `ids` are those of the queue.
pub(crate) fn group(ids: &[String], bodies: Vec<Result<Body, String>>) -> (Groups, Vec<(usize, Verdict)>) {
    let (mut groups, mut verdicts) = (Groups::new(), Vec::new());
    for (place, (id, body)) in ids.iter().zip(bodies).enumerate() {
        // Others may write into the queue as well.
        match body.and_then(|body| body.check().map(|()| body).map_err(str::to_owned)) {
            Ok(Body { meter, value, id: own }) => {
                let id = own.unwrap_or_else(|| id.clone());
                groups.entry(meter).or_default().push((place, Reading { id, value }));
            }
            Err(why) => verdicts.push((place, Verdict::Bury(why))),
        }
    }
    (groups, verdicts)
}

/// Returns the verdicts on the messages of one object after its call.
pub(crate) fn judge(outcome: Result<Vec<Outcome>, CallError<MeterError>>, messages: usize) -> Vec<Verdict> {
    match outcome {
        Ok(outcomes) if outcomes.len() == messages => outcomes
            .into_iter()
            .map(|outcome| match outcome {
                Outcome::Stored | Outcome::Known => Verdict::Ack,
                Outcome::Refused(why) => Verdict::Bury(why),
            })
            .collect(),
        // Another version of the object. What it has stored it will know.
        Ok(_) => vec![Verdict::Retry(LATER); messages],
        // The object says when it can take them.
        Err(CallError::Application(MeterError::Busy { seconds })) => {
            vec![Verdict::Retry(Duration::from_secs(seconds.into())); messages]
        }
        Err(CallError::Platform(Error::Remote(error))) if error.overloaded => {
            vec![Verdict::Retry(MUCH_LATER); messages]
        }
        // The object may have stored them before the call broke. It stores none twice.
        Err(CallError::Platform(_)) => vec![Verdict::Retry(LATER); messages],
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use durable_object::error::RemoteError;

    use super::*;

    fn body(meter: &str, value: f64, id: Option<&str>) -> Result<Body, String> {
        Ok(Body { meter: meter.to_owned(), value, id: id.map(str::to_owned) })
    }

    #[test]
    fn each_object_is_called_once_for_a_batch() {
        let ids: Vec<String> = (0..6).map(|id| format!("q{id}")).collect();
        let bodies = vec![
            body("b", 1.0, None),
            body("a", 2.0, Some("own")),
            Err("not JSON".to_owned()),
            body("b", 3.0, None),
            body("", 4.0, None),
            body("a", 5.0, Some("")),
        ];
        let (groups, verdicts) = group(&ids, bodies);
        let reading = |id: &str, value| Reading { id: id.to_owned(), value };
        assert_eq!(groups.len(), 2);
        assert_eq!(groups.get("a"), Some(&vec![(1, reading("own", 2.0))]));
        assert_eq!(groups.get("b"), Some(&vec![(0, reading("q0", 1.0)), (3, reading("q3", 3.0))]));
        let name = Verdict::Bury("the name of a meter has 1 to 100 bytes".to_owned());
        let id = Verdict::Bury("an id has 1 to 100 bytes".to_owned());
        assert_eq!(verdicts, [(2, Verdict::Bury("not JSON".to_owned())), (4, name), (5, id)]);
    }

    #[test]
    fn names_and_ids_have_1_to_100_bytes() {
        let check = |meter: &str, id: Option<&str>| body(meter, 1.0, id).map(|body| body.check().is_ok());
        let (longest, longer) = ("m".repeat(100), "m".repeat(101));
        for (meter, id, fits) in [
            ("a", None, true),
            (&longest, Some(longest.as_str()), true),
            ("", None, false),
            (&longer, None, false),
            ("a", Some(""), false),
            ("a", Some(longer.as_str()), false),
        ] {
            assert_eq!(check(meter, id), Ok(fits), "{meter} {id:?}");
        }
    }

    #[test]
    fn a_delay_is_one_that_a_queue_takes() {
        for (delay, expected) in [(0, 0), (7, 7), (43_200, 43_200), (43_201, 43_200), (u64::MAX, 43_200)] {
            assert_eq!(seconds(Duration::from_secs(delay)), expected);
        }
    }

    #[test]
    fn only_what_failed_comes_again() {
        let refused = || Outcome::Refused("no".to_owned());
        let bury = Verdict::Bury("no".to_owned());
        let outcomes = vec![Outcome::Stored, refused(), Outcome::Known];
        assert_eq!(judge(Ok(outcomes), 3), [Verdict::Ack, bury, Verdict::Ack]);
        assert_eq!(
            judge(Ok(vec![Outcome::Stored]), 2),
            vec![Verdict::Retry(LATER); 2],
            "it answers something else"
        );
    }

    #[test]
    fn trouble_has_all_messages_of_its_object_come_again() {
        let after = |error| judge(Err(error), 2);
        let busy = CallError::Application(MeterError::Busy { seconds: 7 });
        assert_eq!(after(busy), vec![Verdict::Retry(Duration::from_secs(7)); 2]);
        let remote = |overloaded| {
            let mut error = RemoteError::default();
            error.overloaded = overloaded;
            CallError::Platform(Error::Remote(error))
        };
        assert_eq!(after(remote(true)), vec![Verdict::Retry(MUCH_LATER); 2]);
        assert_eq!(after(remote(false)), vec![Verdict::Retry(LATER); 2]);
        assert_eq!(after(CallError::Platform(Error::new("reset"))), vec![Verdict::Retry(LATER); 2]);
    }
}
