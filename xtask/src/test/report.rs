//! Steps, run one after the other, and the account of them.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::failures::Failures;
use crate::process::Group;

/// What the steps so far came to.
pub(crate) struct Report {
    filter: Option<String>,
    outcomes: Vec<Outcome>,
}

struct Outcome {
    step: String,
    run: Run,
    time: Duration,
}

/// The result of a command.
#[derive(Default)]
struct Run {
    counts: Counts,
    ok: bool,
    failures: Failures,
}

/// Tests counted by their runners.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
struct Counts {
    passed: u32,
    failed: u32,
}

impl Report {
    /// An empty report; with a filter, only the steps whose name contains it are run.
    pub(crate) fn new(filter: Option<&str>) -> Self {
        Self { filter: filter.map(str::to_owned), outcomes: Vec::new() }
    }

    /// Whether the filter lets this step through.
    pub(crate) fn wants(&self, step: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| step.contains(filter))
    }

    /// Whether the filter is just this step.
    pub(crate) fn asks_for(&self, step: &str) -> bool {
        self.filter.as_deref() == Some(step)
    }

    /// Runs work that later steps need; it only shows in the account if it fails.
    pub(crate) fn prepare<T>(&mut self, step: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        let start = Instant::now();
        let result = work();
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.record(step, start, Err(error));
                None
            }
        }
    }

    /// Runs a command that may count tests in what it prints.
    pub(crate) fn command(&mut self, step: &str, limit: Duration, command: impl FnOnce() -> Result<Command>) {
        if !self.wants(step) {
            return;
        }
        println!("\n=== {step}");
        let start = Instant::now();
        let result = command().and_then(|command| run(command, limit));
        self.record(step, start, result);
    }

    fn record(&mut self, step: &str, start: Instant, result: Result<Run>) {
        let mut run = result.unwrap_or_else(|error| {
            println!("{step}: {error:#}");
            let failures = Failures::of_error(&error);
            Run { failures, ..Run::default() }
        });
        if !run.ok && run.counts.failed == 0 {
            run.counts.failed = 1;
        }
        let time = start.elapsed();
        println!("=== {step}: {} ({:.1} s)", verdict(run.ok), time.as_secs_f32());
        self.outcomes.push(Outcome { step: step.to_owned(), run, time });
    }

    /// Prints the account, and again why tests failed; `false` means that something failed.
    pub(crate) fn finish(self) -> bool {
        for outcome in self.outcomes.iter().filter(|outcome| !outcome.run.ok) {
            println!("\n=== {} failed", outcome.step);
            for line in outcome.run.failures.lines() {
                println!("{line}");
            }
        }
        let mut total = Counts::default();
        println!("\n{:<24} {:>6} {:>8} {:>8} {:>9}", "step", "", "passed", "failed", "time");
        for outcome in &self.outcomes {
            let Run { counts, ok, .. } = &outcome.run;
            total.passed += counts.passed;
            total.failed += counts.failed;
            println!(
                "{:<24} {:>6} {:>8} {:>8} {:>7.1} s",
                outcome.step,
                verdict(*ok),
                counts.passed,
                counts.failed,
                outcome.time.as_secs_f32()
            );
        }
        if self.outcomes.is_empty() {
            println!("no step has that in its name");
            total.failed = 1;
        }
        println!("{} passed, {} failed", total.passed, total.failed);
        total.failed == 0
    }
}

fn verdict(ok: bool) -> &'static str {
    if ok { "ok" } else { "FAILED" }
}

/// Runs a command, its output shown, and counts the tests that it reports.
fn run(mut command: Command, limit: Duration) -> Result<Run> {
    let seen = Arc::new(Mutex::new(Run::default()));
    let reading = Arc::clone(&seen);
    let mut group = Group::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let reader = group.for_each_line(move |line| {
        println!("{line}");
        let mut run = reading.lock().unwrap_or_else(PoisonError::into_inner);
        run.counts.add(line);
        run.failures.add(line);
    })?;
    let status = group.wait(limit);
    // Ends what the command left behind, which might keep the output open.
    drop(group);
    if reader.join().is_err() {
        bail!("reading the output failed");
    }
    let mut run = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    match status {
        Ok(status) => run.ok = status.success() && run.counts.failed == 0,
        Err(error) => {
            println!("{error:#}");
            run.failures.add_error(&error);
            run.counts.failed += 1;
        }
    }
    Ok(run)
}

impl Counts {
    /// Adds what a line of `cargo test`, `node --test` or vitest says.
    fn add(&mut self, line: &str) {
        if let Some(result) = line.trim_start().strip_prefix("test result: ") {
            for part in result.split(['.', ';']) {
                match part.trim().split_once(' ') {
                    Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                    Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                    _ => {}
                }
            }
        } else if let Some(tests) = line.strip_prefix("      Tests  ") {
            for part in tests.split('|') {
                let mut words = part.split_whitespace();
                match (words.next(), words.next()) {
                    (Some(number), Some("passed")) => self.passed += number.parse().unwrap_or(0),
                    (Some(number), Some("failed")) => self.failed += number.parse().unwrap_or(0),
                    _ => {}
                }
            }
        } else if let Some(line) = line.strip_prefix("ℹ ").or(line.strip_prefix("# ")) {
            match line.split_once(' ') {
                Some(("pass", number)) => self.passed += number.parse().unwrap_or(0),
                Some(("fail" | "cancelled", number)) => {
                    self.failed += number.parse().unwrap_or(0);
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn counts_tests_of_all_runners() {
        let mut counts = Counts::default();
        for line in [
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored",
            "test some::passed ... ok",
            "ℹ tests 6",
            "ℹ pass 4",
            "ℹ fail 1",
            "ℹ cancelled 1",
            "# pass 10",
            " Test Files  1 failed (1)",
            "      Tests  1 failed | 5 passed (6)",
        ] {
            counts.add(line);
        }
        assert_eq!(counts, Counts { passed: 23, failed: 5 });
    }
}
