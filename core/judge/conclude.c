#include "judge/judging.h"

#include "base/limits.h"

int vt_judge_conclude_page(struct vt_judge *judge, struct vater_str bytes, struct vt_error *error)
{
  if (judge->table.block != NULL)
    return vt_fail(error, VATER_E_BUG, "OPS-BUG", "more than one table to conclude from");
  return vt_table_open(bytes.ptr, bytes.len, &judge->table, error);
}

static int take_finding(void *context, const struct vt_finding *finding, struct vt_error *error)
{
  struct vt_judge *judge = context;
  struct vt_finding placed = *finding;
  placed.offset = finding->row == VT_NO_ROW ? 0 : (uint64_t)finding->row + 1;
  placed.row = VT_NO_ROW;
  placed.page = 0;
  return vt_result_add_finding(judge->result, &placed, error);
}

static int take_more(void *context, struct vater_str code, int severity, uint64_t count,
                     struct vt_error *error)
{
  struct vt_judge *judge = context;
  (void)code;
  (void)error;
  vt_result_add_more(judge->result, severity, count);
  return VATER_OK;
}

static int take_verdict(void *context, const struct vt_block_verdict *verdict,
                        struct vt_error *error)
{
  struct vt_judge *judge = context;
  return vt_result_add_verdict(judge->result, verdict, error);
}

static int take_rule(void *context, const struct vt_rule_outcomes *outcomes, struct vt_error *error)
{
  struct vt_judge *judge = context;
  return vt_result_add_rule(judge->result, outcomes, error);
}

int vt_judge_conclude(struct vt_judge *judge, struct vt_error *error)
{
  const struct vt_rules_context context = {.today = judge->job->today,
                                           .actors = judge->job->actors,
                                           .actor_count = judge->job->actor_count,
                                           .proposed = judge->job->proposed};
  const struct vt_rules_sink sink = {judge, take_finding, take_more, take_verdict, take_rule};
  if (judge->table.block == NULL)
    return vt_fail(error, VATER_E_BUG, "OPS-BUG", "no table to conclude from");
  vt_result_set_kept(judge->result, VT_LIMIT_CONCLUSIONS_PER_RULE);
  vt_result_set_screened(judge->result, true, false);
  return vt_rules_conclude(judge->context->rules, &judge->table, &context, &judge->job->history,
                           &sink, error);
}
