//! The plans of the statements that ran lately.
//!
//! Reading a statement and passing its text to the platform costs more than many statements themselves.

use std::cell::RefCell;
use std::rc::Rc;

use super::limits;
use super::statement::{Prepared, Rows, prepared};
use crate::Result;
use crate::value::{Text, Value};

/// The number of plans that are kept. An object has few statements; one that makes its texts may have any
/// number.
const MOST: usize = 128;
/// The length in bytes of the longest text that is kept.
const LONGEST: usize = 4_096;

/// The statements of one call, in the form that the platform takes.
pub(super) struct Plan {
    text: Box<str>,
    integers: Integers,
    /// Statements before the last one; see [`Prepared`].
    pub(super) before: Vec<Text>,
    pub(super) last: Text,
    /// The number of parameters that the last statement wants.
    pub(super) parameters: usize,
    /// The rows that the last statement gives.
    pub(super) rows: Rows,
}

/// The parameters that are given integers, a bit for each.
type Integers = u128;

thread_local! {
    static PLANS: RefCell<Vec<Rc<Plan>>> = const { RefCell::new(Vec::new()) };
}

/// Returns the plan of the statements in `sql`; the last one is given `values`.
pub(super) fn plan(sql: &str, values: &[Value]) -> Result<Rc<Plan>> {
    // It also checks that there are no more parameters than bits.
    limits::check_values(values)?;
    let integers = (0..).zip(values).fold(0, |all, (at, value)| match value {
        Value::Integer(_) => all | 1 << at,
        _ => all,
    });
    let is_same = |plan: &&Rc<Plan>| plan.integers == integers && *plan.text == *sql;
    if let Some(known) = PLANS.with_borrow(|plans| plans.iter().find(is_same).cloned()) {
        return Ok(known);
    }
    let Prepared { before, last, parameters, rows } = prepared(sql, values);
    for part in before.iter().copied().chain([&*last]) {
        limits::check_statement(part)?;
    }
    let before = before.into_iter().map(Text::from).collect();
    let last = Text::from(&*last);
    let plan = Rc::new(Plan { text: sql.into(), integers, before, last, parameters, rows });
    if sql.len() <= LONGEST {
        PLANS.with_borrow_mut(|plans| {
            if plans.len() >= MOST {
                plans.clear();
            }
            plans.push(Rc::clone(&plan));
        });
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(integers: &[bool]) -> Vec<Value> {
        integers.iter().map(|is| if *is { Value::Integer(1) } else { Value::Null }).collect()
    }

    #[test]
    fn a_plan_is_made_once() {
        let of = |sql: &str, integers: &[bool]| plan(sql, &values(integers)).unwrap();
        let first = of("SELECT ?", &[true]);
        assert!(Rc::ptr_eq(&first, &of(&String::from("SELECT ?"), &[true])));
        assert!(!Rc::ptr_eq(&first, &of("SELECT ?", &[false])));
        assert!(!Rc::ptr_eq(&first, &of("SELECT ? ", &[true])));
    }

    #[test]
    fn the_number_of_kept_plans_has_a_limit() {
        let kept = || PLANS.with_borrow(Vec::len);
        for number in 0..3 * MOST {
            plan(&format!("SELECT {number}"), &[]).unwrap();
            assert!((1..=MOST).contains(&kept()));
        }
        let before = kept();
        plan(&format!("SELECT '{}'", "x".repeat(LONGEST)), &[]).unwrap();
        assert_eq!(kept(), before);
    }

    #[test]
    fn what_is_beyond_a_limit_is_refused_each_time() {
        for _ in 0..2 {
            assert_eq!(plan("SELECT 1", &values(&[true; 101])).err().unwrap().name(), "LimitError");
            let long = "x".repeat(limits::MAX_STATEMENT_BYTES + 1);
            assert_eq!(plan(&long, &[]).err().unwrap().name(), "LimitError");
        }
    }

    proptest! {
        /// A kept plan is the one that would be made anew.
        #[test]
        fn a_kept_plan_is_right(runs in prop::collection::vec((0_usize..4, any::<[bool; 3]>()), 1..40)) {
            let texts = [
                "INSERT INTO a VALUES (?, ?2, :c) RETURNING b",
                "SELECT ?, ?, ?",
                "SELECT 1; UPDATE a SET b = ?1 WHERE c = ?2 OR d = ?3",
                "SELECT ?3; DELETE FROM a",
            ];
            for (text, integers) in runs {
                let values = values(&integers);
                let kept = plan(texts[text], &values).unwrap();
                let anew = prepared(texts[text], &values);
                prop_assert_eq!(kept.last.to_string(), anew.last);
                let before: Vec<_> = kept.before.iter().map(ToString::to_string).collect();
                prop_assert_eq!(before, anew.before);
                prop_assert_eq!((kept.parameters, kept.rows), (anew.parameters, anew.rows));
            }
        }
    }
}
