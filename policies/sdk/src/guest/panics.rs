//! What a panic leaves behind.
//!
//! A trap carries no text, and an import that only panics need would be a permission that every policy asks for. So the
//! words of a panic are left in the component's own memory, after a mark, where a host may look when a call has
//! trapped. A host that does not know of it sees a trap as any other.

#![allow(
    unsafe_code,
    reason = "a place that the host reads, and nobody else does"
)]

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{self, PanicHookInfo};

/// What the words stand after, each byte upside down: the mark itself is nowhere but before them.
const MARK: [u8; 16] = upside_down(*b"\0shelflife:last\0");
/// Bytes of mark and words together; more are cut off.
const ROOM: usize = 512;

/// Nothing, until there is a panic.
struct LastWords(UnsafeCell<[u8; ROOM]>);

// SAFETY: a component has one thread.
#[cfg(not(target_feature = "atomics"))]
unsafe impl Sync for LastWords {}

static LAST_WORDS: LastWords = LastWords(UnsafeCell::new([0; ROOM]));

/// Keeps the words of a panic.
pub(super) fn remember() {
    panic::set_hook(Box::new(note));
}

fn note(panic: &PanicHookInfo<'_>) {
    // SAFETY: nobody else looks at it: there is one thread, and a panic within a panic aborts.
    let room = unsafe { &mut *LAST_WORDS.0.get() };
    let mut digits = [b' '; 10];
    let (file, message) = (
        panic.location().map_or("", |place| place.file()),
        words_of(panic.payload()),
    );
    let mut line = panic.location().map_or(0, |place| place.line());
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (line % 10) as u8;
        line /= 10;
        if line == 0 {
            break;
        }
    }
    let (mark, words) = room.split_at_mut(MARK.len());
    // Never whole in another place, such as on the stack.
    for (place, byte) in mark.iter_mut().zip(&MARK) {
        *place = !std::hint::black_box(*byte);
    }
    let parts = [
        file.as_bytes(),
        b":",
        digits.trim_ascii(),
        b": ",
        message.as_bytes(),
    ];
    for (place, byte) in words.iter_mut().zip(parts.into_iter().flatten()) {
        *place = *byte;
    }
    // Read from outside, which the compiler cannot see.
    std::hint::black_box(room);
}

/// The words of a panic. What the standard library has for it is younger than the compilers that the SDK is for.
fn words_of(payload: &dyn Any) -> &str {
    match payload.downcast_ref::<String>() {
        Some(words) => words,
        None => payload.downcast_ref().copied().unwrap_or("it panicked"),
    }
}

const fn upside_down(mut bytes: [u8; 16]) -> [u8; 16] {
    let mut place = 0;
    while place < bytes.len() {
        bytes[place] = !bytes[place];
        place += 1;
    }
    bytes
}
