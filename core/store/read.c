#include "store/connection.h"

/* ---- jobs ------------------------------------------------------------------------------------ */

static void read_execution(const struct vt_query *query, int column, struct vt_arena *arena,
                           struct vt_store_execution *execution)
{
  *execution =
      (struct vt_store_execution){.started_ms = vt_query_integer(query, column),
                                  .finished_ms = vt_query_integer(query, column + 1),
                                  .fetch_ms = vt_query_integer(query, column + 2),
                                  .judge_ms = vt_query_integer(query, column + 3),
                                  .tries = (uint32_t)vt_query_integer(query, column + 4),
                                  .http_status = (int)vt_query_integer(query, column + 5),
                                  .wire_bytes = (uint64_t)vt_query_integer(query, column + 6),
                                  .worker_cpu_us = vt_query_integer(query, column + 7),
                                  .worker_memory = (uint64_t)vt_query_integer(query, column + 8),
                                  .worker_signal = (int)vt_query_integer(query, column + 9),
                                  .address = vt_query_text(query, column + 10, arena)};
}

static void read_job(const struct vt_query *query, struct vt_arena *arena, void *item)
{
  struct vt_store_job_row *job = item;
  job->id = vt_query_integer(query, 0);
  job->run = vt_query_integer(query, 1);
  struct vater_str *const texts[] = {&job->actor,  &job->endpoint, &job->actor_name, &job->language,
                                     &job->period, &job->delivery, &job->code,       &job->message};
  for (int i = 0; i < 8; i++)
    *texts[i] = vt_query_text(query, 2 + i, arena);
  job->screened = vt_query_integer(query, 10) != 0;
  job->pii = vt_query_integer(query, 11) != 0;
  job->test = vt_query_integer(query, 12) != 0;
  job->pages = (uint32_t)vt_query_integer(query, 13);
  job->rows = (uint32_t)vt_query_integer(query, 14);
  job->bytes = (uint64_t)vt_query_integer(query, 15);
  job->finding_total = (uint64_t)vt_query_integer(query, 16);
  job->finding_errors = (uint64_t)vt_query_integer(query, 17);
  job->finding_warnings = (uint64_t)vt_query_integer(query, 18);
  job->finding_infos = (uint64_t)vt_query_integer(query, 19);
  read_execution(query, 20, arena, &job->execution);
}

int vt_store_list_jobs(struct vt_store *store, int64_t run, struct vt_arena *arena,
                       struct vt_store_job_row **jobs, size_t *count, struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **jobs};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_JOB_LIST);
  vt_query_bind_integer(&query, run);
  int status = vt_gather_rows(&query, &gather, read_job, error);
  *jobs = gather.items;
  *count = gather.count;
  return status;
}

int vt_store_list_actor_jobs(struct vt_store *store, struct vater_str actor, uint32_t limit,
                             struct vt_arena *arena, struct vt_store_job_row **jobs, size_t *count,
                             struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **jobs};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_JOB_OF_ACTOR);
  vt_query_bind_text(&query, actor);
  vt_query_bind_integer(&query, limit);
  int status = vt_gather_rows(&query, &gather, read_job, error);
  *jobs = gather.items;
  *count = gather.count;
  return status;
}

int vt_store_has_job(struct vt_store *store, int64_t run, struct vater_str actor,
                     struct vater_str endpoint, struct vt_store_done *done, struct vt_error *error)
{
  *done = (struct vt_store_done){0};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_JOB_HAS);
  vt_query_bind_integer(&query, run);
  vt_query_bind_text(&query, actor);
  vt_query_bind_text(&query, endpoint);
  int status = vt_query_step(&query, error);
  if (status != VATER_OK)
    return status < 0 ? status : VATER_OK;
  const unsigned char *delivery = sqlite3_column_text(query.statement, 0);
  done->found = true;
  vt_text_copy(done->delivery, sizeof done->delivery, vt_str((const char *)delivery));
  done->rejected = vt_query_integer(&query, 1) != 0;
  done->undecided = vt_query_integer(&query, 2) != 0;
  vt_query_end(&query);
  return VATER_OK;
}

/* ---- what belongs to a job ------------------------------------------------------------------- */

static void read_block(const struct vt_query *query, struct vt_arena *arena, void *item)
{
  struct vt_store_block *block = item;
  block->actor = vt_query_text(query, 0, arena);
  block->indicator = vt_query_text(query, 1, arena);
  block->period = vt_query_text(query, 2, arena);
  block->verdict = vt_query_text(query, 3, arena);
  block->rows = (uint32_t)vt_query_integer(query, 4);
  block->errors = (uint32_t)vt_query_integer(query, 5);
  block->warnings = (uint32_t)vt_query_integer(query, 6);
  block->infos = (uint32_t)vt_query_integer(query, 7);
  block->undecided = (uint32_t)vt_query_integer(query, 8);
}

int vt_store_list_blocks(struct vt_store *store, int64_t job, struct vt_arena *arena,
                         struct vt_store_block **blocks, size_t *count, struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **blocks};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_BLOCK_LIST);
  vt_query_bind_integer(&query, job);
  int status = vt_gather_rows(&query, &gather, read_block, error);
  *blocks = gather.items;
  *count = gather.count;
  return status;
}

static void read_finding(const struct vt_query *query, struct vt_arena *arena, void *item)
{
  struct vt_store_finding *finding = item;
  finding->code = vt_query_text(query, 0, arena);
  finding->severity = (int)vt_query_integer(query, 1);
  finding->outcome = vt_query_text(query, 2, arena);
  finding->row = vt_query_integer(query, 3);
  finding->column = vt_query_text(query, 4, arena);
  finding->block = vt_query_integer(query, 5);
  finding->page = (uint32_t)vt_query_integer(query, 6);
  finding->offset = (uint64_t)vt_query_integer(query, 7);
  finding->line = (uint32_t)vt_query_integer(query, 8);
  finding->line_column = (uint32_t)vt_query_integer(query, 9);
  finding->caret = (uint32_t)vt_query_integer(query, 10);
  finding->caret_width = (uint32_t)vt_query_integer(query, 11);
  finding->pointer = vt_query_text(query, 12, arena);
  finding->excerpt = vt_query_text(query, 13, arena);
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    finding->message[i] = vt_query_text(query, 14 + i, arena);
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    finding->remedy[i] = vt_query_text(query, 14 + VT_LANGUAGE_COUNT + i, arena);
  finding->of_code = (uint32_t)vt_query_integer(query, 14 + 2 * VT_LANGUAGE_COUNT);
}

int vt_store_list_findings(struct vt_store *store, int64_t job, uint32_t per_code,
                           struct vt_arena *arena, struct vt_store_finding **findings,
                           size_t *count, struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **findings};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_FINDING_LIST);
  vt_query_bind_integer(&query, job);
  vt_query_bind_integer(&query, per_code == 0 ? INT64_MAX : per_code);
  int status = vt_gather_rows(&query, &gather, read_finding, error);
  *findings = gather.items;
  *count = gather.count;
  return status;
}

static void read_rule(const struct vt_query *query, struct vt_arena *arena, void *item)
{
  struct vt_store_rule *rule = item;
  rule->code = vt_query_text(query, 0, arena);
  rule->reason = vt_query_text(query, 1, arena);
  rule->pass = (uint64_t)vt_query_integer(query, 2);
  rule->fail = (uint64_t)vt_query_integer(query, 3);
  rule->not_applicable = (uint64_t)vt_query_integer(query, 4);
  rule->skipped = (uint64_t)vt_query_integer(query, 5);
  rule->error = (uint64_t)vt_query_integer(query, 6);
}

int vt_store_list_rules(struct vt_store *store, int64_t job, struct vt_arena *arena,
                        struct vt_store_rule **rules, size_t *count, struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **rules};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_OUTCOME_LIST);
  vt_query_bind_integer(&query, job);
  int status = vt_gather_rows(&query, &gather, read_rule, error);
  *rules = gather.items;
  *count = gather.count;
  return status;
}

/* ---- deliveries that can be judged again ------------------------------------------------------
 */

static void read_delivery(const struct vt_query *query, struct vt_arena *arena, void *item)
{
  struct vt_store_delivery *delivery = item;
  delivery->job = vt_query_integer(query, 0);
  delivery->run = vt_query_integer(query, 1);
  delivery->reference_day = vt_query_integer(query, 2);
  struct vater_str *const texts[] = {&delivery->actor, &delivery->endpoint, &delivery->period,
                                     &delivery->delivery, &delivery->code};
  for (int i = 0; i < 5; i++)
    *texts[i] = vt_query_text(query, 3 + i, arena);
  delivery->pii = vt_query_integer(query, 8) != 0;
  delivery->test = vt_query_integer(query, 9) != 0;
}

int vt_store_list_deliveries(struct vt_store *store, int64_t since, struct vt_arena *arena,
                             struct vt_store_delivery **deliveries, size_t *count,
                             struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **deliveries};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_JOB_DELIVERIES);
  vt_query_bind_integer(&query, since == INT64_MIN ? INT64_MAX : since);
  vt_query_bind_integer(&query, since == INT64_MIN);
  int status = vt_gather_rows(&query, &gather, read_delivery, error);
  *deliveries = gather.items;
  *count = gather.count;
  return status;
}

/* ---- the last delivery ----------------------------------------------------------------------- */

static void read_page(const struct vt_query *query, struct vt_arena *arena, void *item)
{
  struct vt_store_page *page = item;
  page->url = vt_query_text(query, 0, arena);
  page->sha256 = vt_query_text(query, 1, arena);
  page->bytes = (uint64_t)vt_query_integer(query, 2);
  page->etag = vt_query_text(query, 3, arena);
  page->last_modified = vt_query_text(query, 4, arena);
  page->media_type = vt_query_text(query, 5, arena);
}

int vt_store_list_pages(struct vt_store *store, int64_t job, struct vt_arena *arena,
                        struct vt_store_page **pages, size_t *count, struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **pages};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_PAGE_LIST);
  vt_query_bind_integer(&query, job);
  int status = vt_gather_rows(&query, &gather, read_page, error);
  *pages = gather.items;
  *count = gather.count;
  return status;
}

int vt_store_find_last(struct vt_store *store, struct vater_str actor, struct vater_str endpoint,
                       struct vt_arena *arena, struct vt_store_last *last, struct vt_error *error)
{
  *last = (struct vt_store_last){0};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_JOB_LAST);
  vt_query_bind_text(&query, actor);
  vt_query_bind_text(&query, endpoint);
  int status = vt_query_step(&query, error);
  if (status != VATER_OK)
    return status;
  int64_t job = vt_query_integer(&query, 0), run = vt_query_integer(&query, 1);
  vt_query_end(&query);
  *last = (struct vt_store_last){.job = job, .run = run};
  status = vt_store_list_pages(store, job, arena, &last->pages, &last->page_count, error);
  if (status != VATER_OK)
    return status;
  if (last->page_count > 0) {
    last->etag = last->pages[0].etag;
    last->last_modified = last->pages[0].last_modified;
  }
  return VATER_OK;
}

/* ---- observations ---------------------------------------------------------------------------- */

static bool read_number(const struct vt_query *query, int column, double *value)
{
  *value = sqlite3_column_double(query->statement, column);
  return sqlite3_column_type(query->statement, column) != SQLITE_NULL;
}

static void read_vintage(const struct vt_query *query, struct vt_arena *arena, void *item)
{
  struct vt_store_vintage *vintage = item;
  struct vater_str *const identity[] = {
      &vintage->indicator, &vintage->actor,     &vintage->period, &vintage->area,
      &vintage->area_role, &vintage->breakdown, &vintage->action};
  for (int i = 0; i < 7; i++)
    *identity[i] = vt_query_text(query, i, arena);
  vintage->has_numerator = read_number(query, 7, &vintage->numerator);
  vintage->has_denominator = read_number(query, 8, &vintage->denominator);
  vintage->has_value = read_number(query, 9, &vintage->value);
  vintage->unit = vt_query_text(query, 10, arena);
  vintage->status = vt_query_text(query, 11, arena);
  vintage->missing = vt_query_text(query, 12, arena);
  vintage->reason = vt_query_text(query, 13, arena);
  vintage->accepted = vt_query_integer(query, 14) != 0;
  vintage->job = vt_query_integer(query, 15);
  vintage->run = vt_query_integer(query, 16);
  vintage->superseded_job = vt_query_integer(query, 17);
}

int vt_store_list_vintages(struct vt_store *store, struct vater_str actor,
                           struct vater_str indicator, struct vt_arena *arena,
                           struct vt_store_vintage **vintages, size_t *count,
                           struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **vintages};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_VINTAGE_LIST);
  vt_query_bind_text(&query, actor);
  vt_query_bind_text(&query, indicator);
  int status = vt_gather_rows(&query, &gather, read_vintage, error);
  *vintages = gather.items;
  *count = gather.count;
  return status;
}
