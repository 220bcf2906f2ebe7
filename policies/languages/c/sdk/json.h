/* JSON text as a tree of values. */
#ifndef SHELFLIFE_JSON_H
#define SHELFLIFE_JSON_H

#include "text.h"

typedef enum json_kind_t { JSON_NULL, JSON_TRUTH, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_TABLE } json_kind_t;

typedef struct json_t {
  json_kind_t kind;
  /* Of a truth value: 0 or 1. */
  double number;
  text_t text;
  /* Elements of a list, or the values of a table, whose names stand beside them in the order they were written. */
  struct json_t *items;
  text_t *names;
  size_t count;
} json_t;

/* Reads one value and nothing after it. Where it cannot: false, and what was expected at which byte. */
bool json_read(text_t source, json_t *value, text_t *error);

void json_free(json_t *value);

/* The value with this name in a table, or NULL. */
const json_t *json_field(const json_t *table, const char *name);

/* What kind of value it is, in words. */
const char *json_says(const json_t *value);

#endif
