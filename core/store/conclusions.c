#include "store/connection.h"

/* ---- what is known of an indicator -------------------------------------------------------------
 */

static void read_text_item(const struct vt_query *query, struct vt_arena *arena, void *item)
{
  *(struct vater_str *)item = vt_query_text(query, 0, arena);
}

static int list_indicators(struct vt_store *store, enum vt_statement statement, int64_t run,
                           struct vt_arena *arena, struct vater_str **indicators, size_t *count,
                           struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **indicators};
  struct vt_query query = vt_query_begin(store, statement);
  vt_query_bind_integer(&query, run);
  int status = vt_gather_rows(&query, &gather, read_text_item, error);
  *indicators = gather.items;
  *count = gather.count;
  return status;
}

int vt_store_list_brought(struct vt_store *store, int64_t run, struct vt_arena *arena,
                          struct vater_str **indicators, size_t *count, struct vt_error *error)
{
  return list_indicators(store, VT_STATEMENT_BROUGHT_LIST, run, arena, indicators, count, error);
}

int vt_store_list_concludable(struct vt_store *store, int64_t run, struct vt_arena *arena,
                              struct vater_str **indicators, size_t *count, struct vt_error *error)
{
  return list_indicators(store, VT_STATEMENT_CONCLUDABLE_LIST, run, arena, indicators, count,
                         error);
}

enum { KNOWN_TEXTS = 11, KNOWN_NUMBERS = 5 };

static const int text_columns[KNOWN_TEXTS] = {
    VATER_COLUMN_ACTOR,     VATER_COLUMN_PERIOD, VATER_COLUMN_AREA,   VATER_COLUMN_AREA_ROLE,
    VATER_COLUMN_BREAKDOWN, VATER_COLUMN_UNIT,   VATER_COLUMN_STATUS, VATER_COLUMN_AS_OF,
    VATER_COLUMN_MISSING,   VATER_COLUMN_REASON, VATER_COLUMN_ACTION};
static const int number_columns[KNOWN_NUMBERS] = {VATER_COLUMN_NUMERATOR, VATER_COLUMN_DENOMINATOR,
                                                  VATER_COLUMN_VALUE, VATER_COLUMN_SAMPLE_SIZE,
                                                  VATER_COLUMN_SAMPLE_MARGIN};

/* Columns of KNOWN_LIST: brought; the texts; comment code and text; number and decimals, five
 * times; whether weighted. */
static int add_known(const struct vt_query *query, struct vater_str indicator,
                     struct vt_arena *arena, struct vt_table_builder *builder,
                     struct vt_error *error)
{
  sqlite3_stmt *row = query->statement;
  int at = 1;
  int status = vt_table_add_row(builder, 0, 0, error);
  if (status == VATER_OK)
    status = vt_table_set_text(builder, VATER_COLUMN_INDICATOR, indicator, error);
  for (int i = 0; i < KNOWN_TEXTS + 2 && status == VATER_OK; i++, at++) {
    int column = i < KNOWN_TEXTS    ? text_columns[i]
                 : i == KNOWN_TEXTS ? VATER_COLUMN_COMMENT_CODE
                                    : VATER_COLUMN_COMMENT_TEXT;
    struct vater_str text = vt_query_text(query, at, arena);
    if (text.ptr == NULL)
      return vt_store_no_memory(error);
    if (text.len > 0)
      status = vt_table_set_text(builder, column, text, error);
  }
  for (int i = 0; i < KNOWN_NUMBERS && status == VATER_OK; i++, at += 2)
    if (sqlite3_column_type(row, at) != SQLITE_NULL)
      status = vt_table_set_number(builder, number_columns[i], sqlite3_column_double(row, at),
                                   (unsigned)vt_query_integer(query, at + 1), error);
  if (status == VATER_OK && sqlite3_column_type(row, at) != SQLITE_NULL)
    status = vt_table_set_truth(builder, VATER_COLUMN_SAMPLE_WEIGHTED,
                                vt_query_integer(query, at) != 0, error);
  return status;
}

int vt_store_read_known(struct vt_store *store, int64_t run, struct vater_str indicator,
                        struct vt_table_builder *builder, uint32_t *brought, struct vt_error *error)
{
  struct vt_arena *arena = vt_arena_new(&store->environment.allocator, 0);
  *brought = 0;
  if (arena == NULL)
    return vt_store_no_memory(error);
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_KNOWN_LIST);
  vt_query_bind_integer(&query, run);
  vt_query_bind_text(&query, indicator);
  int status = vt_query_step(&query, error);
  while (status == VATER_OK) {
    *brought += vt_query_integer(&query, 0) != 0;
    status = add_known(&query, indicator, arena, builder, error);
    vt_arena_reset(arena);
    if (status == VATER_OK)
      status = vt_query_step(&query, error);
    else
      vt_query_end(&query);
  }
  vt_arena_free(arena);
  return status == VATER_DONE ? VATER_OK : status;
}

/* ---- writing -----------------------------------------------------------------------------------
 */

static int insert_head(struct vt_store *store, int64_t run,
                       const struct vt_store_conclusion *conclusion, int64_t *id,
                       struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_CONCLUSION_INSERT);
  vt_query_bind_integer(&query, run);
  vt_query_bind_text(&query, conclusion->indicator);
  vt_query_bind_text(&query, conclusion->code);
  vt_query_bind_text(&query, conclusion->message);
  const int64_t numbers[] = {conclusion->brought,
                             conclusion->known,
                             (int64_t)conclusion->finding_total,
                             (int64_t)conclusion->finding_warnings,
                             (int64_t)conclusion->finding_infos,
                             conclusion->started_ms,
                             conclusion->finished_ms,
                             conclusion->worker_cpu_us,
                             (int64_t)conclusion->worker_memory};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    vt_query_bind_integer(&query, numbers[i]);
  int status = vt_query_run(&query, error);
  *id = sqlite3_last_insert_rowid(store->connection);
  return status;
}

static int insert_finding(struct vt_store *store, int64_t id, size_t number,
                          const struct vt_store_conclusion_finding *finding, struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_CONCLUSION_FINDING_INSERT);
  vt_query_bind_integer(&query, id);
  vt_query_bind_integer(&query, (int64_t)number);
  vt_query_bind_text(&query, finding->code);
  vt_query_bind_integer(&query, finding->severity);
  const struct vater_str texts[] = {finding->outcome, finding->actor,     finding->period,
                                    finding->area,    finding->area_role, finding->breakdown,
                                    finding->column};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    vt_query_bind_text(&query, texts[i]);
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    vt_query_bind_text(&query, finding->message[i]);
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    vt_query_bind_text(&query, finding->remedy[i]);
  return vt_query_run(&query, error);
}

static int insert_rule(struct vt_store *store, int64_t id, size_t number,
                       const struct vt_store_rule *rule, struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_CONCLUSION_OUTCOME_INSERT);
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

int vt_store_record_conclusion(struct vt_store *store, int64_t run,
                               const struct vt_store_conclusion *conclusion, struct vt_error *error)
{
  int64_t id = 0;
  int status = vt_store_begin(store, error);
  if (status != VATER_OK)
    return status;
  status = insert_head(store, run, conclusion, &id, error);
  for (size_t i = 0; i < conclusion->finding_count && status == VATER_OK; i++)
    status = insert_finding(store, id, i, &conclusion->findings[i], error);
  for (size_t i = 0; i < conclusion->rule_count && status == VATER_OK; i++)
    status = insert_rule(store, id, i, &conclusion->rules[i], error);
  return vt_store_end(store, status, error);
}

/* ---- reading -----------------------------------------------------------------------------------
 */

struct concluded {
  struct vt_store_conclusion conclusion;
  int64_t id;
};

static void read_head(const struct vt_query *query, struct vt_arena *arena, void *item)
{
  struct concluded *concluded = item;
  struct vt_store_conclusion *conclusion = &concluded->conclusion;
  concluded->id = vt_query_integer(query, 0);
  conclusion->indicator = vt_query_text(query, 1, arena);
  conclusion->code = vt_query_text(query, 2, arena);
  conclusion->message = vt_query_text(query, 3, arena);
  conclusion->brought = (uint32_t)vt_query_integer(query, 4);
  conclusion->known = (uint32_t)vt_query_integer(query, 5);
  conclusion->finding_total = (uint64_t)vt_query_integer(query, 6);
  conclusion->finding_warnings = (uint64_t)vt_query_integer(query, 7);
  conclusion->finding_infos = (uint64_t)vt_query_integer(query, 8);
  conclusion->started_ms = vt_query_integer(query, 9);
  conclusion->finished_ms = vt_query_integer(query, 10);
  conclusion->worker_cpu_us = vt_query_integer(query, 11);
  conclusion->worker_memory = (uint64_t)vt_query_integer(query, 12);
}

static void read_finding(const struct vt_query *query, struct vt_arena *arena, void *item)
{
  struct vt_store_conclusion_finding *finding = item;
  finding->code = vt_query_text(query, 0, arena);
  finding->severity = (int)vt_query_integer(query, 1);
  struct vater_str *const texts[] = {&finding->outcome, &finding->actor,     &finding->period,
                                     &finding->area,    &finding->area_role, &finding->breakdown,
                                     &finding->column};
  for (int i = 0; i < 7; i++)
    *texts[i] = vt_query_text(query, 2 + i, arena);
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    finding->message[i] = vt_query_text(query, 9 + i, arena);
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    finding->remedy[i] = vt_query_text(query, 9 + VT_LANGUAGE_COUNT + i, arena);
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

static int read_parts(struct vt_store *store, const struct concluded *concluded, uint32_t per_code,
                      struct vt_arena *arena, struct vt_store_conclusion *conclusion,
                      struct vt_error *error)
{
  struct vt_gather findings = {.arena = arena, .size = sizeof *conclusion->findings};
  struct vt_gather rules = {.arena = arena, .size = sizeof *conclusion->rules};
  *conclusion = concluded->conclusion;
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_CONCLUSION_FINDING_LIST);
  vt_query_bind_integer(&query, concluded->id);
  vt_query_bind_integer(&query, per_code == 0 ? INT64_MAX : per_code);
  int status = vt_gather_rows(&query, &findings, read_finding, error);
  if (status != VATER_OK)
    return status;
  query = vt_query_begin(store, VT_STATEMENT_CONCLUSION_OUTCOME_LIST);
  vt_query_bind_integer(&query, concluded->id);
  status = vt_gather_rows(&query, &rules, read_rule, error);
  conclusion->findings = findings.items;
  conclusion->finding_count = findings.count;
  conclusion->rules = rules.items;
  conclusion->rule_count = rules.count;
  return status;
}

int vt_store_list_conclusions(struct vt_store *store, int64_t run, uint32_t per_code,
                              struct vt_arena *arena, struct vt_store_conclusion **conclusions,
                              size_t *count, struct vt_error *error)
{
  struct vt_gather heads = {.arena = arena, .size = sizeof(struct concluded)};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_CONCLUSION_LIST);
  *count = 0;
  vt_query_bind_integer(&query, run);
  int status = vt_gather_rows(&query, &heads, read_head, error);
  const struct concluded *concluded = heads.items;
  *conclusions = vt_arena_array(arena, heads.count + 1, sizeof **conclusions);
  if (status == VATER_OK && *conclusions == NULL)
    return vt_store_no_memory(error);
  for (size_t i = 0; i < heads.count && status == VATER_OK; i++)
    status = read_parts(store, &concluded[i], per_code, arena, &(*conclusions)[(*count)++], error);
  return status;
}

int vt_store_conclusion_faults(struct vt_store *store, int64_t run, bool *faults,
                               struct vt_error *error)
{
  *faults = false;
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_CONCLUSION_FAULTS);
  vt_query_bind_integer(&query, run);
  int status = vt_query_step(&query, error);
  if (status != VATER_OK)
    return status;
  *faults = vt_query_integer(&query, 0) != 0;
  vt_query_end(&query);
  return VATER_OK;
}
