/* The settings, and what is prepared from them once. */
#ifndef TAGS_SETTINGS_H
#define TAGS_SETTINGS_H

#include "../sdk/settings.h"
#include "names.h"

/* Templates under a name: the tags of a pattern, or those that the changes of a collection purge. */
typedef struct group_t {
  text_t name;
  template_t pattern;
  template_t *tags;
  size_t count;
} group_t;

typedef struct groups_t {
  group_t *items;
  size_t count;
} groups_t;

typedef struct tags_t {
  /* How long an entry is fresh if no change comes: the safety net. */
  limit_t ttl;
  /* Key pattern to tags. */
  groups_t patterns;
  /* Collection to the tags that a change of it purges. */
  groups_t on_change;
  /* The feeds whose changes count. */
  bool writes;
  bool capture;
} tags_t;

/* Reads the settings, over what is there already. */
bool tags_read(const json_t *config, tags_t *tags, text_t *error);

#endif
