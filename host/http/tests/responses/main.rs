//! The rules of HTTP caching, each as a test: RFC 9111 and RFC 5861, tags, and the cache's own promises. Time
//! is told by the tests, tasks are of one thread, and nobody waits for anything but other tasks.

mod bodies;
mod clients;
mod freshness;
mod invalidation;
mod scene;
mod sharing;
mod stale;
mod storing;
mod validation;
mod variants;
mod writes;
