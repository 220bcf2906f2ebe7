//! An engine with its origin, for the threads of a scenario.

use std::sync::Arc;

use shuttle::sync::Mutex;
use shuttle::sync::atomic::{AtomicU64, Ordering};
use shuttle::thread;

use crate::engine::{
    Copies, Engine, Entry, Fill, Instant, Lease, Options, Pace, Plan, Purge, Read, Reader, Ticket,
};

/// The time of a scenario: one moment, past the end of what [`World::stored_before`] stores.
const NOW: Instant = 100;

/// Looks at the load of another reader before a reader loads by itself.
const PATIENCE: u32 = 3;

type Gate = Arc<Mutex<Option<Arc<Entry<u64>>>>>;

/// How a world is set up.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    pub plan: Plan,
    pub capacity: u64,
    /// What values come with.
    pub lease: Lease,
    pub vector: Option<[f32; 2]>,
}

/// One key of an origin, and a cache.
pub struct World {
    engine: Engine<u64, Gate>,
    setting: Setting,
    /// The version of the key's value.
    origin: AtomicU64,
    /// No lower version may be served to whoever begins now.
    floor: AtomicU64,
}

impl World {
    pub const KEY: &str = "user:1";

    pub fn new(setting: Setting) -> Arc<World> {
        let options = Options {
            capacity: setting.capacity,
            max_groups: 1,
            ..Options::default()
        };
        let engine = Engine::new(&options);
        engine.install(&setting.plan);
        Arc::new(World {
            engine,
            setting,
            origin: AtomicU64::new(1),
            floor: AtomicU64::new(0),
        })
    }

    /// A world with a value that is past its end, and within its grace if the lease has one.
    pub fn stored_before(setting: Setting) -> Arc<World> {
        let world = World::new(setting);
        let place = world.engine.key(World::KEY);
        let lease = Lease {
            ttl: Some(NOW / 2),
            ..world.setting.lease.clone()
        };
        world
            .engine
            .insert(place, 1, &lease, &world.fill(0), &mut || 0.5);
        world
    }

    /// Runs something as a thread of a scenario.
    pub fn spawn(
        self: &Arc<World>,
        act: impl Fn(&World) + Send + 'static,
    ) -> thread::JoinHandle<()> {
        let world = Arc::clone(self);
        thread::spawn(move || act(&world))
    }

    /// Reads the key and checks what is served.
    pub fn get(&self) {
        let floor = self.floor.load(Ordering::SeqCst);
        for attempt in 0.. {
            let served = match self.read(World::KEY, attempt < PATIENCE) {
                Read::Hit { entry, refresh, .. } => {
                    if let Some((ticket, gate)) = refresh {
                        self.load(ticket, &gate);
                    }
                    Some(entry)
                }
                // Whoever loads may have read before anything that this reader knows of.
                Read::Load(ticket, gate) => return self.load(ticket, &gate),
                Read::Join {
                    waiters, joined, ..
                } => {
                    if waiters.lock().unwrap().is_some() {
                        continue;
                    }
                    thread::yield_now();
                    let ended = waiters.lock().unwrap().clone();
                    ended.filter(|entry| self.engine.may_serve(entry, joined))
                }
            };
            if let Some(entry) = served {
                let version = *entry.value();
                assert!(version >= floor, "{version} was served after {floor}");
                return;
            }
        }
    }

    /// Looks at the key again and again, and keeps what it finds at hand.
    pub fn look(&self) {
        let mut copies = Copies::new(1);
        for _ in 0..3 {
            let floor = self.floor.load(Ordering::SeqCst);
            let key = self.engine.key(World::KEY);
            let served = match copies.get(&self.engine, key, NOW) {
                Some(entry) => Arc::clone(entry),
                None => match self.engine.get(key, NOW) {
                    Some(entry) => {
                        drop(copies.offer(Arc::clone(&entry), NOW));
                        entry
                    }
                    None => continue,
                },
            };
            let version = *served.value();
            assert!(version >= floor, "{version} was served after {floor}");
        }
    }

    /// Begins a load and gives it up.
    pub fn get_and_cancel(&self) {
        match self.read(World::KEY, true) {
            Read::Load(ticket, _)
            | Read::Hit {
                refresh: Some((ticket, _)),
                ..
            } => self.engine.abandon(&ticket),
            _ => {}
        }
    }

    /// Brings another key into the cache.
    pub fn crowd(&self) {
        if let Read::Load(ticket, _) = self.read("page:1", true) {
            let lease = Lease::default();
            self.engine
                .complete(ticket, 0, &lease, &Fill::default(), &mut || 0.5);
        }
    }

    /// Changes the origin and invalidates.
    pub fn change(&self, purge: &Purge) {
        let version = self.origin.fetch_add(1, Ordering::SeqCst) + 1;
        self.engine.purge(purge, NOW);
        self.floor.fetch_max(version, Ordering::SeqCst);
    }

    /// Changes the origin and brings the new value.
    pub fn insert(&self) {
        let version = self.origin.fetch_add(1, Ordering::SeqCst) + 1;
        let place = self.engine.key(World::KEY);
        let fill = self.fill(NOW);
        self.engine
            .insert(place, version, &self.setting.lease, &fill, &mut || 0.5);
        self.floor.fetch_max(version, Ordering::SeqCst);
    }

    /// The same, if the key is cached.
    pub fn replace(&self) {
        let version = self.origin.fetch_add(1, Ordering::SeqCst) + 1;
        let place = self.engine.key(World::KEY);
        let fill = self.fill(NOW);
        self.engine
            .replace(place, version, &self.setting.lease, &fill, &mut || 0.5);
        self.floor.fetch_max(version, Ordering::SeqCst);
    }

    /// Gives memory back.
    pub fn sweep(&self) {
        self.engine.sweep(NOW, Pace::ROUND);
    }

    fn read(&self, key: &str, coalesce: bool) -> Read<u64, Gate> {
        let vector = self.setting.vector;
        let mut reader = Reader {
            now: NOW,
            vector: vector.as_ref().map(<[f32; 2]>::as_slice),
            coalesce,
            draw: &mut || 0.5,
        };
        self.engine.read(self.engine.key(key), &mut reader)
    }

    fn load(&self, ticket: Ticket, gate: &Gate) {
        let version = self.origin.load(Ordering::SeqCst);
        thread::yield_now();
        let fill = self.fill(NOW);
        let stored = self
            .engine
            .complete(ticket, version, &self.setting.lease, &fill, &mut || 0.5);
        gate.lock().unwrap().get_or_insert(stored.entry);
    }

    fn fill(&self, now: Instant) -> Fill {
        Fill {
            now,
            vector: self.setting.vector.map(Arc::from),
            ..Fill::default()
        }
    }
}
