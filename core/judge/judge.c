#include "judge/judging.h"

#include "base/limits.h"
#include "base/pages.h"
#include "jose/key.h"

/* ---- beginning ---------------------------------------------------------------------------------
 */

static int prepare(struct vt_judge *judge, struct vt_error *error)
{
  if (judge->job->concludes)
    return vt_result_builder_new(judge->allocator, &judge->result) == VATER_OK
               ? VATER_OK
               : vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory to conclude");
  judge->format = vt_judge_find_format(judge->context, judge->job->format);
  if (judge->format == NULL && !vt_str_is(judge->job->format, "auto"))
    return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG",
                   "no loaded plugin reads the format '%.*s'; see 'vater plugin list'",
                   VT_STR_ARGS(judge->job->format));
  judge->arena = vt_arena_new(judge->allocator, 0);
  if (judge->arena == NULL ||
      vt_table_builder_new(judge->allocator, judge->job->hash_seed, &judge->rows) != VATER_OK ||
      vt_result_builder_new(judge->allocator, &judge->result) != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory to judge");
  return judge->format != NULL ? vt_judge_open_format(judge, error) : VATER_OK;
}

int vt_judge_begin(const struct vt_judge_context *context, const struct vt_judge_job *job,
                   struct vt_judge **out, struct vt_error *error)
{
  *out = NULL;
  const struct vt_allocator *allocator = &context->environment->allocator;
  struct vt_judge *judge = vt_alloc(allocator, sizeof *judge);
  if (judge == NULL)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory to judge");
  *judge = (struct vt_judge){.context = context, .job = job, .allocator = allocator};
  int status = prepare(judge, error);
  if (status != VATER_OK)
    vt_judge_free(judge);
  else
    *out = judge;
  return status;
}

/* ---- a page: verify, read, screen, decode
 * --------------------------------------------------------------
 */

static int check_starved(const struct vt_judge *judge, struct vt_error *error)
{
  return judge->starved ? vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory for findings")
                        : VATER_OK;
}

static int add_page(struct vt_judge *judge, struct vater_str bytes, enum vt_framing framing,
                    struct vt_error *error)
{
  if (judge->page_count >= VT_LIMIT_PAGES)
    return vt_fail(error, VATER_E_LIMIT, "HTTP-PAGES", "more pages than PAGES (%llu)",
                   (unsigned long long)VT_LIMIT_PAGES);
  if (judge->page_count == judge->page_room) {
    uint32_t room = judge->page_room == 0 ? 4 : judge->page_room * 2;
    struct judged_page *pages =
        vt_resize(judge->allocator, judge->pages, room * sizeof *judge->pages);
    if (pages == NULL)
      return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory for a page");
    judge->pages = pages;
    judge->page_room = room;
  }
  judge->pages[judge->page_count++] = (struct judged_page){
      .bytes = bytes, .framing = framing, .first_row = vt_table_builder_rows(judge->rows)};
  return VATER_OK;
}

/* A hit outweighs every other reason: nothing of the payload may be stored. */
static int report_hits(struct vt_judge *judge, uint32_t reported, struct vt_error *error)
{
  int status = VATER_OK;
  for (uint32_t i = reported; i < judge->screen.kept && status == VATER_OK; i++) {
    const struct vt_screen_hit *hit = &judge->screen.hits[i];
    const struct judged_place place = {hit->page, (size_t)hit->offset, (size_t)hit->end,
                                       vt_str(hit->pointer)};
    status =
        vt_judge_report_text(judge, "PAY-PII", &place, vt_screen_class_name(hit->class), error);
  }
  if (judge->screen.count > 0)
    judge->refusal = "PAY-PII";
  return status;
}

int vt_judge_page(struct vt_judge *judge, struct vater_str bytes, const struct vt_judge_head *head,
                  struct vt_judge_page *page, struct vt_error *error)
{
  *page = (struct vt_judge_page){0};
  struct vt_judge_head inside = *head;
  bool readable = false;
  if (judge->job->concludes)
    return vt_judge_conclude_page(judge, bytes, error);
  uint32_t hits = judge->screen.kept;
  int status = add_page(judge, bytes, head->framing, error);
  if (status == VATER_OK)
    status = vt_judge_verify(judge, &inside, page, &readable, error);
  if (status == VATER_OK && readable && judge->format == NULL)
    status = vt_judge_choose(judge, &inside, error);
  vt_watch_ended(judge->context->watch, VT_STR("verify, choose the format"));
  readable &= judge->format != NULL;
  if (status == VATER_OK && readable)
    status = vt_judge_read(judge, &inside, &readable, error);
  if (status == VATER_OK && readable)
    status = vt_judge_decode(judge, &page->cursor, error);
  vt_watch_ended(judge->context->watch, VT_STR("decode"));
  if (status == VATER_OK)
    status = report_hits(judge, hits, error);
  if (status == VATER_OK)
    status = check_starved(judge, error);
  page->refused = judge->refusal != NULL;
  if (judge->context->release != NULL)
    judge->context->release(bytes);
  if (page->cursor.len > VT_LIMIT_CURSOR_BYTES)
    return vt_fail(error, VATER_E_LIMIT, "PLUG-PROTO", "a cursor longer than CURSOR_BYTES (%llu)",
                   (unsigned long long)VT_LIMIT_CURSOR_BYTES);
  return status;
}

/* ---- the end: check ----------------------------------------------------------------------------
 */

/* Rows become one block, which rules read and the result holds; the builder is not needed again. */
static int settle_table(struct vt_judge *judge, struct vt_error *error)
{
  /* a format without a reporter speaks for the actor; one that names another is left as it is */
  if (judge->job->actor.len > 0)
    vt_table_set_head_text(judge->rows, VATER_HEAD_REPORTER, judge->job->actor, NULL);
  size_t size = vt_table_size(judge->rows);
  judge->block = vt_alloc(judge->allocator, size);
  if (judge->block == NULL)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory for the table");
  vt_pages_expect(judge->block, size);
  vt_table_move(judge->rows, judge->block);
  vt_table_builder_free(judge->rows);
  judge->rows = NULL;
  return vt_table_open(judge->block, size, &judge->table, error);
}

/* Texts that a format's own code made were not in the bytes: they are screened here. */
static int screen_table(struct vt_judge *judge, struct vt_error *error)
{
  if (judge->format == NULL || judge->format->plan != NULL)
    return VATER_OK;
  uint32_t hits = judge->screen.kept;
  for (uint32_t id = 1; id <= judge->table.texts; id++) {
    struct vt_screen_hit hit = {0};
    if (vt_screen_text(vt_table_text(&judge->table, id), &hit))
      vt_screen_add(&judge->screen, &(struct vt_screen_hit){.class = hit.class}, VT_STR_NONE);
  }
  return report_hits(judge, hits, error);
}

static bool is_nil(const struct vt_judge *judge)
{
  bool nil = false;
  return judge->table.rows == 0 && vt_table_head_truth(&judge->table, VATER_HEAD_NIL, &nil) && nil;
}

static int decide(struct vt_judge *judge, struct vt_error *error)
{
  enum vt_delivery delivery = is_nil(judge) ? VT_DELIVERY_NIL : VT_DELIVERY_RECEIVED;
  if (judge->refusal != NULL)
    vt_delivery_parse(vt_str(vt_code_find(vt_str(judge->refusal))->delivery), &delivery);
  int status = vt_result_set_delivery(judge->result, delivery, judge->refusal, error);
  bool personal = judge->screen.count > 0 || judge->personal;
  vt_result_set_screened(judge->result, true, personal);
  if (personal)
    vt_result_drop_excerpts(judge->result);
  bool truncated = vt_result_truncated(judge->result);
  if (status == VATER_OK && truncated)
    status = vt_result_add_code_counts(judge->result, error);
  if (status == VATER_OK && truncated)
    status = vt_judge_report_text(judge, "PAY-MANY", NULL, NULL, error);
  return status == VATER_OK ? check_starved(judge, error) : status;
}

int vt_judge_finish(struct vt_judge *judge, size_t *size, struct vt_error *error)
{
  *size = 0;
  int status = VATER_OK;
  if (judge->job->concludes) {
    status = vt_judge_conclude(judge, error);
    *size = status == VATER_OK ? vt_result_size(judge->result, NULL) : 0;
    return status;
  }
  if (judge->refusal == NULL)
    status = settle_table(judge, error);
  vt_watch_ended(judge->context->watch, VT_STR("table as one block"));
  if (status == VATER_OK && judge->refusal == NULL)
    status = screen_table(judge, error);
  if (status == VATER_OK && judge->refusal == NULL)
    status = vt_judge_check_owner(judge, error);
  if (status == VATER_OK && judge->refusal == NULL)
    status = vt_judge_check(judge, error);
  if (status == VATER_OK)
    status = decide(judge, error);
  vt_watch_ended(judge->context->watch, VT_STR("indicators, deliveries"));
  if (status == VATER_OK)
    *size = vt_result_size(judge->result, judge->refusal == NULL ? &judge->table : NULL);
  return status;
}

void vt_judge_write(const struct vt_judge *judge, void *block)
{
  bool observations = judge->refusal == NULL && !judge->job->concludes;
  vt_result_write(judge->result, observations ? &judge->table : NULL, block);
  vt_watch_ended(judge->context->watch, VT_STR("write the result"));
}

void vt_judge_free(struct vt_judge *judge)
{
  if (judge == NULL)
    return;
  vt_instance_close(&judge->instance);
  if (judge->calling)
    vt_call_fini(&judge->call);
  vt_config_free(judge->config);
  vt_keys_free(judge->keys);
  for (uint32_t i = 0; i < judge->page_count; i++) {
    vt_lines_free(judge->pages[i].lines);
    vt_free(judge->allocator, judge->pages[i].own);
  }
  vt_free(judge->allocator, judge->pages);
  vt_table_builder_free(judge->rows);
  vt_result_builder_free(judge->result);
  vt_free(judge->allocator, judge->block);
  vt_arena_free(judge->arena);
  vt_free(judge->allocator, judge);
}
