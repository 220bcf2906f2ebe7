/* Text as the contract has it: bytes with a length, and no zero at the end. */
#ifndef SHELFLIFE_TEXT_H
#define SHELFLIFE_TEXT_H

#include <shelflife.h>

typedef shelflife_string_t text_t;

/* The text of a literal, which is borrowed: never to be freed, nor handed to the host as an answer. */
text_t text_of(const char *literal);

/* A copy that is the caller's. */
text_t text_copy(text_t text);

bool text_equal(text_t one, text_t other);
bool text_is(text_t text, const char *literal);
bool text_starts_with(text_t text, text_t prefix);

/* Where `part` is in `text` for the first time, or SIZE_MAX. */
size_t text_find(text_t text, text_t part);

/* The text from a place on, and the one before it; borrowed. */
text_t text_from(text_t text, size_t at);
text_t text_until(text_t text, size_t at);

/* A text that grows. */
typedef struct builder_t {
  text_t text;
  size_t room;
} builder_t;

void builder_add(builder_t *builder, text_t text);

/* Makes an error of literals and answers false, so that a reader can say `return refuse(error, "…", NULL);`. The
 * list ends with NULL. */
bool refuse(text_t *error, ...);

/* Memory that is there: a policy that gets none traps, and the host puts another instance in its place. */
void *allocate(size_t count, size_t size);

#endif
