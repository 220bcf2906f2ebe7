//! The project's own format: CSV with the header `ts_us,op,key[,size][,ttl_ms][,tags][,txn][,client][,emb]`.
//!
//! Columns come in any order. `op` is `R`, `W` or `D`, or one of memcached's names; tags have `;`
//! between them, and a key has the tags of all its rows. writes next to each other with one time and
//! one `txn` are one transaction. `ttl_ms` and `emb` are let through unread: policies decide how long a
//! value keeps.

use super::collect::Collector;
use super::input::Input;
use super::ops;
use super::table::{Mapping, Optional, read as read_table};
use crate::error::Error;

pub(super) fn read(input: &mut Input, collector: &mut Collector) -> Result<(), Error> {
    let read_op = |text: &[u8]| {
        ops::plain(text.trim_ascii())
            .map(Some)
            .ok_or_else(|| ops::PLAIN.to_owned())
    };
    let mapping = Mapping {
        time: "ts_us",
        unit: 1_000,
        op: "op",
        read_op: &read_op,
        key: "key",
        optional: Optional {
            size: Some(("size", false)),
            tags: Some(("tags", false)),
            client: Some(("client", false)),
            transaction: Some(("txn", false)),
        },
    };
    read_table(input, &mapping, collector)
}
