//! A compiled WebAssembly module with the JavaScript that `wasm-bindgen` makes for it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use wasm_bindgen_cli_support::{Bindgen, Output};
use wasmparser::{Parser, Payload};

/// The version of `wasm-bindgen` that the modules have to be compiled with.
pub const WASM_BINDGEN: &str = "0.2.130";

/// Where `wasm-bindgen` leaves notes for its other half, its version among them.
const NOTES: &str = "__wasm_bindgen_unstable";

/// What the generated module says; `wrangler` and `workerd` take modules without the phase.
const SOURCE_PHASE_IMPORT: &str = "import source wasmModule from ";
const PLAIN_IMPORT: &str = "import wasmModule from ";

/// What to generate.
#[derive(Default)]
pub struct Options {
    /// Keeps the names of functions, for stack traces and profiles.
    pub keep_names: bool,
    /// Lets a trap in one call be noticed, so that the module can be instantiated again.
    pub abort_handler: bool,
    /// Exports the instance's exports as `__wasm`.
    pub export_wasm: bool,
}

/// The generated files.
pub struct Bindings {
    output: Output,
    js: String,
}

impl Bindings {
    /// Writes `<name>.js`, `<name>_bg.wasm` and snippets of JavaScript for a compiled module.
    ///
    /// # Errors
    /// When the module was compiled with another `wasm-bindgen` than [`WASM_BINDGEN`], or cannot be read, or
    /// the files cannot be written.
    pub fn generate(wasm: Vec<u8>, dir: &Path, name: &str, options: &Options) -> Result<Self> {
        if let Some(theirs) = wasm_bindgen_version(&wasm) {
            ensure!(
                theirs == WASM_BINDGEN,
                "the module is compiled with wasm-bindgen {theirs}, and this program is made for {WASM_BINDGEN}: \
                 run `cargo update --package wasm-bindgen --precise {WASM_BINDGEN}`, or install the version of \
                 durable-object-test-runner that your durable-object has"
            );
        }
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
    pub fn classes(&self) -> Vec<&str> {
        constructible_classes(&self.js)
    }

    /// Those of [`classes`](Self::classes) that have methods of their own: not of `durable-object`, which gives its
    /// classes their methods when they run.
    pub fn foreign_classes(&self) -> Vec<&str> {
        let constructible = self.classes();
        let with_methods = declarations(&self.js, "class").filter(|(_, body)| methods(body).next().is_some());
        with_methods.map(|(name, _)| name).filter(|name| constructible.contains(name)).collect()
    }

    /// The exported functions: the handlers of events. Those with two underscores are internal.
    pub fn functions(&self) -> Vec<&str> {
        let functions = declarations(&self.js, "function");
        let names = functions.map(|(name, _)| name);
        names.filter(|name| !name.starts_with("__")).collect()
    }

    /// The names of the WebAssembly module's own exports.
    pub fn wasm_exports(&self) -> impl Iterator<Item = &str> {
        let exports = self.output.wasm().exports.iter();
        exports.map(|export| export.name.as_str())
    }
}

/// The version in the notes; none in a module without any.
fn wasm_bindgen_version(wasm: &[u8]) -> Option<String> {
    let notes = Parser::new(0).parse_all(wasm).find_map(|payload| match payload {
        Ok(Payload::CustomSection(section)) if section.name() == NOTES => Some(section.data()),
        _ => None,
    })?;
    // They begin with the length of the JSON that follows.
    let (length, notes) = notes.split_first_chunk()?;
    let header = notes.get(..u32::from_le_bytes(*length).try_into().ok()?)?;
    let header: Value = serde_json::from_slice(header).ok()?;
    Some(header["version"].as_str()?.to_owned())
}

fn constructible_classes(js: &str) -> Vec<&str> {
    declarations(js, "class")
        .filter(|(_, body)| body.contains("\n    constructor("))
        .map(|(name, _)| name)
        .collect()
}

/// The methods that a class has from Rust, and not from the generator.
fn methods(body: &str) -> impl Iterator<Item = &str> {
    const GENERATED: [&str; 4] = ["constructor", "free", "__destroy_into_raw", "static __wrap"];
    let members = body.lines().filter_map(|line| line.strip_prefix("    ")?.split_once('('));
    let heads = members.filter(|(name, rest)| rest.ends_with('{') && !name.starts_with(' '));
    heads.map(|(name, _)| name).filter(|name| !GENERATED.contains(name))
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
    use std::path::Path;

    use super::{Bindings, NOTES, Options, constructible_classes, declarations, methods};

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
    fn finds_methods_from_rust() {
        const BODY: &str = "{
    static __wrap(ptr) {
        const obj = Object.create(Old.prototype);
    }
    free() {
        if (wasm) {
        }
    }
    constructor(ctx, env) {
    }
    fetch(req) {
        const ret = wasm.old_fetch(this.__wbg_ptr, req);
    }
    get size() {
    }
";
        assert_eq!(methods(BODY).collect::<Vec<_>>(), ["fetch", "get size"]);
        let own = BODY.split_once("    fetch").map_or("", |(own, _)| own);
        assert_eq!(methods(own).count(), 0);
    }

    #[test]
    fn finds_the_functions() {
        let names: Vec<_> = declarations(JS, "function").map(|(name, _)| name).collect();
        assert_eq!(names, ["fetch", "$other_2"]);
    }

    #[test]
    fn another_wasm_bindgen_is_named() {
        let header = br#"{"schema_version":"0.2.118","version":"0.2.121"}"#;
        let length = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap_or(u8::MAX);
        let notes =
            [&[length(NOTES.as_bytes())], NOTES.as_bytes(), &[length(header), 0, 0, 0], header].concat();
        let wasm = [b"\0asm\x01\0\0\0", [0, length(&notes)].as_slice(), &notes].concat();
        let generated = Bindings::generate(wasm, Path::new("nowhere"), "tests", &Options::default());
        let error = generated.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("compiled with wasm-bindgen 0.2.121"), "{error}");
    }
}
