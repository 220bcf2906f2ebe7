//! Blocks of memory, kept by size for whoever asks next.
//!
//! A call of a policy takes some dozens of blocks, most of them names, and gives all of them back before
//! it ends. The allocator of the standard library looks for room each time, and joins neighbours each time;
//! with the clock and the fuel that a host compiles into all of it, that was a fifth of a call. Here a block
//! that was given back lies on the list of its size, and whoever asks next has it. Nothing is joined or
//! split: a component holds of each size what it once needed at a time.
//!
//! Only sizes are judged here, and numbers kept; the bytes are somebody else's ([`Memory`]), so that the
//! same code runs over a component's memory and over the one that the tests watch.

use std::num::NonZeroUsize;

#[cfg(test)]
mod tests;

/// Every block lies at a multiple of this, and small ones have a multiple of it for a size.
pub(crate) const GRAIN: usize = 16;

/// Up to here sizes are rounded up to a [`GRAIN`]; from here on so that each doubling has [`STEPS`] sizes.
const SMALL: usize = 1 << SMALL_LOG;
const SMALL_LOG: u32 = 10;
const STEPS: usize = 1 << STEPS_LOG;
const STEPS_LOG: u32 = 2;

/// The largest block.
const LARGEST: usize = 1 << LARGEST_LOG;
const LARGEST_LOG: u32 = 30;

const CLASSES: usize = SMALL / GRAIN + (LARGEST_LOG - SMALL_LOG) as usize * STEPS;

/// Where a block lies: nothing lies at zero.
pub(crate) type Address = NonZeroUsize;

/// What blocks are made of.
pub(crate) trait Memory {
    /// Where as many more bytes begin that nobody else has, at a multiple of [`GRAIN`], and how many there
    /// are: no fewer, and a multiple of it too. Nothing where there are no more.
    fn grow(&mut self, bytes: usize) -> Option<(usize, usize)>;

    /// What [`set_next`](Self::set_next) put into this free block.
    fn next(&self, block: Address) -> Option<Address>;

    /// Puts an address into a free block, whose bytes mean nothing to anybody else.
    fn set_next(&mut self, block: Address, next: Option<Address>);
}

/// Sizes that share a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class(usize);

impl Class {
    /// The class of a size; nothing for one of zero, or one that no memory has.
    #[inline(always)]
    pub(crate) fn of(size: usize) -> Option<Self> {
        match size {
            1..=SMALL => Some(Self((size - 1) / GRAIN)),
            _ => Self::of_large(size),
        }
    }

    fn of_large(size: usize) -> Option<Self> {
        if !(SMALL + 1..=LARGEST).contains(&size) {
            return None;
        }
        // Of the size before, so that a power of two is the last of its doubling.
        let log = (size - 1).ilog2();
        let step = (size - 1) >> (log - STEPS_LOG) & (STEPS - 1);
        let doubling = (log - SMALL_LOG) as usize;
        Some(Self(SMALL / GRAIN + doubling * STEPS + step))
    }

    /// How many bytes a block of it has.
    fn size(self) -> usize {
        match self.0.checked_sub(SMALL / GRAIN) {
            None => (self.0 + 1) * GRAIN,
            Some(large) => (SMALL << (large / STEPS)) / STEPS * (STEPS + large % STEPS + 1),
        }
    }
}

/// Free blocks, a list each class, and what was never handed out.
pub(crate) struct Blocks {
    /// The first free block of each class. Each free block holds the address of the next.
    first: [Option<Address>; CLASSES],
    /// Where the memory begins that was never handed out, and where it ends.
    rest: usize,
    end: usize,
}

impl Blocks {
    /// No blocks, and no memory.
    pub(crate) const fn new() -> Self {
        Self {
            first: [None; CLASSES],
            rest: 0,
            end: 0,
        }
    }

    /// A block of this class that nobody has, at a multiple of [`GRAIN`]; nothing where memory is used up.
    #[inline(always)]
    pub(crate) fn take(&mut self, class: Class, memory: &mut impl Memory) -> Option<Address> {
        match self.first[class.0] {
            None => self.cut(class, memory),
            Some(block) => {
                self.first[class.0] = memory.next(block);
                Some(block)
            }
        }
    }

    /// Takes back a block that [`take`](Self::take) handed out for the same class.
    #[inline(always)]
    pub(crate) fn give(&mut self, class: Class, block: Address, memory: &mut impl Memory) {
        memory.set_next(block, self.first[class.0]);
        self.first[class.0] = Some(block);
    }

    /// A block that nobody had before. Once there are as many of each class as a call needs, no call comes
    /// here.
    #[cold]
    #[inline(never)]
    fn cut(&mut self, class: Class, memory: &mut impl Memory) -> Option<Address> {
        let size = class.size();
        let left = self.end - self.rest;
        if left < size {
            let (mut begin, mut bytes) = memory.grow(size - left)?;
            if begin != self.end {
                // Somebody else has what lies between, so that what is left is lost.
                if bytes < size {
                    (begin, bytes) = memory.grow(size)?;
                }
                self.rest = begin;
            }
            self.end = begin + bytes;
        }
        let block = Address::new(self.rest);
        self.rest += size;
        block
    }
}
