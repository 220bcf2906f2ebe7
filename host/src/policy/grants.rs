//! What a policy may ask of the host.
//!
//! The import list of a component is its request: what it does not call is not in the file. A host grants
//! all of it unless told otherwise; what is withheld from it and imported all the same refuses the policy
//! when it is loaded, and not when it calls.

use std::collections::BTreeSet;
use std::fmt;

/// Something that a policy can ask permission for: an interface of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Permission {
    /// `clock`: the time, constant within a call.
    Clock,
    /// `random`: random numbers.
    Random,
    /// `log`: lines for the operator.
    Log,
    /// `purge`: to invalidate entries.
    Purge,
    /// `rows`: to see the contents of changed rows.
    Rows,
    /// `vectors`: to see and invalidate entries by meaning.
    Vectors,
    /// `observe`: to see which entries are there and whether they have been read.
    Observe,
}

impl Permission {
    /// All there are.
    pub const ALL: [Permission; 7] = [
        Permission::Clock,
        Permission::Random,
        Permission::Log,
        Permission::Purge,
        Permission::Rows,
        Permission::Vectors,
        Permission::Observe,
    ];

    /// The name of the interface in the contract.
    #[must_use]
    pub fn interface(self) -> &'static str {
        match self {
            Permission::Clock => "clock",
            Permission::Random => "random",
            Permission::Log => "log",
            Permission::Purge => "purge",
            Permission::Rows => "rows",
            Permission::Vectors => "vectors",
            Permission::Observe => "observe",
        }
    }

    /// The permission to call an interface, by the name of the interface.
    pub(super) fn of(interface: &str) -> Option<Permission> {
        let mut all = Permission::ALL.into_iter();
        all.find(|permission| permission.interface() == interface)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.interface())
    }
}

/// What is granted to policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    withheld: BTreeSet<Permission>,
}

impl Grants {
    /// Everything that the contract has.
    #[must_use]
    pub fn all() -> Grants {
        Grants::default()
    }

    /// All but this.
    #[must_use]
    pub fn without(mut self, permission: Permission) -> Grants {
        self.withheld.insert(permission);
        self
    }

    /// What is withheld, in the order of the contract.
    pub fn withheld(&self) -> impl Iterator<Item = Permission> + '_ {
        self.withheld.iter().copied()
    }

    pub(super) fn withholds(&self, permission: Permission) -> bool {
        self.withheld.contains(&permission)
    }
}
