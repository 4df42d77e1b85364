//! Has `migrations!` see new files.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
