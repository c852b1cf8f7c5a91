#include "judge/judging.h"

#include "doc/place.h"
#include "judge/odd.h"

/* ---- whose -------------------------------------------------------------------------------------
 */

static bool may_report_for(const struct vt_judge_job *job, struct vater_str orgnr)
{
  if (vt_str_equal(orgnr, job->actor))
    return true;
  for (size_t i = 0; i < job->actor_count; i++)
    if (vt_str_equal(orgnr, job->actors[i].orgnr))
      return true;
  return false;
}

static int report_owner(struct vt_judge *judge, struct vater_str orgnr,
                        const struct judged_place *place, struct vt_error *error)
{
  const struct vater_str shown = judged_cut(orgnr, 40);
  const struct vater_str detail[VT_LANGUAGE_COUNT] = {
      [VT_LANGUAGE_NB] = vt_judge_format(judge, "organisasjonsnummer %.*s", VT_STR_ARGS(shown)),
      [VT_LANGUAGE_NN] = vt_judge_format(judge, "organisasjonsnummer %.*s", VT_STR_ARGS(shown)),
      [VT_LANGUAGE_EN] = vt_judge_format(judge, "organisation number %.*s", VT_STR_ARGS(shown)),
  };
  return vt_judge_report(judge, "PAY-OWNER", place, VT_NO_ROW, detail, error);
}

static struct judged_place head_place(struct vt_judge *judge, int field)
{
  struct judged_place place = {0};
  const struct vater_rows *rows = judge->format->plugin->format->rows;
  for (const struct vater_head_member *head = rows != NULL ? rows->head : NULL;
       head != NULL && head->member != NULL; head++)
    if (head->field == field)
      place.pointer = vt_judge_format(judge, "/%s", head->member);
  if (place.pointer.len > 0 && judge->page_count > 0)
    judge->starved |= vt_doc_find(judge->allocator, judge->pages[0].bytes, place.pointer,
                                  &place.offset, &place.end, NULL) == VATER_E_NOMEM;
  return place;
}

/* The first row of each actor that the endpoint may not report for. */
static int check_rows(struct vt_judge *judge, struct vt_error *error)
{
  const uint32_t *ids = judge->table.columns[VATER_COLUMN_ACTOR].ids;
  if (ids == NULL)
    return VATER_OK;
  uint8_t *seen = vt_arena_alloc(judge->arena, (size_t)judge->table.texts + 1);
  if (seen == NULL)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory to check who reports");
  int status = VATER_OK;
  for (uint32_t row = 0; row < judge->table.rows && status == VATER_OK; row++) {
    uint32_t id = ids[row];
    if (id == VT_TABLE_NO_TEXT || seen[id] != 0)
      continue;
    seen[id] = 1;
    struct vater_str orgnr = vt_table_text(&judge->table, id);
    if (may_report_for(judge->job, orgnr))
      continue;
    struct judged_place place = vt_judge_place_of_row(judge, row, VATER_COLUMN_ACTOR);
    status = report_owner(judge, orgnr, &place, error);
  }
  return status;
}

int vt_judge_check_owner(struct vt_judge *judge, struct vt_error *error)
{
  judge->hides = vt_rules_hides(judge->context->rules, &judge->table);
  if (judge->job->actor.len == 0)
    return VATER_OK;
  struct vater_str reporter = vt_table_head(&judge->table, VATER_HEAD_REPORTER);
  if (reporter.len > 0 && !vt_str_equal(reporter, judge->job->actor)) {
    struct judged_place place = head_place(judge, VATER_HEAD_REPORTER);
    int status = report_owner(judge, reporter, &place, error);
    if (status != VATER_OK)
      return status;
  }
  return check_rows(judge, error);
}

/* ---- what is there, and what is not ------------------------------------------------------------
 */

static int report_detail(struct vt_judge *judge, const char *code, const struct judged_place *place,
                         uint32_t row, struct vater_str detail, struct vt_error *error)
{
  const struct vater_str details[VT_LANGUAGE_COUNT] = {[VT_LANGUAGE_EN] = detail};
  return vt_judge_report(judge, code, place, row, details, error);
}

static bool in_bundle(const struct vt_judge *judge, struct vater_str id)
{
  uint32_t count = vt_rules_indicator_count(judge->context->rules);
  for (uint32_t i = 0; i < count; i++)
    if (vt_str_equal(vt_rules_indicator(judge->context->rules, i)->id, id))
      return true;
  return false;
}

static bool is_expected(const struct vt_judge_job *job, struct vater_str id, bool *mentioned)
{
  bool found = false;
  for (size_t i = 0; i < job->expected_count; i++) {
    if (!vt_str_equal(job->expected[i], id))
      continue;
    mentioned[i] = true;
    found = true;
  }
  return found;
}

/* Rules for every indicator judge an unknown one as well, and say so themselves. */
static bool judges_unknown(const struct vt_judge *judge)
{
  for (uint32_t i = 0; i < vt_rules_count(judge->context->rules); i++) {
    const struct vt_rule_info *rule = vt_rules_info(judge->context->rules, i);
    for (uint32_t j = 0; j < rule->applies_count; j++)
      if (vt_str_is(rule->applies_to[j], "*"))
        return true;
  }
  return false;
}

/* Each indicator once, at its first row. */
static int check_indicators(struct vt_judge *judge, bool *mentioned, struct vt_error *error)
{
  bool silent = judges_unknown(judge);
  const uint32_t *ids = judge->table.columns[VATER_COLUMN_INDICATOR].ids;
  uint8_t *seen = vt_arena_alloc(judge->arena, (size_t)judge->table.texts + 1);
  if (seen == NULL)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory to check indicators");
  int status = VATER_OK;
  for (uint32_t row = 0; ids != NULL && row < judge->table.rows && status == VATER_OK; row++) {
    uint32_t id = ids[row];
    if (id == VT_TABLE_NO_TEXT || seen[id] != 0)
      continue;
    seen[id] = 1;
    struct vater_str name = vt_table_text(&judge->table, id);
    if (is_expected(judge->job, name, mentioned) || silent || in_bundle(judge, name))
      continue;
    struct judged_place place = vt_judge_place_of_row(judge, row, VATER_COLUMN_INDICATOR);
    status = report_detail(judge, "PAY-INDICATOR", &place, row, judged_cut(name, 100), error);
  }
  return status;
}

static int check_expected(struct vt_judge *judge, const bool *mentioned, struct vt_error *error)
{
  int status = VATER_OK;
  for (size_t i = 0; i < judge->job->expected_count && status == VATER_OK; i++)
    if (!mentioned[i])
      status = report_detail(judge, "PAY-MISSING", NULL, VT_NO_ROW, judge->job->expected[i], error);
  return status;
}

static int report_odd(struct vt_judge *judge, const struct judged_place *place, uint32_t row,
                      enum vt_odd odd, struct vt_error *error)
{
  struct vater_str details[VT_LANGUAGE_COUNT];
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    details[i] = vt_str(vt_odd_name(odd, (enum vt_language)i));
  return vt_judge_report(judge, "PAY-TEXT-ODD", place, row, details, error);
}

static int check_head_texts(struct vt_judge *judge, struct vt_error *error)
{
  static const int fields[] = {VATER_HEAD_SUBMISSION_ID, VATER_HEAD_REPLACES,
                               VATER_HEAD_REPORTER_NAME, VATER_HEAD_REPORTER_SYSTEM,
                               VATER_HEAD_COMMENT};
  int status = VATER_OK;
  for (size_t i = 0; i < sizeof fields / sizeof fields[0] && status == VATER_OK; i++) {
    enum vt_odd odd = vt_odd_find(vt_table_head(&judge->table, fields[i]));
    if (odd == VT_ODD_NOT)
      continue;
    struct judged_place place = head_place(judge, fields[i]);
    status = report_odd(judge, &place, VT_NO_ROW, odd, error);
  }
  return status;
}

/* What people write, each text once, at its first row. */
static int check_column_texts(struct vt_judge *judge, int column, struct vt_error *error)
{
  const uint32_t *ids = judge->table.columns[column].ids;
  uint8_t *seen = vt_arena_alloc(judge->arena, (size_t)judge->table.texts + 1);
  if (seen == NULL)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory to check texts");
  int status = VATER_OK;
  for (uint32_t row = 0; ids != NULL && row < judge->table.rows && status == VATER_OK; row++) {
    uint32_t id = ids[row];
    if (id == VT_TABLE_NO_TEXT || seen[id] != 0)
      continue;
    seen[id] = 1;
    enum vt_odd odd = vt_odd_find(vt_table_text(&judge->table, id));
    if (odd == VT_ODD_NOT)
      continue;
    struct judged_place place = vt_judge_place_of_row(judge, row, column);
    status = report_odd(judge, &place, row, odd, error);
  }
  return status;
}

static int check_texts(struct vt_judge *judge, struct vt_error *error)
{
  int status = check_head_texts(judge, error);
  if (status == VATER_OK)
    status = check_column_texts(judge, VATER_COLUMN_REASON, error);
  return status == VATER_OK ? check_column_texts(judge, VATER_COLUMN_COMMENT_TEXT, error) : status;
}

static int check_delivery(struct vt_judge *judge, struct vt_error *error)
{
  bool test = false;
  bool nil = false;
  bool *mentioned = vt_arena_alloc(judge->arena, judge->job->expected_count + 1);
  if (mentioned == NULL)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory to check what is due");
  int status = check_indicators(judge, mentioned, error);
  if (status == VATER_OK)
    status = vt_judge_check_asked(judge, error);
  vt_table_head_truth(&judge->table, VATER_HEAD_NIL, &nil);
  if (status == VATER_OK && !nil && judge->table.rows == 0 && !vt_result_has_faults(judge->result))
    status = vt_judge_report(judge, "PAY-EMPTY", NULL, VT_NO_ROW, NULL, error);
  if (status == VATER_OK && !nil)
    status = check_expected(judge, mentioned, error);
  if (status == VATER_OK && vt_table_head_truth(&judge->table, VATER_HEAD_TEST, &test) && test) {
    struct judged_place place = head_place(judge, VATER_HEAD_TEST);
    status = vt_judge_report(judge, "PAY-TEST", &place, VT_NO_ROW, NULL, error);
  }
  return status;
}

/* ---- rules -------------------------------------------------------------------------------------
 */

static int take_finding(void *context, const struct vt_finding *finding, struct vt_error *error)
{
  struct vt_judge *judge = context;
  struct vt_finding placed = *finding;
  if (finding->row != VT_NO_ROW) {
    struct judged_place place = vt_judge_place_of_row(judge, finding->row, finding->column);
    if (vt_judge_place(judge, &place, &placed) != VATER_OK)
      return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory for a finding");
  }
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

int vt_judge_check(struct vt_judge *judge, struct vt_error *error)
{
  int status = check_delivery(judge, error);
  if (status == VATER_OK)
    status = check_texts(judge, error);
  if (status != VATER_OK)
    return status;
  const struct vt_rules_context context = {.watch = judge->context->watch,
                                           .today = judge->job->today,
                                           .actors = judge->job->actors,
                                           .actor_count = judge->job->actor_count,
                                           .proposed = judge->job->proposed};
  const struct vt_rules_sink sink = {judge, take_finding, take_more, take_verdict, take_rule};
  return vt_rules_judge(judge->context->rules, &judge->table, &context, &sink, error);
}
