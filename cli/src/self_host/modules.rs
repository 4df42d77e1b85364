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
/// When the main one is missing, or lies among sources.
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
    let folder = main.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Some(source) = SOURCES.iter().chain(&FILES).find(|name| folder.join(name).exists()) {
        bail!(
            "{} has {source}, so it is not the output of a build: all modules there would be served. {BUNDLE}",
            folder.display()
        );
    }
    let others = files(folder)?.into_iter().filter_map(|path| {
        let path = path.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
        let is_hidden = path.split('/').any(|part| part.starts_with('.'));
        let kind = Kind::of(&path).filter(|_| !is_hidden && path != name)?;
        Some(Module { name: path, kind })
    });
    let main = Module { name: name.to_owned(), kind: Kind::EsModule };
    Ok(std::iter::once(main).chain(others).collect())
}

/// The remedy for a worker that wrangler would bundle.
const BUNDLE: &str = "Have wrangler bundle it: `npx wrangler deploy --dry-run --outdir build/bundle`, and name the \
                      result with `--main build/bundle/index.js`";

/// Lists the files in a folder and in those below, in order, each with its path from the folder.
///
/// # Errors
/// When a folder cannot be read.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(below) = pending.pop() {
        let path = folder.join(&below);
        let entries = fs::read_dir(&path).with_context(|| format!("cannot read {}", path.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {}", path.display()))?;
            let below = below.join(entry.file_name());
            // A link to a folder may lead in a circle: it is a file here, and cannot be copied.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let list = if is_folder { &mut pending } else { &mut found };
            list.push(below);
        }
    }
    found.sort();
    Ok(found)
}
