//! Against a memory that watches who has which bytes.

use std::collections::BTreeMap;

use super::{Address, Blocks, Class, GRAIN, LARGEST, Memory, SMALL, STEPS};

/// A memory of a few pages. Every grain of it may be read and written; `held` says which bytes somebody has,
/// so that a link in one of those is found out.
struct Watched {
    links: Vec<Option<Address>>,
    /// Where it ends now.
    end: usize,
    /// Where it may end.
    most: usize,
    /// Whether somebody else takes a page before each that is asked for.
    is_shared: bool,
    /// Blocks that are in use: where they begin, to where they end.
    held: BTreeMap<usize, usize>,
}

const PAGE: usize = 4096;

impl Watched {
    fn of(pages: usize) -> Self {
        // Nothing lies at zero.
        Self {
            links: vec![None; PAGE / GRAIN],
            end: PAGE,
            most: (pages + 1) * PAGE,
            is_shared: false,
            held: BTreeMap::new(),
        }
    }

    /// A block is in nobody's hands: none that is held begins in it or reaches into it.
    fn assert_free(&self, from: usize, to: usize) {
        assert!(PAGE <= from && to <= self.end, "{from}..{to} is no memory");
        let before = self.held.range(..to).next_back();
        if let Some((&start, &end)) = before {
            assert!(
                end <= from,
                "{from}..{to} lies in {start}..{end}, which is in use"
            );
        }
    }

    fn hold(&mut self, block: Address, size: usize) {
        let block = block.get();
        assert_eq!(block % GRAIN, 0, "a block lies at {block}");
        self.assert_free(block, block + size);
        self.held.insert(block, block + size);
    }
}

impl Memory for Watched {
    fn grow(&mut self, bytes: usize) -> Option<(usize, usize)> {
        let other = if self.is_shared { PAGE } else { 0 };
        let (begin, bytes) = (self.end + other, bytes.next_multiple_of(PAGE));
        if begin + bytes > self.most {
            return None;
        }
        if other > 0 {
            self.held.insert(self.end, begin);
        }
        self.end = begin + bytes;
        self.links.resize(self.end / GRAIN, None);
        Some((begin, bytes))
    }

    fn next(&self, block: Address) -> Option<Address> {
        let block = block.get();
        self.assert_free(block, block + GRAIN);
        self.links[block / GRAIN]
    }

    fn set_next(&mut self, block: Address, next: Option<Address>) {
        let block = block.get();
        self.assert_free(block, block + GRAIN);
        self.links[block / GRAIN] = next;
    }
}

/// Numbers without a pattern, the same in every run (Knuth's constants of MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

fn class(size: usize) -> Class {
    Class::of(size).expect("it has a list")
}

#[test]
fn no_byte_has_two_owners_whatever_is_taken_and_given_back() {
    for seed in 0..64 {
        let mut numbers = Numbers(seed);
        let mut memory = Watched::of(24);
        memory.is_shared = seed % 2 == 1;
        let mut blocks = Blocks::new();
        let mut held: Vec<(Address, usize)> = Vec::new();
        let mut refused = 0;
        for _ in 0..4_000 {
            // Up to and down from a full memory, several times.
            let is_growing = numbers.below(4_000) > held.len() * 12;
            if is_growing || held.is_empty() {
                // Small ones more often.
                let most = SMALL >> numbers.below(6) << (numbers.below(10) / 7);
                let size = 1 + numbers.below(most);
                match blocks.take(class(size), &mut memory) {
                    Some(block) => {
                        memory.hold(block, size);
                        held.push((block, size));
                    }
                    None => refused += 1,
                }
            } else {
                let (block, size) = held.swap_remove(numbers.below(held.len()));
                memory.held.remove(&block.get());
                blocks.give(class(size), block, &mut memory);
            }
        }
        assert!(refused > 0, "seed {seed}: the memory was never used up");
        assert!(refused < 2_000, "seed {seed}: it was used up all the time");
    }
}

#[test]
fn calls_that_give_back_what_they_take_need_no_more_memory_than_one_of_them() {
    let call = |blocks: &mut Blocks, memory: &mut Watched| {
        let sizes = (1..200).map(|n| 1 + n * 37 % (3 * SMALL));
        let held: Vec<(Address, usize)> = sizes
            .map(|size| {
                let block = blocks.take(class(size), memory).expect("there is room");
                memory.hold(block, size);
                (block, size)
            })
            .collect();
        for (block, size) in held {
            memory.held.remove(&block.get());
            blocks.give(class(size), block, memory);
        }
    };
    let mut memory = Watched::of(256);
    let mut blocks = Blocks::new();
    call(&mut blocks, &mut memory);
    let end = memory.end;
    for _ in 0..1_000 {
        call(&mut blocks, &mut memory);
    }
    assert_eq!(memory.end, end);
}

#[test]
fn a_block_is_whole_where_somebody_else_takes_memory_too() {
    let mut memory = Watched::of(64);
    memory.is_shared = true;
    let mut blocks = Blocks::new();
    for size in [PAGE / 4, PAGE + GRAIN, 2 * PAGE, PAGE / 2, 3 * PAGE] {
        let block = blocks.take(class(size), &mut memory);
        memory.hold(block.expect("there is room"), size);
    }
}

#[test]
fn memory_is_used_to_the_last_byte() {
    let mut memory = Watched::of(3);
    let mut blocks = Blocks::new();
    let size = 3 * PAGE / 4;
    for _ in 0..4 {
        let block = blocks
            .take(class(size), &mut memory)
            .expect("there is room");
        memory.hold(block, size);
    }
    assert!(blocks.take(class(1), &mut memory).is_none());
}

#[test]
fn a_block_is_as_large_as_it_must_be_and_not_much_larger() {
    let around = |size: usize| [size - 1, size, size + 1];
    let large = (SMALL.ilog2()..=LARGEST.ilog2()).flat_map(|log| around(1 << log));
    for size in (1..=16 * SMALL)
        .chain(large)
        .filter(|&size| size <= LARGEST)
    {
        let of = class(size).size();
        assert!(size <= of, "{size}: {of}");
        let most = if size <= SMALL {
            size + GRAIN
        } else {
            size + size / STEPS
        };
        assert!(of <= most, "{size}: {of}");
        assert_eq!(of % GRAIN, 0, "{size}: {of}");
        assert!(class(of) == class(size), "{size}: {of} is of another class");
    }
    assert!(Class::of(0).is_none(), "nobody asks for nothing");
    for size in [LARGEST + 1, usize::MAX / 2, usize::MAX] {
        assert!(Class::of(size).is_none(), "{size}");
    }
}
