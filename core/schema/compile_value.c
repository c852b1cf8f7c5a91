#include "schema/compile.h"

enum { EXAMPLES_BYTES = 200 };

static void wrong(struct vt_compiler *compiler, const struct vt_schema_value *keyword,
                  const char *wanted)
{
  vt_schema_fault(compiler->registry, keyword, "\"%.*s\" must be %s", VT_STR_ARGS(keyword->name),
                  wanted);
}

static uint8_t type_bit(struct vt_compiler *compiler, const struct vt_schema_value *name)
{
  static const struct {
    const char *name;
    uint8_t bit;
  } types[] = {{"null", VT_TYPE_NULL},      {"boolean", VT_TYPE_BOOLEAN},
               {"object", VT_TYPE_OBJECT},  {"array", VT_TYPE_ARRAY},
               {"string", VT_TYPE_STRING},  {"number", VT_TYPE_NUMBER},
               {"integer", VT_TYPE_INTEGER}};
  for (size_t i = 0; i < sizeof types / sizeof *types && name->kind == VT_DOC_TEXT; i++)
    if (vt_str_is(name->text, types[i].name))
      return types[i].bit;
  vt_schema_fault(compiler->registry, name,
                  "a type is null, boolean, object, array, string, number or integer");
  return 0;
}

static void set_type(struct vt_compiler *compiler, struct vt_node *node,
                     const struct vt_schema_value *keyword)
{
  node->types = 0;
  if (keyword->kind != VT_DOC_LIST)
    node->types = type_bit(compiler, keyword);
  for (const struct vt_schema_value *each = keyword->first;
       each != NULL && keyword->kind == VT_DOC_LIST; each = each->next)
    node->types = (uint8_t)(node->types | type_bit(compiler, each));
}

static void set_choices(struct vt_compiler *compiler, struct vt_node *node,
                        const struct vt_schema_value *keyword, const char *name)
{
  bool single = strcmp(name, "const") == 0;
  if (!single && keyword->kind != VT_DOC_LIST) {
    wrong(compiler, keyword, "a list");
    return;
  }
  struct vt_choices *choices = vt_compile_alloc(compiler, 1, sizeof *choices);
  uint32_t count = single ? 1 : keyword->count;
  struct vt_choice *items = vt_compile_alloc(compiler, count, sizeof *items);
  if (choices == NULL || items == NULL)
    return;
  *choices = (struct vt_choices){name, keyword, items, count, false, node->choices};
  node->choices = choices;
  const struct vt_schema_value *value = single ? keyword : keyword->first;
  for (uint32_t i = 0; i < count; i++, value = value->next) {
    items[i].kind = value->kind;
    items[i].text = value->text;
    items[i].value = value;
    if (value->kind == VT_DOC_NUMBER)
      vt_decimal_read(value->text, &items[i].number);
    if (value->kind == VT_DOC_OBJECT || value->kind == VT_DOC_LIST) {
      choices->compound = true;
      items[i].hash = vt_hash_value(compiler->options->hash_seed, value);
    }
  }
}

static void set_required(struct vt_compiler *compiler, struct vt_node *node, struct vater_str owner,
                         const struct vt_schema_value *list)
{
  struct vt_required *required = vt_compile_alloc(compiler, 1, sizeof *required);
  if (list->kind != VT_DOC_LIST) {
    wrong(compiler, list, "a list of names");
    return;
  }
  struct vater_str *names = vt_compile_alloc(compiler, list->count, sizeof *names);
  if (required == NULL || names == NULL)
    return;
  *required = (struct vt_required){owner, names, 0, node->required};
  for (const struct vt_schema_value *each = list->first; each != NULL; each = each->next) {
    if (each->kind != VT_DOC_TEXT)
      wrong(compiler, list, "a list of names");
    else
      names[required->count++] = each->text;
  }
  if (required->count > 0)
    node->required = required;
}

static void set_dependent_required(struct vt_compiler *compiler, struct vt_node *node,
                                   const struct vt_schema_value *keyword)
{
  if (keyword->kind != VT_DOC_OBJECT) {
    wrong(compiler, keyword, "an object");
    return;
  }
  bool old = vt_str_is(keyword->name, "dependencies");
  for (const struct vt_schema_value *each = keyword->first; each != NULL; each = each->next)
    if (!old || each->kind == VT_DOC_LIST)
      set_required(compiler, node, each->name, each);
}

static void set_bound(struct vt_compiler *compiler, struct vt_node *node,
                      const struct vt_schema_value *keyword, enum vt_bound bound)
{
  struct vt_decimal number;
  if (keyword->kind != VT_DOC_NUMBER) {
    wrong(compiler, keyword, "a number");
    return;
  }
  vt_decimal_read(keyword->text, &number);
  if (bound == VT_BOUND_MULTIPLE && (number.count == 0 || number.negative)) {
    wrong(compiler, keyword, "a number above 0");
    return;
  }
  node->has_bound[bound] = true;
  node->bound[bound] = number;
  node->bound_text[bound] = keyword->text;
}

static void set_size(struct vt_compiler *compiler, struct vt_node *node,
                     const struct vt_schema_value *keyword, enum vt_size_bound which)
{
  struct vt_decimal number = {.count = 0};
  if (keyword->kind == VT_DOC_NUMBER)
    vt_decimal_read(keyword->text, &number);
  if (keyword->kind != VT_DOC_NUMBER || !vt_decimal_count(&number, &node->size[which]))
    wrong(compiler, keyword, "an integer of at least 0");
  node->has_size[which] = true;
}

/* People understand examples better than regular expressions. */
static struct vater_str examples_of(struct vt_compiler *compiler,
                                    const struct vt_schema_value *schema)
{
  const struct vt_schema_value *list = vt_schema_value_member(schema, "examples");
  struct vater_str all = VT_STR_NONE;
  if (list == NULL || list->kind != VT_DOC_LIST)
    return all;
  for (const struct vt_schema_value *item = list->first; item != NULL; item = item->next) {
    if (item->kind != VT_DOC_TEXT || all.len + item->text.len > EXAMPLES_BYTES)
      continue;
    all = vt_arena_format(compiler->arena, "%.*s%s%.*s", VT_STR_ARGS(all), all.len > 0 ? ", " : "",
                          VT_STR_ARGS(item->text));
    if (all.ptr == NULL)
      vt_schema_stop(compiler->registry, VATER_E_NOMEM);
  }
  return all;
}

static void set_pattern(struct vt_compiler *compiler, struct vt_node *node,
                        const struct vt_schema_value *keyword)
{
  if (keyword->kind != VT_DOC_TEXT)
    wrong(compiler, keyword, "a regular expression in a string");
  else
    node->pattern = vt_compile_pattern(compiler, keyword->text, keyword);
  node->examples = examples_of(compiler, node->value);
}

static void set_format(struct vt_compiler *compiler, struct vt_node *node,
                       const struct vt_schema_value *keyword)
{
  if (keyword->kind != VT_DOC_TEXT) {
    wrong(compiler, keyword, "a string");
    return;
  }
  if (!compiler->options->assert_formats && !node->value->resource->dialect.format_assertion)
    return;
  node->format = vt_format_find(keyword->text);
  node->format_regex = vt_str_is(keyword->text, "regex");
  node->format_name = keyword->text;
}

static int find_name(struct vater_str name, const char *const *names, int count)
{
  for (int i = 0; i < count; i++)
    if (vt_str_is(name, names[i]))
      return i;
  return -1;
}

static bool other_assertion(struct vt_compiler *compiler, struct vt_node *node,
                            struct vt_schema_value *keyword)
{
  static const char *const names[] = {
      "type",        "enum", "const", "required", "uniqueItems", "pattern", "dependentRequired",
      "dependencies"};
  switch (find_name(keyword->name, names, sizeof names / sizeof *names)) {
  case 0:
    set_type(compiler, node, keyword);
    return true;
  case 1:
    set_choices(compiler, node, keyword, "enum");
    return true;
  case 2:
    set_choices(compiler, node, keyword, "const");
    return true;
  case 3:
    set_required(compiler, node, VT_STR_NONE, keyword);
    return true;
  case 4:
    node->unique = keyword->kind == VT_DOC_TRUE;
    if (keyword->kind != VT_DOC_TRUE && keyword->kind != VT_DOC_FALSE)
      wrong(compiler, keyword, "true or false");
    return true;
  case 5:
    set_pattern(compiler, node, keyword);
    return true;
  case 6:
  case 7:
    set_dependent_required(compiler, node, keyword);
    return true;
  default:
    return false;
  }
}

bool vt_compile_assertion(struct vt_compiler *compiler, struct vt_node *node,
                          struct vt_schema_value *keyword)
{
  static const char *const bounds[VT_BOUND_COUNT] = {"minimum", "exclusiveMinimum", "maximum",
                                                     "exclusiveMaximum", "multipleOf"};
  static const char *const sizes[VT_SIZE_COUNT] = {"minLength",   "maxLength",     "minItems",
                                                   "maxItems",    "minProperties", "maxProperties",
                                                   "minContains", "maxContains"};
  if (vt_str_is(keyword->name, "format")) {
    set_format(compiler, node, keyword);
    return true;
  }
  if (!node->value->resource->dialect.validation)
    return false;
  int bound = find_name(keyword->name, bounds, VT_BOUND_COUNT);
  int size = find_name(keyword->name, sizes, VT_SIZE_COUNT);
  if (bound >= 0)
    set_bound(compiler, node, keyword, (enum vt_bound)bound);
  else if (size >= 0)
    set_size(compiler, node, keyword, (enum vt_size_bound)size);
  else
    return other_assertion(compiler, node, keyword);
  return true;
}
