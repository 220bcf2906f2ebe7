//! What a policy said when it panicked.
//!
//! A trap carries no text. A policy that is written with the SDK leaves its words in its own memory, after a mark
//! (`policies/sdk/src/guest/panics.rs`). The memory of an instance that has trapped is nobody's any more: it is looked
//! at once and dropped with the instance.

use wasmtime::{AsContext, WasmCoreDump};

use super::error::plain;

/// What the words stand after.
const MARK: &[u8] = b"\0shelflife:last\0";
/// Bytes of them at most.
const WORDS: usize = 496;
/// How far into a memory is looked: what is static lies at its beginning.
const LOOKED_AT: usize = 4 << 20;

/// The words of a panic that a call has ended with, if the policy left any. They are the policy's own, and not to be
/// trusted.
pub(super) fn last_words(error: &wasmtime::Error, store: impl AsContext) -> Option<String> {
    let dump = error.downcast_ref::<WasmCoreDump>()?;
    dump.memories().iter().find_map(|memory| {
        let bytes = memory.data(&store);
        words_in(bytes.get(..LOOKED_AT).unwrap_or(bytes))
    })
}

fn words_in(memory: &[u8]) -> Option<String> {
    let place = memchr::memmem::find(memory, MARK)? + MARK.len();
    let words = memory[place..].split(|byte| *byte == 0).next()?;
    let words = &words[..words.len().min(WORDS)];
    let text = plain(String::from_utf8_lossy(words).into_owned(), WORDS);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_nothing_more_was_written() {
        let mut memory = vec![7; 1000];
        memory.extend(MARK);
        memory.extend(b"src/lib.rs:7: no \x1b[2J more");
        assert_eq!(
            words_in(&memory).as_deref(),
            Some("src/lib.rs:7: no  [2J more"),
            "at the end of memory"
        );
        memory.extend([0, 65, 66]);
        assert_eq!(
            words_in(&memory).as_deref(),
            Some("src/lib.rs:7: no  [2J more")
        );
    }

    #[test]
    fn there_are_none_where_nothing_was_said() {
        assert_eq!(words_in(b""), None);
        assert_eq!(words_in(&[0; 100]), None);
        assert_eq!(words_in(MARK), None);
        assert_eq!(words_in(&[MARK, &[0; 9]].concat()), None);
    }

    #[test]
    fn no_more_is_quoted_than_there_is_room_for() {
        let memory = [MARK, &[b'x'; 2000]].concat();
        assert_eq!(words_in(&memory).unwrap().len(), WORDS);
        let cut = [MARK, &[0xc3; 2000]].concat();
        assert!(words_in(&cut).unwrap().len() <= WORDS);
    }
}
