//! The modules of a built worker.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use durable_object_config::FILES;

/// A module.
#[derive(Debug, PartialEq)]
pub(super) struct Module {
    /// Its path from the main one, by which others import it.
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// The kinds of modules that wrangler knows by their names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    EsModule,
    Wasm,
    Text,
    Data,
}

/// Names that a folder with sources has, and the output of a build has not. `package.json` is not one of them:
/// `worker-build` writes it.
const SOURCES: [&str; 3] = ["Cargo.toml", "node_modules", "target"];

impl Kind {
    /// Returns the kind of a file, if it is a module.
    fn of(name: &str) -> Option<Self> {
        match Path::new(name).extension()?.to_str()? {
            "js" | "mjs" => Some(Self::EsModule),
            "wasm" => Some(Self::Wasm),
            "txt" | "html" | "sql" => Some(Self::Text),
            "bin" => Some(Self::Data),
            _ => None,
        }
    }
}

/// Lists the modules in the folder of the main one, which is the first.
///
/// # Errors
/// When the main one is missing, or lies among sources, or a module is not a file.
pub(super) fn list(main: &Path) -> Result<Vec<Module>> {
    let name = main.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    ensure!(
        Kind::of(name) == Some(Kind::EsModule),
        "`main` is {}, and workerd takes a built module of JavaScript. {BUNDLE}",
        main.display()
    );
    ensure!(
        main.is_file(),
        "{} is not there: build the worker first, with the command under `build` of the configuration",
        main.display()
    );
    let folder = folder(main);
    if let Some(source) = SOURCES.iter().chain(&FILES).find(|name| folder.join(name).exists()) {
        bail!(
            "{} has {source}, so it is not the output of a build: all modules there would be served. {BUNDLE}",
            folder.display()
        );
    }
    let others = files(folder, |path| module(path).is_some())?;
    let others = others.iter().filter_map(|path| module(path)).filter(|module| module.name != name);
    let main = Module { name: name.to_owned(), kind: Kind::EsModule };
    Ok(std::iter::once(main).chain(others).collect())
}

/// Returns the folder of the main module.
pub(super) fn folder(main: &Path) -> &Path {
    main.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns the module that a path in the folder leads to; none if it is another file, or hidden.
fn module(path: &Path) -> Option<Module> {
    let name = path.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
    let is_hidden = name.split('/').any(|part| part.starts_with('.'));
    let kind = Kind::of(&name).filter(|_| !is_hidden)?;
    Some(Module { name, kind })
}

/// The remedy for a worker that wrangler would bundle.
const BUNDLE: &str = "Have wrangler bundle it: `npx wrangler deploy --dry-run --outdir build/bundle`, and name the \
                      result with `--main build/bundle/index.js`";

/// Lists the files in a folder and in those below, in order, each with its path from the folder, as far as they are
/// wanted.
///
/// # Errors
/// When a folder cannot be read, or something that is wanted has no content to copy. A link to a file has one.
pub(super) fn files(folder: &Path, is_wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(below) = pending.pop() {
        let path = folder.join(&below);
        let entries = fs::read_dir(&path).with_context(|| format!("cannot read {}", path.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {}", path.display()))?;
            let below = below.join(entry.file_name());
            // This does not follow links: one to a folder may lead in a circle.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                pending.push(below);
            } else if is_wanted(&below) {
                check_is_file(&entry.path())?;
                found.push(below);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Refuses a path that leads to anything but a file.
fn check_is_file(path: &Path) -> Result<()> {
    let shown = path.display();
    match fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(()),
        Ok(found) if found.is_dir() => {
            bail!("{shown} is a link to a folder: put a copy of that folder in its place, or delete the link")
        }
        Ok(_) => {
            bail!("{shown} is not a file, but a pipe, a socket or a device: delete it, or move it elsewhere")
        }
        Err(_) if path.is_symlink() => {
            bail!("{shown} is a link that leads nowhere: correct it, or delete it")
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {shown}")),
    }
}
