#include "cel/vector.h"

/* What a part of the expression reads. */
struct reads {
  uint32_t fields; /* different fields of the bound record, 2 for more */
  uint32_t field;  /* the one */
  bool whole;      /* the record itself */
};

static void read_of(const struct vt_cel_columns *bound, const struct vt_cel_node *node,
                    struct reads *reads)
{
  if (node == NULL)
    return;
  if (node->kind == VT_CEL_NODE_SELECT && node->resolved == VT_CEL_RESOLVED_FIELD &&
      node->items[0]->resolved == VT_CEL_RESOLVED_VARIABLE && node->items[0]->slot == bound->slot) {
    if (reads->fields == 0)
      reads->field = node->field;
    if (reads->fields == 0 || reads->field != node->field)
      reads->fields++;
    return;
  }
  if (node->resolved == VT_CEL_RESOLVED_VARIABLE && node->slot == bound->slot)
    reads->whole = true;
  for (uint32_t i = 0; i < node->count; i++)
    read_of(bound, node->items[i], reads);
}

static const struct vt_cel_column *field_column(const struct vt_cel_columns *bound,
                                                const struct vt_cel_node *node)
{
  if (node->kind != VT_CEL_NODE_SELECT || node->resolved != VT_CEL_RESOLVED_FIELD ||
      node->optional || node->items[0]->resolved != VT_CEL_RESOLVED_VARIABLE ||
      node->items[0]->slot != bound->slot)
    return NULL;
  return &bound->columns[node->field];
}

static bool is_number(const struct vt_cel_node *node)
{
  return node->type->kind == VT_CEL_TYPE_DOUBLE;
}

static bool is_bool(const struct vt_cel_node *node)
{
  return node->type->kind == VT_CEL_TYPE_BOOL;
}

static void *room(struct vt_cel_columns *bound, size_t count, size_t size)
{
  void *memory = vt_arena_array(bound->arena, count, size);
  if (memory == NULL)
    bound->no_memory = true;
  return memory;
}

static struct vt_cel_vector *new_vector(struct vt_cel_columns *bound,
                                        const struct vt_cel_node *node,
                                        enum vt_cel_vector_kind kind)
{
  struct vt_cel_vector *vector = room(bound, 1, sizeof *vector);
  if (vector == NULL)
    return NULL;
  vector->kind = kind;
  vector->number = is_number(node);
  vector->step = node->step;
  vector->own_lanes = room(bound, VT_CEL_BATCH, 1);
  vector->lanes = vector->own_lanes;
  if (vector->number) {
    vector->own_numbers = room(bound, VT_CEL_BATCH, sizeof(double));
    vector->numbers = vector->own_numbers;
  }
  return bound->no_memory ? NULL : vector;
}

static bool add_items(struct vt_cel_columns *bound, struct vt_cel_vector *vector,
                      const struct vt_cel_node *node)
{
  vector->items = room(bound, node->count, sizeof(struct vt_cel_vector *));
  vector->count = node->count;
  for (uint32_t i = 0; i < node->count && vector->items != NULL; i++) {
    vector->items[i] = vt_cel_vector_new(bound, node->items[i]);
    if (vector->items[i] == NULL)
      return false;
  }
  return vector->items != NULL;
}

/* ---- kinds -------------------------------------------------------------------------------- */

static struct vt_cel_vector *dictionary_vector(struct vt_cel_columns *bound,
                                               const struct vt_cel_node *node,
                                               const struct vt_cel_column *column)
{
  struct vt_cel_vector *vector = new_vector(bound, node, VT_CEL_VECTOR_DICTIONARY);
  if (vector == NULL)
    return NULL;
  size_t count = column->type == VT_CEL_COLUMN_BYTE ? 257 : (size_t)column->dictionary->count + 1;
  vector->column = column;
  vector->memo_lanes = room(bound, count, 1);
  if (vector->number)
    vector->memo_numbers = room(bound, count, sizeof(double));
  if (bound->no_memory)
    return NULL;
  memset(vector->memo_lanes, VT_CEL_LANE_UNKNOWN, count);
  return vector;
}

static struct vt_cel_vector *same_text_vector(struct vt_cel_columns *bound,
                                              const struct vt_cel_node *node)
{
  const struct vt_cel_column *a = field_column(bound, node->items[0]);
  const struct vt_cel_column *b = field_column(bound, node->items[1]);
  if (a == NULL || b == NULL || a->type != VT_CEL_COLUMN_TEXT || b->type != VT_CEL_COLUMN_TEXT ||
      a->data == NULL || b->data == NULL || a->dictionary != b->dictionary ||
      node->items[0]->test || node->items[1]->test)
    return NULL;
  struct vt_cel_vector *vector = new_vector(bound, node, VT_CEL_VECTOR_SAME_TEXT);
  if (vector != NULL) {
    vector->column = a;
    vector->other = b;
  }
  return vector;
}

static bool operator_of(struct vater_str name, enum vt_cel_operator *operation)
{
  static const char *const names[] = {"_+_",  "_-_", "_*_",  "_/_",  "_<_",
                                      "_<=_", "_>_", "_>=_", "_==_", "_!=_"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (vt_str_is(name, names[i])) {
      *operation = (enum vt_cel_operator)i;
      return true;
    }
  }
  return false;
}

static bool call_kind(const struct vt_cel_node *node, enum vt_cel_vector_kind *kind,
                      enum vt_cel_operator *operation)
{
  bool numbers = node->count > 0;
  for (uint32_t i = 0; i < node->count; i++)
    numbers = numbers && is_number(node->items[i]);
  *kind = VT_CEL_VECTOR_ROWS;
  if (vt_str_is(node->name, "_&&_"))
    *kind = VT_CEL_VECTOR_AND;
  else if (vt_str_is(node->name, "_||_"))
    *kind = VT_CEL_VECTOR_OR;
  else if (vt_str_is(node->name, "!_") && is_bool(node->items[0]))
    *kind = VT_CEL_VECTOR_NOT;
  else if (vt_str_is(node->name, "_?_:_") && is_bool(node) && is_bool(node->items[0]) &&
           is_bool(node->items[1]) && is_bool(node->items[2]))
    *kind = VT_CEL_VECTOR_CONDITIONAL;
  else if (numbers && vt_str_is(node->name, "-_"))
    *kind = VT_CEL_VECTOR_NEGATE;
  else if (numbers && vt_str_is(node->name, "math.abs"))
    *kind = VT_CEL_VECTOR_ABSOLUTE;
  else if (numbers && node->count == 2 && operator_of(node->name, operation))
    *kind = *operation < VT_CEL_OPERATOR_LESS ? VT_CEL_VECTOR_ARITHMETIC : VT_CEL_VECTOR_COMPARE;
  if (*kind == VT_CEL_VECTOR_AND || *kind == VT_CEL_VECTOR_OR)
    for (uint32_t i = 0; i < node->count; i++)
      if (!is_bool(node->items[i]))
        return false;
  return *kind != VT_CEL_VECTOR_ROWS;
}

static struct vt_cel_vector *call_vector(struct vt_cel_columns *bound,
                                         const struct vt_cel_node *node)
{
  enum vt_cel_vector_kind kind;
  enum vt_cel_operator operation = VT_CEL_OPERATOR_ADD;
  if (!call_kind(node, &kind, &operation))
    return NULL;
  struct vt_cel_vector *vector = new_vector(bound, node, kind);
  if (vector == NULL || !add_items(bound, vector, node))
    return NULL;
  vector->operation = operation;
  return vector;
}

static struct vt_cel_vector *column_vector(struct vt_cel_columns *bound,
                                           const struct vt_cel_node *node,
                                           const struct vt_cel_column *column)
{
  bool fits = node->test || (column->type == VT_CEL_COLUMN_DOUBLE && is_number(node)) ||
              (column->type == VT_CEL_COLUMN_BOOL && is_bool(node));
  if (!fits)
    return NULL;
  struct vt_cel_vector *vector =
      new_vector(bound, node, node->test ? VT_CEL_VECTOR_PRESENT : VT_CEL_VECTOR_COLUMN);
  if (vector != NULL)
    vector->column = column;
  return vector;
}

struct vt_cel_vector *vt_cel_vector_new(struct vt_cel_columns *bound,
                                        const struct vt_cel_node *node)
{
  struct reads reads = {0};
  read_of(bound, node, &reads);
  if (reads.fields == 0 && !reads.whole)
    return new_vector(bound, node, VT_CEL_VECTOR_CONSTANT);
  const struct vt_cel_column *one = reads.fields == 1 ? &bound->columns[reads.field] : NULL;
  if (one != NULL && one->data != NULL && !reads.whole &&
      (one->type == VT_CEL_COLUMN_TEXT || one->type == VT_CEL_COLUMN_BYTE))
    return dictionary_vector(bound, node, one);
  struct vt_cel_vector *vector = NULL;
  const struct vt_cel_column *column = field_column(bound, node);
  if (column != NULL)
    vector = column_vector(bound, node, column);
  else if (node->kind == VT_CEL_NODE_CALL && node->count == 2 &&
           (vt_str_is(node->name, "_==_") || vt_str_is(node->name, "_!=_")))
    vector = same_text_vector(bound, node);
  if (vector != NULL && vector->kind == VT_CEL_VECTOR_SAME_TEXT)
    vector->operation =
        node->name.ptr[1] == '!' ? VT_CEL_OPERATOR_NOT_EQUAL : VT_CEL_OPERATOR_EQUAL;
  if (vector == NULL && node->kind == VT_CEL_NODE_CALL && !bound->no_memory)
    vector = call_vector(bound, node);
  if (vector != NULL || bound->no_memory)
    return vector;
  bound->slow++;
  return new_vector(bound, node, VT_CEL_VECTOR_ROWS);
}
