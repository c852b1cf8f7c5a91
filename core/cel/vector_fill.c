#include "cel/vector.h"

#include <math.h>

/* One value of the general evaluator as a lane, or as a number with its state. */
static uint8_t lane_of(const struct vt_cel_value *value, bool number, double *out)
{
  *out = 0;
  if (value->kind == VT_CEL_MISSING)
    return VT_CEL_LANE_MISSING;
  if (number && value->kind == VT_CEL_DOUBLE) {
    *out = value->as.number;
    return 0;
  }
  if (!number && value->kind == VT_CEL_BOOL)
    return value->as.truth ? VT_CEL_LANE_TRUE : VT_CEL_LANE_FALSE;
  return VT_CEL_LANE_ERROR;
}

static uint8_t evaluate_row(struct vt_cel_columns *bound, struct vt_cel_run *run,
                            const struct vt_cel_vector *vector, uint32_t row, double *number)
{
  struct vt_cel_value value;
  bound->variables[bound->slot].row = row;
  vt_cel_run_step(run, bound->program, vector->step, bound->variables, &value);
  return lane_of(&value, vector->number, number);
}

/* ---- leaves ------------------------------------------------------------------------------- */

static void fill_rows(struct vt_cel_columns *bound, struct vt_cel_run *run,
                      struct vt_cel_vector *vector, uint32_t first, uint32_t count)
{
  double number;
  for (uint32_t i = 0; i < count; i++) {
    vector->own_lanes[i] = evaluate_row(bound, run, vector, first + i, &number);
    if (vector->number)
      vector->own_numbers[i] = number;
  }
}

static void fill_constant(struct vt_cel_columns *bound, struct vt_cel_run *run,
                          struct vt_cel_vector *vector, uint32_t count)
{
  double number;
  uint8_t lane = evaluate_row(bound, run, vector, 0, &number);
  memset(vector->own_lanes, lane, count);
  vector->lanes = vector->number && lane == 0 ? NULL : vector->own_lanes;
  for (uint32_t i = 0; vector->number && i < count; i++)
    vector->own_numbers[i] = number;
}

static void states_of(const struct vt_cel_column *column, struct vt_cel_vector *vector,
                      uint32_t first, uint32_t count)
{
  vector->lanes = NULL;
  if (column->present == NULL || memchr(column->present + first, 0, count) == NULL)
    return;
  vector->lanes = vector->own_lanes;
  for (uint32_t i = 0; i < count; i++)
    vector->own_lanes[i] = column->present[first + i] ? 0 : VT_CEL_LANE_MISSING;
}

static void fill_column(struct vt_cel_vector *vector, uint32_t first, uint32_t count)
{
  const struct vt_cel_column *column = vector->column;
  if (column->data == NULL) {
    vector->lanes = vector->own_lanes;
    memset(vector->own_lanes, VT_CEL_LANE_MISSING, count);
    return;
  }
  if (vector->number) {
    states_of(column, vector, first, count);
    memcpy(vector->own_numbers, (const double *)column->data + first, count * sizeof(double));
    return;
  }
  const uint8_t *truths = (const uint8_t *)column->data + first;
  for (uint32_t i = 0; i < count; i++)
    vector->own_lanes[i] = truths[i] != 0 ? VT_CEL_LANE_TRUE : VT_CEL_LANE_FALSE;
  for (uint32_t i = 0; column->present != NULL && i < count; i++)
    if (!column->present[first + i])
      vector->own_lanes[i] = VT_CEL_LANE_MISSING;
}

static void fill_present(struct vt_cel_vector *vector, uint32_t first, uint32_t count)
{
  const struct vt_cel_column *column = vector->column;
  if (column->data == NULL) {
    memset(vector->own_lanes, VT_CEL_LANE_FALSE, count);
  } else if (column->type == VT_CEL_COLUMN_TEXT) {
    const uint32_t *ids = (const uint32_t *)column->data + first;
    for (uint32_t i = 0; i < count; i++)
      vector->own_lanes[i] = ids[i] != 0;
  } else if (column->present == NULL) {
    memset(vector->own_lanes, VT_CEL_LANE_TRUE, count);
  } else {
    for (uint32_t i = 0; i < count; i++)
      vector->own_lanes[i] = column->present[first + i] != 0;
  }
}

static void remember(struct vt_cel_columns *bound, struct vt_cel_run *run,
                     struct vt_cel_vector *vector, uint32_t row, uint32_t id)
{
  double number;
  bound->fixed_field = (uint32_t)(vector->column - bound->columns);
  bound->fixed_id = id;
  vector->memo_lanes[id] = evaluate_row(bound, run, vector, row, &number);
  if (vector->number)
    vector->memo_numbers[id] = number;
  bound->fixed_field = UINT32_MAX;
}

/* A byte column's values stand for themselves, one higher: 0 is missing. */
static void byte_ids(const struct vt_cel_column *column, uint32_t first, uint32_t count,
                     uint32_t *ids)
{
  const uint8_t *bytes = (const uint8_t *)column->data + first;
  for (uint32_t i = 0; i < count; i++)
    ids[i] = column->present != NULL && !column->present[first + i] ? 0 : bytes[i] + 1u;
}

static void fill_dictionary(struct vt_cel_columns *bound, struct vt_cel_run *run,
                            struct vt_cel_vector *vector, uint32_t first, uint32_t count)
{
  uint32_t own[VT_CEL_BATCH];
  const uint32_t *ids = own;
  if (vector->column->type == VT_CEL_COLUMN_TEXT)
    ids = (const uint32_t *)vector->column->data + first;
  else
    byte_ids(vector->column, first, count, own);
  bool unknown = false;
  for (uint32_t i = 0; i < count; i++) {
    uint8_t lane = vector->memo_lanes[ids[i]];
    vector->own_lanes[i] = lane;
    unknown |= lane == VT_CEL_LANE_UNKNOWN;
  }
  for (uint32_t i = 0; unknown && i < count; i++) {
    if (vector->memo_lanes[ids[i]] == VT_CEL_LANE_UNKNOWN)
      remember(bound, run, vector, first + i, ids[i]);
    vector->own_lanes[i] = vector->memo_lanes[ids[i]];
  }
  for (uint32_t i = 0; vector->number && i < count; i++)
    vector->own_numbers[i] = vector->memo_numbers[ids[i]];
}

static void fill_same_text(struct vt_cel_vector *vector, uint32_t first, uint32_t count)
{
  const uint32_t *a = (const uint32_t *)vector->column->data + first;
  const uint32_t *b = (const uint32_t *)vector->other->data + first;
  bool equal = vector->operation == VT_CEL_OPERATOR_EQUAL;
  for (uint32_t i = 0; i < count; i++)
    vector->own_lanes[i] =
        a[i] == 0 || b[i] == 0 ? VT_CEL_LANE_MISSING : (uint8_t)((a[i] == b[i]) == equal);
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* The states of two operands, the left before the right; NULL where both have values. */
static uint8_t *join_states(struct vt_cel_vector *vector, uint32_t count)
{
  const uint8_t *a = vector->items[0]->lanes;
  const uint8_t *b = vector->count > 1 ? vector->items[1]->lanes : NULL;
  if (a == NULL && b == NULL)
    return NULL;
  for (uint32_t i = 0; i < count; i++)
    vector->own_lanes[i] = a != NULL && a[i] != 0 ? a[i] : b != NULL ? b[i] : 0;
  return vector->own_lanes;
}

static void fill_arithmetic(struct vt_cel_vector *vector, uint32_t count)
{
  const double *restrict a = vector->items[0]->numbers, *restrict b = vector->items[1]->numbers;
  double *restrict out = vector->own_numbers;
  vector->lanes = join_states(vector, count);
  switch (vector->operation) {
  case VT_CEL_OPERATOR_ADD:
    for (uint32_t i = 0; i < count; i++)
      out[i] = a[i] + b[i];
    break;
  case VT_CEL_OPERATOR_SUBTRACT:
    for (uint32_t i = 0; i < count; i++)
      out[i] = a[i] - b[i];
    break;
  case VT_CEL_OPERATOR_MULTIPLY:
    for (uint32_t i = 0; i < count; i++)
      out[i] = a[i] * b[i];
    break;
  default:
    for (uint32_t i = 0; i < count; i++)
      out[i] = a[i] / b[i];
    break;
  }
}

static void fill_unary(struct vt_cel_vector *vector, uint32_t count)
{
  const double *restrict a = vector->items[0]->numbers;
  double *restrict out = vector->own_numbers;
  vector->lanes = join_states(vector, count);
  if (vector->kind == VT_CEL_VECTOR_ABSOLUTE)
    for (uint32_t i = 0; i < count; i++)
      out[i] = fabs(a[i]);
  else
    for (uint32_t i = 0; i < count; i++)
      out[i] = -a[i];
}

#define COMPARE(sign)                   \
  for (uint32_t i = 0; i < count; i++)  \
    out[i] = (uint8_t)(a[i] sign b[i]); \
  break

static void fill_compare(struct vt_cel_vector *vector, uint32_t count)
{
  const double *restrict a = vector->items[0]->numbers, *restrict b = vector->items[1]->numbers;
  uint8_t *restrict out = vector->own_lanes;
  const uint8_t *left = vector->items[0]->lanes, *right = vector->items[1]->lanes;
  switch (vector->operation) {
  case VT_CEL_OPERATOR_LESS:
    COMPARE(<);
  case VT_CEL_OPERATOR_LESS_EQUAL:
    COMPARE(<=);
  case VT_CEL_OPERATOR_GREATER:
    COMPARE(>);
  case VT_CEL_OPERATOR_GREATER_EQUAL:
    COMPARE(>=);
  case VT_CEL_OPERATOR_EQUAL:
    COMPARE(==);
  default:
    COMPARE(!=);
  }
  for (uint32_t i = 0; right != NULL && i < count; i++)
    out[i] = right[i] != 0 ? right[i] : out[i];
  for (uint32_t i = 0; left != NULL && i < count; i++)
    out[i] = left[i] != 0 ? left[i] : out[i];
}

/* ---- logic -------------------------------------------------------------------------------- */

/* Whether the rows are all decided by the lane that absorbs. */
static bool all_lanes(const uint8_t *lanes, uint32_t count, uint8_t lane)
{
  uint8_t different = 0;
  for (uint32_t i = 0; i < count; i++)
    different |= (uint8_t)(lanes[i] ^ lane);
  return different == 0;
}

static void fill_logic(struct vt_cel_columns *bound, struct vt_cel_run *run,
                       struct vt_cel_vector *vector, uint32_t first, uint32_t count)
{
  bool is_or = vector->kind == VT_CEL_VECTOR_OR;
  uint8_t absorbing = is_or ? VT_CEL_LANE_TRUE : VT_CEL_LANE_FALSE;
  uint8_t neutral = is_or ? VT_CEL_LANE_FALSE : VT_CEL_LANE_TRUE;
  uint8_t *restrict out = vector->own_lanes;
  vt_cel_vector_fill(bound, run, vector->items[0], first, count);
  memcpy(out, vector->items[0]->lanes, count);
  for (uint32_t k = 1; k < vector->count && !all_lanes(out, count, absorbing); k++) {
    vt_cel_vector_fill(bound, run, vector->items[k], first, count);
    const uint8_t *restrict other = vector->items[k]->lanes;
    for (uint32_t i = 0; i < count; i++) {
      uint8_t kept = out[i] == neutral ? other[i] : out[i];
      out[i] = other[i] == absorbing ? absorbing : kept;
    }
  }
}

static void fill_not(struct vt_cel_vector *vector, uint32_t count)
{
  const uint8_t *restrict lanes = vector->items[0]->lanes;
  for (uint32_t i = 0; i < count; i++)
    vector->own_lanes[i] = lanes[i] < 2 ? lanes[i] ^ 1 : lanes[i];
}

static void fill_conditional(struct vt_cel_vector *vector, uint32_t count)
{
  const uint8_t *condition = vector->items[0]->lanes;
  const uint8_t *yes = vector->items[1]->lanes, *no = vector->items[2]->lanes;
  for (uint32_t i = 0; i < count; i++)
    vector->own_lanes[i] = condition[i] == VT_CEL_LANE_TRUE    ? yes[i]
                           : condition[i] == VT_CEL_LANE_FALSE ? no[i]
                                                               : condition[i];
}

static void fill_operation(struct vt_cel_columns *bound, struct vt_cel_run *run,
                           struct vt_cel_vector *vector, uint32_t first, uint32_t count)
{
  for (uint32_t i = 0; i < vector->count; i++)
    vt_cel_vector_fill(bound, run, vector->items[i], first, count);
  if (vector->kind == VT_CEL_VECTOR_ARITHMETIC)
    fill_arithmetic(vector, count);
  else if (vector->kind == VT_CEL_VECTOR_COMPARE)
    fill_compare(vector, count);
  else if (vector->kind == VT_CEL_VECTOR_NOT)
    fill_not(vector, count);
  else if (vector->kind == VT_CEL_VECTOR_CONDITIONAL)
    fill_conditional(vector, count);
  else
    fill_unary(vector, count);
}

void vt_cel_vector_fill(struct vt_cel_columns *bound, struct vt_cel_run *run,
                        struct vt_cel_vector *vector, uint32_t first, uint32_t count)
{
  switch (vector->kind) {
  case VT_CEL_VECTOR_CONSTANT:
    fill_constant(bound, run, vector, count);
    break;
  case VT_CEL_VECTOR_COLUMN:
    fill_column(vector, first, count);
    break;
  case VT_CEL_VECTOR_PRESENT:
    fill_present(vector, first, count);
    break;
  case VT_CEL_VECTOR_DICTIONARY:
    fill_dictionary(bound, run, vector, first, count);
    break;
  case VT_CEL_VECTOR_SAME_TEXT:
    fill_same_text(vector, first, count);
    break;
  case VT_CEL_VECTOR_AND:
  case VT_CEL_VECTOR_OR:
    fill_logic(bound, run, vector, first, count);
    break;
  case VT_CEL_VECTOR_ROWS:
    fill_rows(bound, run, vector, first, count);
    break;
  default:
    fill_operation(bound, run, vector, first, count);
    break;
  }
}
