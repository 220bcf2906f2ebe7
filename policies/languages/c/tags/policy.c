/* Tags: an entry carries the names of what it was made from, and a change purges by name, so that one row takes every
 * page along that shows it.
 *
 * Tags come from three places: the loader's own word, patterns over the key, and the key itself. */

#include <stdlib.h>

#include "../sdk/lease.h"
#include "settings.h"

typedef exports_shelflife_policy_leases_fill_t fill_t;
typedef exports_shelflife_policy_reactions_change_t change_t;

static tags_t policy = {.ttl = {true, SECONDS(300)}, .writes = true};

bool exports_shelflife_policy_lifecycle_configure(shelflife_string_t *config, plan_t *plan, shelflife_string_t *error) {
  json_t settings;
  bool good = json_read(*config, &settings, error);
  if (good) {
    good = tags_read(&settings, &policy, error);
    json_free(&settings);
  }
  shelflife_string_free(config);
  if (good) {
    plan_rules(plan, 1);
    if (policy.writes) {
      plan_feed(plan, "writes");
    }
    if (policy.capture) {
      plan_feed(plan, "capture");
    }
  }
  return good;
}

/* Texts, each once where that is asked for. */
typedef struct names_t {
  shelflife_policy_types_list_tag_t list;
  size_t room;
} names_t;

static void add(names_t *names, text_t name) {
  if (names->list.len == names->room) {
    names->room = names->room ? names->room * 2 : 8;
    names->list.ptr = realloc(names->list.ptr, names->room * sizeof(text_t));
    if (!names->list.ptr) {
      abort();
    }
  }
  names->list.ptr[names->list.len++] = name;
}

static void add_once(names_t *names, text_t name) {
  for (size_t at = 0; at < names->list.len; at++) {
    if (text_equal(names->list.ptr[at], name)) {
      shelflife_string_free(&name);
      return;
    }
  }
  add(names, name);
}

/* What the pieces of a pattern stand for. */
typedef struct matched_t {
  const template_t *pattern;
  text_t *values;
} matched_t;

static bool value_in_key(void *context, text_t name, text_t *value) {
  const matched_t *matched = context;
  for (size_t at = 0; at < matched->pattern->count; at++) {
    if (matched->pattern->pieces[at].slot && text_equal(matched->pattern->pieces[at].text, name)) {
      *value = text_copy(matched->values[at]);
      return true;
    }
  }
  return false;
}

static void add_by_pattern(names_t *names, text_t key) {
  for (size_t at = 0; at < policy.patterns.count; at++) {
    const group_t *group = &policy.patterns.items[at];
    matched_t matched = {&group->pattern, allocate(group->pattern.count, sizeof(text_t))};
    if (pattern_matches(&group->pattern, key, matched.values)) {
      for (size_t tag = 0; tag < group->count; tag++) {
        text_t filled, lacking;
        /* Each placeholder is one of the pattern: that was looked at once. */
        if (template_fill(&group->tags[tag], value_in_key, &matched, &filled, &lacking)) {
          add_once(names, filled);
        }
      }
    }
    free(matched.values);
  }
}

bool exports_shelflife_policy_leases_on_fill(fill_t *fill, lease_t *lease, shelflife_string_t *error) {
  (void)error;
  names_t names = {0};
  /* The texts of the fill are the policy's own, and go into the lease as they are. */
  add(&names, fill->key);
  for (size_t at = 0; at < fill->depends_on.len; at++) {
    add_once(&names, fill->depends_on.ptr[at]);
  }
  free(fill->depends_on.len ? fill->depends_on.ptr : NULL);
  add_by_pattern(&names, fill->key);
  *lease = lease_within(policy.ttl);
  lease->tags = names.list;
  return true;
}

/* A change and its place in the list, and which side of its row is asked. */
typedef struct row_t {
  const change_t *change;
  uint32_t index;
  bool before;
} row_t;

/* A column that the feed carries on one side only is taken to be the same on the other. */
static bool value_in_row(void *context, text_t column, text_t *value) {
  const row_t *row = context;
  if (text_is(column, "key")) {
    *value = text_copy(row->change->key);
    return true;
  }
  if (row->before) {
    return shelflife_policy_rows_before(row->index, &column, value) ||
           shelflife_policy_rows_after(row->index, &column, value);
  }
  return shelflife_policy_rows_after(row->index, &column, value) ||
         shelflife_policy_rows_before(row->index, &column, value);
}

static bool lacks_column(const template_t *tag, text_t column, const change_t *change, text_t *error) {
  builder_t said = {0};
  builder_add(&said, text_of("`"));
  builder_add(&said, tag->text);
  builder_add(&said, text_of("` needs the column `"));
  builder_add(&said, column);
  builder_add(&said, text_of("`, which the feed `"));
  builder_add(&said, change->feed);
  builder_add(&said, text_of("` does not carry for a change of `"));
  builder_add(&said, change->collection);
  builder_add(&said, text_of("`; `{key}` stands for the change's key"));
  *error = said.text;
  return false;
}

/* What a tag stands for in the row as it is and, where that differs, in the row as it was, so that what is made from a
 * column that changed is found under its old value too. */
static bool add_from_row(names_t *names, const template_t *tag, row_t row, text_t *error) {
  text_t now, before, lacking;
  if (!template_fill(tag, value_in_row, &row, &now, &lacking)) {
    return lacks_column(tag, lacking, row.change, error);
  }
  row.before = true;
  if (template_fill(tag, value_in_row, &row, &before, &lacking)) {
    if (text_equal(before, now)) {
      shelflife_string_free(&before);
    } else {
      add(names, before);
    }
  }
  add(names, now);
  return true;
}

static const group_t *tags_of(text_t collection) {
  for (size_t at = 0; at < policy.on_change.count; at++) {
    if (text_equal(policy.on_change.items[at].name, collection)) {
      return &policy.on_change.items[at];
    }
  }
  return NULL;
}

static bool all_are_fixed(const group_t *group) {
  for (size_t at = 0; at < group->count; at++) {
    if (!template_is_fixed(&group->tags[at])) {
      return false;
    }
  }
  return true;
}

static bool react(const change_t *change, uint32_t index, names_t *names, text_t *error) {
  const group_t *group = tags_of(change->collection);
  bool truncated = change->kind == EXPORTS_SHELFLIFE_POLICY_REACTIONS_CHANGE_KIND_TRUNCATED;
  if (truncated && !(group && all_are_fixed(group))) {
    /* Which tags a template made is not known without the rows: all of them, then. */
    shelflife_policy_purge_everything(SHELFLIFE_POLICY_TYPES_PURGE_MODE_DROP);
    return true;
  }
  if (!group) {
    add(names, text_copy(change->key));
    return true;
  }
  for (size_t at = 0; at < group->count; at++) {
    if (!add_from_row(names, &group->tags[at], (row_t){change, index, false}, error)) {
      return false;
    }
  }
  return true;
}

bool exports_shelflife_policy_reactions_on_changes(exports_shelflife_policy_reactions_list_change_t *changes,
                                                   shelflife_string_t *error) {
  names_t names = {0};
  bool good = true;
  for (size_t at = 0; good && at < changes->len; at++) {
    good = react(&changes->ptr[at], (uint32_t)at, &names, error);
  }
  if (good && names.list.len) {
    shelflife_policy_purge_list_tag_t tags = {names.list.ptr, names.list.len};
    shelflife_policy_purge_tags(&tags, SHELFLIFE_POLICY_TYPES_PURGE_MODE_DROP);
  }
  shelflife_policy_types_list_tag_free(&names.list);
  exports_shelflife_policy_reactions_list_change_free(changes);
  return good;
}
