//! The policy that is on the bench.

use std::sync::Arc;

use shelflife::policy::{CompiledPolicy, Error, Policy, Runtime, Surroundings};

use crate::native::NativePolicy;

/// Makes instances of a policy, not configured yet.
pub type Maker = Arc<dyn Fn(Surroundings) -> Result<Box<dyn Policy>, Error> + Send + Sync>;

/// A policy, as a component or as native code, of which instances can be made.
#[derive(Clone)]
pub struct Subject {
    name: String,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Component(Box<CompiledPolicy>, Arc<[u8]>),
    /// By its name among the built-in policies.
    Native(&'static str),
}

impl Subject {
    /// A component; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// What there is against the component.
    pub fn component(name: &str, bytes: &[u8], runtime: &Runtime) -> Result<Subject, Error> {
        let compiled = runtime.compile(name, bytes)?;
        Ok(Subject {
            name: name.to_owned(),
            kind: Kind::Component(Box::new(compiled), bytes.into()),
        })
    }

    /// A built-in policy as native code; nothing where none has this name.
    #[must_use]
    pub fn native(name: &str) -> Option<Subject> {
        let built_in = shelflife_policies::find(name)?;
        Some(Subject {
            name: format!("native:{name}"),
            kind: Kind::Native(built_in.name),
        })
    }

    /// What errors call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The component, where it is one.
    #[must_use]
    pub fn compiled(&self) -> Option<&CompiledPolicy> {
        match &self.kind {
            Kind::Component(compiled, _) => Some(compiled),
            Kind::Native(_) => None,
        }
    }

    /// The bytes of the component, where it is one.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.kind {
            Kind::Component(_, bytes) => Some(bytes),
            Kind::Native(_) => None,
        }
    }

    /// The native code of the same policy, where it is a built-in one: told by its bytes.
    #[must_use]
    pub fn twin(&self) -> Option<&'static str> {
        match &self.kind {
            Kind::Component(_, bytes) => shelflife_policies::all()
                .iter()
                .find(|built_in| built_in.component == &**bytes)
                .map(|built_in| built_in.name),
            Kind::Native(name) => Some(name),
        }
    }

    /// Makes instances of it.
    #[must_use]
    pub fn maker(&self) -> Maker {
        let subject = self.clone();
        Arc::new(move |surroundings| subject.instance(surroundings))
    }

    /// A new instance, not configured yet.
    ///
    /// # Errors
    ///
    /// If the instance breaks a limit.
    pub fn instance(&self, surroundings: Surroundings) -> Result<Box<dyn Policy>, Error> {
        match &self.kind {
            Kind::Component(compiled, _) => Ok(Box::new(compiled.instantiate(surroundings)?)),
            Kind::Native(name) => match shelflife_policies::native(name) {
                Some(policy) => Ok(Box::new(NativePolicy::new(name, policy, surroundings))),
                None => Err(Error::refused(name, "configure", "it is gone".to_owned())),
            },
        }
    }
}
