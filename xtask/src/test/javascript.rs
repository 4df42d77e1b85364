//! The tests written in JavaScript: they run built workers in workerd, and drive them as clients do. Those of the
//! TypeScript types have a compiler look at callers instead.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::report::Report;
use crate::build::Mode;
use crate::npm::Npm;
use crate::toolchain::WasmToolchain;
use crate::workspace::Workspace;
use crate::{browser, build, dev, in_place, types};

/// The workers under test.
const WORKERS: [&str; 8] = [
    "auth",
    "backend-worker",
    "counter",
    "minimal-worker",
    "todomvc",
    "test-client",
    "test-sync",
    "test-worker",
];

/// The suites whose files run two at a time: clients, stores and browsers wait most of the time, and no test of
/// these measures it.
const SIDE_BY_SIDE: [&str; 4] = ["browser", "client", "interop", "sync"];

/// Two versions of one, which are only to be right.
const VERSIONS: [&str; 2] = ["skew-now", "skew-next"];

/// The folders of `tests/` with `*.test.mjs` files, and how long all tests of one may take.
const SUITES: [(&str, Duration); 9] = [
    ("object", Duration::from_secs(900)),
    ("sync", Duration::from_secs(900)),
    ("client", Duration::from_secs(600)),
    ("interop", Duration::from_secs(900)),
    ("browser", Duration::from_secs(1500)),
    ("self-host", Duration::from_secs(300)),
    // The ledger by which the soak finds faults.
    ("soak", Duration::from_secs(60)),
    // The arithmetic of the benchmarks.
    ("bench", Duration::from_secs(60)),
    ("size", Duration::from_secs(60)),
];

/// What is tested with older compatibility dates as well: the earliest that the crate promises, which needs a flag for
/// errors of a type, and that of LiveStore's own guide for a sync backend.
const OLD_DATES: [OldDate; 2] = [
    OldDate {
        date: "2024-10-14",
        flags: Some("enhanced_error_serialization"),
        tests: &[
            "object/crash",
            "object/errors",
            "object/facets",
            "object/rpc",
            "object/sockets",
            "object/streams",
        ],
    },
    OldDate {
        date: "2025-05-07",
        flags: None,
        tests: &["sync/frames", "sync/http", "sync/options", "sync/pull", "sync/rpc"],
    },
];

struct OldDate {
    date: &'static str,
    flags: Option<&'static str>,
    /// Files of `tests`.
    tests: &'static [&'static str],
}

/// The step with Cloudflare's integration for vitest.
const VITEST: &str = "vitest";

/// Builds the workers and runs the suites.
pub(crate) fn steps(workspace: &Workspace, toolchain: &WasmToolchain, npm: &Npm, report: &mut Report) {
    let names = SUITES.map(|(suite, _)| format!("{suite} tests"));
    let old_dates = OLD_DATES.map(|old| format!("date {} tests", old.date));
    let steps = names.iter().chain(&old_dates).map(String::as_str).chain([VITEST]);
    if steps.into_iter().any(|step| report.wants(step)) {
        for worker in WORKERS {
            report.prepare(&format!("build of {worker}"), || {
                let out = workspace.worker_builds().join(worker);
                build::build_into(workspace, toolchain, npm, worker, out, Mode::Release)
            });
        }
        for worker in VERSIONS {
            report.prepare(&format!("build of {worker}"), || {
                let out = workspace.worker_builds().join(worker);
                build::build_into(workspace, toolchain, npm, worker, out, Mode::Dev)
            });
        }
        report.prepare("web page", || dev::build_page(workspace, npm));
    }
    types(workspace, npm, report);
    config(workspace, npm, report);
    vitest(workspace, npm, report);
    for ((suite, limit), name) in SUITES.into_iter().zip(&names) {
        report.command(name, limit, || {
            let at_once = if SIDE_BY_SIDE.contains(&suite) { 2 } else { 1 };
            let mut command = runner(workspace, npm, &workspace.worker_builds(), at_once)?;
            command.args(test_files(workspace, suite)?);
            match suite {
                "browser" => command
                    .env("CHROMIUM", browser::install(workspace)?)
                    .env("PATH", npm.path(&[in_place::tools(workspace)?])?),
                "self-host" => command.env(super::CLI, super::cli(workspace)?),
                _ => &mut command,
            };
            Ok(command)
        });
    }
    for (old, name) in OLD_DATES.into_iter().zip(&old_dates) {
        report.command(name, Duration::from_secs(300), || {
            let mut command = runner(workspace, npm, &workspace.worker_builds(), 1)?;
            command.args(test_paths(old.tests)).env("COMPATIBILITY_DATE", old.date);
            if let Some(flags) = old.flags {
                command.env("COMPATIBILITY_FLAGS", flags);
            }
            Ok(command)
        });
    }
}

/// The paths of test files.
fn test_paths(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("tests/{name}.test.mjs")).collect()
}

/// Builds the test worker with panics that unwind, and tests what that may change.
pub(crate) fn unwind(
    workspace: &Workspace,
    toolchain: &WasmToolchain,
    npm: &Npm,
    step: &str,
    report: &mut Report,
) {
    report.command(step, Duration::from_secs(900), || {
        let (builds, worker) = (workspace.target().join("unwind/workers"), "test-worker");
        build::build_into(workspace, toolchain, npm, worker, builds.join(worker), Mode::Unwinding)?;
        let mut command = runner(workspace, npm, &builds, 1)?;
        let names = ["object/crash", "object/life", "object/rpc", "object/streams"];
        command.args(test_paths(&names)).env("PANIC", "unwind");
        Ok(command)
    });
}

/// Runs test files against the workers in a folder, so many at once.
fn runner(workspace: &Workspace, npm: &Npm, builds: &Path, at_once: u32) -> Result<Command> {
    let mut command = npm.tool("node")?;
    command
        // Most suites run one file at a time: what runs beside it would take the time that it measures out.
        // Official stores leave timers behind, so a file ends when its tests have.
        .args(["--test", "--test-force-exit", "--test-reporter=spec"])
        .arg(format!("--test-concurrency={at_once}"))
        .current_dir(workspace.root())
        .env("WORKER_BUILDS", builds);
    Ok(command)
}

/// The compiler's view of calls to the test worker's objects.
fn types(workspace: &Workspace, npm: &Npm, report: &mut Report) {
    report.command("type tests", Duration::from_secs(120), || {
        let types = workspace.worker_types();
        for package in ["test-worker", "todomvc"] {
            types::write(workspace, package, types.join(package).with_extension("d.ts"))?;
        }
        let mut command = npm.tool("node")?;
        command
            .args(["--test", "--test-reporter=spec"])
            .args(test_files(workspace, "types")?)
            .current_dir(workspace.root())
            .env("WORKER_TYPES", types);
        Ok(command)
    });
}

/// wrangler's view of configurations that the check accepts.
fn config(workspace: &Workspace, npm: &Npm, report: &mut Report) {
    report.command("config tests", Duration::from_secs(300), || {
        let mut command = npm.tool("node")?;
        command
            .args(["--test", "--test-reporter=spec"])
            .args(test_files(workspace, "config")?)
            .current_dir(workspace.root());
        Ok(command)
    });
}

/// The test worker's objects under vitest.
fn vitest(workspace: &Workspace, npm: &Npm, report: &mut Report) {
    report.command(VITEST, Duration::from_secs(120), || {
        let mut command = npm.tool("vitest")?;
        command
            .args(["run", "--config", "tests/vitest/vitest.config.mjs"])
            .current_dir(workspace.root())
            .env("NO_COLOR", "1")
            .env("WORKER_BUILDS", workspace.worker_builds());
        Ok(command)
    });
}

/// The tests in a folder of `tests/`.
pub(super) fn test_files(workspace: &Workspace, suite: &str) -> Result<Vec<PathBuf>> {
    let dir = workspace.root().join("tests").join(suite);
    let entries = fs::read_dir(&dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    if files.is_empty() {
        bail!("{} has no *.test.mjs", dir.display());
    }
    files.sort();
    Ok(files)
}
