//! Where locks and atomics come from.

pub(super) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

pub(super) use parking_lot::{Mutex, MutexGuard, RwLock};
