/* Leases and plans, under shorter names than those that are generated. */
#ifndef SHELFLIFE_LEASE_H
#define SHELFLIFE_LEASE_H

#include <stdlib.h>

#include "settings.h"

typedef shelflife_policy_types_lease_t lease_t;
typedef exports_shelflife_policy_lifecycle_plan_t plan_t;
typedef exports_shelflife_policy_lifecycle_rule_t rule_t;

/* A lease with this time to live and nothing else. */
static inline lease_t lease_within(limit_t ttl) {
  return (lease_t){.ttl = ttl};
}

/* Room for so many rules, none of which says anything yet: no prefix, kept in place, found by its text, leased on
 * fill. */
static inline rule_t *plan_rules(plan_t *plan, size_t count) {
  *plan = (plan_t){.rules = {allocate(count, sizeof(rule_t)), count}};
  return plan->rules.ptr;
}

/* Adds a feed. */
static inline void plan_feed(plan_t *plan, const char *feed) {
  shelflife_list_string_t feeds = {allocate(plan->feeds.len + 1, sizeof(text_t)), plan->feeds.len + 1};
  for (size_t at = 0; at < plan->feeds.len; at++) {
    feeds.ptr[at] = plan->feeds.ptr[at];
  }
  feeds.ptr[plan->feeds.len] = text_copy(text_of(feed));
  free(plan->feeds.ptr);
  plan->feeds = feeds;
}

#endif
