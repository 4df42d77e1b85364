//! The templates: the examples of the repository, with another name.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use durable_object_config::{Config, Value};
use include_dir::{Dir, DirEntry, include_dir};
use serde_json::Value as Json;

use super::name::Name;

/// A folder for each template, and `common` for the files that all of them have.
static TEMPLATES: Dir = include_dir!("$CARGO_MANIFEST_DIR/templates");

const COMMON: &str = "common";

/// Names and subjects, the default first.
pub(crate) const ALL: [(&str, &str); 3] = [
    ("counter", "one object and a worker in front of it"),
    ("chat", "rooms with a page: WebSockets, SQL, a timer"),
    ("todomvc", "a LiveStore app with its sync backend, and a client of it in an object"),
];

/// Files that have another name in a package: cargo takes a folder with a `Cargo.toml` for another package, and leaves it
/// out.
const RENAMED: [(&str, &str); 5] = [
    ("manifest.toml", "Cargo.toml"),
    ("cargo-config.toml", ".cargo/config.toml"),
    ("ci.yml", ".github/workflows/ci.yml"),
    ("gitignore", ".gitignore"),
    ("npmrc", ".npmrc"),
];

/// The end of a README that a project with `--path` does not need: it says how to name a checkout by hand.
const BY_HAND: &str = "\n## Before the first release\n";

/// The command in a README that installs the test runner, in the place of `cargo install --path`.
const RUNNER: &str = "cargo install durable-object-test-runner";

/// A crate that `worker` brings. `worker-build` looks for its version in `Cargo.lock`, and would find that of a project
/// with this name.
const BROUGHT: &str = "wasm-bindgen";

/// One template.
pub(crate) struct Template {
    name: &'static str,
    files: Vec<(PathBuf, &'static [u8])>,
}

impl Template {
    /// Finds a template by its name.
    pub(crate) fn find(name: &str) -> Result<Self> {
        let names = ALL.map(|(name, _)| name);
        let Some(name) = names.into_iter().find(|it| *it == name) else {
            bail!("there is no template `{name}`: `--template` takes {}", names.join(", "));
        };
        let mut files = Vec::new();
        for part in [COMMON, name] {
            let folder =
                TEMPLATES.get_dir(part).with_context(|| format!("the template {part} is missing"))?;
            collect(folder, folder.path(), &mut files);
        }
        Ok(Self { name, files })
    }

    /// Returns the names of the crates that projects depend on, of any template.
    pub(crate) fn dependencies() -> Result<Vec<String>> {
        let mut names = vec![BROUGHT.to_owned()];
        for (template, _) in ALL {
            names.extend(Self::find(template)?.own_dependencies()?);
        }
        Ok(names)
    }

    fn own_dependencies(&self) -> Result<Vec<String>> {
        let manifest = Config::parse(Path::new("Cargo.toml"), self.text("Cargo.toml")?)?;
        let names = |value: &Value| match value.to_json() {
            Json::Object(table) => table.into_iter().map(|(name, _)| name).collect(),
            _ => Vec::new(),
        };
        let wasm = ["target", "cfg(target_arch = \"wasm32\")", "dev-dependencies"];
        let tables = [&["dependencies"][..], &["dev-dependencies"], &wasm];
        Ok(tables.into_iter().filter_map(|path| manifest.root().at(path)).flat_map(names).collect())
    }

    /// Returns the files of a project. `manifest` is added to the end of its `Cargo.toml`. With a checkout, its README
    /// installs the test runner from there.
    pub(crate) fn project(
        &self,
        name: &Name,
        manifest: &str,
        checkout: Option<&str>,
    ) -> Result<Vec<(&Path, Vec<u8>)>> {
        let files = self.files.iter().map(|(path, bytes)| {
            let old = self.name;
            let new = name.as_str();
            let text = match path.to_str() {
                Some("Cargo.toml") => {
                    self.renamed(path, &format!("name = \"{old}\"\n"), &format!("name = \"{new}\"\n"))?
                        + manifest
                }
                Some("wrangler.toml") => {
                    self.renamed(path, &format!("name = \"{old}\"\n"), &format!("name = \"{new}\"\n"))?
                }
                Some("package.json") => {
                    self.renamed(path, &format!("\"name\": \"{old}\""), &format!("\"name\": \"{new}\""))?
                }
                Some("README.md") => {
                    let text = self.renamed(path, &format!("# {old}\n"), &format!("# {new}\n"))?;
                    match checkout {
                        None => text,
                        Some(checkout) => {
                            let text = text.split(BY_HAND).next().unwrap_or_default();
                            text.replace(RUNNER, &format!("cargo install --path \"{checkout}/test-runner\""))
                        }
                    }
                }
                _ => return Ok((path.as_path(), bytes.to_vec())),
            };
            Ok((path.as_path(), text.into_bytes()))
        });
        files.collect()
    }

    /// Returns the text of a file with something in the place of the first such line.
    fn renamed(&self, path: &Path, old: &str, new: &str) -> Result<String> {
        let text = self.text(path)?;
        let (before, after) = text.split_once(old).with_context(|| {
            format!("{} of the template {} lacks `{}`", path.display(), self.name, old.trim())
        })?;
        Ok([before, new, after].concat())
    }

    fn text(&self, path: impl AsRef<Path>) -> Result<&'static str> {
        let path = path.as_ref();
        let file = self.files.iter().find(|(it, _)| it == path);
        let text = file.and_then(|(_, bytes)| std::str::from_utf8(bytes).ok());
        text.with_context(|| format!("the template {} has no {}", self.name, path.display()))
    }
}

/// Adds the files of a folder, by their paths in a project.
fn collect(folder: &'static Dir, root: &Path, files: &mut Vec<(PathBuf, &'static [u8])>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(folder) => collect(folder, root, files),
            DirEntry::File(file) => {
                let path = file.path().strip_prefix(root).unwrap_or(file.path());
                let renamed = RENAMED.iter().find(|(from, _)| Path::new(from) == path);
                files.push((renamed.map_or_else(|| path.to_owned(), |(_, to)| to.into()), file.contents()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_gets_another_name() -> Result<()> {
        for (template, _) in ALL {
            let name = Name::new("my-app", &[])?;
            let template = Template::find(template)?;
            let files = template.project(&name, "# end\n", None)?;
            let text = |name: &str| {
                let (_, bytes) =
                    files.iter().find(|(path, _)| *path == Path::new(name)).context(name.to_owned())?;
                Ok::<_, anyhow::Error>(String::from_utf8(bytes.clone())?)
            };
            assert!(text("Cargo.toml")?.starts_with("[package]\nname = \"my-app\"\n"));
            assert!(text("Cargo.toml")?.ends_with("# end\n"));
            assert!(text("wrangler.toml")?.starts_with("name = \"my-app\"\n"));
            assert!(text("package.json")?.starts_with("{\n  \"name\": \"my-app\",\n"));
            assert!(text("README.md")?.starts_with("# my-app\n"));
        }
        Ok(())
    }

    #[test]
    fn the_readme_installs_the_test_runner_from_where_it_is() -> Result<()> {
        for (template, _) in ALL {
            let name = Name::new("my-app", &[])?;
            let template = Template::find(template)?;
            let readme = |checkout| {
                let files = template.project(&name, "", checkout)?;
                let (_, bytes) = files
                    .into_iter()
                    .find(|(path, _)| *path == Path::new("README.md"))
                    .context("README.md")?;
                Ok::<_, anyhow::Error>(String::from_utf8(bytes)?)
            };
            assert!(readme(None)?.contains(RUNNER));
            let text = readme(Some("/its checkout"))?;
            assert!(text.contains("cargo install --path \"/its checkout/test-runner\" "), "{text}");
            assert!(!text.contains(RUNNER) && !text.contains(BY_HAND), "{text}");
        }
        Ok(())
    }

    #[test]
    fn dependencies_are_those_of_all_manifests() -> Result<()> {
        let names = Template::dependencies()?;
        for name in ["durable-object", "serde", "worker", "wasm-bindgen-test", "wasm-bindgen"] {
            assert!(names.iter().any(|it| it == name), "{names:?}");
        }
        Ok(())
    }
}
