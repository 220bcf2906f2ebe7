#include "settings.h"

/* Whether a placeholder of a tag is one of the pattern. */
static bool has_slot(const template_t *pattern, text_t name) {
  for (size_t at = 0; at < pattern->count; at++) {
    if (pattern->pieces[at].slot && text_equal(pattern->pieces[at].text, name)) {
      return true;
    }
  }
  return false;
}

static bool slots_are_known(const group_t *group, const template_t *tag, text_t *error) {
  for (size_t at = 0; at < tag->count; at++) {
    if (tag->pieces[at].slot && !has_slot(&group->pattern, tag->pieces[at].text)) {
      builder_t said = {0};
      builder_add(&said, text_of("`patterns`: `"));
      builder_add(&said, group->name);
      builder_add(&said, text_of("` has no `{"));
      builder_add(&said, tag->pieces[at].text);
      builder_add(&said, text_of("}` for the tag `"));
      builder_add(&said, tag->text);
      builder_add(&said, text_of("`"));
      *error = said.text;
      return false;
    }
  }
  return true;
}

/* Reads names with lists of templates; `patterned` where the names are patterns whose placeholders the templates use. */
static bool read_groups(const json_t *config, const char *setting, bool patterned, groups_t *groups, text_t *error) {
  const json_t *table;
  if (!setting_of(config, setting, JSON_TABLE, &table, error) || !table) {
    return !table;
  }
  *groups = (groups_t){allocate(table->count, sizeof(group_t)), table->count};
  for (size_t at = 0; at < table->count; at++) {
    group_t *group = &groups->items[at];
    const json_t *texts = &table->items[at];
    if (texts->kind != JSON_LIST) {
      return refuse(error, "`", setting, "` should name lists of tags, not ", json_says(texts), NULL);
    }
    *group = (group_t){.name = text_copy(table->names[at]), .tags = allocate(texts->count, sizeof(template_t))};
    if (patterned && !pattern_read(group->name, &group->pattern, error)) {
      return false;
    }
    for (; group->count < texts->count; group->count++) {
      const json_t *text = &texts->items[group->count];
      template_t *tag = &group->tags[group->count];
      if (text->kind != JSON_TEXT) {
        return refuse(error, "`", setting, "` should name lists of tags as text, not ", json_says(text), NULL);
      }
      if (!template_read(text->text, tag, error) || (patterned && !slots_are_known(group, tag, error))) {
        return false;
      }
    }
  }
  return true;
}

bool tags_read(const json_t *config, tags_t *tags, text_t *error) {
  static const char *const names[] = {"ttl", "patterns", "on_change", "listen", NULL};
  const json_t *listen;
  if (!settings_known(config, names, error) || !setting_limit(config, "ttl", &tags->ttl, error) ||
      !setting_of(config, "listen", JSON_TEXT, &listen, error)) {
    return false;
  }
  if (listen) {
    bool both = text_is(listen->text, "both");
    tags->writes = both || text_is(listen->text, "writes");
    tags->capture = both || text_is(listen->text, "capture");
    if (!tags->writes && !tags->capture) {
      return refuse(error, "`listen` should be `writes`, `capture` or `both`", NULL);
    }
  }
  return read_groups(config, "patterns", true, &tags->patterns, error) &&
         read_groups(config, "on_change", false, &tags->on_change, error);
}
