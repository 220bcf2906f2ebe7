/* What there is of the C library in a policy: memory and bytes. There is no printf, no file and no clock: what a
 * policy may do to the world outside is in shelflife.h.
 *
 * Blocks have the sizes 16, 32, 64 and so on, their header of 8 bytes included, and a free one waits in the list of
 * its size. A policy frees what a call has allocated when the call ends, so that the next call finds all it needs in
 * these lists. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 4, LARGEST = 31, PAGE = 65536 };

typedef struct block {
  /* The binary logarithm of its size. The 8 bytes keep what follows aligned. */
  uint64_t size;
  struct block *next;
} block;

/* Where the linker says that memory without a use begins. */
extern uint8_t __heap_base;

static block *unused[LARGEST + 1];
static uintptr_t top;

/* Memory from the end of what is used, grown by whole pages. */
static block *fresh(unsigned size) {
  if (top == 0) {
    top = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
  }
  uintptr_t end = top + ((uintptr_t)1 << size);
  uintptr_t there = (uintptr_t)__builtin_wasm_memory_size(0) * PAGE;
  if (end < top) {
    return NULL;
  }
  if (end > there && __builtin_wasm_memory_grow(0, (end - there + PAGE - 1) / PAGE) == (size_t)-1) {
    return NULL;
  }
  block *made = (block *)top;
  top = end;
  made->size = size;
  return made;
}

void *malloc(size_t wanted) {
  if (wanted > ((size_t)1 << (LARGEST - 1))) {
    return NULL;
  }
  unsigned size = SMALLEST;
  while (((size_t)1 << size) < wanted + sizeof(uint64_t)) {
    size++;
  }
  block *found = unused[size];
  if (found) {
    unused[size] = found->next;
  } else if (!(found = fresh(size))) {
    return NULL;
  }
  return (uint8_t *)found + sizeof(uint64_t);
}

static block *block_of(void *memory) {
  return (block *)((uint8_t *)memory - sizeof(uint64_t));
}

void free(void *memory) {
  if (memory) {
    block *freed = block_of(memory);
    freed->next = unused[freed->size];
    unused[freed->size] = freed;
  }
}

void *calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    return NULL;
  }
  void *memory = malloc(bytes);
  return memory ? memset(memory, 0, bytes) : NULL;
}

void *realloc(void *memory, size_t wanted) {
  if (!memory) {
    return malloc(wanted);
  }
  size_t room = ((size_t)1 << block_of(memory)->size) - sizeof(uint64_t);
  if (wanted <= room) {
    return memory;
  }
  void *larger = malloc(wanted);
  if (larger) {
    memcpy(larger, memory, room);
    free(memory);
  }
  return larger;
}

_Noreturn void abort(void) {
  __builtin_trap();
}

/* With bulk memory the compiler makes one instruction of each of these; without it they would call themselves. */
#ifndef __wasm_bulk_memory__
#error "compile with -mbulk-memory"
#endif

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  return __builtin_memcpy(to, from, size);
}

void *memmove(void *to, const void *from, size_t size) {
  return __builtin_memmove(to, from, size);
}

void *memset(void *to, int byte, size_t size) {
  return __builtin_memset(to, byte, size);
}

int memcmp(const void *one, const void *other, size_t size) {
  const uint8_t *a = one, *b = other;
  for (size_t at = 0; at < size; at++) {
    if (a[at] != b[at]) {
      return a[at] < b[at] ? -1 : 1;
    }
  }
  return 0;
}

void *memchr(const void *in, int byte, size_t size) {
  const uint8_t *bytes = in;
  for (size_t at = 0; at < size; at++) {
    if (bytes[at] == (uint8_t)byte) {
      return (void *)(bytes + at);
    }
  }
  return NULL;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length]) {
    length++;
  }
  return length;
}

int strcmp(const char *one, const char *other) {
  while (*one && *one == *other) {
    one++, other++;
  }
  return (uint8_t)*one - (uint8_t)*other;
}

/* What the compiler calls for a product of 128 bits, as it is needed to tell whether one of 64 bits overflows. */
typedef __int128 wide;
typedef unsigned __int128 unsigned_wide;

wide __multi3(wide one, wide other);

wide __multi3(wide one, wide other) {
  const uint64_t half = UINT32_MAX;
  uint64_t a = (uint64_t)one, b = (uint64_t)other;
  uint64_t low = (a & half) * (b & half);
  uint64_t middle = (a >> 32) * (b & half) + (low >> 32);
  uint64_t cross = (a & half) * (b >> 32) + (middle & half);
  uint64_t high = (a >> 32) * (b >> 32) + (middle >> 32) + (cross >> 32);
  high += a * (uint64_t)((unsigned_wide)other >> 64) + b * (uint64_t)((unsigned_wide)one >> 64);
  return (wide)((unsigned_wide)high << 64 | (cross << 32 | (low & half)));
}
