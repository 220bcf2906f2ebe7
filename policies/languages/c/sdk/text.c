#include "text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void *allocate(size_t count, size_t size) {
  /* Never of no bytes: the host takes a list without elements from anywhere, and NULL means that there is no memory. */
  void *memory = calloc(count ? count : 1, size ? size : 1);
  if (!memory) {
    abort();
  }
  return memory;
}

text_t text_of(const char *literal) {
  return (text_t){(uint8_t *)literal, strlen(literal)};
}

text_t text_copy(text_t text) {
  text_t copy = {allocate(text.len, 1), text.len};
  memcpy(copy.ptr, text.ptr, text.len);
  return copy;
}

bool text_equal(text_t one, text_t other) {
  return one.len == other.len && memcmp(one.ptr, other.ptr, one.len) == 0;
}

bool text_is(text_t text, const char *literal) {
  return text_equal(text, text_of(literal));
}

bool text_starts_with(text_t text, text_t prefix) {
  return text.len >= prefix.len && memcmp(text.ptr, prefix.ptr, prefix.len) == 0;
}

size_t text_find(text_t text, text_t part) {
  for (size_t at = 0; at + part.len <= text.len; at++) {
    if (memcmp(text.ptr + at, part.ptr, part.len) == 0) {
      return at;
    }
  }
  return SIZE_MAX;
}

text_t text_from(text_t text, size_t at) {
  return (text_t){text.ptr + at, text.len - at};
}

text_t text_until(text_t text, size_t at) {
  return (text_t){text.ptr, at};
}

void builder_add(builder_t *builder, text_t text) {
  size_t length = builder->text.len + text.len;
  if (length > builder->room) {
    builder->room = length * 2;
    builder->text.ptr = realloc(builder->text.ptr, builder->room);
    if (!builder->text.ptr) {
      abort();
    }
  }
  memcpy(builder->text.ptr + builder->text.len, text.ptr, text.len);
  builder->text.len = length;
}

bool refuse(text_t *error, ...) {
  builder_t said = {0};
  va_list parts;
  va_start(parts, error);
  for (const char *part; (part = va_arg(parts, const char *));) {
    builder_add(&said, text_of(part));
  }
  va_end(parts);
  *error = said.text;
  return false;
}
