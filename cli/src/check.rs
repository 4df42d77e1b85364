//! `durable-object check`: has the tests of a package compare its configuration with its code.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use durable_object_config::{Config, FILES, find};

use crate::git;
use crate::package::Package;

/// The filter of the tests that each exported class adds to its package.
const TESTS: &str = "durable_object_types";

/// The environment variables of the tests: they name the configuration, the committed one, and the file for the result.
const CONFIG: &str = "DURABLE_OBJECT_CONFIG";
const COMMITTED: &str = "DURABLE_OBJECT_COMMITTED";
const RESULT: &str = "DURABLE_OBJECT_CHECK";

/// The options of the command.
#[derive(Debug, Default, PartialEq)]
struct Options {
    package: Option<String>,
    config: Option<PathBuf>,
    since: Option<String>,
}

/// Runs the command; `false` means that it has found mistakes.
pub(crate) fn run(args: &[String]) -> Result<bool> {
    let options = parse(args)?;
    let package = Package::find(options.package.as_deref())?;
    let config = match options.config {
        Some(path) => path.canonicalize().with_context(|| format!("cannot find {}", path.display()))?,
        None => find(package.folder()).with_context(|| {
            format!(
                "{} has no {}: name the file with `--config`",
                package.folder().display(),
                FILES.join(", ")
            )
        })?,
    };
    // A mistake in the file needs no build.
    Config::read(package.shown(&config))?;
    let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
    let committed = match &options.since {
        Some(revision) => committed(&config, revision, scratch.path())?,
        None => None,
    };
    let result = scratch.path().join("result");
    let mut tests = package.tests(TESTS)?;
    tests.env(CONFIG, package.shown(&config)).env(RESULT, &result).env_remove(COMMITTED);
    tests.envs(committed.map(|path| (COMMITTED, path)));
    let fits = read(&mut tests, &result, package.name())?;
    if options.since.is_none() {
        eprintln!("note: not compared with what was committed; `--since HEAD` does that");
    }
    Ok(fits)
}

/// Runs the tests, and prints the result that they have written.
fn read(tests: &mut Command, result: &Path, package: &str) -> Result<bool> {
    let status = tests.stdin(Stdio::null()).stdout(Stdio::null()).status().context("cannot run cargo")?;
    let Ok(text) = fs::read_to_string(result) else {
        if !status.success() {
            bail!("the tests of {package} do not run natively");
        }
        bail!(
            "{package} exports no objects, so it has no test that this command could run: write one that calls \
             `durable_object::config::check`"
        );
    };
    let (word, text) = text.split_once('\n').unwrap_or((&text, ""));
    if word == "right" {
        println!("the configuration of {package} fits its code");
        return Ok(true);
    }
    print!("{text}");
    Ok(false)
}

/// Writes the configuration that git has at a revision into a folder; none if there was none.
fn committed(config: &Path, revision: &str, scratch: &Path) -> Result<Option<PathBuf>> {
    let folder = config.parent().unwrap_or(Path::new(""));
    let own = config.file_name().and_then(|name| name.to_str());
    // It may have been written in another language then.
    for name in own.into_iter().chain(FILES) {
        if let Some(text) = git::file(folder, revision, name)? {
            let path = scratch.join(name);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            return Ok(Some(path));
        }
    }
    eprintln!("note: there is no configuration at {revision} to compare with");
    Ok(None)
}

fn parse(args: &[String]) -> Result<Options> {
    let mut options = Options::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().cloned().with_context(|| format!("`{arg}` needs a value"));
        match arg.as_str() {
            "--package" | "-p" => options.package = Some(value()?),
            "--config" | "-c" => options.config = Some(env::current_dir()?.join(value()?)),
            "--since" => options.since = Some(value()?),
            other => bail!("`check` has no option `{other}`; see `durable-object --help`"),
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Options> {
        parse(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn options() -> Result<()> {
        let options = parsed(&["--package", "chat", "--since", "HEAD~1"])?;
        assert_eq!(options.package.as_deref(), Some("chat"));
        assert_eq!(options.since.as_deref(), Some("HEAD~1"));
        assert_eq!(parsed(&[])?, Options::default());
        for args in [&["--since"][..], &["chat"], &["--all"]] {
            assert!(parsed(args).is_err(), "{args:?}");
        }
        Ok(())
    }
}
