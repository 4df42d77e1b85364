//! `durable-object self-host`: writes a folder that workerd serves by itself.

mod assets;
mod capnp;
mod folder;
mod modules;
mod plan;
mod refusal;
mod service;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use durable_object_config::{Config, DEV_VARS, Environment, FILES, Value, dev_vars, find};

use self::folder::Output;
use self::plan::Plan;

/// The options of the command.
#[derive(Debug, Default, PartialEq)]
struct Options {
    config: Option<PathBuf>,
    environment: Option<String>,
    main: Option<PathBuf>,
    out: Option<PathBuf>,
}

/// Runs the command; `false` means that the configuration cannot be self-hosted.
pub(crate) fn run(args: &[String]) -> Result<bool> {
    let options = parse(args)?;
    let path = match options.config {
        Some(path) => path,
        None => find(Path::new("")).with_context(|| {
            format!("there is no {} here: name the file with `--config`", FILES.join(", "))
        })?,
    };
    let config = Config::read(&path)?;
    let environment = chosen(&config, options.environment.as_deref())?;
    let plan = match Plan::of(environment) {
        Ok(plan) => plan,
        Err(refusals) => {
            for refusal in &refusals {
                eprintln!("error: {refusal}");
            }
            if refusals.iter().any(refusal::Refusal::is_about_a_binding) {
                eprintln!(
                    "note: to serve the worker without a binding, give it an environment that does not have it, \
                     `[env.self-host]` in {}, and choose it with `--env self-host`",
                    path.display()
                );
            }
            return Ok(false);
        }
    };
    let base = path.parent().unwrap_or(Path::new(""));
    let main = match (options.main, environment.inherited("main").and_then(Value::as_text)) {
        (Some(main), _) => main,
        (None, Some(main)) => base.join(main),
        (None, None) => bail!("`main` is missing in {}: it names the built worker", path.display()),
    };
    let out = options.out.unwrap_or_else(|| base.join("self-host").join(&plan.name));
    write(&plan, &main, base, &out)?;
    for note in plan.notes.iter().chain(&unlisted(base, environment, &plan)?) {
        eprintln!("note: {note}");
    }
    tell(&plan, &out);
    Ok(true)
}

/// Returns the environment of a name, or the top level.
fn chosen<'a>(config: &'a Config, name: Option<&str>) -> Result<Environment<'a>> {
    let found = config.environments().find(|environment| environment.name() == name);
    found.with_context(|| {
        let names: Vec<_> = config.environments().filter_map(Environment::name).collect();
        format!(
            "the configuration has no environment `{}`; those that it has: {}",
            name.unwrap_or_default(),
            names.join(", ")
        )
    })
}

/// Writes the folder. All that can be wrong is looked at before it is touched.
fn write(plan: &Plan, main: &Path, base: &Path, out: &Path) -> Result<()> {
    let modules = modules::list(main)?;
    let built = modules::folder(main);
    folder::check_is_apart(out, built, "whose modules are served")?;
    let files = match &plan.assets {
        Some(assets) => {
            let from = base.join(&assets.directory);
            folder::check_is_apart(out, &from, "whose files are public")?;
            let files = modules::files(&from, |_| true).context("the files of `assets`")?;
            let options = assets::options(&from, &assets.options).context("the files of `assets`")?;
            Some((files, from, options))
        }
        None => None,
    };
    let config = capnp::config(plan, &modules, files.as_ref().map(|(_, _, options)| options));

    let output = Output::begin(out)?;
    output.copy(built, folder::WORKER, modules.iter().map(|module| Path::new(&module.name)))?;
    if let Some((files, from, _)) = &files {
        output.copy(from, folder::ASSETS, files.iter().map(PathBuf::as_path))?;
    }
    for (name, text) in service::files(plan) {
        output.write(&name, &text)?;
    }
    output.write(capnp::FILE, &config)?;
    output.finish()
}

/// Names what `.dev.vars` has and the configuration does not list: in development it is there, and here it is not.
fn unlisted(base: &Path, environment: Environment<'_>, plan: &Plan) -> Result<Vec<String>> {
    let values = dev_vars(base, environment).with_context(|| format!("cannot read {DEV_VARS}"))?;
    let missing = values.into_keys().filter(|name| plan.bindings.iter().all(|(bound, _)| bound != name));
    Ok(missing
        .map(|name| {
            format!("`{name}` of {DEV_VARS} is not served: if it is a secret, add it to `secrets.required`")
        })
        .collect())
}

fn tell(plan: &Plan, out: &Path) {
    println!("{} has all that workerd serves. To try it:\n", out.display());
    for secret in plan.secrets() {
        println!("  export {secret}=…");
    }
    println!("  cd {} && mkdir -p data && {}", out.display(), capnp::serve(plan, "workerd", "data"));
}

fn parse(args: &[String]) -> Result<Options> {
    let mut options = Options::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().cloned().with_context(|| format!("`{arg}` needs a value"));
        match arg.as_str() {
            "--config" | "-c" => options.config = Some(value()?.into()),
            "--env" | "-e" => options.environment = Some(value()?),
            "--main" => options.main = Some(value()?.into()),
            "--out" | "-o" => options.out = Some(value()?.into()),
            other => bail!("`self-host` has no option `{other}`; see `durable-object --help`"),
        }
    }
    Ok(options)
}
