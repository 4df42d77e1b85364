//! A schema as the store's own code uses it, which is the same for all schemas.

use crate::livestore::client::error::Result;
use crate::livestore::schema::{
    Event, EventError, EventMeta, Fingerprint, Materialize, Schema, TableDef, Tables, Tx,
};

/// A schema, without its type.
pub(crate) struct Definition {
    /// Its tables.
    pub(super) tables: &'static [TableDef],
    /// Returns its fingerprint.
    pub(super) fingerprint: fn() -> Fingerprint,
    /// Applies the event with this name and these arguments, if the schema has an event of this name.
    pub(super) replay: fn(name: &str, args: &str, tx: &Tx<'_>, meta: &EventMeta) -> Result<()>,
}

impl Definition {
    /// Returns the definition of a schema.
    pub(super) const fn of<S: Schema>() -> &'static Self {
        const {
            &Self {
                tables: S::Tables::DEFINITIONS,
                fingerprint: Fingerprint::of::<S>,
                replay: |name, args, tx, meta| match S::Event::decode(name, args)? {
                    Some(event) => Ok(Materialize::materialize(&event, tx, meta)?),
                    None => Ok(()),
                },
            }
        }
    }
}

/// An event that is to be committed, without its type.
pub(crate) trait Committed {
    /// Returns its name.
    fn name(&self) -> &'static str;
    /// Returns its arguments as JSON.
    fn encode(&self) -> Result<String, EventError>;
    /// Writes its effect.
    fn materialize(&self, tx: &Tx<'_>, meta: &EventMeta) -> crate::Result<()>;
}

impl<E: Event + Materialize> Committed for E {
    fn name(&self) -> &'static str {
        Event::name(self)
    }

    fn encode(&self) -> Result<String, EventError> {
        Event::encode(self)
    }

    fn materialize(&self, tx: &Tx<'_>, meta: &EventMeta) -> crate::Result<()> {
        Materialize::materialize(self, tx, meta)
    }
}

/// Returns events without their type.
pub(super) fn erased<E: Committed>(events: &[E]) -> Vec<&dyn Committed> {
    events.iter().map(|event| event as &dyn Committed).collect()
}
