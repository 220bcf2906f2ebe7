{{if static}}
/* Entries are fresh for `ttl`, whatever happens to the data. */
{{end}}
{{if fills}}
/* Entries are fresh for `ttl`, and carry the names of what they were made from. */
{{end}}
{{if keys}}
/* Entries are fresh for `ttl`; a change drops its key. */
{{end}}
{{if tags}}
/* Entries are fresh for `ttl`, and carry the names of what they were made from. A change drops what was made from what
 * changed. */
{{end}}

#include <stdlib.h>

#include "sdk/lease.h"

/* What can be set. */
static limit_t ttl = {true, SECONDS(60)};
static double jitter;

static bool read(const json_t *config, text_t *error) {
  static const char *const names[] = {"ttl", "jitter", NULL};
  return settings_known(config, names, error) && setting_duration(config, "ttl", &ttl.val, error) &&
         setting_share(config, "jitter", &jitter, error);
}

bool exports_shelflife_policy_lifecycle_configure(shelflife_string_t *config, plan_t *plan, shelflife_string_t *error) {
  json_t settings;
  bool good = json_read(*config, &settings, error);
  if (good) {
    good = read(&settings, error);
    json_free(&settings);
  }
  shelflife_string_free(config);
  if (!good) {
    return false;
  }
{{if leases}}
  /* One rule, for every key. It has no lease, so that each entry is asked for. */
  plan_rules(plan, 1);
{{end}}
{{if not leases}}
  /* One rule, for every key. */
  rule_t *rule = plan_rules(plan, 1);
  rule->lease.is_some = true;
  rule->lease.val = lease_within(ttl);
  rule->lease.val.jitter = jitter;
{{end}}
{{if reactions}}
  plan_feed(plan, "writes");
{{end}}
  return true;
}
{{if leases}}

bool exports_shelflife_policy_leases_on_fill(exports_shelflife_policy_leases_fill_t *fill, lease_t *lease,
                                             shelflife_string_t *error) {
  (void)error;
  *lease = lease_within(ttl);
  lease->jitter = jitter;
  /* The texts of the fill are the policy's own now, and go into the lease as they are. */
  size_t count = fill->depends_on.len;
  lease->tags.ptr = allocate(count + 1, sizeof(text_t));
  lease->tags.len = count + 1;
  lease->tags.ptr[0] = fill->key;
  for (size_t at = 0; at < count; at++) {
    lease->tags.ptr[at + 1] = fill->depends_on.ptr[at];
  }
  if (count) {
    free(fill->depends_on.ptr);
  }
  return true;
}
{{end}}
{{if reactions}}

bool exports_shelflife_policy_reactions_on_changes(exports_shelflife_policy_reactions_list_change_t *changes,
                                                   shelflife_string_t *error) {
  (void)error;
{{end}}
{{if keys}}
  shelflife_policy_purge_list_key_t names = {allocate(changes->len, sizeof(text_t)), changes->len};
{{end}}
{{if tags}}
  shelflife_policy_purge_list_tag_t names = {allocate(changes->len, sizeof(text_t)), changes->len};
{{end}}
{{if reactions}}
  bool truncated = false;
  for (size_t at = 0; at < changes->len; at++) {
    truncated |= changes->ptr[at].kind == EXPORTS_SHELFLIFE_POLICY_REACTIONS_CHANGE_KIND_TRUNCATED;
    names.ptr[at] = changes->ptr[at].key;
  }
  if (truncated) {
    shelflife_policy_purge_everything(SHELFLIFE_POLICY_TYPES_PURGE_MODE_DROP);
  } else {
{{end}}
{{if keys}}
    shelflife_policy_purge_keys(&names, SHELFLIFE_POLICY_TYPES_PURGE_MODE_DROP);
{{end}}
{{if tags}}
    shelflife_policy_purge_tags(&names, SHELFLIFE_POLICY_TYPES_PURGE_MODE_DROP);
{{end}}
{{if reactions}}
  }
  free(names.ptr);
  exports_shelflife_policy_reactions_list_change_free(changes);
  return true;
}
{{end}}
