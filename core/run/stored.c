#include "run/stored.h"

static int64_t row_number(uint32_t row)
{
  return row == VT_NO_ROW ? -1 : (int64_t)row;
}

static void copy_finding(const struct vt_result *result, uint32_t index,
                         struct vt_store_finding *to)
{
  struct vt_finding from;
  vt_result_finding(result, index, &from);
  *to = (struct vt_store_finding){.code = from.code,
                                  .severity = from.severity,
                                  .outcome = vt_str(vt_outcome_name((enum vt_outcome)from.outcome)),
                                  .row = row_number(from.row),
                                  .column = from.column != VATER_COLUMN_NONE
                                                ? vt_str(vt_column_name(from.column))
                                                : VT_STR_NONE,
                                  .block = from.verdict == UINT32_MAX ? -1 : (int64_t)from.verdict,
                                  .page = from.page,
                                  .offset = from.offset,
                                  .line = from.line,
                                  .line_column = from.line_column,
                                  .caret = from.caret,
                                  .caret_width = from.caret_width,
                                  .pointer = from.pointer,
                                  .excerpt = from.excerpt};
  memcpy(to->message, from.message, sizeof to->message);
  memcpy(to->remedy, from.remedy, sizeof to->remedy);
}

static void copy_block(const struct vt_result *result, uint32_t index, struct vt_store_block *to)
{
  struct vt_block_verdict from;
  vt_result_verdict(result, index, &from);
  *to = (struct vt_store_block){.actor = from.actor,
                                .indicator = from.indicator,
                                .period = from.period,
                                .verdict = vt_str(vt_verdict_name((enum vt_verdict)from.verdict)),
                                .rows = from.rows,
                                .errors = from.errors,
                                .warnings = from.warnings,
                                .infos = from.infos,
                                .undecided = from.undecided};
}

static void copy_rule(const struct vt_result *result, uint32_t index, struct vt_store_rule *to)
{
  struct vt_rule_outcomes from;
  vt_result_rule(result, index, &from);
  *to = (struct vt_store_rule){.code = from.code,
                               .reason = from.reason,
                               .pass = from.counts[VT_OUTCOME_PASS],
                               .fail = from.counts[VT_OUTCOME_FAIL],
                               .not_applicable = from.counts[VT_OUTCOME_NOT_APPLICABLE],
                               .skipped = from.counts[VT_OUTCOME_SKIPPED],
                               .error = from.counts[VT_OUTCOME_ERROR]};
}

int vt_result_to_store(const struct vt_result *result, struct vt_arena *arena, size_t spare,
                       struct vt_store_job *record)
{
  uint32_t findings = result != NULL ? result->finding_count : 0;
  uint32_t blocks = result != NULL ? result->verdict_count : 0;
  uint32_t rules = result != NULL ? result->rule_count : 0;
  struct vt_store_finding *to_findings =
      vt_arena_array(arena, (size_t)findings + spare, sizeof *to_findings);
  struct vt_store_block *to_blocks = vt_arena_array(arena, blocks, sizeof *to_blocks);
  struct vt_store_rule *to_rules = vt_arena_array(arena, rules, sizeof *to_rules);
  if (to_findings == NULL || to_blocks == NULL || to_rules == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < findings; i++)
    copy_finding(result, i, &to_findings[i]);
  for (uint32_t i = 0; i < blocks; i++)
    copy_block(result, i, &to_blocks[i]);
  for (uint32_t i = 0; i < rules; i++)
    copy_rule(result, i, &to_rules[i]);
  record->findings = to_findings;
  record->finding_count = findings;
  record->blocks = to_blocks;
  record->block_count = blocks;
  record->rules = to_rules;
  record->rule_count = rules;
  if (result == NULL)
    return VATER_OK;
  record->table = result->table.rows > 0 ? &result->table : NULL;
  record->screened = result->screened;
  record->pii = result->pii;
  record->code = result->code;
  record->finding_total = result->finding_total;
  record->finding_errors = result->finding_errors;
  record->finding_warnings = result->finding_warnings;
  record->finding_infos = result->finding_infos;
  return VATER_OK;
}
