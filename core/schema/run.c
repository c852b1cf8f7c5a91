#include "schema/run.h"
#include "base/limits.h"

/* Kept apart, so that the common events do not pay for the registers of the others. */
#define RARE __attribute__((noinline))

static struct vt_frame *top(struct vt_schema_validator *validator)
{
  return validator->depth > 0 ? &validator->frames[validator->depth - 1] : NULL;
}

static bool tracks(const struct vt_frame *frame)
{
  return frame->list ? frame->plan->track_list : frame->plan->track_object;
}

static int follow(struct vt_schema_validator *validator, const struct vt_way *way,
                  const struct vt_plan **plan, struct vt_error *error)
{
  *plan = way->plan;
  if (way->plan != NULL || way->entry_count == 0)
    return VATER_OK;
  return vt_run_follow(validator, way, plan, error);
}

/* Slots that fail because the part is there. */
static int run_bars(struct vt_schema_validator *validator, const struct vt_frame *frame,
                    const struct vt_way *way, size_t offset, size_t end, struct vt_error *error)
{
  uint64_t *failed = validator->words + frame->words_at;
  if (way->quiet && !validator->collect && frame->plan->words == 1) {
    failed[0] |= way->bar_mask;
    return VATER_OK;
  }
  for (uint32_t i = 0; i < way->bar_count; i++) {
    const struct vt_bar *bar = &way->bars[i];
    vt_plan_set(failed, bar->slot);
    if (bar->mode == VT_MODE_SILENT || (bar->mode == VT_MODE_TENTATIVE && !validator->collect))
      continue;
    struct vt_problem problem = {.text = frame->list ? VT_TEXT_ITEM : VT_TEXT_MEMBER,
                                 .keyword = bar->keyword,
                                 .mode = bar->mode,
                                 .level = validator->depth - 1,
                                 .slot = bar->slot,
                                 .depth = validator->depth,
                                 .offset = offset,
                                 .end = end};
    int status = vt_run_report(validator, &problem, error);
    if (status != VATER_OK)
      return status;
  }
  return VATER_OK;
}

static int remember(struct vt_schema_validator *validator, const struct vt_frame *frame,
                    const struct vt_way *way, uint64_t passes, struct vt_hash hash, size_t end,
                    struct vt_error *error)
{
  if (validator->item_count >= VT_LIMIT_SCHEMA_RECORDS)
    return vt_fail(error, VATER_E_LIMIT, NULL,
                   "more items to compare or remember than SCHEMA_RECORDS");
  struct vt_item *items = vt_run_grow(validator, validator->items, validator->item_count, 1,
                                      &validator->item_room, sizeof *items, error);
  if (items == NULL)
    return VATER_E_NOMEM;
  validator->items = items;
  items[validator->item_count++] = (struct vt_item){.way = way,
                                                    .passes = passes,
                                                    .hash = hash,
                                                    .index = frame->count - 1,
                                                    .offset = frame->part_offset,
                                                    .end = end,
                                                    .name_at = frame->name_at,
                                                    .name_len = frame->name_len};
  return VATER_OK;
}

/* What a part's slots mean for its whole. `passes`: bit per edge whose node was valid. */
static uint64_t run_edges(struct vt_schema_validator *validator, const struct vt_frame *frame,
                          const struct vt_way *way, const struct vt_plan *plan,
                          const uint64_t *part_failed)
{
  uint64_t *failed = validator->words + frame->words_at, passes = 0;
  for (uint32_t i = 0; i < way->edge_count; i++) {
    const struct vt_edge *edge = &way->edges[i];
    bool valid =
        edge->child != VT_SLOT_NONE && !vt_plan_bit(part_failed, plan->slot_of_entry[edge->child]);
    if (edge->kind == VT_EDGE_CHILD && !valid)
      vt_plan_set(failed, edge->parent);
    else if (edge->kind == VT_EDGE_CONTAINS && valid)
      failed[frame->plan->words + frame->plan->name_words + edge->counter]++;
    if (valid && i < 64)
      passes |= (uint64_t)1 << i;
  }
  return passes;
}

/* A value has ended; its whole learns of it. */
static int part_done(struct vt_schema_validator *validator, const struct vt_subject *subject,
                     const struct vt_way *way, struct vt_error *error)
{
  struct vt_frame *frame = top(validator);
  int status = VATER_OK;
  if (validator->collect)
    status = vt_run_carry(validator, subject, way, error);
  if (frame == NULL) {
    validator->ended = true;
    validator->valid =
        !vt_plan_bit(subject->failed, subject->plan->slot_of_entry[way->edges[0].child]);
    return status;
  }
  uint64_t passes = run_edges(validator, frame, way, subject->plan, subject->failed);
  if (frame->hashing && frame->list)
    vt_hash_item(validator->schema->hash_seed, &frame->parts, subject->hash);
  else if (frame->hashing)
    vt_hash_member(validator->schema->hash_seed, &frame->parts, frame->name_hash, subject->hash);
  if (status == VATER_OK && (tracks(frame) || (frame->list && frame->plan->unique)))
    status = remember(validator, frame, way, passes, subject->hash, subject->end, error);
  return status;
}

/* The way to the value that begins now, and whether its hash is wanted. */
static int begin_value(struct vt_schema_validator *validator, const struct vt_doc_event *event,
                       const struct vt_way **way, bool *hashing, struct vt_error *error)
{
  struct vt_frame *frame = top(validator);
  *hashing = false;
  if (frame == NULL) {
    *way = &validator->root;
    return VATER_OK;
  }
  *hashing = frame->hashing;
  frame->part_offset = event->offset;
  if (!frame->list) {
    *way = frame->part;
    return VATER_OK;
  }
  const struct vt_plan *plan = frame->plan;
  *hashing |= plan->unique;
  *way = frame->count < plan->prefix_count ? plan->positions[frame->count] : plan->rest;
  frame->part = *way;
  frame->count++;
  if ((*way)->bar_count > 0)
    return run_bars(validator, frame, *way, event->offset, event->end, error);
  return VATER_OK;
}

static const enum vt_part_kind part_kinds[] = {
    [VT_DOC_OBJECT] = VT_KIND_OBJECT, [VT_DOC_LIST] = VT_KIND_ARRAY,
    [VT_DOC_TEXT] = VT_KIND_STRING,   [VT_DOC_NUMBER] = VT_KIND_NUMBER,
    [VT_DOC_TRUE] = VT_KIND_BOOLEAN,  [VT_DOC_FALSE] = VT_KIND_BOOLEAN,
    [VT_DOC_NULL] = VT_KIND_NULL};

static int take_words(struct vt_schema_validator *validator, size_t count, struct vt_error *error)
{
  if ((validator->word_count + count) * sizeof(uint64_t) > VT_LIMIT_SCHEMA_STACK_BYTES)
    return vt_fail(error, VATER_E_LIMIT, NULL, "open values need more than SCHEMA_STACK_BYTES");
  uint64_t *words = vt_run_grow(validator, validator->words, validator->word_count, count,
                                &validator->word_room, sizeof *words, error);
  if (words == NULL)
    return VATER_E_NOMEM;
  validator->words = words;
  for (size_t i = 0; i < count; i++)
    words[validator->word_count + i] = 0;
  return VATER_OK;
}

/* Member by member: clearing the whole costs more than all the rest. */
static void begin_frame(const struct vt_schema_validator *validator, struct vt_frame *frame,
                        const struct vt_plan *plan, const struct vt_way *way,
                        const struct vt_doc_event *event)
{
  frame->plan = plan;
  frame->way = way;
  frame->part = NULL;
  frame->name = UINT32_MAX;
  frame->name_at = frame->name_len = 0;
  frame->offset = event->offset;
  frame->part_offset = event->offset;
  frame->count = 0;
  frame->parts = (struct vt_hash){0, 0};
  frame->words_at = validator->word_count;
  frame->items_at = validator->item_count;
  frame->names_at = validator->name_count;
  frame->list = event->kind == VT_DOC_LIST;
  frame->hashing = plan->hashes;
  frame->simple = !frame->list && !plan->hashes && !plan->track_object && !validator->collect;
}

RARE static int open_value(struct vt_schema_validator *validator, const struct vt_doc_event *event,
                           struct vt_error *error)
{
  const struct vt_way *way;
  const struct vt_plan *plan;
  bool hashing;
  int status = begin_value(validator, event, &way, &hashing, error);
  if (status == VATER_OK)
    status = follow(validator, way, &plan, error);
  if (status != VATER_OK)
    return status;
  struct vt_frame *whole = top(validator);
  if (plan == NULL && !hashing && !(whole != NULL && tracks(whole))) {
    validator->skip = 1;
    return VATER_OK;
  }
  if (plan == NULL)
    plan = validator->schema->empty;
  size_t count = (size_t)plan->words + plan->name_words + plan->contains_count,
         room = validator->frame_room;
  struct vt_frame *frames =
      vt_run_grow(validator, validator->frames, validator->depth, 1, &room, sizeof *frames, error);
  if (frames == NULL)
    return VATER_E_NOMEM;
  validator->frames = frames;
  validator->frame_room = (uint32_t)room;
  status = take_words(validator, count, error);
  if (status != VATER_OK)
    return status;
  begin_frame(validator, &frames[validator->depth], plan, way, event);
  frames[validator->depth].hashing |= hashing;
  frames[validator->depth].simple &= !hashing;
  struct vt_subject subject = {.plan = plan,
                               .failed = validator->words + validator->word_count,
                               .kind = part_kinds[event->kind],
                               .offset = event->offset,
                               .end = event->end,
                               .depth = validator->depth};
  validator->word_count += count;
  const struct vt_checks *checks = &plan->starts[subject.kind];
  if (checks->count > 0)
    status = vt_run_checks(validator, &subject, checks, error);
  validator->depth++;
  return status;
}

static int close_value(struct vt_schema_validator *validator, const struct vt_doc_event *event,
                       struct vt_error *error)
{
  struct vt_frame *frame = top(validator);
  if (frame == NULL)
    return vt_fail(error, VATER_E_DECODE, NULL, "an end without a beginning");
  const struct vt_way *way = frame->way;
  struct vt_subject subject = {.plan = frame->plan,
                               .failed = validator->words + frame->words_at,
                               .kind = frame->list ? VT_KIND_ARRAY : VT_KIND_OBJECT,
                               .offset = frame->offset,
                               .end = event->end,
                               .depth = validator->depth - 1,
                               .frame = frame};
  if (frame->hashing)
    subject.hash =
        vt_hash_compound(validator->schema->hash_seed, frame->list ? VT_DOC_LIST : VT_DOC_OBJECT,
                         frame->parts, frame->count);
  const struct vt_checks *checks = &frame->plan->ends[subject.kind];
  int status = VATER_OK;
  if (checks->count > 0)
    status = vt_run_checks(validator, &subject, checks, error);
  if (status == VATER_OK && frame->plan->combine_count > 0)
    status = vt_run_combine(validator, &subject, error);
  if (status != VATER_OK)
    return status;
  validator->depth--;
  validator->item_count = frame->items_at;
  validator->name_count = frame->names_at;
  validator->word_count = frame->words_at;
  return part_done(validator, &subject, way, error);
}

/* Checks a scalar against a plan; its slots are left in the words above the open values. */
static int run_scalar(struct vt_schema_validator *validator, struct vt_subject *subject,
                      struct vt_error *error)
{
  const struct vt_checks *checks = &subject->plan->starts[subject->kind];
  int status = take_words(validator, subject->plan->words, error);
  subject->failed = validator->words + validator->word_count;
  if (status == VATER_OK && checks->count > 0)
    status = vt_run_checks(validator, subject, checks, error);
  if (status == VATER_OK && subject->plan->combine_count > 0)
    status = vt_run_combine(validator, subject, error);
  return status;
}

static struct vater_str scalar_text(const struct vt_doc_event *event)
{
  if (event->kind == VT_DOC_TRUE)
    return VT_STR("true");
  return event->kind == VT_DOC_FALSE ? VT_STR("false") : event->text;
}

/* A scalar member of a simple object, checked by a fast plan. False: the long way. */
static bool fast_member(struct vt_schema_validator *validator, const struct vt_doc_event *event)
{
  struct vt_frame *frame = &validator->frames[validator->depth - 1];
  const struct vt_way *way = frame->part;
  const struct vt_plan *plan = way->plan;
  uint64_t failed;
  if (plan == NULL)
    return way->entry_count == 0;
  enum vt_part_kind kind = part_kinds[event->kind];
  if (plan->fast && plan->starts[kind].count == 0)
    return true;
  if (!plan->fast || !vt_run_fast(plan, kind, event->text, &failed))
    return false;
  if (failed != 0)
    run_edges(validator, frame, way, plan, &failed);
  return true;
}

RARE static int any_scalar(struct vt_schema_validator *validator, const struct vt_doc_event *event,
                           struct vt_error *error)
{
  const struct vt_way *way;
  const struct vt_plan *plan;
  bool hashing;
  int status = begin_value(validator, event, &way, &hashing, error);
  if (status == VATER_OK)
    status = follow(validator, way, &plan, error);
  if (status != VATER_OK)
    return status;
  struct vt_frame *whole = top(validator);
  if (plan == NULL && !hashing && !(whole != NULL && tracks(whole)))
    return VATER_OK;
  struct vt_subject subject = {.plan = plan != NULL ? plan : validator->schema->empty,
                               .kind = part_kinds[event->kind],
                               .text = scalar_text(event),
                               .offset = event->offset,
                               .end = event->end,
                               .depth = validator->depth};
  if (hashing)
    subject.hash = vt_hash_scalar(validator->schema->hash_seed, event->kind, event->text);
  status = run_scalar(validator, &subject, error);
  return status == VATER_OK ? part_done(validator, &subject, way, error) : status;
}

static int keep_name(struct vt_schema_validator *validator, struct vt_frame *frame,
                     struct vater_str name, struct vt_error *error)
{
  if (!tracks(frame))
    validator->name_count = frame->names_at;
  char *names = vt_run_grow(validator, validator->names, validator->name_count, name.len,
                            &validator->name_room, 1, error);
  if (names == NULL)
    return VATER_E_NOMEM;
  validator->names = names;
  if (name.len > 0)
    memcpy(names + validator->name_count, name.ptr, name.len);
  frame->name_at = validator->name_count;
  frame->name_len = name.len;
  validator->name_count += name.len;
  return VATER_OK;
}

/* propertyNames: the name is a value of its own. */
RARE static int check_name(struct vt_schema_validator *validator, struct vt_frame *frame,
                           const struct vt_doc_event *event, struct vt_error *error)
{
  const struct vt_way *way = frame->plan->name_way;
  const struct vt_plan *plan;
  int status = follow(validator, way, &plan, error);
  if (status == VATER_OK && way->bar_count > 0)
    status = run_bars(validator, frame, way, event->offset, event->end, error);
  if (status != VATER_OK || plan == NULL)
    return status;
  uint64_t failed;
  if (plan->fast && !validator->collect &&
      vt_run_fast(plan, VT_KIND_STRING, event->text, &failed)) {
    if (failed != 0)
      run_edges(validator, frame, way, plan, &failed);
    return VATER_OK;
  }
  struct vt_subject subject = {.plan = plan,
                               .kind = VT_KIND_STRING,
                               .text = event->text,
                               .offset = event->offset,
                               .end = event->end,
                               .depth = validator->depth,
                               .keyword = "propertyNames"};
  status = run_scalar(validator, &subject, error);
  if (status == VATER_OK && validator->collect)
    status = vt_run_carry(validator, &subject, way, error);
  if (status == VATER_OK)
    run_edges(validator, top(validator), way, plan, subject.failed);
  return status;
}

static int member_name(struct vt_schema_validator *validator, const struct vt_doc_event *event,
                       struct vt_error *error)
{
  struct vt_frame *frame = top(validator);
  if (frame == NULL)
    return vt_fail(error, VATER_E_DECODE, NULL, "a name outside of an object");
  const struct vt_plan *plan = frame->plan;
  uint32_t index = vt_plan_name_near(plan, event->text, frame->name + 1);
  int status = VATER_OK;
  frame->count++;
  frame->name = index;
  if (index < plan->name_count) {
    vt_plan_set(validator->words + frame->words_at + plan->words, index);
    frame->part = plan->name_ways[index];
    if (frame->simple && frame->part->bar_count == 0 && plan->name_way == NULL)
      return VATER_OK;
  }
  if (index >= plan->name_count || plan->track_object)
    status = keep_name(validator, frame, event->text, error);
  if (status == VATER_OK && index >= plan->name_count)
    status = vt_run_member_way(validator, plan, event->text, &frame->part, error);
  if (frame->hashing)
    frame->name_hash = vt_hash_bytes(validator->schema->hash_seed, VT_DOC_NAME, event->text);
  if (status == VATER_OK && frame->part->bar_count > 0)
    status = run_bars(validator, frame, frame->part, event->offset, event->end, error);
  if (status == VATER_OK && plan->name_way != NULL)
    status = check_name(validator, frame, event, error);
  return status;
}

/* Inside a part that nothing looks at. */
static void skip_event(struct vt_schema_validator *validator, enum vt_doc_kind kind)
{
  if (kind == VT_DOC_OBJECT || kind == VT_DOC_LIST)
    validator->skip++;
  else if (kind == VT_DOC_OBJECT_END || kind == VT_DOC_LIST_END)
    validator->skip--;
}

RARE static int feed_rest(struct vt_schema_validator *validator, const struct vt_doc_event *event,
                          struct vt_error *error)
{
  if (validator->skip > 0) {
    skip_event(validator, event->kind);
    return VATER_OK;
  }
  return event->kind == VT_DOC_END
             ? VATER_OK
             : vt_fail(error, VATER_E_DECODE, NULL, "an event behind the document's value");
}

static int scalar_value(struct vt_schema_validator *validator, const struct vt_doc_event *event,
                        struct vt_error *error)
{
  if (validator->depth > 0 && validator->frames[validator->depth - 1].simple &&
      fast_member(validator, event))
    return VATER_OK;
  return any_scalar(validator, event, error);
}

int vt_schema_feed(struct vt_schema_validator *validator, const struct vt_doc_event *event,
                   struct vt_error *error)
{
  if (validator->skip > 0 || validator->ended)
    return feed_rest(validator, event, error);
  switch (event->kind) {
  case VT_DOC_NAME:
    return member_name(validator, event, error);
  case VT_DOC_OBJECT:
  case VT_DOC_LIST:
    return open_value(validator, event, error);
  case VT_DOC_OBJECT_END:
  case VT_DOC_LIST_END:
    return close_value(validator, event, error);
  case VT_DOC_END:
    return VATER_OK;
  default:
    return scalar_value(validator, event, error);
  }
}
