//! The reasons why tests failed, for the end of a long output.

/// How many lines a step keeps.
const LIMIT: usize = 150;

/// The lines in which a runner of tests explains its failures.
#[derive(Default)]
pub(super) struct Failures {
    lines: Vec<String>,
    is_explaining: bool,
}

impl Failures {
    /// Of a step that did not get as far as tests.
    pub(super) fn of_error(error: &anyhow::Error) -> Self {
        let mut failures = Self::default();
        failures.add_error(error);
        failures
    }

    /// Adds a line of `cargo test`, `node --test` or vitest, if it is part of such an explanation.
    pub(super) fn add(&mut self, line: &str) {
        let is_first = matches!(line, "failures:" | "✖ failing tests:") || line.contains(" Failed Tests ");
        if is_first {
            self.is_explaining = true;
        } else if line.starts_with("test result: ") {
            self.is_explaining = false;
        }
        if self.is_explaining && self.lines.len() < LIMIT {
            self.lines.push(line.to_owned());
        }
    }

    /// Adds the reason why a step ended early.
    pub(super) fn add_error(&mut self, error: &anyhow::Error) {
        self.lines.push(format!("{error:#}"));
    }

    /// All lines, in their order.
    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::{Failures, LIMIT};

    fn kept(lines: &[&str]) -> Vec<String> {
        let mut failures = Failures::default();
        for line in lines {
            failures.add(line);
        }
        failures.lines().to_vec()
    }

    #[test]
    fn keeps_the_explanations_of_all_runners() {
        assert_eq!(
            kept(&[
                "test a ... FAILED",
                "failures:",
                "---- a ----",
                "why",
                "test result: FAILED.",
                "test b ... ok"
            ]),
            ["failures:", "---- a ----", "why"]
        );
        assert_eq!(
            kept(&["✖ a (1ms)", "ℹ fail 1", "✖ failing tests:", "  why"]),
            ["✖ failing tests:", "  why"]
        );
        assert_eq!(kept(&["⎯⎯ Failed Tests 1 ⎯⎯", "why"]), ["⎯⎯ Failed Tests 1 ⎯⎯", "why"]);
    }

    #[test]
    fn has_a_limit() {
        let mut failures = Failures::default();
        failures.add("failures:");
        for _ in 0..2 * LIMIT {
            failures.add("why");
        }
        assert_eq!(failures.lines().len(), LIMIT);
    }
}
