/* Examples as `vater rules test` tries them: judged as deliveries, then asked of the rule. */
#ifndef VT_CLI_RULES_TESTING_H
#define VT_CLI_RULES_TESTING_H

#include "cli/rules_frame.h"
#include "judge/judge.h"
#include "rules/examples.h"
#include "rules/mutate.h"

struct vt_testing {
  struct vt_cli *cli;
  struct vt_rules *rules;
  struct vt_judge_context context;
};

/* What came of one example, or of an indicator's sample. */
struct vt_tried {
  struct vt_example example;
  bool sample; /* no rule may find anything in it */
  bool met;
  uint64_t counts[VT_OUTCOME_COUNT];
  uint64_t cleared;
  struct vater_str why;     /* the first error of the rule, or empty */
  struct vater_str refused; /* why the rule could not be asked, or empty */
  /* What the rule was asked about; memory of vt_tried_fini(). */
  struct vt_table table;
  struct vt_rules_actor *actors;
  struct vt_rules_context context;
  struct vt_rules_history history; /* over time and actors */
  void *block;
};

/* Judges `tried->example`; texts live in `arena`. Negative: our fault, not the example's. */
int vt_try_example(struct vt_testing *testing, struct vt_arena *arena, struct vt_tried *tried,
                   struct vt_error *error);
void vt_tried_fini(struct vt_testing *testing, struct vt_tried *tried);

/* A mutant that no example of its rule notices; borrowed until the callback returns. */
typedef void vt_survivor(void *context, const struct vt_rule_mutant *mutant);
/* Tries the mutants of one rule on its examples; *mutants counts those that were tried. A rule
 * whose examples are not as expected, or that has none, is left alone. */
int vt_try_mutants(struct vt_testing *testing, uint32_t rule, vt_survivor *survivor, void *context,
                   uint32_t *mutants, struct vt_error *error);

#endif
