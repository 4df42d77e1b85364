//! The structs of bindings, as wrangler's configuration has to declare them.

use durable_object_config::{Field, Source as Place};

use super::binding::Binding;
use super::kind::{Kind, OBJECTS_TABLE, Source};

/// A struct that derives `FromEnv`. `inventory` collects those of a crate when its tests are built.
#[derive(Debug)]
pub struct BindingStruct {
    name: &'static str,
    fields: &'static [BindingField],
}

inventory::collect!(BindingStruct);

/// A field of such a struct.
#[derive(Debug)]
pub struct BindingField {
    name: &'static str,
    kind: Kind,
    is_optional: fn() -> bool,
}

impl BindingStruct {
    /// Creates a struct with its name and its fields.
    #[must_use]
    pub const fn new(name: &'static str, fields: &'static [BindingField]) -> Self {
        Self { name, fields }
    }
}

impl BindingField {
    /// Creates a field with the name and the type of its binding.
    #[must_use]
    pub const fn of<B: Binding>(name: &'static str) -> Self {
        Self { name, kind: B::KIND, is_optional: || B::absent().is_ok() }
    }
}

/// Returns the fields of all structs.
pub(crate) fn fields() -> Vec<Field> {
    let structs = inventory::iter::<BindingStruct>();
    structs.flat_map(|owner| owner.fields.iter().map(|field| declared(owner.name, field))).collect()
}

fn declared(owner: &'static str, field: &BindingField) -> Field {
    let &BindingField { name, kind, is_optional } = field;
    Field { owner, name, noun: kind.noun, source: place(kind), optional: is_optional() }
}

fn place(kind: Kind) -> Place {
    match kind.source {
        Source::Table { head: OBJECTS_TABLE, rest: [(_, class), script @ ..], .. } => {
            Place::Objects { class, exported: script.is_empty() }
        }
        Source::Table { head, name, rest } => Place::section(head, name, rest),
        Source::Var(sample) => Place::Variable { sample, is_text: kind.is_text() },
        Source::Secret => Place::Secret,
    }
}
