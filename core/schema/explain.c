#include "base/limits.h"
#include "schema/run.h"

/*
 * Why an anyOf, oneOf, if or dependentSchemas failed: the value is read once more, every violation
 * is recorded with the slot it belongs to, and of branches that all fail the likeliest is taken.
 */

static bool is_failed(const struct vt_subject *subject, uint32_t slot)
{
  return slot != VT_SLOT_NONE && vt_plan_bit(subject->failed, slot);
}

static const struct vt_combine *combine_of(const struct vt_plan *plan, uint32_t slot)
{
  for (uint32_t i = 0; i < plan->combine_count; i++)
    if (plan->combines[i].slot == slot)
      return &plan->combines[i];
  return NULL;
}

static bool pick(struct vt_schema_validator *validator, uint32_t index, struct vt_error *error)
{
  size_t room = validator->picked_room;
  uint32_t *picked = vt_run_grow(validator, validator->picked, validator->picked_count, 1, &room,
                                 sizeof *picked, error);
  if (picked == NULL)
    return false;
  validator->picked = picked;
  validator->picked_room = (uint32_t)room;
  picked[validator->picked_count++] = index;
  return true;
}

/* How unlikely it is that this violation is what the sender meant to avoid: a value of another type
 * or another discriminating constant speaks for another branch, a missing member hardly. */
static int weight(const struct vt_record *record, uint32_t level)
{
  uint32_t below = record->depth - level;
  switch (record->text) {
  case VT_TEXT_TYPE:
    return below == 0 ? 1000 : 10;
  case VT_TEXT_CONST:
  case VT_TEXT_ENUM:
    return below == 0 ? 200 : (below == 1 ? 50 : 10);
  case VT_TEXT_MEMBER:
  case VT_TEXT_ITEM:
    return 20;
  case VT_TEXT_REQUIRED:
  case VT_TEXT_REQUIRED_ONE:
    return 3;
  default:
    return 10;
  }
}

/* Members that the branch asks for and that are there speak for it. */
static int members_seen(const struct vt_subject *subject, uint32_t slot)
{
  const struct vt_plan *plan = subject->plan;
  int count = 0;
  if (subject->kind != VT_KIND_OBJECT)
    return 0;
  const uint64_t *seen = subject->failed + plan->words;
  const struct vt_checks *checks = &plan->ends[VT_KIND_OBJECT];
  for (uint32_t i = 0; i < checks->count; i++) {
    if (checks->items[i].slot != slot || checks->items[i].code != VT_CHECK_REQUIRED)
      continue;
    for (uint32_t word = 0; word < plan->name_words; word++)
      count += __builtin_popcountll(checks->items[i].names[word] & seen[word]);
  }
  return count;
}

static int score(const struct vt_schema_validator *validator, const struct vt_subject *subject,
                 uint32_t slot, uint32_t from)
{
  int sum = 0;
  for (uint32_t i = from; i < validator->picked_count && sum < 2000; i++)
    sum += weight(&validator->records.items[validator->picked[i]], subject->depth);
  return sum - members_seen(subject, slot);
}

/* Two branches as likely as each other that each lack one thing of the same value: say both. */
static bool merge(struct vt_schema_validator *validator, uint32_t best, uint32_t other)
{
  struct vt_record *a = &validator->records.items[best];
  const struct vt_record *b = &validator->records.items[other];
  bool missing = (a->text == VT_TEXT_REQUIRED || a->text == VT_TEXT_REQUIRED_ONE) &&
                 (b->text == VT_TEXT_REQUIRED || b->text == VT_TEXT_REQUIRED_ONE);
  bool choice = (a->text == VT_TEXT_CONST || a->text == VT_TEXT_ENUM) &&
                (b->text == VT_TEXT_CONST || b->text == VT_TEXT_ENUM);
  bool type = a->text == VT_TEXT_TYPE && b->text == VT_TEXT_TYPE;
  if (!(missing || choice || type) || !vt_str_equal(a->pointer, b->pointer) ||
      vt_str_equal(a->expected, b->expected))
    return false;
  struct vater_str both = vt_arena_format(validator->scratch, "%.*s, %.*s",
                                          VT_STR_ARGS(a->expected), VT_STR_ARGS(b->expected));
  if (both.ptr == NULL || both.len > 300)
    return false;
  a->expected = both;
  if (missing)
    a->text = VT_TEXT_REQUIRED_ONE;
  if (choice)
    a->text = VT_TEXT_ENUM;
  return true;
}

static int gather(struct vt_schema_validator *validator, const struct vt_subject *subject,
                  uint32_t slot, struct vt_error *error);

/* Leaves the picks of the likeliest failed branch. */
static int gather_best(struct vt_schema_validator *validator, const struct vt_subject *subject,
                       const struct vt_combine *combine, struct vt_error *error)
{
  uint32_t from = validator->picked_count, best_count = 0;
  int best = 0;
  for (uint32_t i = 0; i < combine->part_count; i++) {
    uint32_t mark = validator->picked_count;
    int status = gather(validator, subject, combine->parts[i], error);
    if (status != VATER_OK)
      return status;
    uint32_t count = validator->picked_count - mark;
    int own = score(validator, subject, combine->parts[i], mark);
    bool better = i == 0 || (count > 0 && (best_count == 0 || own < best));
    if (!better && own == best && best_count == 1 && count == 1)
      merge(validator, validator->picked[from], validator->picked[mark]);
    if (better) {
      if (count > 0)
        memmove(validator->picked + from, validator->picked + mark, count * sizeof(uint32_t));
      best_count = count;
      best = own;
    }
    validator->picked_count = from + best_count;
  }
  return VATER_OK;
}

#define PICKS_KEPT 64

/* Picks the records that explain why the slot failed. Depth is that of "same value" nesting, which
 * has no cycle and at most SCHEMA_SLOTS levels. */
static int gather(struct vt_schema_validator *validator, const struct vt_subject *subject,
                  uint32_t slot, struct vt_error *error)
{
  uint32_t start = validator->picked_count;
  if (start >= PICKS_KEPT * 8)
    return VATER_OK;
  for (uint32_t i = 0; i < validator->records.count; i++) {
    const struct vt_record *record = &validator->records.items[i];
    if (record->level == subject->depth && record->slot == slot &&
        validator->picked_count - start < PICKS_KEPT && !pick(validator, i, error))
      return VATER_E_NOMEM;
  }
  const struct vt_combine *combine = combine_of(subject->plan, slot);
  if (combine == NULL || combine->kind == VT_NODE_NOT)
    return VATER_OK;
  if (combine->kind == VT_NODE_ANY || combine->kind == VT_NODE_ONE)
    return validator->picked_count > start ? VATER_OK
                                           : gather_best(validator, subject, combine, error);
  bool condition = combine->kind == VT_NODE_IF;
  int status = VATER_OK;
  for (uint32_t i = condition ? 1 : 0; i < combine->part_count && status == VATER_OK; i++) {
    bool applies = !condition || (i == 1) == !is_failed(subject, combine->parts[0]);
    if (applies && is_failed(subject, combine->parts[i]))
      status = gather(validator, subject, combine->parts[i], error);
  }
  return status;
}

static int keep_carried(struct vt_schema_validator *validator, uint32_t level, uint32_t slot,
                        struct vt_error *error)
{
  struct vt_records *carried = &validator->carried;
  size_t room = carried->room;
  struct vt_record *items = vt_run_grow(validator, carried->items, carried->count,
                                        validator->picked_count, &room, sizeof *items, error);
  if (items == NULL)
    return VATER_E_NOMEM;
  carried->items = items;
  carried->room = (uint32_t)room;
  for (uint32_t i = 0; i < validator->picked_count; i++) {
    items[carried->count] = validator->records.items[validator->picked[i]];
    items[carried->count].level = level;
    items[carried->count++].slot = slot;
  }
  return VATER_OK;
}

int vt_run_carry(struct vt_schema_validator *validator, const struct vt_subject *subject,
                 const struct vt_way *way, struct vt_error *error)
{
  struct vt_records *records = &validator->records;
  int status = VATER_OK;
  validator->carried.count = 0;
  for (uint32_t i = 0; i < way->edge_count && status == VATER_OK; i++) {
    const struct vt_edge *edge = &way->edges[i];
    if (edge->kind != VT_EDGE_CHILD)
      continue;
    uint32_t slot = subject->plan->slot_of_entry[edge->child];
    if (!is_failed(subject, slot) || subject->plan->modes[slot] == VT_MODE_SILENT)
      continue;
    validator->picked_count = 0;
    status = gather(validator, subject, slot, error);
    if (status == VATER_OK && validator->picked_count > 0)
      status = keep_carried(validator, subject->depth - 1, edge->parent, error);
  }
  while (records->count > 0 && records->items[records->count - 1].level >= subject->depth &&
         records->items[records->count - 1].level != UINT32_MAX)
    records->count--;
  size_t room = records->room;
  struct vt_record *items = vt_run_grow(validator, records->items, records->count,
                                        validator->carried.count, &room, sizeof *items, error);
  if (items == NULL || status != VATER_OK)
    return status != VATER_OK ? status : VATER_E_NOMEM;
  records->items = items;
  records->room = (uint32_t)room;
  if (validator->carried.count > 0)
    memcpy(items + records->count, validator->carried.items,
           validator->carried.count * sizeof *items);
  records->count += validator->carried.count;
  return VATER_OK;
}

static int new_explainer(struct vt_schema_validator *validator, struct vt_error *error)
{
  if (validator->explainer != NULL)
    return VATER_OK;
  int status = vt_schema_validator_new(validator->schema, &validator->allocator, VT_STR_NONE, NULL,
                                       &validator->explainer);
  if (status == VATER_OK) {
    validator->explainer->collect = true;
    validator->explainer->scratch = vt_arena_new(&validator->allocator, (size_t)16 * 1024 * 1024);
    if (validator->explainer->scratch == NULL)
      status = VATER_E_NOMEM;
  }
  return status == VATER_OK ? status : vt_fail(error, status, NULL, "out of memory");
}

/* The explainer starts at that node, below the pointer of the value. */
static int prepare(struct vt_schema_validator *validator, const struct vt_node *node,
                   uint32_t depth, struct vater_str value, struct vt_error *error)
{
  struct vt_schema_validator *explainer = validator->explainer;
  vt_schema_validator_reset(explainer, value);
  vt_arena_reset(explainer->scratch);
  int status = vt_run_pointer(validator, depth, &explainer->pointer);
  if (status != VATER_OK)
    return status;
  if (explainer->plan_arena == NULL) {
    explainer->plan_arena = vt_arena_new(&explainer->allocator, VT_LIMIT_SCHEMA_MEMORY);
    if (explainer->plan_arena == NULL)
      return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
    status = vt_planner_init(&explainer->planner, explainer->plan_arena, &explainer->allocator,
                             &validator->schema->planner, validator->schema->node_count,
                             VT_LIMIT_SCHEMA_PLANS_LATE);
    if (status != VATER_OK)
      return vt_fail(error, status, NULL, "out of memory");
  }
  explainer->root_entry = (struct vt_entry){node, VT_MODE_TENTATIVE};
  explainer->root_edge = (struct vt_edge){.kind = VT_EDGE_CHILD, .node = node};
  uint32_t count = 1;
  explainer->root = (struct vt_way){.entries = &explainer->root_entry,
                                    .edges = &explainer->root_edge,
                                    .entry_count = 1,
                                    .edge_count = 1};
  explainer->root.plan = vt_planner_plan(&explainer->planner, &explainer->root_entry, &count);
  return explainer->root.plan != NULL
             ? VATER_OK
             : vt_fail(error, explainer->planner.status, NULL, "no room for another plan");
}

static int read_again(struct vt_schema_validator *explainer, struct vt_error *error)
{
  struct vt_doc_budget budget = {.depth = (uint32_t)VT_LIMIT_SCHEMA_DEPTH,
                                 .bytes = UINT64_MAX,
                                 .nodes = UINT64_MAX,
                                 .members = UINT64_MAX,
                                 .text_bytes = UINT64_MAX,
                                 .number_bytes = UINT64_MAX,
                                 .allow_all_text = true};
  struct vt_doc_reader *reader;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  int status = vt_doc_reader_new(&explainer->allocator, explainer->document, &budget, 0, &reader);
  if (status != VATER_OK)
    return vt_fail(error, status, NULL, "out of memory");
  while (status == VATER_OK && event.kind != VT_DOC_END) {
    status = vt_doc_next(reader, &event, error);
    if (status == VATER_OK)
      status = vt_schema_feed(explainer, &event, error);
  }
  vt_doc_reader_free(reader);
  return status;
}

bool vt_run_told(const struct vt_schema_validator *validator, size_t offset, bool type)
{
  for (uint32_t i = 0; i < VT_SCHEMA_REPORTED && i < validator->reported_count; i++)
    if (validator->reported[i].offset == offset && (!type || validator->reported[i].type))
      return true;
  return false;
}

/* Violations of a scalar repeat what was said of the same token before. */
static bool repeats(const struct vt_schema_validator *validator, const struct vt_record *record,
                    size_t offset)
{
  return record->text != VT_TEXT_REQUIRED && record->text != VT_TEXT_REQUIRED_ONE &&
         vt_run_told(validator, offset, false);
}

static int deliver(struct vt_schema_validator *validator, size_t offset,
                   const struct vt_problem *otherwise, struct vt_error *error)
{
  const struct vt_records *records = &validator->explainer->records;
  int status = VATER_OK;
  for (uint32_t i = 0; i < records->count && status == VATER_OK; i++) {
    const struct vt_record *record = &records->items[i];
    if (repeats(validator, record, offset + record->offset))
      continue;
    status = vt_run_deliver(validator, record->text, record->keyword, offset + record->offset,
                            offset + record->end, record->pointer, record->expected, error);
  }
  if (records->count == 0)
    status = vt_run_report(validator, otherwise, error);
  return status;
}

int vt_run_explain(struct vt_schema_validator *validator, const struct vt_node *node,
                   uint32_t depth, size_t offset, size_t end, const struct vt_problem *otherwise,
                   struct vt_error *error)
{
  if (vt_run_told(validator, offset, true))
    return VATER_OK;
  struct vater_str value = vt_str_slice(validator->document, offset, end);
  if (value.len == 0 || otherwise->keyword != NULL)
    return vt_run_report(validator, otherwise, error);
  int status = new_explainer(validator, error);
  if (status == VATER_OK)
    status = prepare(validator, node, depth, value, error);
  if (status != VATER_OK)
    return status;
  /* what was read once can be read again, unless it is nested deeper than this reader goes */
  if (read_again(validator->explainer, NULL) != VATER_OK)
    return vt_run_report(validator, otherwise, error);
  return deliver(validator, offset, otherwise, error);
}
