/*
 * Examples of rules: each is a JSON Merge Patch (RFC 7386) on the complete sample of an indicator
 * that the rule applies to, and says which outcome the rule must then have. Whoever can judge a
 * payload (core/judge) runs them: text in, outcome of that rule out.
 *
 * An example of a rule over time or actors is a list of such patches, one a delivery, in the order
 * in which they came. The last one is the run's own; of a rule of scope indicator, all are.
 *
 * In a patch, an array `observations` is merged item by item with the sample's (the nth patch on
 * the nth observation; one patch more than there are observations: on a copy of the last), since
 * RFC 7386 would replace the whole array. Everywhere else arrays are replaced.
 */
#ifndef VT_RULES_EXAMPLES_H
#define VT_RULES_EXAMPLES_H

#include "rules/rules.h"

enum vt_example_expect {
  VT_EXAMPLE_PASS,           /* passes for at least one target, fails for none */
  VT_EXAMPLE_FAIL,           /* fails */
  VT_EXAMPLE_NOT_APPLICABLE, /* applies to no target */
  VT_EXAMPLE_SKIPPED,        /* skipped, for no target pass or fail */
  VT_EXAMPLE_ERROR,          /* cannot be evaluated */
  VT_EXAMPLE_CLEARED         /* fails, and a comment makes it an info */
};

const char *vt_example_expect_name(enum vt_example_expect expect);

struct vt_example_delivery {
  struct vater_str payload; /* the patched sample, JSON text */
  /* Of the sample, or of a list each delivery's own. */
  struct vater_str reporter;
  int64_t today; /* the day that it was made: the reference day, days since 1970 */
};

struct vt_example {
  struct vater_str code;      /* the rule's */
  struct vater_str indicator; /* whose sample */
  enum vt_example_expect expect;
  uint32_t number; /* 1-based among those with the same expectation */
  uint32_t line;   /* of the patch in the pack */
  struct vater_str file;
  enum vt_rule_scope scope;
  struct vt_example_delivery *deliveries; /* one, unless over time or actors */
  uint32_t delivery_count;
  struct vater_str reporter_type; /* the first of reportedBy */
};

uint32_t vt_rules_example_count(const struct vt_rules *rules);
struct vater_str vt_rules_example_code(const struct vt_rules *rules, uint32_t index);
/* The payloads are made on demand in `arena`; VATER_E_NOMEM, or VATER_E_LIMIT. */
int vt_rules_example(const struct vt_rules *rules, uint32_t index, struct vt_arena *arena,
                     struct vt_example *example, struct vt_error *error);
/* The sample of indicator `index` itself, which passes every rule; without code, number and
 * expectation. */
int vt_rules_sample(const struct vt_rules *rules, uint32_t index, struct vt_arena *arena,
                    struct vt_example *example, struct vt_error *error);
/* Whether the rule's outcomes are what was expected; `cleared`: findings of it that are info where
 * the rule's severity is not. */
bool vt_example_met(enum vt_example_expect expect, const uint64_t counts[VT_OUTCOME_COUNT],
                    uint64_t cleared);

#endif
