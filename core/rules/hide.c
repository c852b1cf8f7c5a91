#include "rules/judging.h"

enum { THRESHOLD = 5 };

/* What a number of an indicator for publication must reach to be shown; 0: it may be shown. */
static double threshold_of(const struct vt_indicator *indicator)
{
  const struct vater_node *disclosure = vt_node_member(indicator->node, "disclosure");
  const struct vater_node *threshold = vt_node_member(disclosure, "threshold");
  if (!vt_str_is(vt_rules_text(disclosure, "purpose"), "publication"))
    return 0;
  double number;
  vt_node_number(threshold, &number);
  return threshold == NULL ? THRESHOLD : number;
}

static bool is_small(double number, double threshold)
{
  return number > 0 && number < threshold;
}

/* Numerator, denominator, what lies between them, and a count. */
static bool row_is_small(const struct vt_table *table, uint32_t row, double threshold)
{
  double numerator, denominator, value;
  bool above = vt_table_number(table, row, VATER_COLUMN_NUMERATOR, &numerator);
  bool below = vt_table_number(table, row, VATER_COLUMN_DENOMINATOR, &denominator);
  if (above && is_small(numerator, threshold))
    return true;
  if (below && is_small(denominator, threshold))
    return true;
  if (above && below && is_small(denominator - numerator, threshold))
    return true;
  return vt_str_is(vt_table_cell(table, row, VATER_COLUMN_UNIT), "count") &&
         vt_table_number(table, row, VATER_COLUMN_VALUE, &value) && is_small(value, threshold);
}

bool vt_rules_hides(const struct vt_rules *rules, const struct vt_table *table)
{
  const uint32_t *ids = table->columns[VATER_COLUMN_INDICATOR].ids;
  uint32_t last = VT_TABLE_NO_TEXT;
  double threshold = 0;
  for (uint32_t row = 0; ids != NULL && row < table->rows; row++) {
    if (ids[row] != last) {
      last = ids[row];
      const uint64_t *index =
          last == VT_TABLE_NO_TEXT ? NULL : vt_map_get(&rules->ids, vt_table_text(table, last));
      threshold = index == NULL ? 0 : threshold_of(&rules->indicators[*index]);
    }
    if (threshold > 0 && row_is_small(table, row, threshold))
      return true;
  }
  return false;
}

/* Fields that hold or tell a number. */
static bool is_number_field(uint32_t field)
{
  return field == VT_FIELD_NUMERATOR || field == VT_FIELD_DENOMINATOR || field == VT_FIELD_VALUE ||
         field == VT_FIELD_SAMPLE_SIZE || field == VT_FIELD_SAMPLE_MARGIN ||
         field == VT_FIELD_COMMENT_TEXT || field >= VT_FIELD_COUNT;
}

bool vt_judging_hides(const void *context, const struct vt_cel_program *program)
{
  const struct vt_rules_scope *scope = context;
  uint32_t count = 0;
  const struct vt_cel_reference *references = vt_cel_program_references(program, &count);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t slot = references[i].slot;
    if (slot == scope->obs && is_number_field(references[i].field))
      return true;
    if (slot == scope->rows || slot == scope->series || slot == scope->actors)
      return true;
  }
  return false;
}

struct vater_str vt_judging_without_digits(struct vt_arena *arena, struct vater_str text)
{
  char *made = vt_arena_array(arena, text.len + 1, 1);
  for (size_t i = 0; made != NULL && i < text.len; i++)
    made[i] = text.ptr[i] >= '0' && text.ptr[i] <= '9' ? '*' : text.ptr[i];
  return (struct vater_str){made, made == NULL ? 0 : text.len};
}
