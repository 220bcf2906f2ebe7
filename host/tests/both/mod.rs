//! What tests share: one body for both caches, and futures polled by hand.
#![allow(dead_code, reason = "each test program uses some of it")]

use std::any::Any;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use shelflife::compute::{CompResult, Op};
use shelflife::{Builder, Embedding, EmbeddingError, Entry, Load, future, sync};

/// A test fails after so long where a reader would wait for ever.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub type Value = &'static str;

/// A cache of either flavour, for tests that hold for both. A task is blocked on where a thread would block.
pub trait Subject: Clone + Send + Sync + Sized + 'static {
    fn builder() -> Builder<Value, Self>;
    fn make(builder: Builder<Value, Self>) -> Self;

    /// The same entries with all the calls that do not wait, which are the same code in both.
    fn at(&self) -> sync::Cache<Value>;

    fn try_get_with<E: Any + Send + Sync>(
        &self,
        key: &str,
        loader: impl FnOnce(&Load) -> Result<Value, E>,
    ) -> Result<Value, Arc<E>>;

    fn get_many_with(
        &self,
        keys: &[&str],
        loader: impl FnMut(&[&str], &[Load]) -> Vec<Option<Value>>,
    ) -> Vec<Option<Value>>;

    fn get_near_with(
        &self,
        key: &str,
        embedding: &Embedding,
        loader: impl FnOnce(&Load) -> Value,
    ) -> Result<Value, EmbeddingError>;

    fn or_insert_with(&self, key: &str, loader: impl FnOnce(&Load) -> Value) -> Entry<Value>;

    fn and_compute_with(
        &self,
        key: &str,
        decide: impl FnOnce(Option<Entry<Value>>, &Load) -> Op<Value>,
    ) -> CompResult<Value>;

    fn get_with(&self, key: &str, loader: impl FnOnce(&Load) -> Value) -> Value {
        let loaded = self.try_get_with(key, |load| Ok::<_, std::convert::Infallible>(loader(load)));
        loaded.unwrap()
    }

    fn plain() -> Self {
        Self::make(Self::builder())
    }
}

impl Subject for sync::Cache<Value> {
    fn builder() -> Builder<Value> {
        sync::Cache::builder()
    }

    fn make(builder: Builder<Value>) -> Self {
        builder.build().unwrap()
    }

    fn at(&self) -> sync::Cache<Value> {
        self.clone()
    }

    fn try_get_with<E: Any + Send + Sync>(
        &self,
        key: &str,
        loader: impl FnOnce(&Load) -> Result<Value, E>,
    ) -> Result<Value, Arc<E>> {
        sync::Cache::try_get_with(self, key, loader)
    }

    fn get_many_with(
        &self,
        keys: &[&str],
        loader: impl FnMut(&[&str], &[Load]) -> Vec<Option<Value>>,
    ) -> Vec<Option<Value>> {
        sync::Cache::get_many_with(self, keys, loader)
    }

    fn get_near_with(
        &self,
        key: &str,
        embedding: &Embedding,
        loader: impl FnOnce(&Load) -> Value,
    ) -> Result<Value, EmbeddingError> {
        sync::Cache::get_near_with(self, key, embedding, loader)
    }

    fn or_insert_with(&self, key: &str, loader: impl FnOnce(&Load) -> Value) -> Entry<Value> {
        self.entry(key).or_insert_with(loader)
    }

    fn and_compute_with(
        &self,
        key: &str,
        decide: impl FnOnce(Option<Entry<Value>>, &Load) -> Op<Value>,
    ) -> CompResult<Value> {
        self.entry(key).and_compute_with(decide)
    }
}

impl Subject for future::Cache<Value> {
    fn builder() -> Builder<Value, Self> {
        future::Cache::builder()
    }

    fn make(builder: Builder<Value, Self>) -> Self {
        builder.build().unwrap()
    }

    fn at(&self) -> sync::Cache<Value> {
        self.clone().into()
    }

    fn try_get_with<E: Any + Send + Sync>(
        &self,
        key: &str,
        loader: impl FnOnce(&Load) -> Result<Value, E>,
    ) -> Result<Value, Arc<E>> {
        block_on(future::Cache::try_get_with(self, key, async |load| {
            loader(&load)
        }))
    }

    fn get_many_with(
        &self,
        keys: &[&str],
        mut loader: impl FnMut(&[&str], &[Load]) -> Vec<Option<Value>>,
    ) -> Vec<Option<Value>> {
        let loader = async |missing: Vec<String>, loads: Arc<[Load]>| {
            let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
            loader(&missing, &loads)
        };
        block_on(future::Cache::get_many_with(self, keys, loader))
    }

    fn get_near_with(
        &self,
        key: &str,
        embedding: &Embedding,
        loader: impl FnOnce(&Load) -> Value,
    ) -> Result<Value, EmbeddingError> {
        let loader = async |load: Arc<Load>| loader(&load);
        block_on(future::Cache::get_near_with(self, key, embedding, loader))
    }

    fn or_insert_with(&self, key: &str, loader: impl FnOnce(&Load) -> Value) -> Entry<Value> {
        block_on(self.entry(key).or_insert_with(async |load| loader(&load)))
    }

    fn and_compute_with(
        &self,
        key: &str,
        decide: impl FnOnce(Option<Entry<Value>>, &Load) -> Op<Value>,
    ) -> CompResult<Value> {
        let decide = async |before, load: Arc<Load>| decide(before, &load);
        block_on(self.entry(key).and_compute_with(decide))
    }
}

/// Makes two tests of each function, one for each cache.
#[allow(
    unused_macros,
    reason = "one program of tests is about one cache alone"
)]
macro_rules! on_both_caches {
    ($($name:ident),* $(,)?) => {
        mod for_threads {
            $(#[test] fn $name() { super::$name::<shelflife::sync::Cache<&'static str>>() })*
        }
        mod for_tasks {
            $(#[test] fn $name() { super::$name::<shelflife::future::Cache<&'static str>>() })*
        }
    };
}
#[allow(unused_imports)]
pub(crate) use on_both_caches;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Unpark>) {
        self.0.unpark();
    }
}

/// Polls a future to its end, and parks in between.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park_timeout(PATIENCE),
        }
    }
}

/// A future on the heap.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Polls once, with a waker that does nothing.
pub fn poll<T>(future: &mut Boxed<'_, T>) -> Poll<T> {
    future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls once; the answer, which must be there.
pub fn ready<T>(future: &mut Boxed<'_, T>) -> T {
    match poll(future) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it should be ready"),
    }
}

/// Ends when it is polled for the second time, as what waits for I/O does.
pub async fn wait_once() {
    let mut was_polled = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut was_polled, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
