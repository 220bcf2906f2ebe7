//! How much an instance may grow.

use wasmtime::ResourceLimiter;

use super::error::Breach;

/// Caps what an instance may hold. Growth past a cap traps with an error that names the limit: a guest
/// that saw its growth refused would panic without saying why.
pub(super) struct Caps {
    /// Of all linear memories together, in bytes.
    memory: usize,
    held: usize,
    elements: usize,
}

/// A policy is one component of a few modules; an interpreter that brings its libraries along as modules of their own has
/// some dozens.
const INSTANCES: usize = 64;
const TABLES: usize = 64;
const MEMORIES: usize = 4;
/// Of all tables together: a table has an element for each function that is called by its number.
const TABLE_ELEMENTS: usize = 200_000;

impl Caps {
    pub(super) fn new(memory: usize) -> Caps {
        Caps {
            memory,
            held: 0,
            elements: 0,
        }
    }

    /// Bytes held by all linear memories together.
    pub(super) fn held(&self) -> usize {
        self.held
    }
}

impl ResourceLimiter for Caps {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let held = self.held - current.min(self.held) + desired;
        if held > self.memory {
            return Err(wasmtime::Error::new(Breach {
                what: "memory (bytes)",
                got: held,
                limit: self.memory,
            }));
        }
        self.held = held;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let elements = self.elements - current.min(self.elements) + desired;
        if elements > TABLE_ELEMENTS {
            return Err(wasmtime::Error::new(Breach {
                what: "table elements",
                got: elements,
                limit: TABLE_ELEMENTS,
            }));
        }
        self.elements = elements;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_share_their_elements() {
        let mut caps = Caps::new(0);
        assert!(caps.table_growing(0, 150_000, None).is_ok());
        let error = caps.table_growing(0, 50_001, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "too much table elements: got=200001, limit=200000"
        );
        assert!(caps.table_growing(0, 50_000, None).is_ok());
        assert!(caps.table_growing(50_000, 50_001, None).is_err());
    }
}
