/* Bytes that came before, from the same actor or from another one. */
#include "run/job.h"

#include "base/date.h"
#include "base/limits.h"

static void describe(const struct vt_store_earlier *found, struct vt_arena *arena,
                     struct vater_str detail[VT_LANGUAGE_COUNT])
{
  char day[16];
  vt_date_print(found->reference_day, day);
  bool asked = found->period.len > 0;
  detail[VT_LANGUAGE_NB] = vt_arena_format(arena, "%s%s%.*s", day, asked ? ", spurt etter " : "",
                                           VT_STR_ARGS(found->period));
  detail[VT_LANGUAGE_NN] = detail[VT_LANGUAGE_NB];
  detail[VT_LANGUAGE_EN] = vt_arena_format(arena, "%s%s%.*s", day, asked ? ", asked for " : "",
                                           VT_STR_ARGS(found->period));
}

int vt_run_is_stale(struct vt_job *job, const struct vt_store_job *record,
                    struct vater_str detail[VT_LANGUAGE_COUNT], struct vt_error *error)
{
  struct vt_store *store = job->running->store;
  int64_t run = job->running->run;
  struct vt_store_earlier earlier;
  bool test = false;
  if (job->delivery != VT_DELIVERY_RECEIVED || record->table == NULL || record->page_count == 0 ||
      (vt_table_head_truth(record->table, VATER_HEAD_TEST, &test) && test))
    return VATER_DONE;
  int status = vt_store_find_earlier(store, run, record, true, job->arena, &earlier, error);
  if (status == VATER_OK && !earlier.replaced)
    status = VATER_DONE;
  if (status == VATER_DONE && !vt_judge_tells_of(record->table, record->period))
    status = vt_store_find_earlier(store, run, record, false, job->arena, &earlier, error);
  if (status == VATER_OK)
    describe(&earlier, job->arena, detail);
  return status;
}

/* ---- another actor's ---------------------------------------------------------------------------
 */

static void tell(struct vt_arena *arena, const struct vt_code *code,
                 const struct vt_store_copy *copy, struct vt_store_conclusion_finding *finding)
{
  char day[16];
  vt_date_print(copy->reference_day, day);
  *finding = (struct vt_store_conclusion_finding){.code = vt_str(code->code),
                                                  .severity = code->severity,
                                                  .outcome = VT_STR("fail"),
                                                  .actor = copy->actor,
                                                  .period = copy->period};
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++) {
    const char *number = i == VT_LANGUAGE_EN ? "organisation number" : "organisasjonsnummer";
    finding->message[i] = vt_arena_format(arena, "%s (%s %.*s, %s)", code->title[i], number,
                                          VT_STR_ARGS(copy->other), day);
    finding->remedy[i] = vt_str(code->remedy[i]);
  }
}

static int record_copies(struct vt_running *running, const struct vt_store_copy *copies,
                         size_t count, uint64_t compared, int64_t started_ms,
                         struct vt_error *error)
{
  const struct vt_code *code = vt_code_find(VT_STR("PAY-COPY"));
  struct vt_store_rule rule = {.code = VT_STR("PAY-COPY"), .pass = compared - count, .fail = count};
  size_t kept = count < VT_LIMIT_CONCLUSIONS_PER_RULE ? count : VT_LIMIT_CONCLUSIONS_PER_RULE;
  struct vt_store_conclusion_finding *findings =
      vt_arena_array(running->arena, kept, sizeof *findings);
  if (findings == NULL || code == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory");
  for (size_t i = 0; i < kept; i++)
    tell(running->arena, code, &copies[i], &findings[i]);
  const struct vt_store_conclusion conclusion = {.brought = (uint32_t)compared,
                                                 .findings = findings,
                                                 .finding_count = kept,
                                                 .rules = &rule,
                                                 .rule_count = 1,
                                                 .finding_total = count,
                                                 .finding_infos = count,
                                                 .started_ms = started_ms,
                                                 .finished_ms = vt_run_wall_ms(running)};
  return vt_store_record_conclusion(running->store, running->run, &conclusion, error);
}

int vt_run_tell_copies(struct vt_running *running, struct vt_error *error)
{
  struct vt_store_copy *copies;
  size_t count;
  uint64_t compared;
  int64_t started_ms = vt_run_wall_ms(running);
  int status = vt_store_list_copies(running->store, running->run, running->arena, &copies, &count,
                                    &compared, error);
  if (status == VATER_OK && count > 0)
    status = record_copies(running, copies, count, compared, started_ms, error);
  if (status == VATER_OK)
    vt_log(running->log, VATER_LOG_DEBUG, "compare", NULL,
           "%zu of %llu deliveries are as another actor's", count, (unsigned long long)compared);
  return status;
}
