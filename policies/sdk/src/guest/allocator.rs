//! The allocator of components: [`Blocks`] of their linear memory.

#![allow(
    unsafe_code,
    reason = "an allocator cannot be had without; what decides which bytes are whose is not in here"
)]

use std::alloc::{GlobalAlloc, Layout};
use std::arch::wasm32;
use std::cell::UnsafeCell;
use std::ptr;

use crate::blocks::{Address, Blocks, Class, GRAIN, Memory};

// One for the whole component: a second one in the policy's own crate would not compile.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator(UnsafeCell::new(Blocks::new()));

struct Allocator(UnsafeCell<Blocks>);

// SAFETY: a component for `wasm32-unknown-unknown` without atomics, which is all that this is compiled
// for, has one thread.
#[cfg(not(target_feature = "atomics"))]
unsafe impl Sync for Allocator {}

impl Allocator {
    /// The lists.
    #[inline(always)]
    #[allow(clippy::mut_from_ref, reason = "argued in the function")]
    fn blocks(&self) -> &mut Blocks {
        // SAFETY: there is no other reference to the lists. There is one thread; each caller below makes one
        // call with its reference; and that leads to `Linear`, and from there nowhere.
        unsafe { &mut *self.0.get() }
    }

    /// A block of this size; null where there is none.
    #[inline(always)]
    fn take(&self, size: usize) -> *mut u8 {
        match Class::of(size) {
            Some(class) => pointer(self.blocks().take(class, &mut Linear)),
            None => ptr::null_mut(),
        }
    }

    /// Takes a block of this size back.
    #[inline(always)]
    fn give(&self, block: *mut u8, size: usize) {
        if let (Some(class), Some(block)) = (Class::of(size), address(block)) {
            self.blocks().give(class, block, &mut Linear);
        }
    }
}

// SAFETY: a block is at least as large as its layout, lies at a multiple of `GRAIN`, and is in nobody else's
// hands (the tests of `Blocks`); one that has to lie at a multiple of more is cut out of a larger one, below.
// The layout that a block is given back with is the one that it was asked for with, so that it goes back to
// the list of its class. Nothing here panics or unwinds.
unsafe impl GlobalAlloc for Allocator {
    #[inline(always)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match layout.align() {
            ..=GRAIN => self.take(layout.size()),
            // SAFETY: the caller's promise is about the same layout.
            _ => unsafe { self.alloc_aligned(layout) },
        }
    }

    #[inline(always)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match layout.align() {
            ..=GRAIN => self.give(block, layout.size()),
            // SAFETY: the caller's promise is about the same block and layout.
            _ => unsafe { self.dealloc_aligned(block, layout) },
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= GRAIN && Class::of(layout.size()) == Class::of(size) {
            // Both have a class: the old size is that of a block, and so the new one has the same.
            return block;
        }
        // SAFETY: the caller promises that the size, rounded up to the alignment, does not overflow, and the
        // alignment is that of a layout.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: the caller promises that the size is not zero.
        let moved = unsafe { self.alloc(wanted) };
        if !moved.is_null() {
            // SAFETY: both have so many bytes, and the new one was nobody's, so they do not overlap. The old
            // one is the caller's to give away, and is of no use to it from here on.
            unsafe {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
        }
        moved
    }
}

/// What has to lie at a multiple of more than [`GRAIN`], which hardly anything has to: it lies in a block
/// that is larger by its alignment, whose address stands before it.
impl Allocator {
    #[cold]
    unsafe fn alloc_aligned(&self, layout: Layout) -> *mut u8 {
        let block = self.take(layout.size() + layout.align());
        if block.is_null() {
            return block;
        }
        // Both are multiples of `GRAIN`, so that at least so many bytes lie between the two; and at most as
        // many as the block is larger.
        let gap = layout.align() - block.addr() % layout.align();
        // SAFETY: the first is in the block, with room for the layout behind it, and the second before it in
        // the same block, aligned as the first is.
        unsafe {
            let aligned = block.add(gap);
            aligned.cast::<*mut u8>().sub(1).write(block);
            aligned
        }
    }

    #[cold]
    unsafe fn dealloc_aligned(&self, aligned: *mut u8, layout: Layout) {
        // SAFETY: the caller promises that the block is from `alloc_aligned`, which wrote this.
        let block = unsafe { aligned.cast::<*mut u8>().sub(1).read() };
        self.give(block, layout.size() + layout.align());
    }
}

/// What a host asks for room with, for the text and the lists that it passes. The one that comes with the
/// bindings gives way to this one; it asks the same allocator by way of three more functions, for each text.
///
/// # Safety
///
/// `old` is null, or a block of `old_size` bytes at a multiple of `align` from this allocator; `align` is a
/// power of two. So says the canonical ABI, which hosts keep.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cabi_realloc(
    old: *mut u8,
    old_size: usize,
    align: usize,
    new_size: usize,
) -> *mut u8 {
    if new_size == 0 {
        // No room, at an address that is not null and that nobody gives back.
        return ptr::without_provenance_mut(align);
    }
    let block = match Layout::from_size_align(new_size, align) {
        // SAFETY: the size is not zero.
        Ok(wanted) if old_size == 0 => unsafe { ALLOCATOR.alloc(wanted) },
        // SAFETY: by the host's promise the block was allocated with this layout, so that it is one; the size
        // is not zero, and with the alignment it is a layout as well.
        Ok(_) => unsafe {
            let layout = Layout::from_size_align_unchecked(old_size, align);
            ALLOCATOR.realloc(old, layout, new_size)
        },
        // More than there can be.
        Err(_) => ptr::null_mut(),
    };
    if block.is_null() {
        wasm32::unreachable();
    }
    block
}

/// The memory of the component.
struct Linear;

impl Memory for Linear {
    fn grow(&mut self, bytes: usize) -> Option<(usize, usize)> {
        const PAGE: usize = 1 << 16;
        let pages = bytes.div_ceil(PAGE);
        match wasm32::memory_grow::<0>(pages) {
            usize::MAX => None,
            // The last page of all would end past what an address can say.
            before if before + pages > usize::MAX / PAGE => None,
            before => Some((before * PAGE, pages * PAGE)),
        }
    }

    #[inline(always)]
    fn next(&self, block: Address) -> Option<Address> {
        // SAFETY: a free block is part of what `grow` gave, at least `GRAIN` bytes long and aligned to as
        // many; what is read was written by `set_next`.
        unsafe { pointer(Some(block)).cast::<Option<Address>>().read() }
    }

    #[inline(always)]
    fn set_next(&mut self, block: Address, next: Option<Address>) {
        // SAFETY: as above, and nobody has a free block who could read what is overwritten.
        unsafe { pointer(Some(block)).cast::<Option<Address>>().write(next) }
    }
}

/// Blocks are numbers in [`Blocks`], and in a linear memory addresses are numbers; null is none.
#[inline(always)]
fn address(block: *mut u8) -> Option<Address> {
    Address::new(block.expose_provenance())
}

#[inline(always)]
fn pointer(block: Option<Address>) -> *mut u8 {
    ptr::with_exposed_provenance_mut(block.map_or(0, Address::get))
}
