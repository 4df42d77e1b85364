//! Embeds the templates again when one of their files has changed, or is new.

fn main() {
    println!("cargo::rerun-if-changed=templates");
}
