#include "base/limits.h"
#include "base/utf8.h"
#include "schema/run.h"

#include <stdlib.h>

static int report(struct vt_schema_validator *validator, const struct vt_subject *subject,
                  const struct vt_check *check, enum vt_text text, struct vater_str expected,
                  struct vt_error *error)
{
  vt_plan_set(subject->failed, check->slot);
  if (check->mode == VT_MODE_SILENT || (check->mode == VT_MODE_TENTATIVE && !validator->collect))
    return VATER_OK;
  struct vt_problem problem = {.text = text,
                               .keyword = subject->keyword,
                               .mode = check->mode,
                               .level = subject->depth,
                               .slot = check->slot,
                               .depth = subject->depth,
                               .offset = subject->offset,
                               .end = subject->end,
                               .expected = expected};
  return vt_run_report(validator, &problem, error);
}

/* Texts of findings are made only where somebody will see them. */
static bool heard(const struct vt_schema_validator *validator, const struct vt_check *check)
{
  return check->mode == VT_MODE_DEFINITE ||
         (check->mode == VT_MODE_TENTATIVE && validator->collect);
}

static bool chosen(const struct vt_choices *choices, const struct vt_subject *subject)
{
  static const enum vt_doc_kind kinds[VT_KIND_COUNT] = {VT_DOC_NULL, VT_DOC_TRUE,   VT_DOC_NUMBER,
                                                        VT_DOC_TEXT, VT_DOC_OBJECT, VT_DOC_LIST};
  enum vt_doc_kind kind = kinds[subject->kind];
  struct vt_decimal number;
  if (kind == VT_DOC_NUMBER)
    vt_decimal_read(subject->text, &number);
  for (uint32_t i = 0; i < choices->count; i++) {
    const struct vt_choice *choice = &choices->items[i];
    switch (kind) {
    case VT_DOC_NULL:
      if (choice->kind == VT_DOC_NULL)
        return true;
      break;
    case VT_DOC_TRUE: /* text tells which */
      if ((choice->kind == VT_DOC_TRUE && subject->text.len == 4) ||
          (choice->kind == VT_DOC_FALSE && subject->text.len == 5))
        return true;
      break;
    case VT_DOC_TEXT:
      if (choice->kind == VT_DOC_TEXT && vt_str_equal(choice->text, subject->text))
        return true;
      break;
    case VT_DOC_NUMBER:
      if (choice->kind == VT_DOC_NUMBER && vt_decimal_compare(&choice->number, &number) == 0)
        return true;
      break;
    default:
      if (choice->kind == kind && vt_hash_equal(choice->hash, subject->hash))
        return true;
    }
  }
  return false;
}

static int check_choices(struct vt_schema_validator *validator, const struct vt_subject *subject,
                         const struct vt_check *check, struct vt_error *error)
{
  char text[320];
  if (chosen(check->choices, subject))
    return VATER_OK;
  struct vater_str expected = VT_STR_NONE;
  if (heard(validator, check))
    expected = vt_expected_choices(check->choices, text, sizeof text);
  bool single = check->choices->keyword[0] == 'c';
  return report(validator, subject, check, single ? VT_TEXT_CONST : VT_TEXT_ENUM, expected, error);
}

/* Integers of up to 18 digits, which is nearly all that comes. */
static bool small_integer(struct vater_str text, int64_t *value)
{
  size_t at = text.len > 0 && text.ptr[0] == '-';
  if (text.len - at == 0 || text.len - at > 18)
    return false;
  *value = 0;
  for (size_t i = at; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
    *value = *value * 10 + (text.ptr[i] - '0');
  }
  *value = at > 0 ? -*value : *value;
  return true;
}

static bool within(const struct vt_node *node, enum vt_bound bound, struct vater_str text)
{
  struct vt_decimal number;
  int64_t left, right;
  int order;
  if (bound != VT_BOUND_MULTIPLE && small_integer(text, &left) &&
      small_integer(node->bound_text[bound], &right)) {
    order = (left > right) - (left < right);
  } else {
    vt_decimal_read(text, &number);
    if (bound == VT_BOUND_MULTIPLE)
      return vt_decimal_multiple(&number, &node->bound[bound]);
    order = vt_decimal_compare(&number, &node->bound[bound]);
  }
  switch (bound) {
  case VT_BOUND_MINIMUM:
    return order >= 0;
  case VT_BOUND_EXCLUSIVE_MINIMUM:
    return order > 0;
  case VT_BOUND_MAXIMUM:
    return order <= 0;
  default:
    return order < 0;
  }
}

static int check_bound(struct vt_schema_validator *validator, const struct vt_subject *subject,
                       const struct vt_check *check, struct vt_error *error)
{
  static const enum vt_text texts[VT_BOUND_COUNT] = {VT_TEXT_MINIMUM, VT_TEXT_EXCLUSIVE_MINIMUM,
                                                     VT_TEXT_MAXIMUM, VT_TEXT_EXCLUSIVE_MAXIMUM,
                                                     VT_TEXT_MULTIPLE};
  if (within(check->node, (enum vt_bound)check->which, subject->text))
    return VATER_OK;
  return report(validator, subject, check, texts[check->which],
                check->node->bound_text[check->which], error);
}

static int check_size(struct vt_schema_validator *validator, const struct vt_subject *subject,
                      const struct vt_check *check, uint64_t size, struct vt_error *error)
{
  static const enum vt_text texts[VT_SIZE_COUNT] = {
      VT_TEXT_MIN_LENGTH,     VT_TEXT_MAX_LENGTH,     VT_TEXT_MIN_ITEMS,    VT_TEXT_MAX_ITEMS,
      VT_TEXT_MIN_PROPERTIES, VT_TEXT_MAX_PROPERTIES, VT_TEXT_MIN_CONTAINS, VT_TEXT_MAX_CONTAINS};
  char text[24];
  uint64_t bound = check->node->size[check->which];
  bool least = check->which % 2 == 0;
  if (least ? size >= bound : size <= bound)
    return VATER_OK;
  return report(validator, subject, check, texts[check->which],
                vt_expected_number(bound, text, sizeof text), error);
}

/* Bytes bound the number of code points; only in between it is counted. */
static int check_length(struct vt_schema_validator *validator, const struct vt_subject *subject,
                        const struct vt_check *check, struct vt_error *error)
{
  uint64_t bound = check->node->size[check->which];
  if (check->which == VT_SIZE_MAX_LENGTH && subject->text.len <= bound)
    return VATER_OK;
  if (check->which == VT_SIZE_MIN_LENGTH && subject->text.len / 4 >= bound)
    return VATER_OK;
  return check_size(validator, subject, check, vt_utf8_count(subject->text), error);
}

static int check_pattern(struct vt_schema_validator *validator, const struct vt_subject *subject,
                         const struct vt_check *check, struct vt_error *error)
{
  bool matched;
  int status = vt_pattern_match(check->node->pattern, subject->text, &matched, error);
  if (status != VATER_OK || matched)
    return status;
  if (check->node->examples.len > 0)
    return report(validator, subject, check, VT_TEXT_LIKE, check->node->examples, error);
  return report(validator, subject, check, VT_TEXT_PATTERN, vt_pattern_text(check->node->pattern),
                error);
}

static int check_required(struct vt_schema_validator *validator, const struct vt_subject *subject,
                          const struct vt_check *check, struct vt_error *error)
{
  const struct vt_plan *plan = subject->plan;
  const uint64_t *seen = subject->failed + plan->words;
  bool missing = false;
  if (check->which > 0 && !vt_plan_bit(seen, check->which - 1))
    return VATER_OK;
  for (uint32_t i = 0; i < plan->name_words; i++)
    missing |= (check->names[i] & ~seen[i]) != 0;
  if (!missing)
    return VATER_OK;
  vt_plan_set(subject->failed, check->slot);
  if (!heard(validator, check))
    return VATER_OK;
  for (uint32_t i = 0; i < check->required->count; i++) {
    if (vt_plan_bit(seen, vt_plan_name(plan, check->required->names[i])))
      continue;
    int status =
        report(validator, subject, check, check->which > 0 ? VT_TEXT_DEPENDENT : VT_TEXT_REQUIRED,
               check->required->names[i], error);
    if (status != VATER_OK)
      return status;
  }
  return VATER_OK;
}

static int check_contains(struct vt_schema_validator *validator, const struct vt_subject *subject,
                          const struct vt_check *check, struct vt_error *error)
{
  const struct vt_plan *plan = subject->plan;
  const struct vt_node *node = check->node;
  uint64_t count = subject->failed[plan->words + plan->name_words + check->which];
  struct vt_check bound = *check;
  bound.which = VT_SIZE_MAX_CONTAINS;
  if (node->has_size[VT_SIZE_MAX_CONTAINS] && count > node->size[VT_SIZE_MAX_CONTAINS])
    return check_size(validator, subject, &bound, count, error);
  bound.which = VT_SIZE_MIN_CONTAINS;
  if (node->has_size[VT_SIZE_MIN_CONTAINS])
    return check_size(validator, subject, &bound, count, error);
  if (count > 0)
    return VATER_OK;
  return report(validator, subject, check, VT_TEXT_CONTAINS, VT_STR_NONE, error);
}

static int by_hash(const void *a, const void *b)
{
  const struct vt_item *left = a, *right = b;
  if (left->hash.low != right->hash.low)
    return left->hash.low < right->hash.low ? -1 : 1;
  if (left->hash.high != right->hash.high)
    return left->hash.high < right->hash.high ? -1 : 1;
  return (left->index > right->index) - (left->index < right->index);
}

static int by_index(const void *a, const void *b)
{
  const struct vt_item *left = a, *right = b;
  return (left->index > right->index) - (left->index < right->index);
}

static int report_twin(struct vt_schema_validator *validator, const struct vt_subject *subject,
                       const struct vt_check *check, const struct vt_item *item, uint64_t first,
                       struct vt_error *error)
{
  char text[24];
  if (!heard(validator, check))
    return VATER_OK;
  struct vt_problem problem = {.text = VT_TEXT_UNIQUE,
                               .mode = check->mode,
                               .level = subject->depth,
                               .slot = check->slot,
                               .depth = subject->depth + 1,
                               .offset = item->offset,
                               .end = item->end,
                               .expected = vt_expected_number(first, text, sizeof text),
                               .index = item->index,
                               .indexed = true};
  return vt_run_report(validator, &problem, error);
}

static int check_unique(struct vt_schema_validator *validator, const struct vt_subject *subject,
                        const struct vt_check *check, struct vt_error *error)
{
  size_t count = validator->item_count - subject->frame->items_at, first = 0;
  int status = VATER_OK;
  if (count < 2)
    return VATER_OK;
  struct vt_item *items = validator->items + subject->frame->items_at;
  qsort(items, count, sizeof *items, by_hash);
  for (size_t i = 1; i < count && status == VATER_OK; i++) {
    if (!vt_hash_equal(items[i].hash, items[first].hash)) {
      first = i;
      continue;
    }
    vt_plan_set(subject->failed, check->slot);
    status = report_twin(validator, subject, check, &items[i], items[first].index, error);
  }
  qsort(items, count, sizeof *items, by_index);
  return status;
}

static bool has_format(const struct vt_schema_validator *validator, const struct vt_node *node,
                       struct vater_str text)
{
  return node->format_regex ? vt_pattern_valid(text, &validator->allocator) : node->format(text);
}

static int run_check(struct vt_schema_validator *validator, const struct vt_subject *subject,
                     const struct vt_check *check, struct vt_error *error)
{
  char text[64];
  struct vt_decimal number;
  switch (check->code) {
  case VT_CHECK_NEVER:
    return report(validator, subject, check, VT_TEXT_NEVER, VT_STR_NONE, error);
  case VT_CHECK_INTEGER:
    vt_decimal_read(subject->text, &number);
    if (vt_decimal_is_integer(&number))
      return VATER_OK;
    /* fall through */
  case VT_CHECK_TYPE:
    return report(validator, subject, check, VT_TEXT_TYPE,
                  vt_expected_types(check->node->types, text, sizeof text), error);
  case VT_CHECK_CHOICES:
    return check_choices(validator, subject, check, error);
  case VT_CHECK_BOUND:
    return check_bound(validator, subject, check, error);
  case VT_CHECK_LENGTH:
    return check_length(validator, subject, check, error);
  case VT_CHECK_PATTERN:
    return check_pattern(validator, subject, check, error);
  case VT_CHECK_FORMAT:
    if (has_format(validator, check->node, subject->text))
      return VATER_OK;
    return report(validator, subject, check, VT_TEXT_FORMAT, check->node->format_name, error);
  case VT_CHECK_REQUIRED:
    return check_required(validator, subject, check, error);
  case VT_CHECK_COUNT:
    return check_size(validator, subject, check, subject->frame->count, error);
  case VT_CHECK_CONTAINS:
    return check_contains(validator, subject, check, error);
  case VT_CHECK_UNIQUE:
    return check_unique(validator, subject, check, error);
  }
  return VATER_OK;
}

/* The usual answer of the commonest check on an object. */
static bool all_seen(const struct vt_subject *subject, const struct vt_check *check)
{
  return subject->plan->name_words == 1 &&
         (check->names[0] & ~subject->failed[subject->plan->words]) == 0;
}

int vt_run_checks(struct vt_schema_validator *validator, const struct vt_subject *subject,
                  const struct vt_checks *checks, struct vt_error *error)
{
  for (uint32_t i = 0; i < checks->count; i++) {
    const struct vt_check *check = &checks->items[i];
    if (check->code == VT_CHECK_REQUIRED && all_seen(subject, check))
      continue;
    int status = run_check(validator, subject, check, error);
    if (status != VATER_OK)
      return status;
  }
  return VATER_OK;
}
