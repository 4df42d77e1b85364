//! The workerd that runs the tests.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value as Json;

use crate::harness::{FAILED, PASSED};
use crate::process::{self, Group};

/// The configuration's file, in the folder with the modules.
pub(crate) const CONFIG: &str = "wrangler.json";

/// The first release that reads wrangler's configuration with every kind of binding given to it here.
const OLDEST: &str = "2026-11-17";

/// How long all tests of a binary may take, if `WORKERD_TEST_TIMEOUT` (seconds) does not say.
const DEFAULT_LIMIT: Duration = Duration::from_secs(180);

/// Runs the tests that the folder is prepared for; objects keep their data in it.
pub(crate) fn run(dir: &Path) -> Result<bool> {
    let limit = match env::var("WORKERD_TEST_TIMEOUT") {
        Ok(seconds) => {
            Duration::from_secs(seconds.parse().context("WORKERD_TEST_TIMEOUT must be a number of seconds")?)
        }
        Err(_) => DEFAULT_LIMIT,
    };
    let program = find();
    let version = process::output(Command::new(&program).arg("--version"), Duration::from_secs(30))
        .with_context(|| {
            let here = env::current_dir().unwrap_or_default();
            format!("the tests need workerd: `{}`, or name it with WORKERD_BIN", installation(&here))
        })?;
    check_version(&version)?;
    let mut workerd = Group::start(
        Command::new(program)
            .args(["test", "--experimental", CONFIG])
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped()),
    )?;
    verdict(&mut workerd, limit)
}

/// What the tests say, or workerd if it ends without a word of theirs. It is not waited for longer than that: a socket
/// that a test left open would keep it.
fn verdict(workerd: &mut Group, limit: Duration) -> Result<bool> {
    let (tell, told) = channel();
    let printing = workerd.for_each_line(move |line| {
        // Nobody listens any more only when the time is over.
        let _ = match line {
            PASSED => tell.send(true),
            FAILED => tell.send(false),
            line => {
                println!("{line}");
                Ok(())
            }
        };
    })?;
    let deadline = Instant::now() + limit;
    let verdict = match told.recv_timeout(deadline - Instant::now()) {
        Ok(passed) => Ok(passed),
        // It has ended, and nothing it printed was a verdict.
        Err(RecvTimeoutError::Disconnected) => {
            workerd.wait(deadline - Instant::now()).map(|status| status.success())
        }
        Err(RecvTimeoutError::Timeout) => bail!("the tests were ended after {} s", limit.as_secs()),
    };
    workerd.stop();
    // What it printed is shown to its end.
    let _ = printing.join();
    verdict
}

/// What `WORKERD_BIN` names, what npm installed here or in a folder above, or that of the `PATH`.
fn find() -> PathBuf {
    if let Some(path) = env::var_os("WORKERD_BIN") {
        return PathBuf::from(path);
    }
    let here = env::current_dir().unwrap_or_default();
    here.ancestors()
        .map(|dir| dir.join("node_modules/.bin/workerd"))
        .find(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from("workerd"))
}

/// Returns the command that installs workerd in a folder: `package.json` may list it, or wrangler, which brings it.
fn installation(here: &Path) -> &'static str {
    let is_listed = here.ancestors().any(|folder| {
        let text = fs::read(folder.join("package.json")).unwrap_or_default();
        let package: Json = serde_json::from_slice(&text).unwrap_or_default();
        let kinds = ["dependencies", "devDependencies"].map(|kind| &package[kind]);
        kinds.iter().any(|list| list.get("workerd").is_some() || list.get("wrangler").is_some())
    });
    if is_listed { "npm install" } else { "npm install --save-dev workerd" }
}

/// Takes what `workerd --version` prints: its name and the date of its release.
fn check_version(version: &str) -> Result<()> {
    let date = version.trim().trim_start_matches("workerd ");
    ensure!(
        date >= OLDEST,
        "the workerd found here is of {date}, and the tests need that of {OLDEST} or a newer one: \
         `npm install --save-dev workerd@latest`, or name one with WORKERD_BIN"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{check_version, installation};

    #[test]
    fn a_workerd_that_is_listed_is_installed_with_the_rest() -> Result<(), std::io::Error> {
        let folder = tempfile::tempdir()?;
        let below = folder.path().join("worker");
        fs::create_dir(&below)?;
        for (package, expected) in [
            (r#"{ "devDependencies": { "wrangler": "4.164.0" } }"#, "npm install"),
            (r#"{ "dependencies": { "workerd": "1.20261117.1" } }"#, "npm install"),
            (r#"{ "devDependencies": { "esbuild": "1" } }"#, "npm install --save-dev workerd"),
            ("no JSON", "npm install --save-dev workerd"),
        ] {
            fs::write(folder.path().join("package.json"), package)?;
            assert_eq!(installation(&below), expected, "{package}");
        }
        Ok(())
    }

    #[test]
    fn an_old_workerd_is_refused() {
        assert!(check_version("workerd 2026-11-17\n").is_ok());
        assert!(check_version("workerd 2027-01-02").is_ok());
        let error = check_version("workerd 2026-10-23").map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("is of 2026-10-23")));
    }
}
