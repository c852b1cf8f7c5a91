#include "report/model.h"

static int load_job(struct vt_store *store, uint32_t samples, struct vt_arena *arena,
                    struct vt_report_job *job, struct vt_error *error)
{
  int64_t id = job->row.id;
  int status = vt_store_list_blocks(store, id, arena, &job->blocks, &job->block_count, error);
  if (status == VATER_OK)
    status = vt_store_list_findings(store, id, samples, arena, &job->findings, &job->finding_count,
                                    error);
  if (status == VATER_OK)
    status = vt_store_list_rules(store, id, arena, &job->rules, &job->rule_count, error);
  return status;
}

int vt_report_load(struct vt_store *store, int64_t id, uint32_t samples, struct vt_arena *arena,
                   struct vt_report *report, struct vt_error *error)
{
  *report = (struct vt_report){0};
  int status = vt_store_find_run(store, id, arena, &report->run, error);
  if (status != VATER_OK)
    return status;
  struct vt_store_job_row *rows = NULL;
  size_t count = 0;
  status = vt_store_list_jobs(store, report->run.id, arena, &rows, &count, error);
  if (status == VATER_OK)
    status = vt_store_list_pin_names(store, report->run.id, arena, &report->pins,
                                     &report->pin_count, error);
  report->jobs = vt_arena_array(arena, count + 1, sizeof *report->jobs);
  if (status == VATER_OK && report->jobs == NULL)
    status = vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory in the report");
  if (status == VATER_OK)
    status = vt_store_list_conclusions(store, report->run.id, samples, arena, &report->conclusions,
                                       &report->conclusion_count, error);
  for (size_t i = 0; status == VATER_OK && i < count; i++) {
    report->jobs[i].row = rows[i];
    status = load_job(store, samples, arena, &report->jobs[i], error);
    report->job_count = i + 1;
  }
  return status == VATER_OK ? vt_report_conclude(report, arena, error) : status;
}
