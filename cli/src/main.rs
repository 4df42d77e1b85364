//! The command `durable-object`.

mod arguments;
mod check;
mod git;
mod new;
mod package;
mod self_host;

use std::process::ExitCode;

use anyhow::{Result, bail};

use self::arguments::{is_help, words};

const HELP: &str = "\
Usage: durable-object <command>

  new NAME [--template counter|chat|todomvc] [--path CHECKOUT] [--vcs git|none]
                  make a project in the folder NAME, with tests; --path has it use the crate of a checkout of the
                  repository
  check [--package NAME] [--config FILE] [--since REV]
                  compare wrangler's configuration with the code of a worker, in every environment;
                  --since compares its migrations with those of a git revision too
  self-host [--config FILE] [--env NAME] [--main FILE] [--out DIR]
                  write a folder with a built worker, that workerd serves without wrangler
  --help, --version
";

fn main() -> ExitCode {
    let args: Vec<String> = words(std::env::args().skip(1));
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command of the command line; `false` means that it has found mistakes.
fn run(args: &[String]) -> Result<bool> {
    let (command, args) =
        args.split_first().map_or(("--help", args), |(command, args)| (command.as_str(), args));
    match command {
        _ if args.iter().any(|word| is_help(word)) => {
            print!("{HELP}");
            Ok(true)
        }
        "new" => new::run(args).map(|()| true),
        "check" => check::run(args),
        "self-host" => self_host::run(args),
        "--version" => {
            println!("durable-object {}", env!("CARGO_PKG_VERSION"));
            Ok(true)
        }
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(true)
        }
        other => bail!("unknown command `{other}`\n\n{HELP}"),
    }
}
