//! Random statements give what SQLite gives for values that are bound as what they are.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::grammar::Case;
use super::reference::{Answer, Bound, Engine, Ours, answers};
use crate::storage::lexer::Lexer;
use crate::value::Value;

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
            prop_assert_eq!(ours, theirs, "{:?}", case);
        }
    }

    #[test]
    fn a_broken_statement_is_refused_in_the_words_of_sqlite(
        bytes in vec(any::<u8>(), 0..100),
        place in any::<prop::sample::Index>(),
        word in prop::sample::select(&["FROM", ")", "(", "x", ",", "CASE", "1", "NOT", "AS", "*", "abs(1, 2)"][..]),
    ) {
        let Case { mut statement, values, .. } = Case::chosen_by(&bytes);
        let mut lexer = Lexer::new(&statement);
        let ends: Vec<_> = std::iter::from_fn(|| lexer.token()).map(|token| token.end).collect();
        statement.insert_str(ends[place.index(ends.len())], &format!(" {word} "));
        let ours = OURS.with(|engine| once(engine, &statement, &values));
        let theirs = BOUND.with(|[looking, _]| once(looking, &statement, &values));
        prop_assert_eq!(ours.err(), theirs.err(), "{}", statement);
    }
}

/// The answer to a statement of which nothing stays.
fn once(engine: &impl Engine, statement: &str, values: &[Value]) -> Answer {
    engine.begin();
    let answer = engine.ask(statement, values);
    engine.take_back();
    answer
}
