//! Which tests to run: the arguments that `cargo test` passes on.

use anyhow::{Result, bail};

/// What the arguments ask for.
#[derive(Default)]
pub(crate) struct Selection {
    filters: Vec<String>,
    skip: Vec<String>,
    exact: bool,
    only_ignored: bool,
    /// Runs ignored tests as well.
    pub(crate) include_ignored: bool,
    /// Shows what tests print, also of those that pass.
    pub(crate) nocapture: bool,
    /// Only names the tests.
    pub(crate) list: bool,
}

/// A test of the binary.
#[derive(Debug, PartialEq)]
pub(crate) struct Test<'a> {
    /// The export to call.
    pub(crate) export: &'a str,
    /// Its path within its crate.
    pub(crate) name: &'a str,
    ignored: bool,
}

/// The tests to run.
pub(crate) struct Chosen<'a> {
    /// In the order of their names.
    pub(crate) tests: Vec<Test<'a>>,
    /// How many others there are.
    pub(crate) filtered: usize,
}

impl Selection {
    /// Reads the arguments of the test harness.
    pub(crate) fn parse(args: &[String]) -> Result<Self> {
        let mut selection = Self::default();
        let mut args = args.iter().map(String::as_str);
        while let Some(arg) = args.next() {
            match arg {
                "--exact" => selection.exact = true,
                "--ignored" => selection.only_ignored = true,
                "--include-ignored" => selection.include_ignored = true,
                "--nocapture" | "--no-capture" => selection.nocapture = true,
                "--list" => selection.list = true,
                "--skip" => selection.skip.extend(args.next().map(str::to_owned)),
                // Settings of the native harness without a meaning here.
                "--test" | "--quiet" | "-q" | "--show-output" => {}
                "--format" | "--color" | "--test-threads" | "-Z" => {
                    args.next();
                }
                flag if flag.starts_with("--") && flag.contains('=') => {}
                flag if flag.starts_with('-') => {
                    bail!("tests inside workerd have no option `{flag}`")
                }
                filter => selection.filters.push(filter.to_owned()),
            }
        }
        Ok(selection)
    }

    /// Whether an ignored test that was chosen is to be run.
    pub(crate) fn runs_ignored(&self) -> bool {
        self.include_ignored || self.only_ignored
    }

    /// Chooses among the exports of a test binary.
    pub(crate) fn choose<'a>(&self, exports: impl Iterator<Item = &'a str>) -> Chosen<'a> {
        let all: Vec<Test> = exports.filter_map(Test::from_export).collect();
        let count = all.len();
        let mut tests: Vec<Test> = all.into_iter().filter(|test| self.takes(test)).collect();
        tests.sort_by_key(|test| test.name);
        Chosen { filtered: count - tests.len(), tests }
    }

    fn takes(&self, test: &Test) -> bool {
        let matches = |pattern: &String| match self.exact {
            true => test.name == pattern,
            false => test.name.contains(pattern.as_str()),
        };
        (self.filters.is_empty() || self.filters.iter().any(matches))
            && !self.skip.iter().any(matches)
            && (test.ignored || !self.only_ignored)
    }
}

impl<'a> Test<'a> {
    /// `#[wasm_bindgen_test]` exports `__wbgt_<modifiers>_<crate>::<path>`; `$` means ignored.
    fn from_export(export: &'a str) -> Option<Self> {
        let (modifiers, path) = export.strip_prefix("__wbgt_")?.split_once('_')?;
        let name = path.split_once("::").map_or(path, |(_, name)| name);
        Some(Self { export, name, ignored: modifiers.contains('$') })
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Result;

    use super::Selection;

    const EXPORTS: [&str; 4] = [
        "memory",
        "__wbgt__my_crate::tests::rpc",
        "__wbgt_$_my_crate::tests::slow_rpc",
        "__wbgt__my_crate::tests::alarm",
    ];

    fn chosen(args: &[&str]) -> Result<Vec<&'static str>> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let selection = Selection::parse(&args)?;
        let chosen = selection.choose(EXPORTS.into_iter());
        assert_eq!(chosen.tests.len() + chosen.filtered, 3);
        Ok(chosen.tests.iter().map(|test| test.name).collect())
    }

    #[test]
    fn chooses_like_the_native_harness() -> Result<()> {
        assert_eq!(chosen(&[])?, ["tests::alarm", "tests::rpc", "tests::slow_rpc"]);
        assert_eq!(chosen(&["rpc"])?, ["tests::rpc", "tests::slow_rpc"]);
        assert_eq!(chosen(&["tests::rpc", "--exact"])?, ["tests::rpc"]);
        assert_eq!(chosen(&["--skip", "rpc", "--nocapture"])?, ["tests::alarm"]);
        assert_eq!(chosen(&["--ignored"])?, ["tests::slow_rpc"]);
        Ok(())
    }

    #[test]
    fn refuses_unknown_options() {
        assert!(Selection::parse(&["--bench".to_owned()]).is_err());
    }
}
