//! Locks, atomics and shared pointers: the one place that decides whose they are.
//!
//! They are parking_lot's and the standard library's, but where a model checker takes the engine
//! through its interleavings (`host/proofs`): then they are the checker's, in the shape of the others.
//! parking_lot's locks do not poison, so that a panic in a loader does not wedge the cache, and neither
//! do these.

#[cfg(not(model))]
pub(super) use parking_lot::{Mutex, MutexGuard, RwLock};
#[cfg(not(model))]
pub(super) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

#[cfg(model)]
#[allow(unused_imports)] // A checker that takes a few of the files needs a few of these.
pub(super) use checked::{
    Mutex, MutexGuard, RwLock,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

// For groups, whose count decides whether a name keeps its slot: loom takes a look at the count for a
// point at which threads meet. It has none for unsized types; the others are the standard library's.
#[cfg(model = "loom")]
pub(super) use loom::sync::Arc;
#[cfg(not(model = "loom"))]
pub(super) use std::sync::Arc;

/// What a model checker watches.
#[cfg(model)]
mod checked {
    use std::sync::{PoisonError, TryLockError};

    #[cfg(model = "loom")]
    use loom::sync;
    #[cfg(model = "shuttle")]
    use shuttle::sync;

    pub(crate) use sync::{MutexGuard, RwLockReadGuard, RwLockWriteGuard, atomic};

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Mutex<T> {
            Mutex(sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }

        pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
            match self.0.try_lock() {
                Ok(guard) => Some(guard),
                Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
                Err(TryLockError::WouldBlock) => None,
            }
        }
    }

    #[derive(Debug, Default)]
    pub(crate) struct RwLock<T>(sync::RwLock<T>);

    impl<T> RwLock<T> {
        #[allow(dead_code)] // Loom's models make theirs, and the engine has the default.
        pub(crate) fn new(value: T) -> RwLock<T> {
            RwLock(sync::RwLock::new(value))
        }

        pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
            self.0.read().unwrap_or_else(PoisonError::into_inner)
        }

        pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
            self.0.write().unwrap_or_else(PoisonError::into_inner)
        }
    }
}
