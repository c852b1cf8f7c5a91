#include "store/connection.h"

static bool is_test(const struct vt_store_job *job)
{
  bool test = false;
  return job->table != NULL && vt_table_head_truth(job->table, VATER_HEAD_TEST, &test) && test;
}

static void bind_execution(struct vt_query *query, const struct vt_store_execution *execution)
{
  vt_query_bind_integer(query, execution->started_ms);
  vt_query_bind_integer(query, execution->finished_ms);
  vt_query_bind_integer(query, execution->fetch_ms);
  vt_query_bind_integer(query, execution->judge_ms);
  vt_query_bind_integer(query, execution->tries);
  vt_query_bind_integer(query, execution->http_status);
  vt_query_bind_integer(query, (int64_t)execution->wire_bytes);
  vt_query_bind_integer(query, execution->worker_cpu_us);
  vt_query_bind_integer(query, (int64_t)execution->worker_memory);
  vt_query_bind_integer(query, execution->worker_signal);
  vt_query_bind_text(query, execution->address);
}

static int insert_job(struct vt_store *store, int64_t run, const struct vt_store_job *job,
                      int64_t *id, struct vt_error *error)
{
  uint64_t bytes = 0;
  for (size_t i = 0; i < job->page_count; i++)
    bytes += job->pages[i].bytes;
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_JOB_INSERT);
  vt_query_bind_integer(&query, run);
  const struct vater_str texts[] = {job->actor,  job->endpoint, job->actor_name, job->language,
                                    job->period, job->delivery, job->code,       job->message};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    vt_query_bind_text(&query, texts[i]);
  vt_query_bind_integer(&query, job->screened);
  vt_query_bind_integer(&query, job->pii);
  vt_query_bind_integer(&query, is_test(job));
  vt_query_bind_integer(&query, (int64_t)job->page_count);
  vt_query_bind_integer(&query, job->table != NULL ? job->table->rows : 0);
  vt_query_bind_integer(&query, (int64_t)bytes);
  vt_query_bind_integer(&query, (int64_t)job->finding_total);
  vt_query_bind_integer(&query, (int64_t)job->finding_errors);
  vt_query_bind_integer(&query, (int64_t)job->finding_warnings);
  vt_query_bind_integer(&query, (int64_t)job->finding_infos);
  bind_execution(&query, &job->execution);
  int status = vt_query_run(&query, error);
  *id = sqlite3_last_insert_rowid(store->connection);
  return status;
}

static int drop_payload(struct vt_store *store, struct vater_str sha256, struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_PAYLOAD_DROP);
  vt_query_bind_text(&query, sha256);
  return vt_query_run(&query, error);
}

static int insert_page(struct vt_store *store, int64_t id, size_t number,
                       const struct vt_store_job *job, struct vt_error *error)
{
  const struct vt_store_page *page = &job->pages[number];
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_PAGE_INSERT);
  vt_query_bind_integer(&query, id);
  vt_query_bind_integer(&query, (int64_t)number);
  vt_query_bind_text(&query, page->url);
  vt_query_bind_text(&query, page->sha256);
  vt_query_bind_integer(&query, (int64_t)page->bytes);
  vt_query_bind_text(&query, page->etag);
  vt_query_bind_text(&query, page->last_modified);
  vt_query_bind_text(&query, page->media_type);
  int status = vt_query_run(&query, error);
  if (status != VATER_OK)
    return status;
  if (job->pii)
    return drop_payload(store, page->sha256, error);
  if (!job->screened || page->content.ptr == NULL)
    return VATER_OK;
  return vt_store_keep(store, VT_STATEMENT_PAYLOAD_HAS, VT_STATEMENT_PAYLOAD_INSERT, page->sha256,
                       page->content, error);
}

static int insert_block(struct vt_store *store, int64_t id, size_t number,
                        const struct vt_store_block *block, struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_BLOCK_INSERT);
  vt_query_bind_integer(&query, id);
  vt_query_bind_integer(&query, (int64_t)number);
  vt_query_bind_text(&query, block->actor);
  vt_query_bind_text(&query, block->indicator);
  vt_query_bind_text(&query, block->period);
  vt_query_bind_text(&query, block->verdict);
  const uint32_t counts[] = {block->rows, block->errors, block->warnings, block->infos,
                             block->undecided};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
    vt_query_bind_integer(&query, counts[i]);
  return vt_query_run(&query, error);
}

static int insert_finding(struct vt_store *store, int64_t id, size_t number,
                          const struct vt_store_finding *finding, struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_FINDING_INSERT);
  vt_query_bind_integer(&query, id);
  vt_query_bind_integer(&query, (int64_t)number);
  vt_query_bind_text(&query, finding->code);
  vt_query_bind_integer(&query, finding->severity);
  vt_query_bind_text(&query, finding->outcome);
  vt_query_bind_integer(&query, finding->row);
  vt_query_bind_text(&query, finding->column);
  vt_query_bind_integer(&query, finding->block);
  vt_query_bind_integer(&query, finding->page);
  vt_query_bind_integer(&query, (int64_t)finding->offset);
  vt_query_bind_integer(&query, finding->line);
  vt_query_bind_integer(&query, finding->line_column);
  vt_query_bind_integer(&query, finding->caret);
  vt_query_bind_integer(&query, finding->caret_width);
  vt_query_bind_text(&query, finding->pointer);
  vt_query_bind_text(&query, finding->excerpt);
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    vt_query_bind_text(&query, finding->message[i]);
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    vt_query_bind_text(&query, finding->remedy[i]);
  return vt_query_run(&query, error);
}

static int insert_rule(struct vt_store *store, int64_t id, size_t number,
                       const struct vt_store_rule *rule, struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_OUTCOME_INSERT);
  vt_query_bind_integer(&query, id);
  vt_query_bind_integer(&query, (int64_t)number);
  vt_query_bind_text(&query, rule->code);
  vt_query_bind_text(&query, rule->reason);
  const uint64_t counts[] = {rule->pass, rule->fail, rule->not_applicable, rule->skipped,
                             rule->error};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
    vt_query_bind_integer(&query, (int64_t)counts[i]);
  return vt_query_run(&query, error);
}

static int insert_all(struct vt_store *store, int64_t run, const struct vt_store_job *job,
                      struct vt_error *error)
{
  int64_t id = 0;
  int status = insert_job(store, run, job, &id, error);
  for (size_t i = 0; status == VATER_OK && i < job->page_count; i++)
    status = insert_page(store, id, i, job, error);
  for (size_t i = 0; status == VATER_OK && i < job->block_count; i++)
    status = insert_block(store, id, i, &job->blocks[i], error);
  for (size_t i = 0; status == VATER_OK && i < job->finding_count; i++)
    status = insert_finding(store, id, i, &job->findings[i], error);
  for (size_t i = 0; status == VATER_OK && i < job->rule_count; i++)
    status = insert_rule(store, id, i, &job->rules[i], error);
  if (status == VATER_OK && job->table != NULL && !is_test(job) && !job->pii &&
      (vt_str_is(job->delivery, "received") || vt_str_is(job->delivery, "unchanged")))
    status = vt_store_record_vintages(store, id, job, error);
  return status;
}

int vt_store_record_job(struct vt_store *store, int64_t run, const struct vt_store_job *job,
                        struct vt_error *error)
{
  int status = vt_store_begin(store, error);
  if (status != VATER_OK)
    return status;
  int changes = sqlite3_total_changes(store->connection);
  status = vt_store_end(store, insert_all(store, run, job, error), error);
  /* Dropped bytes still stand in the log until it has been written back. */
  if (status == VATER_OK && job->pii && sqlite3_total_changes(store->connection) != changes)
    sqlite3_wal_checkpoint_v2(store->connection, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  return status;
}
