//! The decision whether a push is stored.

use super::log::Head;
use crate::livestore::wire::{Event, Failure, PushRequest};

/// The largest stored event, as JSON. Cloudflare allows 2 MB for a row, and for the text in which SQLite
/// returns it.
pub(super) const MAX_EVENT_BYTES: usize = 1_900_000;

/// The decision about a push.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The push is empty: accept it.
    Nothing,
    /// Store it; the log then ends with this number.
    Store { head: i64 },
    /// Refuse it.
    Refuse(Failure),
}

/// Decides about a push. All of it is stored, or nothing.
pub(super) fn admit(head: Head<'_>, push: &PushRequest<'_>) -> Verdict {
    let Some(first) = push.batch.first() else {
        return Verdict::Nothing;
    };
    if let Some(received) = push.backend_id.as_ref().filter(|id| *id != head.backend_id) {
        let expected = head.backend_id.to_owned();
        return Verdict::Refuse(Failure::BackendIdMismatch { expected, received: received.clone() });
    }
    if first.parent_seq_num != head.number || first.seq_num <= head.number {
        return Verdict::Refuse(Failure::ServerAhead { head: head.number, provided: first.parent_seq_num });
    }
    match well_formed(&push.batch) {
        Ok(head) => Verdict::Store { head },
        Err(failure) => Verdict::Refuse(failure),
    }
}

/// Returns the number of the last event. The numbers may have gaps, but must not go back: no client could
/// apply such events.
fn well_formed(batch: &[Event<'_>]) -> Result<i64, Failure> {
    let mut last = i64::MIN;
    for event in batch {
        if event.seq_num <= last {
            let message = format!("a batch must ascend: event {} comes after event {last}", event.seq_num);
            return Err(Failure::Die(message));
        }
        last = event.seq_num;
        if !fits(event) {
            let size = event.encoded_size();
            let message =
                format!("event {last} takes up to {size} bytes, above the limit of {MAX_EVENT_BYTES}");
            return Err(Failure::Unknown { name: "OversizeChunkItemError".to_owned(), message });
        }
    }
    Ok(last)
}

/// Returns whether a log can hold an event of this size.
pub(super) fn fits(event: &Event<'_>) -> bool {
    event.encoded_size() <= MAX_EVENT_BYTES
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::livestore::wire::json;

    const HEAD: Head<'static> = Head { number: 4, backend_id: "b" };

    fn push(json: &str) -> PushRequest<'_> {
        json::parse(json, PushRequest::read).unwrap()
    }

    fn batch(backend: &str, events: &[(i64, i64)]) -> String {
        let event = |(seq, parent): &(i64, i64)| {
            format!(
                r#"{{"name":"n","args":{{}},"seqNum":{seq},"parentSeqNum":{parent},"clientId":"c","sessionId":"s"}}"#
            )
        };
        let events: Vec<_> = events.iter().map(event).collect();
        format!(r#"{{"storeId":"s","batch":[{}],"backendId":{backend}}}"#, events.join(","))
    }

    const NONE: &str = r#"{"_tag":"None"}"#;
    const SAME: &str = r#"{"_tag":"Some","value":"b"}"#;
    const OTHER: &str = r#"{"_tag":"Some","value":"x"}"#;

    fn verdict(backend: &str, events: &[(i64, i64)]) -> Verdict {
        admit(HEAD, &push(&batch(backend, events)))
    }

    #[test]
    fn the_head_is_the_only_gate() {
        assert_eq!(verdict(NONE, &[]), Verdict::Nothing);
        assert_eq!(verdict(OTHER, &[]), Verdict::Nothing);
        assert_eq!(verdict(SAME, &[(5, 4)]), Verdict::Store { head: 5 });
        // Numbers may have gaps, and clients choose the parents inside a batch.
        assert_eq!(verdict(NONE, &[(100, 4), (200, 7)]), Verdict::Store { head: 200 });
        for (events, provided) in [(&[(5, 3)][..], 3), (&[(6, 5)], 5), (&[(4, 4)], 4), (&[(3, 4)], 4)] {
            let ahead = Failure::ServerAhead { head: 4, provided };
            assert_eq!(verdict(SAME, events), Verdict::Refuse(ahead));
        }
    }

    #[test]
    fn another_backend_is_told_apart_before_the_head() {
        let mismatch = Failure::BackendIdMismatch { expected: "b".into(), received: "x".into() };
        assert_eq!(verdict(OTHER, &[(9, 9)]), Verdict::Refuse(mismatch));
    }

    #[test]
    fn descending_batches_never_get_in() {
        for events in [&[(20, 4), (17, 16)][..], &[(5, 4), (5, 4)]] {
            assert!(matches!(verdict(SAME, events), Verdict::Refuse(Failure::Die(_))));
        }
    }

    #[test]
    fn oversize_events_are_refused_with_their_number() {
        let args = "x".repeat(MAX_EVENT_BYTES);
        let json = batch(SAME, &[(5, 4)]).replace("{}", &format!("\"{args}\""));
        let Verdict::Refuse(Failure::Unknown { name, message }) = admit(HEAD, &push(&json)) else {
            panic!("stored")
        };
        assert_eq!(name, "OversizeChunkItemError");
        assert!(message.contains("event 5"));
    }

    proptest! {
        /// Each stored batch continues the log, strictly ascending, and moves the head to its end.
        #[test]
        fn stored_batches_continue_the_log(
            head in -3_i64..10,
            events in prop::collection::vec((-5_i64..15, -5_i64..15), 0..6),
        ) {
            let json = batch(NONE, &events);
            let at = Head { number: head, backend_id: "b" };
            if let Verdict::Store { head: new } = admit(at, &push(&json)) {
                let numbers: Vec<_> = events.iter().map(|(seq, _)| *seq).collect();
                prop_assert!(numbers[0] > head);
                prop_assert_eq!(events[0].1, head);
                prop_assert!(numbers.is_sorted_by(|a, b| a < b));
                prop_assert_eq!(*numbers.last().unwrap(), new);
            }
        }
    }
}
