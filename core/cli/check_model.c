#include "cli/check_model.h"

#include "report/texts.h"
#include "run/stored.h"

static void fill_row(const struct vt_store_job *record, const struct vt_result *result,
                     uint64_t bytes, struct vt_store_job_row *row)
{
  bool test = false;
  *row = (struct vt_store_job_row){
      .actor = vt_table_head(&result->table, VATER_HEAD_REPORTER),
      .actor_name = vt_table_head(&result->table, VATER_HEAD_REPORTER_NAME),
      .delivery = vt_str(vt_delivery_name(result->delivery)),
      .code = record->code,
      .screened = record->screened,
      .pii = record->pii,
      .test = vt_table_head_truth(&result->table, VATER_HEAD_TEST, &test) && test,
      .pages = 1,
      .rows = result->table.rows,
      .bytes = bytes,
      .finding_total = record->finding_total,
      .finding_errors = record->finding_errors,
      .finding_warnings = record->finding_warnings,
      .finding_infos = record->finding_infos};
}

/* What only a run can say, of a delivery that came to its rules. */
static int add_skipped(const struct vt_result *result, bool asked, struct vt_arena *arena,
                       struct vt_report_job *job)
{
  static const struct {
    const char *code;
    enum vt_report_text reason;
  } skipped[] = {{"PAY-COPY", VT_TEXT_SKIPPED_ACTORS},
                 {"PAY-STALE", VT_TEXT_SKIPPED_HISTORY},
                 {"PAY-PERIOD", VT_TEXT_SKIPPED_PERIOD}};
  enum { COUNT = sizeof skipped / sizeof *skipped };
  struct vt_store_rule *rules = vt_arena_array(arena, job->rule_count + COUNT, sizeof *rules);
  if (rules == NULL)
    return VATER_E_NOMEM;
  if (job->rule_count > 0)
    memcpy(rules, job->rules, job->rule_count * sizeof *rules);
  job->rules = rules;
  for (size_t i = 0; i < COUNT && result->delivery == VT_DELIVERY_RECEIVED; i++)
    if (skipped[i].reason != VT_TEXT_SKIPPED_PERIOD || !asked)
      rules[job->rule_count++] = (struct vt_store_rule){
          .code = vt_str(skipped[i].code),
          .reason = vt_str(vt_report_text(skipped[i].reason, VT_LANGUAGE_EN)),
          .skipped = 1};
  return VATER_OK;
}

int vt_check_report(const struct vt_result *result, struct vater_str file, uint64_t bytes,
                    int64_t today, bool asked, struct vt_arena *arena, struct vt_report *report,
                    struct vt_error *error)
{
  struct vt_store_job record = {.actor = VT_STR_NONE};
  struct vt_report_job *job = vt_arena_alloc(arena, sizeof *job);
  *report = (struct vt_report){.file = file, .run = {.reference_day = today}};
  if (job == NULL || vt_result_to_store(result, arena, 0, &record) != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory in the report");
  fill_row(&record, result, bytes, &job->row);
  /* the arrays were made for this report; the record only borrows them */
  job->blocks = (struct vt_store_block *)(uintptr_t)record.blocks;
  job->block_count = record.block_count;
  job->findings = (struct vt_store_finding *)(uintptr_t)record.findings;
  job->finding_count = record.finding_count;
  job->rules = (struct vt_store_rule *)(uintptr_t)record.rules;
  job->rule_count = record.rule_count;
  if (add_skipped(result, asked, arena, job) != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory in the report");
  report->jobs = job;
  report->job_count = 1;
  return vt_report_conclude(report, arena, error);
}
