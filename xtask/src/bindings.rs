//! A compiled WebAssembly module with the JavaScript that `wasm-bindgen` makes for it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::{Bindgen, Output};

/// What the generated module says; `wrangler` and `workerd` take modules without the phase.
const SOURCE_PHASE_IMPORT: &str = "import source wasmModule from ";
const PLAIN_IMPORT: &str = "import wasmModule from ";

/// What to generate.
#[derive(Default)]
pub(crate) struct Options {
    /// Keeps the names of functions, for stack traces and profiles.
    pub(crate) keep_names: bool,
    /// Lets a trap in one call be noticed, so that the module can be instantiated again.
    pub(crate) abort_handler: bool,
    /// Exports the instance's exports as `__wasm`.
    pub(crate) export_wasm: bool,
}

/// The generated files.
pub(crate) struct Bindings {
    output: Output,
    js: String,
}

impl Bindings {
    /// Writes `<name>.js`, `<name>_bg.wasm` and snippets of JavaScript for a compiled module.
    pub(crate) fn generate(wasm: Vec<u8>, dir: &Path, name: &str, options: &Options) -> Result<Self> {
        let mut output = Bindgen::new()
            .input_bytes(name, wasm)
            .module(true)?
            .typescript(false)
            .remove_name_section(!options.keep_names)
            .remove_producers_section(!options.keep_names)
            .force_enable_abort_handler(options.abort_handler)
            .export_wasm(options.export_wasm)
            .generate_output()
            .context("wasm-bindgen failed")?;
        output.emit(dir)?;
        let path = dir.join(format!("{name}.js"));
        let js = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        ensure!(
            js.contains(SOURCE_PHASE_IMPORT),
            "this version of wasm-bindgen imports the WebAssembly module in an unknown way"
        );
        let js = js.replacen(SOURCE_PHASE_IMPORT, PLAIN_IMPORT, 1);
        fs::write(&path, &js).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { output, js })
    }

    /// The exported classes that JavaScript can construct: objects and entrypoints.
    pub(crate) fn classes(&self) -> Vec<&str> {
        constructible_classes(&self.js)
    }

    /// The exported functions: the handlers of events. Those with two underscores are internal.
    pub(crate) fn functions(&self) -> Vec<&str> {
        let functions = declarations(&self.js, "function");
        let names = functions.map(|(name, _)| name);
        names.filter(|name| !name.starts_with("__")).collect()
    }

    /// The names of the WebAssembly module's own exports.
    pub(crate) fn wasm_exports(&self) -> impl Iterator<Item = &str> {
        let exports = self.output.wasm().exports.iter();
        exports.map(|export| export.name.as_str())
    }
}

fn constructible_classes(js: &str) -> Vec<&str> {
    declarations(js, "class")
        .filter(|(_, body)| body.contains("\n    constructor("))
        .map(|(name, _)| name)
        .collect()
}

/// The exported declarations of a kind, each with its name and text. The generator writes them at
/// the beginning of a line and ends them with a brace there.
fn declarations<'a>(js: &'a str, kind: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let keyword = format!("\nexport {kind} ");
    let starts: Vec<usize> = js.match_indices(&keyword).map(|(at, _)| at + keyword.len()).collect();
    starts.into_iter().filter_map(move |start| {
        let text = &js[start..];
        let name = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').next()?;
        let body = text.split_once("\n}").map_or(text, |(body, _)| body);
        Some((name, body))
    })
}

#[cfg(test)]
mod tests {
    use super::{constructible_classes, declarations};

    const JS: &str = "import wasmModule from \"./x_bg.wasm\";

export class Counter {
    free() {
    }
    /**
     * @param {any} ctx
     */
    constructor(ctx) {
    }
}

export class R2Range {
    free() {
    }
}

class Private {
    constructor() {
    }
}

/**
 * @returns {Promise<any>}
 */
export function fetch(request, env, ctx) {
}

export function $other_2() {
}
";

    #[test]
    fn finds_the_classes_with_a_constructor() {
        assert_eq!(constructible_classes(JS), ["Counter"]);
    }

    #[test]
    fn finds_the_functions() {
        let names: Vec<_> = declarations(JS, "function").map(|(name, _)| name).collect();
        assert_eq!(names, ["fetch", "$other_2"]);
    }
}
