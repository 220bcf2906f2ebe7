/* Settings of the usual kinds, read from JSON. Each reader leaves what it is given alone where the setting is not
 * there, and says what would be right where it cannot be read. */
#ifndef SHELFLIFE_SETTINGS_H
#define SHELFLIFE_SETTINGS_H

#include "json.h"

/* Nanoseconds, or no limit. */
typedef shelflife_policy_types_option_duration_t limit_t;

#define SECONDS(n) ((uint64_t)(n) * 1000000000u)

/* A duration such as `250ms`, `60s` or `1h 30m`. */
bool setting_duration(const json_t *table, const char *name, uint64_t *duration, text_t *error);

/* The same, or `none`. */
bool setting_limit(const json_t *table, const char *name, limit_t *limit, text_t *error);

/* A number between 0 and 1. */
bool setting_share(const json_t *table, const char *name, double *share, text_t *error);

/* A value of this kind, borrowed from the table; NULL where it is not there. */
bool setting_of(const json_t *table, const char *name, json_kind_t kind, const json_t **value, text_t *error);

/* Refuses a value that is no table, and one with other names than these, whose list ends with NULL. */
bool settings_known(const json_t *table, const char *const names[], text_t *error);

#endif
