//! The files that keep workerd running: a unit of systemd, and a container.

use super::capnp::{self, FILE};
use super::plan::Plan;

/// The release of the npm package `workerd` that the tests run with.
pub(super) const WORKERD: &str = "1.20261117.1";

/// The newest compatibility date that it serves: a week after the date of its release.
pub(super) const NEWEST_DATE: &str = "2026-11-24";

/// Returns the files, each with its name.
pub(super) fn files(plan: &Plan) -> [(String, String); 5] {
    let filled = |template: &str| {
        let values = [
            ("@NAME@", plan.name.as_str()),
            ("@WORKERD@", WORKERD),
            ("@CONFIG@", FILE),
            ("@SERVE@", &capnp::serve(plan, "/usr/local/bin/workerd", &format!("%S/{}", plan.name))),
            ("@CHECKS@", &checks(plan)),
            ("@ASSETS@", if plan.assets.is_some() { "COPY assets assets\n" } else { "" }),
            ("@ENTRYPOINT@", &entrypoint(plan)),
            ("@ENVIRONMENT@", &environment(plan)),
        ];
        values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
    };
    [
        (format!("{}.service", plan.name), filled(include_str!("templates/unit.service"))),
        ("Dockerfile".to_owned(), filled(include_str!("templates/Dockerfile"))),
        (".dockerignore".to_owned(), filled(include_str!("templates/dockerignore"))),
        // It is written again for each build, and may hold data.
        (".gitignore".to_owned(), "*\n".to_owned()),
        ("compose.yaml".to_owned(), filled(include_str!("templates/compose.yaml"))),
    ]
}

/// The lines that keep the unit from a start without its secrets: workerd would give the worker `null`.
fn checks(plan: &Plan) -> String {
    let check = |name| {
        format!("ExecStartPre=/bin/sh -c ': \"$${{{name}:?is not set in /etc/{}.env}}\"'\n", plan.name)
    };
    plan.secrets().map(check).collect()
}

fn entrypoint(plan: &Plan) -> String {
    let serve = capnp::serve(plan, "workerd", "/data");
    let words = ["flock", "--nonblock", "--no-fork", "/data/lock"].into_iter().chain(serve.split(' '));
    let words: Vec<_> =
        words.chain(["--socket-addr", "http=*:8787"]).map(|word| format!("\"{word}\"")).collect();
    words.join(", ")
}

/// The lines that pass the secrets on, and have compose refuse to start without one.
fn environment(plan: &Plan) -> String {
    let lines: String =
        plan.secrets().map(|name| format!("      {name}: ${{{name}:?is not set}}\n")).collect();
    if lines.is_empty() { lines } else { format!("    environment:\n{lines}") }
}
