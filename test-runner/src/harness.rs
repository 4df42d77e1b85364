//! The JavaScript around the tests: what `wasm-bindgen-test` expects of its surroundings, and the
//! event in which it runs.

use serde_json::json;

use crate::selection::{Chosen, Selection};

/// The name of the module that [`main_module`] is.
pub(crate) const MAIN: &str = "main.js";

/// The module beside it with what tests can do to objects, and its name.
pub(crate) const OBJECTS: &str = "objects.js";
pub(crate) const OBJECTS_MODULE: &str = include_str!("objects.js");

/// What the worker prints at last: how the tests went.
pub(crate) const PASSED: &str = "durable-object-test-runner: passed";
pub(crate) const FAILED: &str = "durable-object-test-runner: failed";

/// Runs before the tests' module is loaded. The harness in it captures the console, and writes
/// its results through the functions defined here.
pub(crate) fn setup_module(nocapture: bool) -> String {
    format!(
        r#"export const capture = {{}};
globalThis.__wbg_test_invoke = (test) => test();
globalThis.__wbgtest_og_console_log = console.log;
globalThis.__wbgtest_og_console_error = console.error;
globalThis.__wbg_test_output_writeln = (line) =>
  globalThis.__wbgtest_og_console_log.call(console, line);
for (const level of ["debug", "log", "info", "warn", "error"]) {{
  const original = console[level];
  console[level] = (...args) => {{
    if ({nocapture}) original.apply(console, args);
    capture[level]?.(args);
  }};
}}
"#
    )
}

/// The worker: its `test` event runs the tests.
pub(crate) fn main_module(chosen: &Chosen, selection: &Selection, classes: &[&str]) -> String {
    let exports: Vec<&str> = chosen.tests.iter().map(|test| test.export).collect();
    // Under names of their own, which no class can be called.
    let objects: Vec<String> = classes
        .iter()
        .map(|class| {
            format!(
                "const $_{class} = tested(\"{class}\", rust.{class});\nexport {{ $_{class} as {class} }};\n"
            )
        })
        .collect();
    format!(
        r#"import {{ capture }} from "./setup.js";
import * as rust from "./tests.js";
import {{ tested }} from "./{OBJECTS}";

{objects}
export default {{
  async test() {{
    const context = new rust.WasmBindgenTestContext(false);
    context.include_ignored({include_ignored});
    context.filtered_count({filtered});
    for (const level of ["debug", "log", "info", "warn", "error"]) {{
      capture[level] = rust[`__wbgtest_console_${{level}}`];
    }}
    const passed = await context.run({exports}.map((name) => rust.__wasm[name]));
    globalThis.__wbg_test_output_writeln(passed ? "{PASSED}" : "{FAILED}");
  }},
}};
"#,
        objects = objects.concat(),
        include_ignored = selection.runs_ignored(),
        filtered = chosen.filtered,
        exports = json!(exports),
    )
}
