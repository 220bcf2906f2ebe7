#include "names.h"

#include <stdlib.h>

/* Quotes the text, which is broken. */
static bool broken(text_t text, const char *why, text_t *error) {
  builder_t said = {0};
  builder_add(&said, text_of("`"));
  builder_add(&said, text);
  builder_add(&said, text_of("`: "));
  builder_add(&said, text_of(why));
  *error = said.text;
  return false;
}

bool template_read(text_t text, template_t *made, text_t *error) {
  /* No more pieces than characters. */
  *made = (template_t){text_copy(text), allocate(text.len, sizeof(piece_t)), 0, false};
  text_t rest = made->text;
  while (rest.len) {
    size_t open = text_find(rest, text_of("{"));
    text_t literal = text_until(rest, open == SIZE_MAX ? rest.len : open);
    if (text_find(literal, text_of("}")) != SIZE_MAX) {
      return broken(text, "a `}` without its `{`", error);
    }
    if (literal.len) {
      made->pieces[made->count++] = (piece_t){false, literal};
    }
    if (open == SIZE_MAX) {
      break;
    }
    rest = text_from(rest, open + 1);
    size_t close = text_find(rest, text_of("}"));
    if (close == SIZE_MAX) {
      return broken(text, "a `{` without its `}`", error);
    }
    text_t name = text_until(rest, close);
    if (!name.len || text_find(name, text_of("{")) != SIZE_MAX) {
      return broken(text, "a placeholder needs a name, as in `{id}`", error);
    }
    made->pieces[made->count++] = (piece_t){true, name};
    rest = text_from(rest, close + 1);
  }
  return true;
}

bool pattern_read(text_t text, template_t *made, text_t *error) {
  bool open = text.len && text.ptr[text.len - 1] == '*';
  if (!template_read(text_until(text, text.len - open), made, error)) {
    return false;
  }
  made->open = open;
  for (size_t at = 0; at < made->count; at++) {
    if (made->pieces[at].slot && at + 1 < made->count && made->pieces[at + 1].slot) {
      return broken(text, "two placeholders need some text between them", error);
    }
    for (size_t other = 0; other < at; other++) {
      if (made->pieces[at].slot && made->pieces[other].slot &&
          text_equal(made->pieces[at].text, made->pieces[other].text)) {
        return broken(text, "two placeholders have one name", error);
      }
    }
  }
  return true;
}

bool template_is_fixed(const template_t *made) {
  for (size_t at = 0; at < made->count; at++) {
    if (made->pieces[at].slot) {
      return false;
    }
  }
  return true;
}

bool template_fill(const template_t *made, value_of value, void *context, text_t *filled, text_t *lacking) {
  builder_t builder = {0};
  for (size_t at = 0; at < made->count; at++) {
    const piece_t *piece = &made->pieces[at];
    text_t text = piece->text;
    if (piece->slot && !value(context, piece->text, &text)) {
      free(builder.text.ptr);
      *lacking = piece->text;
      return false;
    }
    builder_add(&builder, text);
    if (piece->slot) {
      free(text.ptr);
    }
  }
  *filled = builder.text;
  return true;
}

bool pattern_matches(const template_t *pattern, text_t key, text_t *values) {
  for (size_t at = 0; at < pattern->count; at++) {
    const piece_t *piece = &pattern->pieces[at];
    size_t end = piece->text.len;
    if (piece->slot) {
      size_t part = text_find(key, text_of(":"));
      part = part == SIZE_MAX ? key.len : part;
      end = at + 1 < pattern->count ? text_find(key, pattern->pieces[at + 1].text) : part;
      if (end == 0 || end > part) {
        return false;
      }
    } else if (!text_starts_with(key, piece->text)) {
      return false;
    }
    values[at] = text_until(key, end);
    key = text_from(key, end);
  }
  return pattern->open || !key.len;
}
