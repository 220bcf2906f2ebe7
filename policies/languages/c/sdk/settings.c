#include "settings.h"

#include <stdlib.h>
#include <string.h>

static const char A_DURATION[] = "a duration such as `250ms`, `60s` or `2h`";
static const char A_LIMIT[] = "a duration such as `250ms`, `60s` or `2h`, or `none`";

typedef struct unit_t {
  const char *name;
  uint64_t nanoseconds;
} unit_t;

static const unit_t units[] = {
    {"ns", 1},           {"us", 1000},         {"\xc2\xb5s", 1000},     {"ms", 1000000},
    {"s", SECONDS(1)},   {"m", SECONDS(60)},   {"h", SECONDS(3600)},    {"d", SECONDS(86400)},
};

static bool is_digit(uint8_t byte) {
  return byte >= '0' && byte <= '9';
}

/* How many of the first bytes are digits. */
static size_t digits_of(text_t text) {
  size_t count = 0;
  while (count < text.len && is_digit(text.ptr[count])) {
    count++;
  }
  return count;
}

static text_t without_blanks(text_t text) {
  while (text.len && text.ptr[0] == ' ') {
    text = text_from(text, 1);
  }
  return text;
}

/* Numbers with units, added up: `1h 30m`, `1.5s`. False for anything else, and for more than 64 bits hold. */
static bool read_duration(text_t text, uint64_t *duration) {
  uint64_t sum = 0;
  text = without_blanks(text);
  if (!text.len) {
    return false;
  }
  while (text.len) {
    size_t length = digits_of(text);
    uint64_t whole = 0;
    for (size_t at = 0; at < length; at++) {
      if (__builtin_mul_overflow(whole, 10, &whole) ||
          __builtin_add_overflow(whole, (uint64_t)(text.ptr[at] - '0'), &whole)) {
        return false;
      }
    }
    if (!length) {
      return false;
    }
    text = text_from(text, length);
    text_t fraction = {0};
    if (text.len && text.ptr[0] == '.') {
      text = text_from(text, 1);
      fraction = text_until(text, digits_of(text));
      if (!fraction.len) {
        return false;
      }
      text = text_from(text, fraction.len);
    }
    text = without_blanks(text);
    length = 0;
    while (length < text.len && !is_digit(text.ptr[length]) && text.ptr[length] != ' ') {
      length++;
    }
    uint64_t unit = 0;
    for (size_t at = 0; at < sizeof units / sizeof units[0]; at++) {
      if (text_is(text_until(text, length), units[at].name)) {
        unit = units[at].nanoseconds;
      }
    }
    uint64_t part;
    if (!unit || __builtin_mul_overflow(whole, unit, &part) || __builtin_add_overflow(sum, part, &sum)) {
      return false;
    }
    for (size_t at = 0; at < fraction.len; at++) {
      unit /= 10;
      if (__builtin_add_overflow(sum, unit * (uint64_t)(fraction.ptr[at] - '0'), &sum)) {
        return false;
      }
    }
    text = without_blanks(text_from(text, length));
  }
  *duration = sum;
  return true;
}

/* Says what a setting should be. */
static bool should_be(text_t *error, const char *name, const char *what, const json_t *found) {
  return refuse(error, "`", name, "` should be ", what, ", not ", json_says(found), NULL);
}

bool setting_of(const json_t *table, const char *name, json_kind_t kind, const json_t **value, text_t *error) {
  json_t meant = {.kind = kind};
  *value = json_field(table, name);
  return !*value || (*value)->kind == kind || should_be(error, name, json_says(&meant), *value);
}

bool setting_duration(const json_t *table, const char *name, uint64_t *duration, text_t *error) {
  const json_t *value = json_field(table, name);
  return !value || (value->kind == JSON_TEXT && read_duration(value->text, duration)) ||
         should_be(error, name, A_DURATION, value);
}

bool setting_limit(const json_t *table, const char *name, limit_t *limit, text_t *error) {
  const json_t *value = json_field(table, name);
  if (value && value->kind == JSON_TEXT && text_is(value->text, "none")) {
    limit->is_some = false;
    return true;
  }
  if (value && (value->kind != JSON_TEXT || !read_duration(value->text, &limit->val))) {
    return should_be(error, name, A_LIMIT, value);
  }
  limit->is_some |= value != NULL;
  return true;
}

bool setting_share(const json_t *table, const char *name, double *share, text_t *error) {
  const json_t *value = json_field(table, name);
  if (!value) {
    return true;
  }
  if (value->kind != JSON_NUMBER || !(value->number >= 0 && value->number <= 1)) {
    return should_be(error, name, "a number between 0 and 1", value);
  }
  *share = value->number;
  return true;
}

bool settings_known(const json_t *table, const char *const names[], text_t *error) {
  if (table->kind != JSON_TABLE) {
    return refuse(error, "the settings should be a table, not ", json_says(table), NULL);
  }
  for (size_t at = 0; at < table->count; at++) {
    size_t known = 0;
    while (names[known] && !text_is(table->names[at], names[known])) {
      known++;
    }
    if (!names[known]) {
      builder_t said = {0};
      builder_add(&said, text_of("unknown setting `"));
      builder_add(&said, table->names[at]);
      builder_add(&said, text_of("`: known are "));
      for (size_t name = 0; names[name]; name++) {
        builder_add(&said, text_of(name ? ", " : ""));
        builder_add(&said, text_of(names[name]));
      }
      *error = said.text;
      return false;
    }
  }
  return true;
}
