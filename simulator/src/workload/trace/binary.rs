//! Traces of fixed binary records.

use super::super::Op;
use super::collect::{Collector, Row};
use super::input::Input;
use crate::error::Error;

const SECOND: u64 = 1_000_000_000;

/// libCacheSim's `oracleGeneral`: 24 bytes, little endian: u32 second, u64 key, u32 size, i64 next
/// access. All are reads; what happens within a second is spread over it.
pub(super) fn oracle_general(input: &mut Input, collector: &mut Collector) -> Result<(), Error> {
    input.records(|line, record: &[u8; 24]| {
        let (second, key, size) = (&record[..4], &record[4..12], &record[12..16]);
        let at = u64::from(little(second) as u32) * SECOND;
        let key = little(key).to_string();
        collector
            .push(Row {
                line,
                at,
                op: Op::Read,
                key: key.as_bytes(),
                size: little(size) as u32,
                client: 0,
                transaction: b"",
            })
            .map(drop)
    })
}

/// cache2k's plain traces: keys of 4 bytes, big endian, without times.
pub(super) fn cache2k(input: &mut Input, collector: &mut Collector) -> Result<(), Error> {
    input.records(|line, record: &[u8; 4]| {
        collector.push_untimed(line, u32::from_be_bytes(*record).to_string().as_bytes())
    })
}

/// cache2k's timed traces: second and key, 4 bytes each, big endian. The seconds stay as they are:
/// what is published about these traces was computed so.
pub(super) fn cache2k_timed(input: &mut Input, collector: &mut Collector) -> Result<(), Error> {
    input.records(|line, record: &[u8; 8]| {
        let [a, b, c, d, key @ ..] = *record;
        let at = u64::from(u32::from_be_bytes([a, b, c, d])) * SECOND;
        let key = u32::from_be_bytes(key).to_string();
        collector
            .push(Row {
                line,
                at,
                op: Op::Read,
                key: key.as_bytes(),
                size: 0,
                client: 0,
                transaction: b"",
            })
            .map(drop)
    })
}

fn little(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}
