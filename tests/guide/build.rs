//! Makes a module of each recipe in `docs/recipes.md`, so that `tests/recipes.rs` can run its objects.

#![allow(clippy::unwrap_used, reason = "a build that fails says where")]

use std::path::Path;
use std::{env, fs};

fn main() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/recipes.md");
    println!("cargo::rerun-if-changed={}", page.display());
    let page = fs::read_to_string(page).unwrap();
    let modules: Vec<String> = page.split("\n## ").skip(1).filter_map(module).collect();
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap()).join("recipes.rs"), modules.join("\n")).unwrap();
}

/// Returns the module of a section with code: `## A durable queue` is `a_durable_queue`.
fn module(section: &str) -> Option<String> {
    let (heading, text) = section.split_once('\n')?;
    let (_, code) = text.split_once("```rust\n")?;
    let (code, _) = code.split_once("```")?;
    let name = heading.to_lowercase().replace([' ', '-'], "_");
    Some(format!("mod {name} {{\n{code}}}\n"))
}
