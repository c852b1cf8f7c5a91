#include "run/conclude.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

static int no_memory(struct vt_error *error)
{
  return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory while concluding");
}

/* ---- the table ---------------------------------------------------------------------------------
 */

static int read_known(struct vt_concluding *concluding, struct vt_error *error)
{
  struct vt_running *running = concluding->running;
  const struct vt_allocator *allocator = &running->environment->allocator;
  struct vt_table_builder *builder = NULL;
  if (vt_table_builder_new(allocator, 0, &builder) != VATER_OK)
    return no_memory(error);
  int status = vt_store_read_known(running->store, concluding->run, concluding->indicator, builder,
                                   &concluding->brought, error);
  size_t size = vt_table_size(builder);
  if (status == VATER_OK)
    concluding->block = vt_alloc(allocator, size);
  if (status == VATER_OK && concluding->block == NULL)
    status = no_memory(error);
  if (status == VATER_OK) {
    vt_table_move(builder, concluding->block);
    status = vt_table_open(concluding->block, size, &concluding->table, error);
  }
  vt_table_builder_free(builder);
  return status;
}

static int table_page(const struct vt_concluding *concluding, int *page, struct vt_error *error)
{
  const char *bytes = concluding->block;
  size_t size = concluding->table.size, done = 0;
  *page = memfd_create("known", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  while (*page >= 0 && done < size) {
    ssize_t written = write(*page, bytes + done, size - done);
    if (written < 0 && errno != EINTR)
      break;
    done += written > 0 ? (size_t)written : 0;
  }
  if (*page >= 0 && done == size &&
      fcntl(*page, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    return VATER_OK;
  int status =
      vt_fail(error, VATER_E_IO, "OPS-MEMORY", "no memory for a table: %s", strerror(errno));
  if (*page >= 0)
    close(*page);
  *page = -1;
  return status;
}

/* ---- the worker --------------------------------------------------------------------------------
 */

static int64_t first_day(struct vater_str period, int64_t otherwise)
{
  struct vt_period parsed;
  return vt_period_parse(period, &parsed) ? parsed.start : otherwise;
}

static int64_t last_day(struct vater_str period, int64_t otherwise)
{
  struct vt_period parsed;
  return vt_period_parse(period, &parsed) ? parsed.end : otherwise;
}

static void list_obligations(const struct vt_concluding *concluding, const struct vt_actor *actor,
                             struct vt_rules_obligation *list, size_t *count)
{
  for (uint32_t i = 0; i < actor->obligation_count; i++) {
    const struct vt_obligation *owed = &actor->obligations[i];
    if (!vt_str_equal(owed->indicator, concluding->indicator))
      continue;
    int64_t from = first_day(owed->from, INT64_MIN), to = last_day(owed->to, INT64_MAX);
    list[(*count)++] =
        (struct vt_rules_obligation){.actor = actor->orgnr,
                                     .indicator = concluding->indicator,
                                     .from = from > actor->valid_from ? from : actor->valid_from,
                                     .to = to < actor->valid_to ? to : actor->valid_to};
  }
}

static int describe(const struct vt_concluding *concluding, struct vt_judge_job *job,
                    struct vt_error *error)
{
  const struct vt_running *running = concluding->running;
  const struct vt_actors *actors = &running->actors;
  size_t owed = 0;
  for (uint32_t i = 0; i < actors->count; i++)
    owed += actors->items[i].obligation_count;
  struct vt_rules_actor *list =
      vt_arena_array(concluding->arena, (size_t)actors->count + 1, sizeof *list);
  struct vt_rules_obligation *obligations =
      vt_arena_array(concluding->arena, owed + 1, sizeof *obligations);
  if (list == NULL || obligations == NULL)
    return no_memory(error);
  *job = (struct vt_judge_job){
      .id = concluding->indicator,
      .actors = list,
      .actor_count = actors->count,
      .today = running->today,
      .proposed = running->options->proposed,
      .concludes = true,
      .history = {.current = concluding->brought, .obligations = obligations}};
  for (uint32_t i = 0; i < actors->count; i++) {
    list[i] = (struct vt_rules_actor){actors->items[i].orgnr, actors->items[i].type};
    list_obligations(concluding, &actors->items[i], obligations, &job->history.obligation_count);
  }
  return VATER_OK;
}

static int take_event(struct vt_concluding *concluding, bool *ended, struct vt_error *error)
{
  struct vt_worker_event event;
  int status = vt_zygote_next(concluding->running->zygote, &event, error);
  if (status != VATER_OK)
    return status == VATER_DONE ? VATER_OK : status;
  if (event.kind == VT_WORKER_PAGE)
    return vt_worker_finish(concluding->worker, error);
  concluding->event = event;
  *ended = true;
  return VATER_OK;
}

/* Waits for the worker's last event; a signal ends the waiting. */
static int wait_for(struct vt_concluding *concluding, struct vt_error *error)
{
  struct vt_running *running = concluding->running;
  bool ended = false;
  int status = take_event(concluding, &ended, error);
  while (status == VATER_OK && !ended && !running->stopping) {
    struct pollfd watched[] = {{.fd = vt_zygote_fd(running->zygote), .events = POLLIN},
                               {.fd = running->signals, .events = POLLIN}};
    int timeout = vt_zygote_timeout_ms(running->zygote);
    if (poll(watched, 2, timeout >= 0 && timeout < 1000 ? timeout : 1000) < 0 && errno != EINTR)
      return vt_fail(error, VATER_E_IO, "OPS-BUG", "cannot wait: %s", strerror(errno));
    vt_run_take_signals(running);
    status = take_event(concluding, &ended, error);
  }
  concluding->stopped = status == VATER_OK && !ended;
  return status;
}

static int ask_worker(struct vt_concluding *concluding, struct vt_error *error)
{
  static const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  struct vt_judge_job job;
  int page = -1;
  int status = describe(concluding, &job, error);
  if (status == VATER_OK)
    status = table_page(concluding, &page, error);
  if (status == VATER_OK)
    status =
        vt_worker_open(concluding->running->zygote, &job, concluding, &concluding->worker, error);
  if (status == VATER_OK)
    status = vt_worker_page(concluding->worker, page, &head, error);
  if (page >= 0)
    close(page);
  return status == VATER_OK ? wait_for(concluding, error) : status;
}

bool vt_concluding_has_rules(const struct vt_running *running, struct vater_str indicator)
{
  const struct vt_zygote_info *info = vt_zygote_info(running->zygote);
  for (uint32_t i = 0; i < info->concluded_count; i++)
    if (vt_str_equal(info->concluded[i], indicator))
      return true;
  return false;
}

int vt_concluding_ask(struct vt_concluding *concluding, struct vt_error *error)
{
  const struct vt_running *running = concluding->running;
  concluding->arena = vt_arena_new(&running->environment->allocator, 0);
  int status = concluding->arena == NULL ? no_memory(error) : read_known(concluding, error);
  if (status == VATER_OK)
    status = ask_worker(concluding, error);
  /* without the zygote a worker's end says nothing: a resumed run asks again */
  if (status == VATER_OK && !concluding->stopped && vt_zygote_is_gone(running->zygote))
    status = vt_fail(error, VATER_E_IO, "OPS-BUG", "the zygote ended while concluding");
  return status;
}

void vt_concluding_end(struct vt_concluding *concluding)
{
  vt_worker_close(concluding->worker);
  vt_free(&concluding->running->environment->allocator, concluding->block);
  vt_arena_free(concluding->arena);
}

/* ---- the record --------------------------------------------------------------------------------
 */

static struct vater_str cell(const struct vt_concluding *concluding, uint32_t row, int column)
{
  return vt_table_cell(&concluding->table, row, column);
}

/* Whose and where: by our own table, not by what the worker says. */
static void copy_finding(const struct vt_concluding *concluding, const struct vt_result *result,
                         uint32_t index, struct vt_store_conclusion_finding *to)
{
  struct vt_finding from;
  struct vt_block_verdict subject = {0};
  vt_result_finding(result, index, &from);
  if (from.verdict < result->verdict_count)
    vt_result_verdict(result, from.verdict, &subject);
  *to = (struct vt_store_conclusion_finding){
      .code = from.code,
      .severity = from.severity,
      .outcome = vt_str(vt_outcome_name((enum vt_outcome)from.outcome)),
      .period = subject.period,
      .column =
          from.column != VATER_COLUMN_NONE ? vt_str(vt_column_name(from.column)) : VT_STR_NONE};
  if (from.offset > 0 && from.offset <= concluding->table.rows) {
    uint32_t row = (uint32_t)from.offset - 1;
    to->actor = cell(concluding, row, VATER_COLUMN_ACTOR);
    to->period = cell(concluding, row, VATER_COLUMN_PERIOD);
    to->area = cell(concluding, row, VATER_COLUMN_AREA);
    to->area_role = cell(concluding, row, VATER_COLUMN_AREA_ROLE);
    to->breakdown = cell(concluding, row, VATER_COLUMN_BREAKDOWN);
  }
  memcpy(to->message, from.message, sizeof to->message);
  memcpy(to->remedy, from.remedy, sizeof to->remedy);
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

static int copy_result(const struct vt_concluding *concluding, struct vt_store_conclusion *record,
                       struct vt_error *error)
{
  const struct vt_result *result = concluding->event.result;
  record->findings = vt_arena_array(concluding->arena, (size_t)result->finding_count + 1,
                                    sizeof *record->findings);
  record->rules =
      vt_arena_array(concluding->arena, (size_t)result->rule_count + 1, sizeof *record->rules);
  if (record->findings == NULL || record->rules == NULL)
    return no_memory(error);
  for (uint32_t i = 0; i < result->finding_count; i++)
    copy_finding(concluding, result, i, &record->findings[i]);
  for (uint32_t i = 0; i < result->rule_count; i++)
    copy_rule(result, i, &record->rules[i]);
  record->finding_count = result->finding_count;
  record->rule_count = result->rule_count;
  record->finding_total = result->finding_total;
  record->finding_warnings = result->finding_warnings;
  record->finding_infos = result->finding_infos;
  return VATER_OK;
}

static int record(const struct vt_concluding *concluding, int64_t started_ms,
                  struct vt_error *error)
{
  struct vt_running *running = concluding->running;
  const struct vt_worker_event *event = &concluding->event;
  struct vt_store_conclusion made = {.indicator = concluding->indicator,
                                     .brought = concluding->brought,
                                     .known = concluding->table.rows,
                                     .started_ms = started_ms,
                                     .finished_ms = vt_run_wall_ms(running),
                                     .worker_cpu_us = (int64_t)event->cpu_ms * 1000,
                                     .worker_memory = event->peak_bytes};
  int status = VATER_OK;
  if (event->kind == VT_WORKER_RESULT) {
    status = copy_result(concluding, &made, error);
  } else {
    const char *code = event->error->code[0] != '\0' ? event->error->code : "OPS-BUG";
    made.code = vt_str(code);
    made.message = vt_str(event->error->text);
    const struct vt_log_field fields[] = {
        {"indicator", concluding->indicator}, {"code", made.code}, {NULL, VT_STR_NONE}};
    vt_log(running->log, VATER_LOG_WARNING, "conclude", fields, "%s", event->error->text);
  }
  if (status == VATER_OK)
    status = vt_store_record_conclusion(running->store, running->run, &made, error);
  if (status == VATER_OK)
    vt_log(running->log, VATER_LOG_DEBUG, "conclude", NULL, "%.*s: %u of %u observations",
           VT_STR_ARGS(made.indicator), made.brought, made.known);
  return status;
}

static int conclude_on(struct vt_running *running, struct vater_str indicator,
                       struct vt_error *error)
{
  struct vt_concluding concluding = {
      .running = running, .run = running->run, .indicator = indicator};
  int64_t started_ms = vt_run_wall_ms(running);
  int status = vt_concluding_ask(&concluding, error);
  if (status == VATER_OK && !concluding.stopped)
    status = record(&concluding, started_ms, error);
  vt_concluding_end(&concluding);
  return status;
}

/* ---- all of them -------------------------------------------------------------------------------
 */

int vt_run_conclude(struct vt_running *running, struct vt_error *error)
{
  struct vater_str *indicators = NULL;
  size_t count = 0;
  bool faults = false;
  int status = vt_store_list_concludable(running->store, running->run, running->arena, &indicators,
                                         &count, error);
  for (size_t i = 0; i < count && status == VATER_OK && !running->stopping; i++)
    if (vt_concluding_has_rules(running, indicators[i]))
      status = conclude_on(running, indicators[i], error);
  if (status == VATER_OK)
    status = vt_store_conclusion_faults(running->store, running->run, &faults, error);
  running->summary->failures = running->summary->failures || faults;
  return status;
}
