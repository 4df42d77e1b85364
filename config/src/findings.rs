//! The result of a check.

use std::fmt;
use std::path::PathBuf;

use crate::file::{Config, Place};
use crate::lines::{Addition, render};
use crate::problem::Problem;

/// A mistake, with its place and the lines that are missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The environment, if it has a name.
    pub environment: Option<String>,
    /// The place in the file, if the mistake has one.
    pub place: Option<Place>,
    /// The mistake.
    pub problem: Problem,
    pub(crate) additions: Vec<Addition>,
}

/// All that a check has found. Its text lists every mistake, and ends with the lines to add.
#[derive(Clone)]
pub struct Findings {
    config: Config,
    list: Vec<Finding>,
}

impl Findings {
    /// Sorts by the place in the file; those without a place come last.
    pub(crate) fn new(config: &Config, mut list: Vec<Finding>) -> Self {
        list.sort_by_key(|finding| (finding.place.is_none(), finding.place));
        Self { config: config.clone(), list }
    }

    /// Returns whether the configuration fits the code.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the findings, in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter()
    }

    /// Returns the lines that would repair one of them, in the language of the file; none if lines have to be changed
    /// instead.
    #[must_use]
    pub fn lines(&self, finding: &Finding) -> String {
        render(&self.config, &finding.additions)
    }

    fn path(&self) -> &PathBuf {
        &self.config.path
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path().display();
        if self.is_empty() {
            return write!(f, "{path} fits the code");
        }
        write!(f, "{path} does not fit the code:")?;
        for Finding { environment, place, problem, .. } in &self.list {
            f.write_str("\n- ")?;
            place.iter().try_for_each(|place| write!(f, "{path}:{place}: "))?;
            environment.iter().try_for_each(|name| write!(f, "in the environment {name}, "))?;
            write!(f, "{problem}")?;
        }
        let additions: Vec<Addition> =
            self.list.iter().flat_map(|finding| finding.additions.clone()).collect();
        if additions.is_empty() {
            return Ok(());
        }
        write!(f, "\n\nadd to {path}:\n\n{}", render(&self.config, &additions))
    }
}

// A test that fails with the findings shows this text.
impl fmt::Debug for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Findings {}
