//! What the words in an `op` column mean.

use super::super::Op;

/// Reads `R`, `W`, `D`, the eleven names of memcached and a few plain words, in any case. A `set` is
/// taken as a write, `delete` as the end of the value.
pub(super) fn plain(text: &[u8]) -> Option<Op> {
    // Nearly all rows end here.
    match text {
        b"R" => return Some(Op::Read),
        b"W" => return Some(Op::Write),
        b"D" => return Some(Op::Delete),
        _ => {}
    }
    let mut lower = [0; 8];
    let lower = lower.get_mut(..text.len())?;
    lower.copy_from_slice(text);
    lower.make_ascii_lowercase();
    match &*lower {
        b"r" | b"get" | b"gets" | b"read" => Some(Op::Read),
        b"w" | b"set" | b"add" | b"replace" | b"cas" | b"append" | b"prepend" | b"incr"
        | b"decr" | b"write" | b"update" | b"insert" => Some(Op::Write),
        b"d" | b"delete" => Some(Op::Delete),
        _ => None,
    }
}

/// What an unknown word should have been.
pub(super) const PLAIN: &str =
    "R (read), W (write) or D (delete), or a name of memcached's such as get and set";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_memcached_names_are_known_in_any_case() {
        for read in ["R", "r", "get", "GETS", "Read"] {
            assert_eq!(plain(read.as_bytes()), Some(Op::Read));
        }
        for write in [
            "W", "set", "ADD", "replace", "cas", "append", "prepend", "incr", "decr", "update",
        ] {
            assert_eq!(plain(write.as_bytes()), Some(Op::Write));
        }
        assert_eq!(plain(b"delete"), Some(Op::Delete));
        for unknown in ["", "X", "getting-on"] {
            assert_eq!(plain(unknown.as_bytes()), None);
        }
    }
}
