//! The forms of fields that serde buffers. Tracing offers samples and reads the answers.

use serde::Serialize;
use serde_json::Value;

use super::fields::Given;
use super::refusal::Refusal;
use super::shape::{Body, Content, Field, Fields, Presence, Tagging};
use super::types::{Place, Types};

impl Types {
    /// Returns the fields for this run, with a sample for each.
    pub(super) fn offers(&mut self, place: Place) -> Vec<Given> {
        let Some(fields) = self.fields(place) else { return Vec::new() };
        let tried = fields.tried();
        // It is not known yet whether the field before the last one accepted its sample.
        let before = tried.filter(|_| fields.assumed).and_then(|index| index.checked_sub(1));
        let given = fields.list.iter().enumerate().filter_map(|(index, field)| {
            let sample = if Some(index) == tried || Some(index) == before {
                field.trial.offer()
            } else {
                field.trial.accepted()
            };
            Some(Given { index, name: field.name.clone(), sample: Some(sample?) })
        });
        given.collect()
    }

    /// Learns from the outcome of the offers.
    pub(super) fn judge(&mut self, place: Place, outcome: Result<(), Refusal>) {
        let Some(fields) = self.fields(place) else { return };
        fields.judge(outcome);
        let done = fields.is_tried();
        // Without a value there is nothing to inspect.
        let without_value = fields.lacking.is_some();
        let Some(index) = place.variant else { return };
        let Some(union) = self.union(place.key) else { return };
        if outcome.is_ok() && union.finite.is_none() {
            union.finite = Some(index);
        }
        if let Some(variant) = union.variants.get_mut(index) {
            variant.done |= done && (variant.inspected || without_value);
        }
        self.unfinished |= self.union(place.key).is_some_and(|union| union.is_unfinished());
    }

    /// Looks for optional fields. serde does not ask for them, but a value has them.
    pub(super) fn inspect<T: Serialize>(&mut self, value: &T) {
        // A value that JSON cannot express has no object with fields either.
        if let Ok(value) = serde_json::to_value(value) {
            self.inspect_json(&value);
        }
    }

    fn inspect_json(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.inspect_json(item)),
            Value::Object(object) => {
                for definition in self.definitions.values_mut() {
                    let Body::Union(union) = &mut definition.body else { continue };
                    let Tagging::Internal { tag } = &union.tagging else { continue };
                    let Some(name) = object.get(tag).and_then(Value::as_str) else { continue };
                    let mut variants = union.variants.iter_mut();
                    let Some(variant) = variants.find(|variant| variant.name == name) else { continue };
                    let Content::Fields(fields) = &mut variant.content else { continue };
                    if !fields.list.iter().all(|field| object.contains_key(&field.name)) {
                        continue;
                    }
                    variant.inspected = true;
                    for name in object.keys().filter(|name| *name != tag) {
                        if !fields.has(name) {
                            fields.list.push(Field::new(name, Presence::Optional));
                            variant.done = false;
                            self.unfinished = true;
                        }
                    }
                }
                object.values().for_each(|item| self.inspect_json(item));
            }
            _ => {}
        }
    }
}

impl Fields {
    fn has(&self, name: &str) -> bool {
        self.list.iter().any(|field| field.name == name)
    }

    /// Returns whether every sample was offered.
    pub(super) fn is_tried(&self) -> bool {
        self.complete && self.tried().is_none()
    }

    /// Returns the field under test. It is the last one, as long as the object lacks a field.
    fn tried(&self) -> Option<usize> {
        if !self.complete {
            return self.list.len().checked_sub(1);
        }
        self.list.iter().position(|field| !field.trial.is_over())
    }

    /// Notes that the last field exists, so the field before it accepted its sample.
    fn accept_before(&mut self) {
        if self.assumed
            && let [.., before, _] = self.list.as_mut_slice()
        {
            before.trial.note(Ok(()));
        }
    }

    /// Learns from one outcome.
    fn judge(&mut self, outcome: Result<(), Refusal>) {
        let outcome = match outcome {
            // The object accepted all other fields.
            Err(Refusal::Missing(name)) if self.lacking.as_deref() == Some(name) => Ok(()),
            outcome => outcome,
        };
        if let Err(Refusal::Missing(name)) = outcome
            && !self.complete
        {
            if !self.has(name) {
                self.accept_before();
                // Either the object accepted all fields and lacks this one, or the last field lacks it
                // inside.
                self.list.push(Field::new(name, Presence::Required));
                self.assumed = true;
                return;
            }
            if self.assumed {
                self.list.pop();
            }
        } else {
            self.accept_before();
        }
        self.assumed = false;
        let tried = self.tried();
        self.complete |= outcome.is_ok();
        let Some(field) = tried.and_then(|index| self.list.get_mut(index)) else { return };
        field.trial.note(outcome);
        if field.trial.is_over() {
            field.shape.learn(field.trial.shape());
        }
        if field.trial.offer().is_none() && field.presence == Presence::Required {
            self.lacking = Some(field.name.clone());
            self.open = true;
            self.complete = true;
        }
    }
}
