//! Block traces of CloudPhysics' kind: CSV with the header `version,time,op,size,lbn`, time in
//! microseconds, `op` a SCSI operation code in hexadecimal, `lbn` the key.

use super::super::Op;
use super::collect::Collector;
use super::input::Input;
use super::table::{Mapping, Optional, read as read_table};
use crate::error::Error;

pub(super) fn read(input: &mut Input, collector: &mut Collector) -> Result<(), Error> {
    // READ and WRITE in their forms of 6, 10, 12 and 16 bytes.
    let read_op = |text: &[u8]| match text.trim_ascii().to_ascii_lowercase().as_slice() {
        b"8" | b"08" | b"28" | b"a8" | b"88" => Ok(Some(Op::Read)),
        b"a" | b"0a" | b"2a" | b"aa" | b"8a" => Ok(Some(Op::Write)),
        _ => Err("28 is a read, 2a a write".to_owned()),
    };
    let mapping = Mapping {
        time: "time",
        unit: 1_000,
        op: "op",
        read_op: &read_op,
        key: "lbn",
        optional: Optional {
            size: Some(("size", false)),
            ..Optional::default()
        },
    };
    read_table(input, &mapping, collector)
}
