/* One judging under way; private to this folder. Its memory is one arena that ends with it. */
#ifndef VT_RULES_JUDGING_H
#define VT_RULES_JUDGING_H

#include "base/date.h"
#include "rules/bundle.h"

/* Observations of one (actor, indicator, period). */
struct vt_block {
  uint32_t actor, indicator, period; /* dictionary ids */
  uint32_t first_row, rows;
  uint64_t errors, warnings, infos, undecided;
};

/* What a check says, or why an expression has no value; empty for what the rule itself says. */
struct vt_why {
  struct vater_str text;
  bool ours;         /* it tells a limit of ours, and nothing of the payload */
  const char *cause; /* of an error: the code whose texts fit; NULL: RULE-ERROR */
};

/* A finding that is kept until its rule's turn. */
struct vt_kept {
  uint32_t row;   /* of the table; VT_NO_ROW: of none */
  uint32_t block; /* UINT32_MAX: the delivery */
  uint32_t part;  /* of the rule's partition, for scope submission */
  uint8_t severity, outcome;
  int column;
  struct vt_why why;
};

struct vt_rule_state {
  uint64_t counts[VT_OUTCOME_COUNT];
  uint64_t more[3]; /* findings beyond those kept, by severity */
  struct vt_kept *kept;
  uint32_t kept_count;
  const char *reason; /* why all are skipped, or NULL */
};

/* A day that a distinct period begins or ends with. */
struct vt_period_days {
  struct vt_period period;
  char start[16], end[16];
};

/* What derived fields need of a distinct text. */
struct vt_text_fact {
  uint32_t period;     /* index in `periods` + 1; 0: not looked at, UINT32_MAX: not a period */
  uint32_t actor_type; /* index in the context's actors + 1; 0: not known */
  uint32_t group;      /* as an indicator: its group + 1; 0: not looked at */
};

/* Observations of one indicator; NULL: of all indicators that are in no pack. */
struct vt_group {
  const struct vt_indicator *indicator;
  bool collected;
};

/* Rows in some order, cut into parts. */
struct vt_partition {
  uint32_t *rows;   /* every row once, ascending within a part */
  uint32_t *starts; /* parts + 1 of them */
  uint32_t *part;   /* a row: its part; NULL where something else knows */
  uint32_t parts;
};

/* Judging over time and over actors. */
struct vt_wide {
  const struct vt_rules_history *history;
  struct vt_partition by_series;   /* rows of a part in order of period */
  struct vt_partition by_period;   /* of an indicator */
  struct vt_partition by_peers;    /* comparable rows of an indicator's period */
  uint32_t *places;                /* a row: its index in by_series.rows */
  uint32_t *subjects;              /* a part of by_period: its block + 1, once it has a finding */
  uint32_t *told;                  /* a block: the index of its verdict */
  struct vt_rules_actor *expected; /* room for all actors of the context */
};

struct vt_judging {
  const struct vt_rules *rules;
  const struct vt_table *table;
  const struct vt_rules_context *context;
  const struct vt_rules_sink *sink;
  struct vt_arena *arena;
  struct vt_arena *scratch; /* of one group or one rule */
  struct vt_cel_run *run;
  bool starved; /* an expression had no memory: not an outcome, but the end of the judging */
  struct vater_str today;
  char today_text[16];

  struct vt_text_fact *facts; /* by dictionary id */
  struct vt_period_days *periods;
  uint32_t period_count;
  uint8_t *actions;    /* a row: one bit of VT_ACTION_… */
  uint32_t *row_block; /* a row: its block */
  uint16_t *row_group; /* a row: its group */
  uint8_t *duplicates; /* a row: 1 where the same identity stood before */
  struct vt_block *blocks;
  uint32_t block_count;
  uint32_t block_room;
  struct vt_group *groups; /* in order of their first row */
  uint32_t group_count;
  struct vt_partition by_group;
  struct vt_partition by_block; /* rows NULL until wanted */
  struct vt_partition by_area;
  struct vt_rule_state *states; /* by rule */
  struct vt_wide *wide;         /* NULL: a delivery is judged */
  uint32_t only;                /* the one rule that is asked; UINT32_MAX: all */
  uint32_t keep_max;            /* findings of one rule that are kept */

  /* records of evaluations */
  struct vt_cel_getter observation, submission, reference;
};

/* prepare.c: facts, groups, blocks, duplicates. */
int vt_judging_prepare(struct vt_judging *judging);
int vt_judging_by_block(struct vt_judging *judging);
int vt_judging_by_area(struct vt_judging *judging);
/* The partitions of judging->wide. */
int vt_judging_by_wide(struct vt_judging *judging);
/* A new block, judging->block_count before the call. */
int vt_judging_add_block(struct vt_judging *judging, uint32_t actor, uint32_t indicator,
                         uint32_t period, uint32_t row);

/* field.c: field (enum vt_field) of table row `row`; the getter of records whose row is the
 * table's. */
void vt_judging_field(const void *judging, uint32_t row, uint32_t field,
                      struct vt_cel_value *value);
int vt_judging_column(uint32_t field); /* that the field is; VATER_COLUMN_NONE: derived */
const char *vt_judging_frequency(enum vt_period_kind kind);
const char *vt_judging_action(uint8_t bit);
/* NULL where the row's period is none. */
const struct vt_period_days *vt_judging_period(const struct vt_judging *judging, uint32_t row);
/* Whether the indicator of that group is reported by the row's breakdown; `text` 0: no breakdown.
 */
bool vt_judging_breakdown_known(const struct vt_judging *judging, uint32_t group, uint32_t text);
uint32_t vt_judging_actor(const struct vt_judging *judging, uint32_t row); /* dictionary id */
/* The variables that stay the same for a whole group; `values` has the scope's variable_count. */
void vt_judging_variables(const struct vt_judging *judging, const struct vt_rules_scope *scope,
                          const struct vt_cel_getter *indicator, struct vt_cel_value *values);
/* Whether the rule is for this row: its action and its period. */
bool vt_judging_applies(const struct vt_judging *judging, const struct vt_rule *rule, uint32_t row);

/* keep.c: bookkeeping of one target. */
struct vt_target_place {
  uint32_t row, block, part;
  int column;
  struct vt_why why;
};
/* A fail or error with that severity; counts it in its block (block UINT32_MAX: nowhere). */
int vt_judging_keep(struct vt_judging *judging, uint32_t rule, enum vt_outcome outcome,
                    int severity, const struct vt_target_place *place);
void vt_judging_count(struct vt_judging *judging, uint32_t block, enum vt_outcome outcome,
                      int severity);
/* The severity of a fail, a comment taken into account. */
int vt_judging_severity(const struct vt_rule *rule, bool explained);

/* hide.c: whether numbers of the row are shown in no text. */
bool vt_judging_protects(const struct vt_judging *judging, uint32_t row);
/* Whether an expression reads numbers of observations; context: the struct vt_rules_scope. */
bool vt_judging_hides(const void *scope, const struct vt_cel_program *program);
/* Every digit as '*'; ptr NULL without memory. */
struct vater_str vt_judging_without_digits(struct vt_arena *arena, struct vater_str text);

/* The stages. */
int vt_judging_observations(struct vt_judging *judging, struct vt_error *error);
int vt_judging_submissions(struct vt_judging *judging, struct vt_error *error);
int vt_judging_check(struct vt_judging *judging, uint32_t rule, struct vt_error *error);
int vt_judging_conclude(struct vt_judging *judging);
int vt_judging_tell(struct vt_judging *judging, struct vt_error *error);

/* submissions.c: the rows that a rule of scope submission looks at. */
struct vt_selection {
  const struct vt_judging *judging;
  uint32_t *rows; /* of the table, ascending */
  uint32_t count;
  bool explained; /* one of them has a comment with a code */
};

/* How the rule's target cuts the table; *partition NULL: one part, the delivery. */
int vt_judging_partition(struct vt_judging *judging, const struct vt_rule *rule,
                         const struct vt_partition **partition);
/* Those rows of the part that the rule is for; `rows` of the selection has room for a part. */
void vt_judging_select(const struct vt_judging *judging, const struct vt_rule *rule,
                       const struct vt_partition *partition, uint32_t part,
                       struct vt_selection *selection);
/* Counts in each block that the selection touches, once. */
int vt_judging_count_blocks(struct vt_judging *judging, const struct vt_selection *selection,
                            enum vt_outcome outcome, int severity);
/* The variables of an evaluation over the selection; getters and view live as long as values. */
struct vt_submission_frame {
  struct vt_indicator_view view;
  struct vt_cel_getter indicator, rows;
  struct vt_cel_value *variables;
};
void vt_judging_frame(const struct vt_judging *judging, const struct vt_rule *rule,
                      const struct vt_selection *selection, struct vt_submission_frame *frame);
/* Why a value is none, an error or missing. */
struct vt_why vt_judging_why(const struct vt_cel_value *value);
/* What the rule says of these variables; `why` of an error. */
enum vt_outcome vt_judging_evaluate(struct vt_judging *judging, const struct vt_rule *rule,
                                    const struct vt_cel_value *variables, struct vt_why *why);
/* Whether the rule is for the group's indicator. */
bool vt_judging_names(const struct vt_rules *rules, const struct vt_rule *rule,
                      const struct vt_group *group);

/* conclude.c: the variables of one target of a rule over time or actors; `row` is its observation,
 * or the first one of the period. Getters and view live as long as the values. */
struct vt_slice {
  const struct vt_judging *judging;
  const uint32_t *rows; /* of the table */
  uint32_t count;
};
struct vt_wide_frame {
  struct vt_indicator_view view;
  struct vt_slice slice;
  struct vt_cel_getter indicator, rows, expected;
};
void vt_wide_frame(struct vt_judging *judging, const struct vt_rule *rule, uint32_t row,
                   struct vt_wide_frame *frame, struct vt_cel_value *variables);

/* judge.c: outcomes of one rule, without findings; as vt_rules_try(). */
int vt_judging_only(const struct vt_rules *rules, uint32_t rule, const struct vt_table *table,
                    const struct vt_rules_context *context, const struct vt_rules_history *history,
                    uint64_t counts[VT_OUTCOME_COUNT], uint64_t *cleared, struct vt_error *error);
static inline bool vt_judging_asks(const struct vt_judging *judging, uint32_t rule)
{
  return judging->only == UINT32_MAX || judging->only == rule;
}

/* What is judged now, for whoever looks after a crash; UINT32_MAX: none. */
static inline void vt_judging_note(const struct vt_judging *judging, uint32_t rule)
{
  const struct vt_rules *rules = judging->rules;
  if (rules->environment->note != NULL)
    rules->environment->note->rule = rule == UINT32_MAX ? NULL : rules->rules[rule].info.code.ptr;
}

/* Evaluates one expression; notes when there was no memory for it. */
static inline void vt_judging_eval(struct vt_judging *judging, const struct vt_cel_program *program,
                                   const struct vt_cel_value *variables, struct vt_cel_value *value)
{
  vt_cel_eval(judging->run, program, variables, value);
  judging->starved |= value->kind == VT_CEL_ERROR && value->as.fault->status == VATER_E_NOMEM;
}

#endif
