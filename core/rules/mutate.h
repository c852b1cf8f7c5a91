/*
 * Whether examples hold their rule in place: a rule with one small change in its expression (a
 * mutant) that every example still comes out with as it says is a rule that they do not test.
 */
#ifndef VT_RULES_MUTATE_H
#define VT_RULES_MUTATE_H

#include "cel/mutate.h"
#include "rules/rules.h"

struct vt_cel_program;

struct vt_rule_mutant {
  uint32_t rule;      /* index */
  const char *member; /* "when", "assert" */
  struct vt_cel_mutant change;
  struct vater_str from;       /* what stood there */
  struct vater_str expression; /* as a whole, changed */
  uint32_t line, column;       /* of the change in the pack */
  struct vt_cel_program *program;
};

/* The mutants of a rule that can be evaluated, in the order in which they stand, `when` first. */
int vt_rules_mutants(struct vt_rules *rules, uint32_t rule, struct vt_arena *arena,
                     struct vt_rule_mutant **mutants, uint32_t *count);
/* The outcomes of one rule alone, with the mutant in its place (NULL: as it is). `history` NULL:
 * the table is a delivery. `cleared` counts fails that a comment made an info. */
int vt_rules_try(struct vt_rules *rules, uint32_t rule, const struct vt_rule_mutant *mutant,
                 const struct vt_table *table, const struct vt_rules_context *context,
                 const struct vt_rules_history *history, uint64_t counts[VT_OUTCOME_COUNT],
                 uint64_t *cleared, struct vt_error *error);

#endif
