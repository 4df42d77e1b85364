//! Random statements give what SQLite gives for values that are bound as what they are.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::grammar::Case;
use super::reference::{Bound, Ours, answers};
use crate::storage::Value;

/// How many statements are tried, always the same ones.
const CASES: u32 = 4096;

thread_local! {
    static OURS: Ours = Ours::new();
    /// One that looks at values while it plans, as SQLite does by itself, and one that does not.
    static BOUND: [Bound; 2] = [Bound::new(true), Bound::new(false)];
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: CASES,
        rng_seed: RngSeed::Fixed(0),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_statement_gives_what_sqlite_gives(bytes in vec(any::<u8>(), 0..200)) {
        let case = Case::chosen_by(&bytes);
        let ours = OURS.with(|ours| answers(ours, &case));
        let mut theirs = BOUND.with(|[looking, _]| answers(looking, &case));
        if let (Ok(our_plan), Ok(their_plan)) = (&ours[0], &theirs[0])
            && our_plan != their_plan
        {
            // It cannot look behind the words that make an integer.
            prop_assert!(case.values.iter().any(|value| matches!(value, Value::Integer(_))), "{case:?}");
            theirs = BOUND.with(|[_, blind]| answers(blind, &case));
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            match (ours, theirs) {
                (Err(_), Err(_)) => {}
                (ours, theirs) => prop_assert_eq!(ours, theirs, "{:?}", case),
            }
        }
    }
}
