/* Members of an indicator as one line of text, for `vater explain` and `vater rules docs`. */
#ifndef VT_CLI_RULES_FACTS_H
#define VT_CLI_RULES_FACTS_H

#include "base/buffer.h"
#include "rules/rules.h"

struct json_t;

enum vt_fact {
  VT_FACT_REQUIRES,   /* "numerator, denominator" */
  VT_FACT_BREAKDOWNS, /* "age = 0-17, 18-66; sex = F, M" */
  VT_FACT_AREA_ROLE,
  VT_FACT_VALID,     /* "2026-01 –" */
  VT_FACT_PLAUSIBLE, /* "0 – 100" */
  VT_FACT_TARGETS,   /* "2027-12-31: 80 – (published)" */
  VT_FACT_COUNT
};

/* `indicator` as vt_rules_indicator_json() has it; appends nothing where it has no such member. */
void vt_fact_put(const struct json_t *indicator, enum vt_fact fact, struct vt_buffer *out);
/* The codes of the rules that name the indicator, as a list; the caller's. */
struct json_t *vt_fact_own_rules(const struct vt_rules *rules, struct vater_str indicator);

#endif
