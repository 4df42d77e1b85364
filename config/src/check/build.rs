//! `main`, and the command that builds it.

use std::path::{Component, Path, PathBuf};

use super::Check;
use crate::environment::Environment;
use crate::lines::{Addition, Literal};
use crate::problem::Problem;

/// The files that `worker-build` writes into its folder. The second is there for older configurations.
const OUTPUTS: [&str; 2] = ["index.js", "worker/shim.mjs"];

/// The folder that it writes to.
const FOLDER: &str = "build";

/// The command for a worker that has none.
const COMMAND: &str = "worker-build --release";

pub(super) fn check(check: &mut Check<'_>, environment: Environment<'_>) {
    let build = environment.inherited("build");
    let command = build.and_then(|build| build.text("command"));
    let outputs = command.and_then(|command| outputs(command, build.and_then(|build| build.text("cwd"))));
    let expected =
        || outputs.as_ref().map_or_else(|| format!("{FOLDER}/{}", OUTPUTS[0]), |outputs| text(&outputs[0]));
    let Some(value) = environment.inherited("main") else {
        let main = Addition::member(None, &[], "main", Literal::Text(expected()));
        let command = command.is_none().then(self::command);
        check.note(check.config.top(), None, Problem::NoMain, std::iter::once(main).chain(command));
        return;
    };
    let main = value.as_text().unwrap_or_default().to_owned();
    let (holder, path) = (environment.holder("main"), normal(Path::new(&main)));
    if path.extension().is_some_and(|extension| ["rs", "toml", "wasm"].iter().any(|it| extension == *it)) {
        check.note(holder, Some(value), Problem::MainIsSource { main }, []);
        return;
    }
    if let Some(program) = command.and_then(unfit) {
        let place = build.and_then(|build| build.get("command"));
        check.note(environment.holder("build"), place, Problem::OtherBuild { program }, []);
        return;
    }
    match &outputs {
        Some(outputs) if !outputs.contains(&path) && !check.surroundings.mains.contains(&main) => {
            check.note(holder, Some(value), Problem::OtherMain { main, expected: expected() }, []);
        }
        None if command.is_none() && OUTPUTS.iter().any(|output| path == Path::new(FOLDER).join(output)) => {
            check.note(check.config.top(), Some(value), Problem::NoBuild { main }, [self::command()]);
        }
        _ => {}
    }
}

/// Returns the lines of a build command.
fn command() -> Addition {
    Addition::member(None, &["build"], "command", Literal::text(COMMAND))
}

/// Returns the files that a command writes which calls `worker-build`.
fn outputs(command: &str, folder: Option<&str>) -> Option<[PathBuf; 2]> {
    let words: Vec<&str> = command.split_whitespace().collect();
    // The last one: a command may install it first.
    let program = words
        .iter()
        .rposition(|word| Path::new(word).file_stem().is_some_and(|name| name == "worker-build"))?;
    let arguments = words[program + 1..].iter().take_while(|word| !["&&", "||", ";", "|"].contains(word));
    let mut out = FOLDER;
    let mut package = "";
    let mut is_first = true;
    let mut arguments = arguments.copied().peekable();
    while let Some(argument) = arguments.next() {
        match argument {
            "--out-dir" | "-d" => out = arguments.next().unwrap_or(out),
            _ => match argument.strip_prefix("--out-dir=") {
                Some(folder) => out = folder,
                // The package may come first.
                None if is_first && !argument.starts_with('-') => package = argument,
                None => {}
            },
        }
        is_first = false;
    }
    let folder = Path::new(folder.unwrap_or_default()).join(package).join(out);
    Some(OUTPUTS.map(|output| normal(&folder.join(output))))
}

/// Returns the program that a command calls, if it makes no worker.
fn unfit(command: &str) -> Option<&'static str> {
    let words: Vec<&str> = command.split_whitespace().collect();
    match words.as_slice() {
        ["wasm-pack", ..] => Some("wasm-pack"),
        ["cargo", "build", rest @ ..] if !rest.iter().any(|word| ["&&", ";"].contains(word)) => {
            Some("cargo build")
        }
        _ => None,
    }
}

/// Removes what has no meaning from a path: `./a/../b` is `b`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if normal.file_name().is_some() => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

fn text(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worker_build_writes_where_it_is_told() {
        for (command, folder, output) in [
            ("worker-build --release", None, "build/index.js"),
            ("cargo install -q worker-build && worker-build --dev", None, "build/index.js"),
            ("worker-build -d dist", Some("crates/app"), "crates/app/dist/index.js"),
            ("~/bin/worker-build crates/app --out-dir=../../build", None, "build/index.js"),
            ("npx worker-build --release && echo done", Some("./"), "build/index.js"),
        ] {
            let outputs = outputs(command, folder).map(|outputs| text(&outputs[0]));
            assert_eq!(outputs.as_deref(), Some(output), "{command}");
        }
        assert_eq!(outputs("node build.mjs", None), None);
    }

    #[test]
    fn some_programs_make_no_worker() {
        assert_eq!(unfit("wasm-pack build --target web"), Some("wasm-pack"));
        assert_eq!(unfit("cargo build --release"), Some("cargo build"));
        assert_eq!(unfit("cargo build && wasm-bindgen a.wasm"), None);
        assert_eq!(unfit("cargo xtask build"), None);
    }
}
