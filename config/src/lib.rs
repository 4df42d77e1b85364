#![doc = include_str!("../README.md")]

mod accepted;
mod check;
mod code;
mod dev_vars;
mod environment;
mod file;
mod findings;
mod lifecycle;
mod lines;
mod nearest;
mod problem;
mod surroundings;
mod syntax;
mod value;

pub use accepted::Accepted;
pub use check::{check, is_date};
pub use code::{Class, Code, Field, Source};
pub use dev_vars::{DEV_VARS, dev_vars};
pub use environment::{Binding, Environment, ObjectBinding};
pub use file::{Config, FILES, Place, ReadError, find};
pub use findings::{Finding, Findings};
pub use lifecycle::{End, Form, Lifecycle, Misstep, MisstepKind, Storage};
pub use problem::Problem;
pub use surroundings::{Surroundings, check_file};
pub use syntax::Syntax;
pub use value::Value;
