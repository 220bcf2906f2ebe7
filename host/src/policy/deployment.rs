//! A policy in place: its instances, in slots that threads take turns at.
//!
//! One instance would make fills wait for each other, so a policy has one a core. A policy that exports
//! `snapshots` says that what it learns matters, and has one only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::{Mutex, MutexGuard};

use super::component::CompiledPolicy;
use super::guard::Guard;
use super::health::Health;
use super::{Calls, Exports};
use crate::engine::Plan;

/// A line of a processor's cache and the one beside it, which is fetched along with it.
#[repr(align(128))]
struct Slot(Mutex<Guard>);

/// A policy that was loaded and configured.
pub(crate) struct Deployment {
    pub(super) compiled: CompiledPolicy,
    pub(super) config: Arc<str>,
    pub(super) plan: Arc<Plan>,
    pub(super) health: Arc<Health>,
    slots: Box<[Slot]>,
    /// Configured and not restored.
    spare: Mutex<Option<Guard>>,
    /// Another policy has taken its place: whoever got hold of a slot looks again for the one to call.
    retired: AtomicBool,
}

impl Deployment {
    pub(super) fn new(
        compiled: &CompiledPolicy,
        config: &str,
        guards: Vec<Guard>,
        spare: Option<Guard>,
    ) -> Deployment {
        let first = &guards[0];
        Deployment {
            compiled: compiled.clone(),
            config: config.into(),
            plan: Arc::clone(first.shared_plan()),
            health: Arc::clone(first.health()),
            slots: guards
                .into_iter()
                .map(|guard| Slot(Mutex::new(guard)))
                .collect(),
            spare: Mutex::new(spare),
            retired: AtomicBool::new(false),
        }
    }

    pub(super) fn name(&self) -> &str {
        self.compiled.name()
    }

    pub(super) fn exports(&self) -> Exports {
        self.compiled.exports()
    }

    pub(super) fn slot_count(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn listens_to(&self, feed: &str) -> bool {
        self.plan.feeds.iter().any(|name| name == feed)
    }

    /// Calls the policy by whichever slot is free, the thread's own first. Gives `input` back if another
    /// policy has taken its place.
    pub(super) fn with<I, R>(
        &self,
        input: I,
        call: impl FnOnce(I, &mut Guard) -> R,
    ) -> Result<R, I> {
        let mut guard = self.take_slot();
        // Under the slot's lock, so that what the policy has learned from a call is in what it saves: it
        // is retired under that lock.
        match self.retired.load(Ordering::Acquire) {
            true => Err(input),
            false => Ok(call(input, &mut guard)),
        }
    }

    fn take_slot(&self) -> MutexGuard<'_, Guard> {
        let own = thread_number() % self.slots.len();
        let (before, from_own) = self.slots.split_at(own);
        let mut order = from_own.iter().chain(before);
        match order.find_map(|slot| slot.0.try_lock()) {
            Some(guard) => guard,
            None => self.slots[own].0.lock(),
        }
    }

    /// The first slot, which of a policy with a state is the only one.
    pub(super) fn first_slot(&self) -> MutexGuard<'_, Guard> {
        self.slots[0].0.lock()
    }

    /// An instance that was configured and not restored, once.
    pub(super) fn take_spare(&self) -> Option<Guard> {
        self.spare.lock().take()
    }

    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }

    pub(super) fn reinstate(&self) {
        self.retired.store(false, Ordering::Release);
    }

    /// Waits until every call that is under way has ended.
    pub(super) fn drain(&self) {
        for slot in &self.slots {
            drop(slot.0.lock());
        }
    }

    /// What the calls of all instances came to.
    pub(super) fn calls(&self) -> Calls {
        let mut calls = Calls::default();
        for slot in &self.slots {
            calls += slot.0.lock().calls();
        }
        calls
    }
}

/// Numbers threads from 0 on, in the order in which they first call a policy.
fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    // A thread that is ending has none any more, and may share one.
    NUMBER.try_with(|number| *number).unwrap_or(0)
}
