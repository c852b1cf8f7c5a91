#include "unit/cel/cel_rig.h"

#include <stdlib.h>

/* ---- the rows ----------------------------------------------------------------------------- */

static const double numerators[RIG_ROWS] = {5, 12, 0, 7.5};
static const uint8_t numerator_present[RIG_ROWS] = {1, 1, 0, 1};
static const double denominators[RIG_ROWS] = {10, 10, 0, 3};
static const double values[RIG_ROWS] = {0, 120, 1.25, 250};
static const uint8_t value_present[RIG_ROWS] = {0, 1, 1, 1};
static const uint8_t value_decimals[RIG_ROWS] = {0, 0, 2, 1};
static const char *const texts[] = {"2026-Q1", "2026-07", "0301", "4601", "final", "preliminary"};
static const uint32_t periods[RIG_ROWS] = {1, 2, 1, 0};
static const uint32_t areas[RIG_ROWS] = {0, 3, 4, 3};
static const uint32_t statuses[RIG_ROWS] = {5, 6, 5, 0};
static const int64_t counts[RIG_ROWS] = {3, -1, 0, INT64_MAX};
static const uint8_t flags[RIG_ROWS] = {1, 0, 1, 0};
static const uint8_t flag_present[RIG_ROWS] = {1, 1, 0, 1};

static struct vater_str text_of(const void *context, uint32_t id)
{
  (void)context;
  return vt_str(texts[id - 1]);
}

static const struct vt_cel_dictionary dictionary = {sizeof texts / sizeof *texts, text_of, NULL};

static const struct vt_cel_column columns[RIG_FIELDS] = {
    {VT_CEL_COLUMN_DOUBLE, numerators, numerator_present, NULL},
    {VT_CEL_COLUMN_DOUBLE, denominators, NULL, NULL},
    {VT_CEL_COLUMN_DOUBLE, values, value_present, NULL},
    {VT_CEL_COLUMN_TEXT, periods, NULL, &dictionary},
    {VT_CEL_COLUMN_TEXT, areas, NULL, &dictionary},
    {VT_CEL_COLUMN_TEXT, statuses, NULL, &dictionary},
    {VT_CEL_COLUMN_INT, counts, NULL, NULL},
    {VT_CEL_COLUMN_BOOL, flags, flag_present, NULL},
    {VT_CEL_COLUMN_BYTE, value_decimals, value_present, NULL}};

static const struct vt_cel_field fields[RIG_FIELDS] = {
    {"numerator", "double", NULL, NULL},
    {"denominator", "double", NULL, NULL},
    {"value", "double", NULL, NULL},
    {"period", "string", NULL, NULL},
    {"area", "string", NULL, NULL},
    {"status", "string", NULL, NULL},
    {"count", "int", NULL, NULL},
    {"flag", "bool", NULL, NULL},
    {"value.decimals", "int", "decimals", "value"}};

const struct vt_cel_column *rig_columns(void)
{
  return columns;
}

static void get_field(const void *context, uint32_t row, uint32_t field, struct vt_cel_value *value)
{
  (void)context;
  const struct vt_cel_column *column = &columns[field];
  *value = vt_cel_missing();
  if (column->type == VT_CEL_COLUMN_TEXT) {
    uint32_t id = ((const uint32_t *)column->data)[row];
    if (id != 0)
      *value = vt_cel_string(text_of(NULL, id));
  } else if (column->present != NULL && !column->present[row]) {
    return;
  } else if (column->type == VT_CEL_COLUMN_DOUBLE) {
    *value = vt_cel_double(((const double *)column->data)[row]);
  } else if (column->type == VT_CEL_COLUMN_INT) {
    *value = vt_cel_int(((const int64_t *)column->data)[row]);
  } else if (column->type == VT_CEL_COLUMN_BYTE) {
    *value = vt_cel_int(((const uint8_t *)column->data)[row]);
  } else {
    *value = vt_cel_bool(((const uint8_t *)column->data)[row] != 0);
  }
}

/* ---- the environment ---------------------------------------------------------------------- */

static int twice(void *context, const struct vt_cel_value *arguments, uint32_t count,
                 struct vt_arena *memory, struct vt_cel_value *result, struct vt_error *error)
{
  (void)context;
  (void)count;
  struct vater_str text = arguments[0].as.text;
  if (text.len > 1000)
    return vt_fail(error, VATER_E_RULE, NULL, "twice() of more than 1000 bytes");
  char *bytes = vt_arena_bytes(memory, text.len * 2);
  if (bytes == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  if (text.len > 0) {
    memcpy(bytes, text.ptr, text.len);
    memcpy(bytes + text.len, text.ptr, text.len);
  }
  *result = vt_cel_string((struct vater_str){bytes, text.len * 2});
  return VATER_OK;
}

static int declare(struct rig *rig)
{
  static const char *const names[][2] = {
      {"obs", "Row"},      {"rows", "list(Row)"},    {"name", "string"}, {"nothing", "string"},
      {"anything", "dyn"}, {"numbers", "list(int)"}, {"limit", "double"}};
  int status = vt_cel_declare_record(rig->environment, "Row", fields, RIG_FIELDS, NULL);
  for (size_t i = 0; i < sizeof names / sizeof *names && status == VATER_OK; i++)
    status = vt_cel_declare_variable(rig->environment, names[i][0], names[i][1], NULL, NULL);
  if (status == VATER_OK)
    status = vt_cel_declare_function(rig->environment, "twice", "(string) -> string", true, twice,
                                     NULL, NULL);
  return status;
}

static int bind(struct rig *rig)
{
  const struct vt_cel_record *row = vt_cel_record_find(rig->environment, "Row");
  rig->getter = (struct vt_cel_getter){get_field, NULL};
  for (int i = 0; i < 3; i++)
    rig->numbers[i] = vt_cel_int(i + 1);
  rig->variables[0] = vt_cel_record(row, &rig->getter, 0);
  rig->variables[1] = vt_cel_records(row, &rig->getter, RIG_ROWS);
  rig->variables[2] = vt_cel_string(VT_STR("Troms\303\270"));
  rig->variables[3] = vt_cel_missing();
  rig->variables[4] = vt_cel_double(1.5);
  rig->variables[5] = vt_cel_list_new(rig->arena, rig->numbers, 3);
  rig->variables[6] = vt_cel_double(10);
  return rig->variables[5].kind == VT_CEL_LIST ? VATER_OK : VATER_E_NOMEM;
}

int rig_open(struct rig *rig, const struct vt_allocator *allocator)
{
  *rig = (struct rig){.allocator = *allocator};
  const struct vt_cel_options options = {.zones = vt_cel_zone_files(), .allocator = *allocator};
  rig->arena = vt_arena_new(&rig->allocator, 0);
  if (rig->arena == NULL)
    return VATER_E_NOMEM;
  int status = vt_cel_environment_new(rig->arena, &options, &rig->environment);
  if (status == VATER_OK)
    status = vt_cel_run_new(&rig->allocator, 0, 0, &rig->run);
  if (status == VATER_OK)
    status = declare(rig);
  return status == VATER_OK ? bind(rig) : status;
}

void rig_close(struct rig *rig)
{
  vt_cel_run_free(rig->run);
  vt_cel_environment_free(rig->environment);
  vt_arena_free(rig->arena);
}

int rig_compile(struct rig *rig, struct vater_str text, struct vt_diagnostics *diagnostics,
                struct vt_cel_program **program)
{
  const struct vt_cel_source source = {.text = text};
  return vt_cel_compile(rig->environment, &source, NULL, rig->arena, diagnostics, program);
}

/* ---- an allocator that fails -------------------------------------------------------------- */

static void *fail_resize(void *context, void *pointer, size_t size)
{
  struct failing *state = context;
  if (size == 0) {
    state->live -= pointer != NULL;
    free(pointer);
    return NULL;
  }
  state->calls++;
  if (state->left == 0) {
    if (state->once)
      state->left = -1;
    return NULL;
  }
  if (state->left > 0)
    state->left--;
  void *grown = realloc(pointer, size);
  state->live += grown != NULL && pointer == NULL;
  return grown;
}

struct vt_allocator failing_allocator(struct failing *state)
{
  return (struct vt_allocator){fail_resize, state};
}
