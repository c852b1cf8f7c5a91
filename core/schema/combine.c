#include "schema/run.h"

static bool failed(const struct vt_subject *subject, uint32_t slot)
{
  return slot != VT_SLOT_NONE && vt_plan_bit(subject->failed, slot);
}

static bool seen(const struct vt_subject *subject, uint32_t name)
{
  return subject->kind == VT_KIND_OBJECT &&
         vt_plan_bit(subject->failed + subject->plan->words, name);
}

static uint32_t count_valid(const struct vt_subject *subject, const struct vt_combine *combine)
{
  uint32_t valid = 0;
  for (uint32_t i = 0; i < combine->part_count; i++)
    valid += !failed(subject, combine->parts[i]);
  return valid;
}

static bool holds(const struct vt_subject *subject, const struct vt_combine *combine)
{
  uint64_t mask = combine->mask, bad = mask & subject->failed[0];
  if (mask != 0 && combine->kind == VT_NODE_PLAIN)
    return bad == 0;
  if (mask != 0 && combine->kind == VT_NODE_ANY)
    return bad != mask;
  if (mask != 0 && combine->kind == VT_NODE_ONE) {
    uint64_t good = mask & ~bad;
    return good != 0 && (good & (good - 1)) == 0;
  }
  switch (combine->kind) {
  case VT_NODE_PLAIN:
    return count_valid(subject, combine) == combine->part_count;
  case VT_NODE_ANY:
    return count_valid(subject, combine) > 0;
  case VT_NODE_ONE:
    return count_valid(subject, combine) == 1;
  case VT_NODE_NOT:
    return failed(subject, combine->parts[0]);
  case VT_NODE_IF:
    return !failed(subject, combine->parts[failed(subject, combine->parts[0]) ? 2 : 1]);
  case VT_NODE_DEPENDENT:
    return !seen(subject, combine->name) || !failed(subject, combine->parts[0]);
  }
  return true;
}

static struct vater_str list_valid(const struct vt_subject *subject,
                                   const struct vt_combine *combine, char *out, size_t size)
{
  size_t len = 0;
  char number[24];
  for (uint32_t i = 0; i < combine->part_count; i++) {
    if (failed(subject, combine->parts[i]))
      continue;
    struct vater_str text = vt_expected_number(i + 1, number, sizeof number);
    if (len + text.len + 2 > size)
      break;
    if (len > 0) {
      memcpy(out + len, ", ", 2);
      len += 2;
    }
    memcpy(out + len, text.ptr, text.len);
    len += text.len;
  }
  return (struct vater_str){out, len};
}

/* What is said when nothing better can be: without the document, or for `not`. */
static struct vt_problem describe(const struct vt_subject *subject,
                                  const struct vt_combine *combine, char *text, size_t size)
{
  static const enum vt_text texts[] = {
      [VT_NODE_PLAIN] = VT_TEXT_NEVER, [VT_NODE_ANY] = VT_TEXT_ANY_OF,
      [VT_NODE_ONE] = VT_TEXT_NONE_OF, [VT_NODE_NOT] = VT_TEXT_NOT,
      [VT_NODE_IF] = VT_TEXT_IF,       [VT_NODE_DEPENDENT] = VT_TEXT_DEPENDENT_SCHEMA};
  struct vt_problem problem = {.text = texts[combine->kind],
                               .keyword = subject->keyword,
                               .mode = combine->mode,
                               .level = subject->depth,
                               .slot = combine->slot,
                               .depth = subject->depth,
                               .offset = subject->offset,
                               .end = subject->end};
  if (combine->kind == VT_NODE_ONE && count_valid(subject, combine) > 1) {
    problem.text = VT_TEXT_ONE_OF;
    problem.expected = list_valid(subject, combine, text, size);
  } else if (combine->kind == VT_NODE_ANY || combine->kind == VT_NODE_ONE) {
    problem.expected = vt_expected_number(combine->part_count, text, size);
  } else if (combine->kind == VT_NODE_DEPENDENT) {
    problem.expected = combine->node->name;
  }
  return problem;
}

static int report(struct vt_schema_validator *validator, const struct vt_subject *subject,
                  const struct vt_combine *combine, struct vt_error *error)
{
  char text[64];
  bool certain = combine->mode == VT_MODE_DEFINITE;
  if (combine->kind == VT_NODE_PLAIN || (!certain && !validator->collect) ||
      combine->mode == VT_MODE_SILENT)
    return VATER_OK;
  struct vt_problem problem = describe(subject, combine, text, sizeof text);
  bool told = problem.text == VT_TEXT_NOT || problem.text == VT_TEXT_ONE_OF;
  /* a part that shares this certainty has spoken for itself */
  if (!told && certain && combine->part_count == 1 && combine->kind != VT_NODE_DEPENDENT)
    return VATER_OK;
  if (validator->collect)
    return told ? vt_run_report(validator, &problem, error) : VATER_OK;
  /* a value of a wrong type fits every alternative that speaks of another type */
  if (problem.text == VT_TEXT_ONE_OF && vt_run_told(validator, subject->offset, true))
    return VATER_OK;
  if (told)
    return vt_run_report(validator, &problem, error);
  return vt_run_explain(validator, combine->node, subject->depth, subject->offset, subject->end,
                        &problem, error);
}

/* Slots whose claims count for this one: itself and what holds below it. */
static void gather_reach(const struct vt_schema_validator *validator,
                         const struct vt_subject *subject, const struct vt_combine *combine)
{
  uint32_t words = subject->plan->words;
  uint64_t *own = validator->reach + (size_t)combine->slot * words;
  bool condition = combine->kind == VT_NODE_IF;
  if (combine->kind == VT_NODE_NOT ||
      (combine->kind == VT_NODE_DEPENDENT && !seen(subject, combine->name)))
    return;
  for (uint32_t i = 0; i < combine->part_count; i++) {
    uint32_t part = combine->parts[i];
    bool applies = part != VT_SLOT_NONE && !failed(subject, part);
    if (condition && i > 0)
      applies = applies && (i == 1) == !failed(subject, combine->parts[0]);
    for (uint32_t word = 0; applies && word < words; word++)
      own[word] |= validator->reach[(size_t)part * words + word];
  }
}

static bool evaluated(const struct vt_schema_validator *validator, const struct vt_plan *plan,
                      uint32_t slot, const struct vt_item *item)
{
  const uint64_t *reach = validator->reach + (size_t)slot * plan->words;
  const struct vt_way *way = item->way;
  for (uint32_t word = 0; word < plan->words; word++) {
    uint64_t self = word == slot / 64 ? (uint64_t)1 << (slot & 63) : 0;
    if ((way->claims[word] & reach[word] & ~self) != 0)
      return true;
  }
  for (uint32_t i = 0; i < way->edge_count && i < 64; i++)
    if (way->edges[i].kind == VT_EDGE_CONTAINS && (item->passes >> i & 1) != 0 &&
        vt_plan_bit(reach, way->edges[i].parent))
      return true;
  return false;
}

static int report_item(struct vt_schema_validator *validator, const struct vt_subject *subject,
                       const struct vt_combine *combine, const struct vt_item *item,
                       const struct vt_node *node, struct vt_error *error)
{
  bool object = subject->kind == VT_KIND_OBJECT;
  struct vater_str name = VT_STR_NONE;
  if (object)
    name = (struct vater_str){validator->names + item->name_at, item->name_len};
  enum vt_text barred = object ? VT_TEXT_MEMBER : VT_TEXT_ITEM;
  struct vt_problem problem = {.text = node->never ? barred : VT_TEXT_UNEVALUATED,
                               .keyword = object ? "unevaluatedProperties" : "unevaluatedItems",
                               .mode = combine->mode,
                               .level = subject->depth,
                               .slot = combine->slot,
                               .depth = subject->depth + 1,
                               .offset = item->offset,
                               .end = item->end,
                               .name = object ? &name : NULL,
                               .index = item->index,
                               .indexed = !object};
  if (combine->mode == VT_MODE_SILENT ||
      (combine->mode == VT_MODE_TENTATIVE && !validator->collect))
    return VATER_OK;
  return vt_run_report(validator, &problem, error);
}

static int look_at_unevaluated(struct vt_schema_validator *validator,
                               const struct vt_subject *subject, const struct vt_combine *combine,
                               struct vt_error *error)
{
  for (size_t i = subject->frame->items_at; i < validator->item_count; i++) {
    const struct vt_item *item = &validator->items[i];
    for (uint32_t j = 0; j < item->way->edge_count && j < 64; j++) {
      const struct vt_edge *edge = &item->way->edges[j];
      if (edge->kind != VT_EDGE_UNEVALUATED || edge->parent != combine->slot ||
          (item->passes >> j & 1) != 0 || evaluated(validator, subject->plan, combine->slot, item))
        continue;
      vt_plan_set(subject->failed, combine->slot);
      int status = report_item(validator, subject, combine, item, edge->node, error);
      if (status != VATER_OK)
        return status;
    }
  }
  return VATER_OK;
}

static int prepare_reach(struct vt_schema_validator *validator, const struct vt_plan *plan,
                         struct vt_error *error)
{
  size_t wanted = (size_t)plan->slot_count * plan->words;
  uint64_t *reach = vt_run_grow(validator, validator->reach, 0, wanted, &validator->reach_room,
                                sizeof *reach, error);
  if (reach == NULL)
    return VATER_E_NOMEM;
  validator->reach = reach;
  memset(reach, 0, wanted * sizeof *reach);
  for (uint32_t slot = 0; slot < plan->slot_count; slot++)
    vt_plan_set(reach + (size_t)slot * plan->words, slot);
  return VATER_OK;
}

int vt_run_combine(struct vt_schema_validator *validator, const struct vt_subject *subject,
                   struct vt_error *error)
{
  const struct vt_plan *plan = subject->plan;
  bool tracked = (subject->kind == VT_KIND_OBJECT && plan->track_object) ||
                 (subject->kind == VT_KIND_ARRAY && plan->track_list);
  int status = tracked ? prepare_reach(validator, plan, error) : VATER_OK;
  for (uint32_t i = 0; i < plan->combine_count && status == VATER_OK; i++) {
    const struct vt_combine *combine = &plan->combines[i];
    if (!holds(subject, combine)) {
      vt_plan_set(subject->failed, combine->slot);
      status = report(validator, subject, combine, error);
    }
    if (tracked)
      gather_reach(validator, subject, combine);
    if (tracked && combine->unevaluated && status == VATER_OK)
      status = look_at_unevaluated(validator, subject, combine, error);
  }
  return status;
}
