//! The description of objects by the generated code.

use durable_object_config::Class;

use super::shape::Shape;
use super::types::Types;

/// An exported class. `inventory` collects all classes of a crate when its tests are built.
#[derive(Debug)]
pub struct Export {
    name: &'static str,
    binding: &'static str,
    docs: &'static [&'static str],
    describe: fn(&mut Object<'_>),
}

inventory::collect!(Export);

/// An object while generated code describes it.
#[derive(Debug)]
pub struct Object<'a> {
    types: &'a mut Types,
    pub(super) methods: Vec<Method>,
}

/// A class with all its methods.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) name: &'static str,
    pub(super) binding: &'static str,
    pub(super) docs: &'static [&'static str],
    pub(super) methods: Vec<Method>,
}

/// A method that callers can call.
#[derive(Debug)]
pub(super) enum Method {
    Fetch,
    Remote(Remote),
}

/// A method that callers call by its name.
#[derive(Debug)]
pub(super) struct Remote {
    pub(super) name: &'static str,
    pub(super) docs: &'static [&'static str],
    pub(super) parameters: Vec<(&'static str, Shape)>,
    pub(super) result: Shape,
    /// The error it may fail with.
    pub(super) error: Option<ErrorShape>,
}

/// The form of an error in JavaScript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorShape {
    /// Its `name`.
    pub(crate) name: &'static str,
    /// For an error that the application defines: every `code` that it can have, and its `data`.
    pub(crate) application: Option<(&'static [&'static str], Shape)>,
}

/// A remote method while generated code describes it.
#[derive(Debug)]
pub struct Signature<'a> {
    types: &'a mut Types,
    method: &'a mut Remote,
}

impl Export {
    /// Creates a class with its name, its binding, the lines of its documentation, and the function that
    /// describes its objects.
    #[must_use]
    pub const fn new(
        name: &'static str,
        binding: &'static str,
        docs: &'static [&'static str],
        describe: fn(&mut Object<'_>),
    ) -> Self {
        Self { name, binding, docs, describe }
    }

    /// Returns the class as wrangler's configuration has to know it.
    pub(crate) fn class(&self) -> Class {
        let described = self.described(&mut Types::default());
        let is_own = |method: &Method| match method {
            Method::Remote(remote) => remote.error.as_ref().is_some_and(|error| error.application.is_some()),
            Method::Fetch => false,
        };
        let own_errors = described.methods.iter().any(is_own);
        Class { name: self.name, binding: self.binding, own_errors }
    }

    pub(super) fn described(&self, types: &mut Types) -> Described {
        let mut object = Object { types, methods: Vec::new() };
        (self.describe)(&mut object);
        let &Self { name, binding, docs, .. } = self;
        Described { name, binding, docs, methods: object.methods }
    }
}

impl Object<'_> {
    /// Notes that the object answers HTTP requests.
    pub fn fetch(&mut self) {
        self.methods.push(Method::Fetch);
    }

    /// Adds a remote method. Parts that share it add it only once.
    pub fn method(
        &mut self,
        name: &'static str,
        docs: &'static [&'static str],
        describe: impl FnOnce(&mut Signature<'_>),
    ) {
        let is_there = |method: &Method| matches!(method, Method::Remote(remote) if remote.name == name);
        if self.methods.iter().any(is_there) {
            return;
        }
        let mut method = Remote { name, docs, parameters: Vec::new(), result: Shape::Null, error: None };
        describe(&mut Signature { types: self.types, method: &mut method });
        self.methods.push(Method::Remote(method));
    }
}

impl Signature<'_> {
    /// Adds the next parameter, with the form of its values.
    pub fn parameter(&mut self, name: &'static str, shape: fn(&mut Types) -> Shape) {
        let shape = shape(self.types);
        self.method.parameters.push((name, shape));
    }

    /// Sets the form of the result.
    pub fn result(&mut self, shape: fn(&mut Types) -> Shape) {
        self.method.result = shape(self.types);
    }

    /// Sets the form of the error.
    pub fn error(&mut self, shape: fn(&mut Types) -> ErrorShape) {
        self.method.error = Some(shape(self.types));
    }
}
