#include "base/date.h"
#include "store/connection.h"

#include <stdlib.h>

enum { IDENTITY = 6 };

/* Recording the observations of one job. */
struct recording {
  struct vt_store *store;
  const struct vt_store_job *job;
  const struct vt_table *table;
  struct vt_arena *arena;
  int64_t job_id, endpoint;
  struct vt_error *error;
  const struct vt_store_block **rejected; /* sorted */
  size_t rejected_count;
  int64_t *touched; /* observations that the delivery mentions */
  size_t touched_count;
  /* of the row before, so that equal neighbours are looked up once */
  struct vater_str last_actor, last_indicator, last_period;
  bool known, accepted;
  struct vt_period period;
};

/* ---- whose block was rejected ---------------------------------------------------------------- */

static int compare_key(struct vater_str actor, struct vater_str indicator, struct vater_str period,
                       const struct vt_store_block *block)
{
  int order = vt_str_compare(actor, block->actor);
  if (order == 0)
    order = vt_str_compare(indicator, block->indicator);
  return order != 0 ? order : vt_str_compare(period, block->period);
}

static int compare_blocks(const void *left, const void *right)
{
  const struct vt_store_block *a = *(const struct vt_store_block *const *)left;
  return compare_key(a->actor, a->indicator, a->period,
                     *(const struct vt_store_block *const *)right);
}

static int list_rejected(struct recording *recording)
{
  const struct vt_store_job *job = recording->job;
  recording->rejected =
      vt_arena_array(recording->arena, job->block_count + 1, sizeof(const struct vt_store_block *));
  if (recording->rejected == NULL)
    return vt_store_no_memory(recording->error);
  for (size_t i = 0; i < job->block_count; i++)
    if (vt_str_is(job->blocks[i].verdict, "rejected"))
      recording->rejected[recording->rejected_count++] = &job->blocks[i];
  qsort(recording->rejected, recording->rejected_count, sizeof *recording->rejected,
        compare_blocks);
  return VATER_OK;
}

static bool is_rejected(const struct recording *recording)
{
  size_t low = 0, high = recording->rejected_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare_key(recording->last_actor, recording->last_indicator,
                            recording->last_period, recording->rejected[middle]);
    if (order == 0)
      return true;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return false;
}

static bool same_bytes(struct vater_str a, struct vater_str b)
{
  return a.len == b.len && a.ptr == b.ptr;
}

static void look_up_block(struct recording *recording, uint32_t row)
{
  struct vater_str actor = vt_table_actor(recording->table, row);
  struct vater_str indicator = vt_table_cell(recording->table, row, VATER_COLUMN_INDICATOR);
  struct vater_str period = vt_table_cell(recording->table, row, VATER_COLUMN_PERIOD);
  /* texts are interned: the same text is the same place */
  if (recording->known && same_bytes(actor, recording->last_actor) &&
      same_bytes(indicator, recording->last_indicator) &&
      same_bytes(period, recording->last_period))
    return;
  recording->known = true;
  recording->last_actor = actor;
  recording->last_indicator = indicator;
  recording->last_period = period;
  recording->accepted = !is_rejected(recording);
  if (!vt_period_parse(period, &recording->period))
    recording->period = (struct vt_period){.start = INT64_MIN, .end = INT64_MAX};
}

/* ---- binding a row --------------------------------------------------------------------------- */

static void bind_cell(struct vt_query *query, const struct recording *recording, uint32_t row,
                      int column)
{
  vt_query_bind_text(query, vt_table_cell(recording->table, row, column));
}

static void bind_identity(struct vt_query *query, const struct recording *recording, uint32_t row)
{
  vt_query_bind_text(query, recording->last_actor);
  vt_query_bind_text(query, recording->last_indicator);
  vt_query_bind_text(query, recording->last_period);
  bind_cell(query, recording, row, VATER_COLUMN_AREA);
  bind_cell(query, recording, row, VATER_COLUMN_AREA_ROLE);
  bind_cell(query, recording, row, VATER_COLUMN_BREAKDOWN);
}

static void bind_number(struct vt_query *query, const struct recording *recording, uint32_t row,
                        int column)
{
  double value;
  if (vt_table_number(recording->table, row, column, &value))
    vt_query_bind_number(query, value);
  else
    vt_query_bind_null(query);
}

static void bind_precise(struct vt_query *query, const struct recording *recording, uint32_t row,
                         int column)
{
  const struct vt_column *cells = &recording->table->columns[column];
  double value;
  bind_number(query, recording, row, column);
  if (vt_table_number(recording->table, row, column, &value) && cells->decimals != NULL)
    vt_query_bind_integer(query, cells->decimals[row]);
  else
    vt_query_bind_null(query);
}

/* Parameters 7 to 24 of OBSERVATION_FIND and VINTAGE_INSERT. */
static void bind_content(struct vt_query *query, const struct recording *recording, uint32_t row)
{
  struct vater_str action = vt_table_cell(recording->table, row, VATER_COLUMN_ACTION);
  vt_query_bind_text(query, action.len > 0 ? action : VT_STR("report"));
  bind_precise(query, recording, row, VATER_COLUMN_NUMERATOR);
  bind_precise(query, recording, row, VATER_COLUMN_DENOMINATOR);
  bind_precise(query, recording, row, VATER_COLUMN_VALUE);
  bind_cell(query, recording, row, VATER_COLUMN_UNIT);
  bind_cell(query, recording, row, VATER_COLUMN_STATUS);
  bind_cell(query, recording, row, VATER_COLUMN_AS_OF);
  bind_cell(query, recording, row, VATER_COLUMN_MISSING);
  bind_cell(query, recording, row, VATER_COLUMN_REASON);
  bind_number(query, recording, row, VATER_COLUMN_SAMPLE_SIZE);
  bind_number(query, recording, row, VATER_COLUMN_SAMPLE_MARGIN);
  bool weighted;
  if (vt_table_truth(recording->table, row, VATER_COLUMN_SAMPLE_WEIGHTED, &weighted))
    vt_query_bind_integer(query, weighted);
  else
    vt_query_bind_null(query);
  bind_cell(query, recording, row, VATER_COLUMN_COMMENT_CODE);
  bind_cell(query, recording, row, VATER_COLUMN_COMMENT_TEXT);
  vt_query_bind_integer(query, recording->accepted);
}

/* ---- writing --------------------------------------------------------------------------------- */

static int insert_vintage(struct recording *recording, int64_t observation, uint32_t row,
                          int64_t *id)
{
  *id = recording->store->next_vintage++;
  struct vt_query query = vt_query_begin(recording->store, VT_STATEMENT_VINTAGE_INSERT);
  vt_query_bind_integer(&query, *id);
  vt_query_bind_integer(&query, observation);
  vt_query_bind_integer(&query, recording->job_id);
  vt_query_bind_integer(&query, row);
  vt_query_bind_integer(&query, vt_table_page(recording->table, row));
  vt_query_bind_integer(&query, recording->table->offsets[row]);
  bind_content(&query, recording, row);
  return vt_query_run(&query, recording->error);
}

static int insert_observation(struct recording *recording, uint32_t row, int64_t *id)
{
  *id = recording->store->next_observation++;
  struct vt_query query = vt_query_begin(recording->store, VT_STATEMENT_OBSERVATION_INSERT);
  bind_identity(&query, recording, row);
  vt_query_bind_integer(&query, *id);
  vt_query_bind_integer(&query, recording->endpoint);
  vt_query_bind_integer(&query, recording->period.start);
  vt_query_bind_integer(&query, recording->period.end);
  vt_query_bind_integer(&query, recording->store->next_vintage);
  if (recording->accepted)
    vt_query_bind_integer(&query, recording->store->next_vintage);
  else
    vt_query_bind_null(&query);
  int status = vt_query_run(&query, recording->error);
  int64_t vintage;
  return status == VATER_OK ? insert_vintage(recording, *id, row, &vintage) : status;
}

static int supersede(struct recording *recording, int64_t observation, int64_t current,
                     int64_t vintage)
{
  int status = VATER_OK;
  if (current != 0) {
    struct vt_query old = vt_query_begin(recording->store, VT_STATEMENT_VINTAGE_SUPERSEDE);
    vt_query_bind_integer(&old, recording->job_id);
    vt_query_bind_integer(&old, current);
    status = vt_query_run(&old, recording->error);
  }
  if (status != VATER_OK)
    return status;
  struct vt_query query = vt_query_begin(recording->store, VT_STATEMENT_OBSERVATION_CURRENT);
  vt_query_bind_integer(&query, vintage);
  vt_query_bind_integer(&query, recording->endpoint);
  vt_query_bind_integer(&query, observation);
  return vt_query_run(&query, recording->error);
}

static int set_one(struct recording *recording, enum vt_statement which, int64_t value,
                   int64_t observation)
{
  struct vt_query query = vt_query_begin(recording->store, which);
  vt_query_bind_integer(&query, value);
  vt_query_bind_integer(&query, observation);
  return vt_query_run(&query, recording->error);
}

struct found {
  int64_t observation, current, endpoint;
  bool same;
};

/* VATER_DONE: a new identity. */
static int find_observation(struct recording *recording, uint32_t row, struct found *found)
{
  *found = (struct found){0};
  struct vt_query query = vt_query_begin(recording->store, VT_STATEMENT_OBSERVATION_FIND);
  bind_identity(&query, recording, row);
  bind_content(&query, recording, row);
  int status = vt_query_step(&query, recording->error);
  if (status != VATER_OK)
    return status;
  *found = (struct found){.observation = vt_query_integer(&query, 0),
                          .current = vt_query_integer(&query, 1),
                          .endpoint = vt_query_integer(&query, 2),
                          .same = vt_query_integer(&query, 3) != 0};
  vt_query_end(&query);
  return VATER_OK;
}

static int record_row(struct recording *recording, uint32_t row)
{
  look_up_block(recording, row);
  struct found found;
  int status = find_observation(recording, row, &found);
  if (status == VATER_DONE)
    status = insert_observation(recording, row, &found.observation);
  else if (status == VATER_OK && found.same)
    status = !recording->accepted || found.endpoint == recording->endpoint
                 ? VATER_OK
                 : set_one(recording, VT_STATEMENT_OBSERVATION_CLAIM, recording->endpoint,
                           found.observation);
  else if (status == VATER_OK) {
    int64_t vintage;
    status = insert_vintage(recording, found.observation, row, &vintage);
    if (status == VATER_OK && recording->accepted)
      status = supersede(recording, found.observation, found.current, vintage);
    else if (status == VATER_OK)
      status = set_one(recording, VT_STATEMENT_OBSERVATION_LATEST, vintage, found.observation);
  }
  recording->touched[recording->touched_count++] = found.observation;
  return status;
}

/* ---- full deliveries ------------------------------------------------------------------------- */

static int compare_integers(const void *left, const void *right)
{
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

struct claim {
  int64_t observation, current;
};

static int list_claims(struct recording *recording, int64_t start, int64_t end,
                       struct vt_gather *gather)
{
  struct vt_query query = vt_query_begin(recording->store, VT_STATEMENT_OBSERVATION_CLAIMED);
  vt_query_bind_integer(&query, recording->endpoint);
  vt_query_bind_integer(&query, start);
  vt_query_bind_integer(&query, end);
  int status = vt_query_step(&query, recording->error);
  for (; status == VATER_OK; status = vt_query_step(&query, recording->error)) {
    int64_t observation = vt_query_integer(&query, 0);
    if (bsearch(&observation, recording->touched, recording->touched_count, sizeof observation,
                compare_integers) != NULL)
      continue;
    struct claim *claim = vt_gather_add(gather);
    if (claim == NULL) {
      vt_query_end(&query);
      return vt_store_no_memory(recording->error);
    }
    *claim = (struct claim){observation, vt_query_integer(&query, 1)};
  }
  return status == VATER_DONE ? VATER_OK : status;
}

static int unclaim(struct recording *recording, const struct claim *claim)
{
  int64_t vintage = recording->store->next_vintage++;
  struct vt_query query = vt_query_begin(recording->store, VT_STATEMENT_VINTAGE_UNCLAIM);
  vt_query_bind_integer(&query, vintage);
  vt_query_bind_integer(&query, claim->observation);
  vt_query_bind_integer(&query, recording->job_id);
  int status = vt_query_run(&query, recording->error);
  return status == VATER_OK ? supersede(recording, claim->observation, claim->current, vintage)
                            : status;
}

static int unclaim_the_rest(struct recording *recording)
{
  int64_t start, end;
  if (!vt_str_is(vt_table_head(recording->table, VATER_HEAD_DELIVERY), "full") ||
      !vt_date_parse(vt_table_head(recording->table, VATER_HEAD_PERIOD_START), &start) ||
      !vt_date_parse(vt_table_head(recording->table, VATER_HEAD_PERIOD_END), &end))
    return VATER_OK;
  qsort(recording->touched, recording->touched_count, sizeof *recording->touched, compare_integers);
  struct vt_gather gather = {.arena = recording->arena, .size = sizeof(struct claim)};
  int status = list_claims(recording, start, end, &gather);
  const struct claim *claims = gather.items;
  for (size_t i = 0; status == VATER_OK && i < gather.count; i++)
    status = unclaim(recording, &claims[i]);
  return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int number_from(struct vt_store *store, struct vt_error *error)
{
  if (store->next_vintage != 0)
    return VATER_OK;
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_OBSERVATION_LAST);
  int status = vt_query_step(&query, error);
  if (status != VATER_OK)
    return status;
  store->next_observation = vt_query_integer(&query, 0) + 1;
  store->next_vintage = vt_query_integer(&query, 1) + 1;
  vt_query_end(&query);
  return VATER_OK;
}

static int find_endpoint(struct recording *recording)
{
  struct vt_query query = vt_query_begin(recording->store, VT_STATEMENT_ENDPOINT_FIND);
  vt_query_bind_text(&query, recording->job->actor);
  vt_query_bind_text(&query, recording->job->endpoint);
  int status = vt_query_step(&query, recording->error);
  if (status == VATER_OK) {
    recording->endpoint = vt_query_integer(&query, 0);
    vt_query_end(&query);
  }
  if (status != VATER_DONE)
    return status;
  query = vt_query_begin(recording->store, VT_STATEMENT_ENDPOINT_INSERT);
  vt_query_bind_text(&query, recording->job->actor);
  vt_query_bind_text(&query, recording->job->endpoint);
  status = vt_query_run(&query, recording->error);
  recording->endpoint = sqlite3_last_insert_rowid(recording->store->connection);
  return status;
}

static int record_all(struct recording *recording)
{
  recording->touched =
      vt_arena_array(recording->arena, (size_t)recording->table->rows + 1, sizeof(int64_t));
  if (recording->touched == NULL)
    return vt_store_no_memory(recording->error);
  int status = list_rejected(recording);
  if (status == VATER_OK)
    status = number_from(recording->store, recording->error);
  if (status == VATER_OK)
    status = find_endpoint(recording);
  for (uint32_t row = 0; status == VATER_OK && row < recording->table->rows; row++)
    status = record_row(recording, row);
  return status == VATER_OK ? unclaim_the_rest(recording) : status;
}

int vt_store_record_vintages(struct vt_store *store, int64_t job_id, const struct vt_store_job *job,
                             struct vt_error *error)
{
  struct recording recording = {
      .store = store, .job = job, .table = job->table, .job_id = job_id, .error = error};
  recording.arena = vt_arena_new(&store->environment.allocator, 0);
  if (recording.arena == NULL)
    return vt_store_no_memory(error);
  int status = record_all(&recording);
  vt_arena_free(recording.arena);
  return status;
}
