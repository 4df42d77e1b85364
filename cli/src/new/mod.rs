//! `durable-object new`: a project that builds, with tests.

mod folder;
mod name;
mod template;

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use durable_object_config::Config;

use self::name::Name;
use self::template::{ALL, Template};
use crate::git;

/// The options of the command.
#[derive(Debug, PartialEq)]
struct Options {
    name: String,
    template: String,
    checkout: Option<PathBuf>,
    git: bool,
}

/// Runs the command.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let options = parse(args)?;
    let template = Template::find(&options.template)?;
    let dependencies = Template::dependencies()?;
    let dependencies: Vec<&str> = dependencies.iter().map(String::as_str).collect();
    let name = Name::new(&options.name, &dependencies)?;
    let parent = env::current_dir().context("there is no current folder")?;
    let folder = parent.join(name.as_str());
    folder::check_is_free(&folder)?;

    let mut manifest = String::new();
    if folder::is_in_workspace(&parent) {
        manifest += "\n# Not a part of the workspace above.\n[workspace]\n";
    }
    let checkout = options.checkout.as_deref().map(checkout).transpose()?;
    if let Some(checkout) = &checkout {
        let runtime = serde_json::to_string(&format!("{checkout}/runtime"))?;
        manifest += &format!(
            "\n# In the place of the crate on crates.io.\n[patch.crates-io]\ndurable-object = {{ path = {runtime} }}\n"
        );
    }
    // Like cargo: not within another repository.
    let with_git = options.git && !git::is_in_repository(&parent);
    folder::write(&folder, &template.project(&name, &manifest, checkout.as_deref())?, with_git)?;
    print!("{}", next(&name, checkout.as_deref()));
    Ok(())
}

/// Returns the path of a checkout of the repository.
fn checkout(path: &Path) -> Result<String> {
    let manifest = path.join("runtime/Cargo.toml");
    let name = Config::read(&manifest).ok().and_then(|manifest| {
        let name = manifest.root().at(&["package", "name"])?.as_text()?;
        Some(name.to_owned())
    });
    ensure!(
        name.as_deref() == Some("durable-object"),
        "{} is not a checkout of durable-object, because {} is not that crate: give `--path` the folder that has \
         `runtime`",
        path.display(),
        manifest.display()
    );
    let path = path.canonicalize().with_context(|| format!("cannot find {}", path.display()))?;
    let path = path.into_os_string().into_string();
    path.map_err(|path| anyhow::anyhow!("{} is not a text: move the checkout", path.display()))
}

/// The steps to take until cargo finds the crates.
const UNRELEASED: &str = "
note: durable-object is not on crates.io yet, so cargo does not find it. Until it is, clone its repository. Then make the
project again with `--path CLONE`, or add the lines that README.md has under \"Before the first release\"
";

/// Returns the commands to type after this one.
fn next(name: &Name, checkout: Option<&str>) -> String {
    let name = name.as_str();
    let runner = match checkout {
        None => "durable-object-test-runner".to_owned(),
        Some(checkout) => format!("--path \"{checkout}/test-runner\""),
    };
    let mut text = format!(
        "The project is in {name}. Install the tools, once:

  rustup target add wasm32-unknown-unknown
  cargo install worker-build --version 0.8.7
  cargo install {runner}

Run it, with Node 22.12 or newer:

  cd {name}
  npm install
  npx wrangler dev

Then test and deploy it:

  cargo test
  cargo test --target wasm32-unknown-unknown
  npx wrangler deploy
"
    );
    text += match checkout {
        Some(_) => {
            "\nnote: Cargo.toml names a folder of this machine, so .github/workflows/ci.yml fails elsewhere\n"
        }
        None => UNRELEASED,
    };
    text
}

fn parse(args: &[String]) -> Result<Options> {
    let (mut name, mut template, mut checkout, mut git) = (None, None, None, true);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = |what| args.next().cloned().with_context(|| format!("`{arg}` needs {what}"));
        match arg.as_str() {
            "--template" | "-t" => template = Some(value("the name of a template")?),
            "--path" => checkout = Some(PathBuf::from(value("the folder of a checkout of durable-object")?)),
            "--vcs" => {
                git = match value("`git` or `none`")?.as_str() {
                    "git" => true,
                    "none" => false,
                    other => bail!("`--vcs` takes `git` or `none`, not `{other}`"),
                }
            }
            option if option.starts_with('-') => {
                bail!("`new` has no option `{option}`; see `durable-object --help`")
            }
            _ if name.is_none() => name = Some(arg.clone()),
            other => bail!("`new` takes one name, but got `{other}` as well"),
        }
    }
    let Some(name) = name else {
        let list: String = ALL.iter().map(|(name, subject)| format!("\n  {name:<9} {subject}")).collect();
        bail!(
            "`new` needs a name: `durable-object new my-app`. With `--template` it begins with one of\n{list}"
        );
    };
    let template = template.unwrap_or_else(|| ALL[0].0.to_owned());
    Ok(Options { name, template, checkout, git })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Options> {
        parse(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn options() -> Result<()> {
        let options = parsed(&["--template", "chat", "my-app", "--vcs", "none", "--path", "../it"])?;
        let (name, template) = ("my-app".to_owned(), "chat".to_owned());
        assert_eq!(options, Options { name, template, checkout: Some("../it".into()), git: false });
        let options = parsed(&["my-app"])?;
        let (name, template) = ("my-app".to_owned(), "counter".to_owned());
        assert_eq!(options, Options { name, template, checkout: None, git: true });
        for (args, error) in [
            (&[][..], "needs a name"),
            (&["a", "b"], "got `b` as well"),
            (&["a", "--lib"], "no option `--lib`"),
            (&["a", "--vcs", "hg"], "takes `git` or `none`"),
            (&["a", "--path"], "`--path` needs the folder"),
        ] {
            let said = parsed(args).map_or_else(|error| error.to_string(), |_| String::new());
            assert!(said.contains(error), "{args:?}: {said}");
        }
        Ok(())
    }
}
