/* Time to live: an entry is fresh for a fixed time after it was stored, whatever happens to the data.
 *
 * The host does everything from the leases in the plan; the policy is never called again. */

#include "../sdk/lease.h"

/* Settings, for all keys or for those of one rule. */
typedef struct settings_t {
  limit_t ttl;
  double jitter;
  uint64_t grace;
  uint64_t rescue;
} settings_t;

static const settings_t DEFAULTS = {.ttl = {true, SECONDS(60)}};

static bool read_settings(const json_t *table, settings_t *settings, text_t *error) {
  return setting_limit(table, "ttl", &settings->ttl, error) &&
         setting_share(table, "jitter", &settings->jitter, error) &&
         setting_duration(table, "grace", &settings->grace, error) &&
         setting_duration(table, "rescue", &settings->rescue, error);
}

static void set_rule(rule_t *rule, text_t prefix, const settings_t *settings) {
  rule->prefix = text_copy(prefix);
  rule->lease.is_some = true;
  rule->lease.val = lease_within(settings->ttl);
  rule->lease.val.jitter = settings->jitter;
  rule->lease.val.grace = settings->grace;
  rule->lease.val.rescue = settings->rescue;
}

/* The rule for one prefix: the settings of every key, with its own over them. */
static bool read_rule(const json_t *own, const settings_t *every_key, plan_t *plan, text_t *error) {
  static const char *const names[] = {"prefix", "ttl", "jitter", "grace", "rescue", NULL};
  settings_t settings = *every_key;
  const json_t *prefix;
  if (!settings_known(own, names, error) || !setting_of(own, "prefix", JSON_TEXT, &prefix, error)) {
    return false;
  }
  if (!prefix || !prefix->text.len) {
    return refuse(error, "`rules`: each should have a `prefix`, as text that is not empty", NULL);
  }
  size_t count = 0;
  for (; plan->rules.ptr[count].lease.is_some; count++) {
    if (text_equal(plan->rules.ptr[count].prefix, prefix->text)) {
      return refuse(error, "`rules`: two are for the same prefix", NULL);
    }
  }
  if (!read_settings(own, &settings, error)) {
    return false;
  }
  set_rule(&plan->rules.ptr[count], prefix->text, &settings);
  return true;
}

static bool read_plan(const json_t *config, plan_t *plan, text_t *error) {
  static const char *const names[] = {"ttl", "jitter", "grace", "rescue", "rules", NULL};
  settings_t settings = DEFAULTS;
  const json_t *rules;
  if (!settings_known(config, names, error) || !read_settings(config, &settings, error) ||
      !setting_of(config, "rules", JSON_LIST, &rules, error)) {
    return false;
  }
  size_t count = rules ? rules->count : 0;
  set_rule(plan_rules(plan, count + 1), text_of(""), &settings);
  for (size_t at = 0; at < count; at++) {
    if (!read_rule(&rules->items[at], &settings, plan, error)) {
      return false;
    }
  }
  return true;
}

bool exports_shelflife_policy_lifecycle_configure(shelflife_string_t *config, plan_t *plan, shelflife_string_t *error) {
  json_t settings;
  bool good = json_read(*config, &settings, error);
  if (good) {
    good = read_plan(&settings, plan, error);
    json_free(&settings);
  }
  shelflife_string_free(config);
  return good;
}
