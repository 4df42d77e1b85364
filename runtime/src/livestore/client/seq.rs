//! The sequence numbers of events inside a client.

use std::fmt;
use std::str::FromStr;

/// The largest part of a sequence number: JavaScript, which has to hold it, is exact up to here.
const MAX_PART: i64 = (1 << 53) - 1;

/// The place of an event in a client's log.
///
/// Only `global` leaves the client. The order is by global number, then client number, then generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Seq {
    /// The number that the backend gives to a synced event: 0 for the root of a log, then 1 and so on, up to
    /// 2^53 - 1.
    pub(crate) global: i64,
    /// The number of a client-only event after the synced event `global`. A synced event has 0.
    pub(crate) client: i64,
    /// The number of rebases that gave the event this number. Two events that differ only in it are at the
    /// same place.
    pub(crate) generation: i64,
}

/// The numbers of a new event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeqPair {
    /// The event's own number.
    pub(crate) seq: Seq,
    /// The number of the event before it.
    pub(crate) parent: Seq,
}

/// The reason why a text is not a sequence number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SeqError {
    /// The text begins with something else than `e`.
    #[error("the sequence number `{0}` must start with `e`: write it as `e5`, `e5.3` or `e5.3r2`")]
    Prefix(String),
    /// One of its parts is not a number.
    #[error(
        "the sequence number `{text}` has an invalid number format: `{part}` is not an integer from 0 to 2^53 - 1"
    )]
    Number {
        /// The whole text.
        text: String,
        /// The part that is wrong.
        part: String,
    },
}

impl Seq {
    /// The number before the first event of a log.
    #[cfg(test)]
    pub(crate) const ROOT: Self = Self::synced(0);

    /// Returns the number of a synced event as the backend knows it: without a client part and a generation.
    pub(crate) const fn synced(global: i64) -> Self {
        Self { global, client: 0, generation: 0 }
    }

    /// Returns the place, which is the number without its generation.
    pub(crate) fn place(self) -> (i64, i64) {
        (self.global, self.client)
    }

    /// Returns whether this number is at a later place than `other`. The generation does not count.
    pub(crate) fn is_after(self, other: Self) -> bool {
        self.place() > other.place()
    }

    /// Returns the number with the later place. Of two numbers at the same place, it returns `other`: so the
    /// head of a rebased client loses its generation when the backend confirms it.
    pub(crate) fn later(self, other: Self) -> Self {
        if self.is_after(other) { self } else { other }
    }

    /// Returns the numbers of the event after this one.
    ///
    /// The parent of a client-only event is this number. The parent of a synced event is the synced event
    /// before it, so its client part is 0.
    pub(crate) fn next_pair(self, is_client_only: bool, generation: i64) -> SeqPair {
        if is_client_only {
            let seq = Self { client: self.client.saturating_add(1), generation, ..self };
            return SeqPair { seq, parent: self };
        }
        let seq = Self { global: self.global.saturating_add(1), client: 0, generation };
        SeqPair { seq, parent: Self { client: 0, ..self } }
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "e{}", self.global)?;
        if self.client != 0 {
            write!(f, ".{}", self.client)?;
        }
        if self.generation != 0 {
            write!(f, "r{}", self.generation)?;
        }
        Ok(())
    }
}

impl FromStr for Seq {
    type Err = SeqError;

    fn from_str(text: &str) -> Result<Self, SeqError> {
        let numbers = text.strip_prefix('e').ok_or_else(|| SeqError::Prefix(text.to_owned()))?;
        let (numbers, generation) = split(numbers, 'r');
        let (global, client) = split(numbers, '.');
        let number = |part: &str| {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok());
            digits
                .flatten()
                .filter(|number| *number <= MAX_PART)
                .ok_or_else(|| SeqError::Number { text: text.to_owned(), part: part.to_owned() })
        };
        Ok(Self {
            global: number(global)?,
            client: client.map_or(Ok(0), number)?,
            generation: generation.map_or(Ok(0), number)?,
        })
    }
}

/// Splits a text before an optional part.
fn split(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, after)| (before, Some(after)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seq(global: i64, client: i64, generation: i64) -> Seq {
        Seq { global, client, generation }
    }

    #[test]
    fn the_next_pair_is_that_of_upstreams_tests() {
        let synced = Seq::ROOT.next_pair(false, 0);
        assert_eq!((synced.seq, synced.parent), (seq(1, 0, 0), Seq::ROOT));
        assert_eq!(Seq::ROOT.next_pair(true, 0).seq, seq(0, 1, 0));
        assert_eq!(Seq::ROOT.next_pair(false, 1).seq, seq(1, 0, 1));
        assert_eq!(Seq::ROOT.next_pair(true, 1).seq, seq(0, 1, 1));
        assert_eq!(seq(0, 0, 2).next_pair(false, 2).seq, seq(1, 0, 2));
    }

    #[test]
    fn the_parent_of_a_synced_event_is_a_synced_event() {
        let pair = seq(4, 2, 1).next_pair(false, 1);
        assert_eq!((pair.seq, pair.parent), (seq(5, 0, 1), seq(4, 0, 1)));
        let pair = seq(4, 2, 1).next_pair(true, 1);
        assert_eq!((pair.seq, pair.parent), (seq(4, 3, 1), seq(4, 2, 1)));
    }

    #[test]
    fn the_text_form_is_that_of_upstreams_tests() {
        for (seq, text) in [
            (seq(0, 0, 0), "e0"),
            (seq(0, 0, 1), "e0r1"),
            (seq(0, 1, 0), "e0.1"),
            (seq(0, 1, 1), "e0.1r1"),
            (seq(5, 3, 2), "e5.3r2"),
        ] {
            assert_eq!(seq.to_string(), text);
            assert_eq!(text.parse(), Ok(seq));
        }
    }

    #[test]
    fn a_text_that_is_not_a_number_is_named() {
        assert!("0".parse::<Seq>().unwrap_err().to_string().contains("must start with `e`"));
        for (text, part) in [
            ("eabc", "abc"),
            ("e0.abc", "abc"),
            ("e0rabc", "abc"),
            ("e", ""),
            ("e1.", ""),
            ("e1r", ""),
            ("e-1", "-1"),
            ("e1+1", "1+1"),
            ("e1r2.3", "2.3"),
            ("e1.2.3", "2.3"),
            ("e9007199254740992", "9007199254740992"),
        ] {
            let error = text.parse::<Seq>().unwrap_err();
            assert_eq!(error, SeqError::Number { text: text.into(), part: part.into() });
            assert!(error.to_string().contains("invalid number format"));
        }
    }

    #[test]
    fn the_order_is_that_of_upstreams_tests() {
        let ascending: Vec<Seq> =
            ["e0", "e0r1", "e0.1", "e0.1r1", "e1"].iter().map(|text| text.parse().unwrap()).collect();
        assert!(ascending.is_sorted_by(|a, b| a < b));
        assert!(!seq(1, 0, 1).is_after(seq(1, 0, 0)) && seq(1, 1, 0).is_after(seq(1, 0, 5)));
    }

    #[test]
    fn a_head_loses_its_generation_when_it_is_confirmed() {
        assert_eq!(seq(2, 0, 1).later(seq(2, 0, 0)), seq(2, 0, 0));
        assert_eq!(seq(3, 0, 1).later(seq(2, 0, 0)), seq(3, 0, 1));
    }

    proptest! {
        #[test]
        fn every_number_survives_its_text(global in 0..=MAX_PART, client in 0..9_i64, generation in 0..9_i64) {
            let seq = seq(global, client, generation);
            prop_assert_eq!(seq.to_string().parse(), Ok(seq));
        }

        #[test]
        fn no_text_does_harm(text in "e?[0-9er.+-]{0,8}|.{0,8}") {
            if let Ok(seq) = text.parse::<Seq>() {
                seq.next_pair(false, seq.generation);
            }
        }
    }
}
