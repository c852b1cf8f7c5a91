#include "cli/rules_guard.h"
#include "cli/rules_testing.h"

#include "base/map.h"

/* One example on its way through the judge. */
struct trying {
  struct vt_testing *testing;
  struct vt_arena *arena;
  struct vt_tried *tried;
  struct vt_error *error;
};

static const struct vt_allocator *allocator_of(const struct trying *trying)
{
  return &trying->testing->cli->environment.allocator;
}

void vt_tried_fini(struct vt_testing *testing, struct vt_tried *tried)
{
  vt_free(&testing->cli->environment.allocator, tried->block);
  tried->block = NULL;
}

/* ---- one job ----------------------------------------------------------------------------------
 */

/* The result's block, which is the caller's to free. */
static int judge_pages(const struct trying *trying, struct vt_judge *judge, struct vater_str page,
                       void **block, struct vt_result *result)
{
  static const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  struct vt_judge_page told;
  size_t size = 0;
  int status = vt_judge_page(judge, page, &head, &told, trying->error);
  if (status == VATER_OK)
    status = vt_judge_finish(judge, &size, trying->error);
  if (status != VATER_OK)
    return status;
  *block = vt_alloc(allocator_of(trying), size);
  if (*block == NULL)
    return vt_fail(trying->error, VATER_E_NOMEM, NULL, "out of memory for an example");
  vt_judge_write(judge, *block);
  return vt_result_open(*block, size, result, trying->error);
}

static int judge_job(const struct trying *trying, const struct vt_judge_job *job,
                     struct vater_str page, void **block, struct vt_result *result)
{
  struct vt_judge *judge = NULL;
  int status = vt_judge_begin(&trying->testing->context, job, &judge, trying->error);
  if (status == VATER_OK)
    status = judge_pages(trying, judge, page, block, result);
  vt_judge_free(judge);
  return status;
}

static bool takes_proposed(const struct vt_tried *tried)
{
  return tried->sample || tried->example.scope >= VT_SCOPE_SERIES;
}

static int judge_delivery(const struct trying *trying, uint32_t index, void **block,
                          struct vt_result *result)
{
  const struct vt_example *example = &trying->tried->example;
  const struct vt_example_delivery *delivery = &example->deliveries[index];
  const struct vt_rules_actor actor = {delivery->reporter, example->reporter_type};
  const struct vt_judge_job job = {.id = example->code,
                                   .format = VT_STR("indicator_json"),
                                   .actors = &actor,
                                   .actor_count = 1,
                                   .today = delivery->today,
                                   .proposed = takes_proposed(trying->tried)};
  return judge_job(trying, &job, delivery->payload, block, result);
}

/* ---- what came of it --------------------------------------------------------------------------
 */

static struct vater_str finding_text(const struct trying *trying, const struct vt_finding *finding)
{
  return vt_arena_format(trying->arena, "%.*s: %.*s", VT_STR_ARGS(finding->code),
                         VT_STR_ARGS(finding->message[VT_LANGUAGE_EN]));
}

/* The first finding of that code; any code where it is empty. */
static struct vater_str first_finding(const struct trying *trying, const struct vt_result *result,
                                      struct vater_str code)
{
  for (uint32_t i = 0; i < result->finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(result, i, &finding);
    if (code.len == 0 || vt_str_equal(finding.code, code))
      return finding_text(trying, &finding);
  }
  return vt_arena_copy(trying->arena, result->code);
}

static void read_outcomes(const struct trying *trying, const struct vt_result *result)
{
  struct vt_tried *tried = trying->tried;
  const struct vt_rule_info *rule = vt_rules_find(trying->testing->rules, tried->example.code);
  for (uint32_t i = 0; i < result->rule_count; i++) {
    struct vt_rule_outcomes outcomes;
    vt_result_rule(result, i, &outcomes);
    if (vt_str_equal(outcomes.code, tried->example.code))
      memcpy(tried->counts, outcomes.counts, sizeof tried->counts);
  }
  for (uint32_t i = 0; i < result->finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(result, i, &finding);
    if (!vt_str_equal(finding.code, tried->example.code))
      continue;
    if (finding.outcome == VT_OUTCOME_ERROR && tried->why.len == 0)
      tried->why = vt_arena_copy(trying->arena, finding.message[VT_LANGUAGE_EN]);
    tried->cleared += finding.severity == VATER_SEVERITY_INFO &&
                      finding.outcome == VT_OUTCOME_FAIL && rule->severity != VATER_SEVERITY_INFO;
  }
  tried->met = tried->refused.len == 0 &&
               vt_example_met(tried->example.expect, tried->counts, tried->cleared);
}

/* Whoever delivers in an example is expected to. */
static int list_actors(const struct trying *trying)
{
  struct vt_tried *tried = trying->tried;
  const struct vt_example *example = &tried->example;
  struct vt_rules_obligation *owed =
      vt_arena_array(trying->arena, (size_t)example->delivery_count + 1, sizeof *owed);
  tried->actors =
      vt_arena_array(trying->arena, (size_t)example->delivery_count + 1, sizeof *tried->actors);
  if (owed == NULL || tried->actors == NULL)
    return vt_fail(trying->error, VATER_E_NOMEM, NULL, "out of memory for an example");
  size_t count = 0;
  for (uint32_t i = 0; i < example->delivery_count; i++) {
    struct vater_str reporter = example->deliveries[i].reporter;
    size_t at = 0;
    while (at < count && !vt_str_equal(tried->actors[at].orgnr, reporter))
      at++;
    if (at < count)
      continue;
    owed[count] = (struct vt_rules_obligation){reporter, example->indicator, INT64_MIN, INT64_MAX};
    tried->actors[count++] = (struct vt_rules_actor){reporter, example->reporter_type};
  }
  tried->history.obligations = owed;
  tried->history.obligation_count = count;
  tried->context =
      (struct vt_rules_context){.today = example->deliveries[example->delivery_count - 1].today,
                                .actors = tried->actors,
                                .actor_count = count,
                                .proposed = takes_proposed(tried)};
  return VATER_OK;
}

/* ---- one delivery -----------------------------------------------------------------------------
 */

static int try_one(const struct trying *trying)
{
  struct vt_tried *tried = trying->tried;
  struct vt_result result;
  int status = judge_delivery(trying, 0, &tried->block, &result);
  if (status != VATER_OK)
    return status;
  bool refused = result.delivery == VT_DELIVERY_REFUSED || result.code.len > 0;
  if (tried->sample && (result.finding_total > 0 || result.delivery != VT_DELIVERY_RECEIVED))
    tried->refused = first_finding(trying, &result, VT_STR_NONE);
  else if (!tried->sample && refused)
    tried->refused = first_finding(trying, &result, result.code);
  tried->table = result.table;
  tried->met = tried->refused.len == 0;
  status = list_actors(trying);
  if (!tried->sample && status == VATER_OK)
    read_outcomes(trying, &result);
  return status;
}

/* ---- several deliveries, as the store would have them -----------------------------------------
 */

static struct vater_str identity_of(const struct trying *trying, const struct vt_table *table,
                                    uint32_t row)
{
  struct vater_str actor = vt_table_actor(table, row), cells[5];
  static const int columns[] = {VATER_COLUMN_INDICATOR, VATER_COLUMN_PERIOD, VATER_COLUMN_AREA,
                                VATER_COLUMN_AREA_ROLE, VATER_COLUMN_BREAKDOWN};
  for (int i = 0; i < 5; i++)
    cells[i] = vt_table_cell(table, row, columns[i]);
  return vt_arena_format(trying->arena, "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s", VT_STR_ARGS(actor),
                         VT_STR_ARGS(cells[0]), VT_STR_ARGS(cells[1]), VT_STR_ARGS(cells[2]),
                         VT_STR_ARGS(cells[3]), VT_STR_ARGS(cells[4]));
}

/* Rows that no later delivery has replaced or withdrawn. */
static int append_rows(const struct trying *trying, const struct vt_table *table,
                       struct vt_map *known, struct vt_table_builder *builder)
{
  int status = VATER_OK;
  for (uint32_t row = 0; row < table->rows && status == VATER_OK; row++) {
    bool added;
    struct vater_str identity = identity_of(trying, table, row);
    if (identity.ptr == NULL || vt_map_put(known, identity, &added) == NULL)
      return vt_fail(trying->error, VATER_E_NOMEM, NULL, "out of memory for an example");
    if (added && !vt_str_is(vt_table_cell(table, row, VATER_COLUMN_ACTION), "withdraw"))
      status = vt_table_append(builder, table, row, trying->error);
  }
  return status;
}

/* A delivery that would not be in the store is a fault of the example. */
static void look_at_delivery(const struct trying *trying, uint32_t index,
                             const struct vt_result *result)
{
  struct vater_str why = VT_STR_NONE;
  bool nil = result->delivery == VT_DELIVERY_NIL;
  if (result->delivery != VT_DELIVERY_RECEIVED && !nil)
    why = first_finding(trying, result, result->code);
  for (uint32_t i = 0; i < result->finding_count && why.len == 0; i++) {
    struct vt_finding finding;
    vt_result_finding(result, i, &finding);
    if (finding.severity == VATER_SEVERITY_ERROR)
      why = finding_text(trying, &finding);
  }
  if (why.len > 0)
    trying->tried->refused = vt_arena_format(trying->arena, "submission %u is not accepted: %.*s",
                                             index + 1, VT_STR_ARGS(why));
}

static int gather_deliveries(const struct trying *trying, struct vt_map *known,
                             struct vt_table_builder *builder)
{
  struct vt_tried *tried = trying->tried;
  const struct vt_example *example = &tried->example;
  int status = VATER_OK;
  for (uint32_t i = example->delivery_count; i > 0 && status == VATER_OK; i--) {
    void *block = NULL;
    struct vt_result result;
    status = judge_delivery(trying, i - 1, &block, &result);
    if (status == VATER_OK) {
      look_at_delivery(trying, i - 1, &result);
      status = append_rows(trying, &result.table, known, builder);
    }
    vt_free(allocator_of(trying), block);
    if (i == example->delivery_count || example->scope == VT_SCOPE_INDICATOR)
      tried->history.current = vt_table_builder_rows(builder);
  }
  return status;
}

static int settle(const struct trying *trying, struct vt_table_builder *builder)
{
  struct vt_tried *tried = trying->tried;
  size_t size = vt_table_size(builder);
  tried->block = vt_alloc(allocator_of(trying), size);
  if (tried->block == NULL)
    return vt_fail(trying->error, VATER_E_NOMEM, NULL, "out of memory for an example");
  vt_table_write(builder, tried->block);
  return vt_table_open(tried->block, size, &tried->table, trying->error);
}

static int conclude(const struct trying *trying)
{
  const struct vt_tried *tried = trying->tried;
  const struct vt_example *example = &tried->example;
  const struct vt_judge_job job = {.id = example->code,
                                   .actors = tried->actors,
                                   .actor_count = tried->context.actor_count,
                                   .today = tried->context.today,
                                   .proposed = true,
                                   .concludes = true,
                                   .history = tried->history};
  const struct vater_str page = {tried->block, tried->table.size};
  void *block = NULL;
  struct vt_result result;
  int status = judge_job(trying, &job, page, &block, &result);
  if (status == VATER_OK)
    read_outcomes(trying, &result);
  vt_free(allocator_of(trying), block);
  return status;
}

static int try_several(const struct trying *trying)
{
  struct vt_table_builder *builder = NULL;
  struct vt_map known;
  vt_map_init(&known, allocator_of(trying), UINT32_MAX - 1, 0);
  int status = vt_table_builder_new(allocator_of(trying), 0, &builder);
  if (status == VATER_OK)
    status = gather_deliveries(trying, &known, builder);
  if (status == VATER_OK)
    status = settle(trying, builder);
  if (status == VATER_OK)
    status = list_actors(trying);
  if (status == VATER_OK && trying->tried->refused.len == 0)
    status = conclude(trying);
  vt_map_fini(&known);
  vt_table_builder_free(builder);
  return status;
}

int vt_try_example(struct vt_testing *testing, struct vt_arena *arena, struct vt_tried *tried,
                   struct vt_error *error)
{
  const struct trying trying = {testing, arena, tried, error};
  const struct vt_example *example = &tried->example;
  if (tried->sample)
    vt_rules_guard_at(testing->cli, "%.*s:%u: the sample of %.*s", VT_STR_ARGS(example->file),
                      example->line, VT_STR_ARGS(example->indicator));
  else
    vt_rules_guard_at(testing->cli, "%.*s:%u: %.*s, example %s %u on %.*s",
                      VT_STR_ARGS(example->file), example->line, VT_STR_ARGS(example->code),
                      vt_example_expect_name(example->expect), example->number,
                      VT_STR_ARGS(example->indicator));
  return tried->example.scope >= VT_SCOPE_SERIES ? try_several(&trying) : try_one(&trying);
}
