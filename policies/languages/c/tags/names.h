/* Text with `{name}` placeholders: patterns that keys are matched with, templates that tags are made from. */
#ifndef TAGS_NAMES_H
#define TAGS_NAMES_H

#include "../sdk/text.h"

typedef struct piece_t {
  /* Whether it is the name of a placeholder, and not text. */
  bool slot;
  text_t text;
} piece_t;

typedef struct template_t {
  text_t text;
  piece_t *pieces;
  size_t count;
  /* A pattern that ends with `*`, which takes the rest. */
  bool open;
} template_t;

/* What a placeholder stands for: false where nothing is known. The text is the caller's to free. */
typedef bool (*value_of)(void *context, text_t name, text_t *value);

bool template_read(text_t text, template_t *made, text_t *error);

/* A placeholder takes at least one character and no `:`, and ends where the text that follows it begins. */
bool pattern_read(text_t text, template_t *made, text_t *error);

/* Whether it has no placeholder, and so stands for one text. */
bool template_is_fixed(const template_t *made);

/* Fills the placeholders in; where one has no value: false, and its name, borrowed. */
bool template_fill(const template_t *made, value_of value, void *context, text_t *filled, text_t *lacking);

/* What each piece of the pattern stands for in a key, in as many texts as it has pieces, borrowed from the key. */
bool pattern_matches(const template_t *pattern, text_t key, text_t *values);

#endif
