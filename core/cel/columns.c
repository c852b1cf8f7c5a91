#include "cel/vector.h"

#define NO_FIELD UINT32_MAX

/* ---- a row of the columns as a record ------------------------------------------------------ */

static void get_text(const struct vt_cel_columns *bound, const struct vt_cel_column *column,
                     uint32_t row, uint32_t field, struct vt_cel_value *value)
{
  uint32_t id =
      field == bound->fixed_field ? bound->fixed_id : ((const uint32_t *)column->data)[row];
  const struct vt_cel_dictionary *dictionary = column->dictionary;
  *value = id == 0 ? vt_cel_missing() : vt_cel_string(dictionary->text(dictionary->context, id));
}

static void get_cell(const void *context, uint32_t row, uint32_t field, struct vt_cel_value *value)
{
  const struct vt_cel_columns *bound = context;
  const struct vt_cel_column *column = &bound->columns[field];
  if (field == bound->fixed_field && column->type == VT_CEL_COLUMN_BYTE) {
    *value = bound->fixed_id == 0 ? vt_cel_missing() : vt_cel_int((int64_t)bound->fixed_id - 1);
    return;
  }
  if (column->data == NULL ||
      (column->type != VT_CEL_COLUMN_TEXT && column->present != NULL && !column->present[row])) {
    *value = vt_cel_missing();
    return;
  }
  switch (column->type) {
  case VT_CEL_COLUMN_TEXT:
    get_text(bound, column, row, field, value);
    break;
  case VT_CEL_COLUMN_DOUBLE:
    *value = vt_cel_double(((const double *)column->data)[row]);
    break;
  case VT_CEL_COLUMN_INT:
    *value = vt_cel_int(((const int64_t *)column->data)[row]);
    break;
  case VT_CEL_COLUMN_BYTE:
    *value = vt_cel_int(((const uint8_t *)column->data)[row]);
    break;
  case VT_CEL_COLUMN_BOOL:
    *value = vt_cel_bool(((const uint8_t *)column->data)[row] != 0);
    break;
  }
}

/* ---- binding ------------------------------------------------------------------------------ */

static bool column_fits(const struct vt_cel_column *column, const struct vt_cel_type *type)
{
  switch (column->type) {
  case VT_CEL_COLUMN_TEXT:
    return type->kind == VT_CEL_TYPE_STRING && (column->data == NULL || column->dictionary != NULL);
  case VT_CEL_COLUMN_DOUBLE:
    return type->kind == VT_CEL_TYPE_DOUBLE;
  case VT_CEL_COLUMN_INT:
  case VT_CEL_COLUMN_BYTE:
    return type->kind == VT_CEL_TYPE_INT;
  case VT_CEL_COLUMN_BOOL:
    return type->kind == VT_CEL_TYPE_BOOL;
  }
  return false;
}

/* VATER_DONE where the record is used as a whole. */
static int check_references(const struct vt_cel_program *program, uint32_t slot,
                            const struct vt_cel_column *columns, struct vt_error *error)
{
  for (uint32_t i = 0; i < program->reference_count; i++) {
    const struct vt_cel_reference *reference = &program->references[i];
    if (reference->slot != slot)
      continue;
    if (reference->field == UINT32_MAX)
      return VATER_DONE;
    const struct vt_cel_record_field *field = &reference->record->fields[reference->field];
    const struct vt_cel_column *column = &columns[reference->field];
    if (column->data != NULL && !column_fits(column, field->type))
      return vt_fail(error, VATER_E_RULE, NULL, "the column of field '%.*s' is of another type",
                     VT_STR_ARGS(field->name));
  }
  return VATER_OK;
}

static int bind(struct vt_cel_columns *bound, const struct vt_cel_value *variables)
{
  uint32_t count = bound->program->environment->variable_count;
  bound->arena = vt_arena_new(&bound->allocator, 0);
  if (bound->arena == NULL)
    return VATER_E_NOMEM;
  bound->variables = vt_arena_array(bound->arena, count, sizeof *bound->variables);
  if (bound->variables == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < count; i++)
    bound->variables[i] = variables != NULL ? variables[i] : vt_cel_missing();
  bound->variables[bound->slot] = vt_cel_record(bound->record, &bound->getter, 0);
  bound->root = vt_cel_vector_new(bound, bound->program->root);
  return bound->root == NULL || bound->no_memory ? VATER_E_NOMEM : VATER_OK;
}

int vt_cel_columns_new(const struct vt_allocator *allocator, const struct vt_cel_program *program,
                       uint32_t slot, const struct vt_cel_column *columns, uint32_t rows,
                       const struct vt_cel_value *variables, struct vt_cel_columns **bound,
                       struct vt_error *error)
{
  *bound = NULL;
  const struct vt_cel_environment *environment = program->environment;
  const struct vt_cel_type *type =
      slot < environment->variable_count ? environment->variable_list[slot].type : NULL;
  if (type == NULL || type->kind != VT_CEL_TYPE_RECORD ||
      program->root->type->kind != VT_CEL_TYPE_BOOL)
    return VATER_DONE;
  int status = check_references(program, slot, columns, error);
  if (status != VATER_OK)
    return status;
  struct vt_cel_columns *made = vt_alloc(allocator, sizeof *made);
  if (made == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for columns");
  *made = (struct vt_cel_columns){.allocator = *allocator,
                                  .program = program,
                                  .record = type->record,
                                  .columns = columns,
                                  .slot = slot,
                                  .rows = rows,
                                  .fixed_field = NO_FIELD};
  made->getter = (struct vt_cel_getter){get_cell, made};
  status = bind(made, variables);
  if (status != VATER_OK) {
    vt_cel_columns_free(made);
    return vt_fail(error, status, NULL, "out of memory for columns");
  }
  *bound = made;
  return VATER_OK;
}

void vt_cel_columns_free(struct vt_cel_columns *bound)
{
  if (bound == NULL)
    return;
  struct vt_allocator allocator = bound->allocator;
  vt_arena_free(bound->arena);
  vt_free(&allocator, bound);
}

uint32_t vt_cel_columns_slow(const struct vt_cel_columns *bound)
{
  return bound->slow;
}

int vt_cel_columns_eval(struct vt_cel_columns *bound, struct vt_cel_run *run, uint32_t first,
                        uint32_t count, uint8_t *lanes)
{
  while (count > 0) {
    uint32_t part = count < VT_CEL_BATCH ? count : VT_CEL_BATCH;
    vt_cel_vector_fill(bound, run, bound->root, first, part);
    memcpy(lanes, bound->root->lanes, part);
    first += part;
    lanes += part;
    count -= part;
  }
  return VATER_OK;
}
