//! temp
#![forbid(unsafe_code)]

mod body;
mod bring;
mod headers;
mod judge;
mod keys;
mod layer;
mod load;
mod origin;
mod past;
mod read;
mod route;
mod rules;
mod service;
mod settings;
mod shared;
mod slot;
mod stored;
mod target;
mod write;

pub use body::CacheBody;
pub use keys::default_key;
pub use layer::HttpCacheLayer;
pub use service::{HttpCache, ResponseFuture};
pub use settings::SetCookie;
pub use stored::{CachedResponse, weigh};
