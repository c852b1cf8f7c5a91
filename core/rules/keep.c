#include "rules/judging.h"

int vt_judging_severity(const struct vt_rule *rule, bool explained)
{
  if (rule->explain == VT_EXPLAIN_CLEARS && explained)
    return VATER_SEVERITY_INFO;
  if (rule->explain == VT_EXPLAIN_REQUIRED && !explained)
    return VATER_SEVERITY_ERROR;
  return rule->info.severity;
}

void vt_judging_count(struct vt_judging *judging, uint32_t block, enum vt_outcome outcome,
                      int severity)
{
  struct vt_block *counted = &judging->blocks[block];
  if (outcome == VT_OUTCOME_ERROR)
    counted->undecided++;
  else if (severity == VATER_SEVERITY_ERROR)
    counted->errors++;
  else if (severity == VATER_SEVERITY_WARNING)
    counted->warnings++;
  else
    counted->infos++;
}

int vt_judging_keep(struct vt_judging *judging, uint32_t rule, enum vt_outcome outcome,
                    int severity, const struct vt_target_place *place)
{
  struct vt_rule_state *state = &judging->states[rule];
  if (state->kept_count == judging->keep_max) {
    state->more[severity]++;
    return VATER_OK;
  }
  if (state->kept == NULL)
    state->kept = vt_arena_array(judging->arena, judging->keep_max, sizeof *state->kept);
  struct vater_str text =
      place->why.text.len == 0 ? VT_STR_NONE : vt_arena_copy(judging->arena, place->why.text);
  if (state->kept == NULL || (place->why.text.len > 0 && text.ptr == NULL))
    return VATER_E_NOMEM;
  state->kept[state->kept_count++] = (struct vt_kept){.row = place->row,
                                                      .block = place->block,
                                                      .part = place->part,
                                                      .severity = (uint8_t)severity,
                                                      .outcome = (uint8_t)outcome,
                                                      .column = place->column,
                                                      .why = place->why};
  state->kept[state->kept_count - 1].why.text = text;
  return VATER_OK;
}
