#include "cel/check.h"

enum { NEAREST_NAMES = 512, NEAREST_FAULTS = 20 };

static const struct vt_cel_local *find_local(const struct vt_cel_checker *checker,
                                             struct vater_str name)
{
  for (const struct vt_cel_local *at = checker->scope; at != NULL; at = at->outer)
    if (vt_str_equal(at->name, name))
      return at;
  return NULL;
}

/* ---- qualified names ---------------------------------------------------------------------- */

struct vater_str vt_cel_qualified(struct vt_cel_checker *checker, const struct vt_cel_node *node,
                                  bool *absolute)
{
  size_t len = 0;
  const struct vt_cel_node *at = node;
  for (; at->kind == VT_CEL_NODE_SELECT; at = at->items[0]) {
    if (at->test || at->optional || at->quoted)
      return VT_STR_NONE;
    len += at->name.len + 1;
  }
  if (at->kind != VT_CEL_NODE_NAME || (!at->absolute && find_local(checker, at->name) != NULL))
    return VT_STR_NONE;
  len += at->name.len;
  *absolute = at->absolute;
  if (at == node)
    return node->name;
  char *text = vt_arena_bytes(checker->arena, len);
  if (text == NULL) {
    checker->no_memory = true;
    return VT_STR_NONE;
  }
  size_t end = len;
  for (at = node; at->kind == VT_CEL_NODE_SELECT; at = at->items[0]) {
    end -= at->name.len;
    memcpy(text + end, at->name.ptr, at->name.len);
    text[--end] = '.';
  }
  memcpy(text, at->name.ptr, at->name.len);
  return (struct vater_str){text, len};
}

bool vt_cel_in_container(struct vt_cel_checker *checker, struct vater_str name, bool absolute,
                         bool (*find)(struct vt_cel_checker *, struct vater_str, void *),
                         void *context)
{
  struct vater_str container = checker->environment->options.container;
  size_t len = absolute ? 0 : container.len;
  char *text = NULL;
  if (len > 0) {
    text = vt_arena_bytes(checker->arena, len + 1 + name.len);
    if (text == NULL) {
      checker->no_memory = true;
      return false;
    }
    memcpy(text, container.ptr, len);
  }
  while (len > 0) {
    text[len] = '.';
    memcpy(text + len + 1, name.ptr, name.len);
    if (find(checker, (struct vater_str){text, len + 1 + name.len}, context))
      return true;
    while (len > 0 && container.ptr[len - 1] != '.')
      len--;
    if (len > 0)
      len--;
  }
  return find(checker, name, context);
}

/* A variable or a type of that name. */
static bool resolve_whole(struct vt_cel_checker *checker, struct vater_str name, void *context)
{
  struct vt_cel_node *node = context;
  uint32_t slot = vt_cel_environment_variable(checker->environment, name);
  if (slot != UINT32_MAX) {
    node->resolved = VT_CEL_RESOLVED_VARIABLE;
    node->slot = slot;
    node->type = checker->environment->variable_list[slot].type;
    return true;
  }
  const struct vt_cel_type *type = vt_cel_type_by_name(name);
  const struct vt_cel_record *record = vt_cel_environment_record(checker->environment, name);
  if (record != NULL)
    type = record->type;
  if (type == NULL)
    return false;
  bool is_proto = vt_str_starts(name, VT_STR("google.protobuf."));
  struct vater_str kept = is_proto ? vt_arena_copy(checker->arena, name) : type->name;
  node->resolved = VT_CEL_RESOLVED_CONSTANT;
  node->value = (struct vt_cel_value){.kind = VT_CEL_TYPE, .as.text = kept};
  node->type = vt_cel_type_type(checker->arena, type);
  if (node->type == NULL || kept.ptr == NULL) {
    checker->no_memory = true;
    node->type = vt_cel_type_simple(VT_CEL_TYPE_ERROR);
  }
  return true;
}

/* ---- names -------------------------------------------------------------------------------- */

static struct vater_str nearest_variable(struct vt_cel_checker *checker, struct vater_str word)
{
  struct vater_str names[NEAREST_NAMES];
  size_t count = 0;
  if (checker->report->count > NEAREST_FAULTS)
    return VT_STR_NONE;
  for (const struct vt_cel_local *at = checker->scope; at != NULL && count < NEAREST_NAMES;
       at = at->outer)
    names[count++] = at->name;
  const struct vt_cel_environment *environment = checker->environment;
  for (uint32_t i = 0; i < environment->variable_count && count < NEAREST_NAMES; i++)
    names[count++] = environment->variable_list[i].name;
  return vt_str_nearest(word, names, count);
}

static void unknown(struct vt_cel_checker *checker, struct vt_cel_node *node, const char *what,
                    struct vater_str nearest)
{
  node->type = vt_cel_type_simple(VT_CEL_TYPE_ERROR);
  if (checker->unchecked)
    return;
  if (nearest.len > 0)
    vt_cel_report(checker->report, node->offset, node->width,
                  "unknown %s '%.*s'; did you mean '%.*s'?", what, VT_STR_ARGS(node->name),
                  VT_STR_ARGS(nearest));
  else
    vt_cel_report(checker->report, node->offset, node->width, "unknown %s '%.*s'", what,
                  VT_STR_ARGS(node->name));
}

/* Whether whoever made the environment knows more of that name. */
static bool explained(struct vt_cel_checker *checker, struct vt_cel_node *node,
                      struct vater_str name)
{
  char text[256] = "";
  const struct vt_cel_unknown *unknown = &checker->environment->options.unknown;
  if (checker->unchecked || unknown->explain == NULL ||
      !unknown->explain(unknown->context, name, text, sizeof text))
    return false;
  node->type = vt_cel_type_simple(VT_CEL_TYPE_ERROR);
  if (text[0] != '\0')
    vt_cel_report(checker->report, node->offset, node->width, "%s", text);
  else
    checker->report->count++;
  return true;
}

void vt_cel_check_name(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  const struct vt_cel_local *local = node->absolute ? NULL : find_local(checker, node->name);
  if (local != NULL) {
    node->resolved = VT_CEL_RESOLVED_LOCAL;
    node->slot = local->slot;
    node->type = local->type;
    return;
  }
  if (!vt_cel_in_container(checker, node->name, node->absolute, resolve_whole, node) &&
      !explained(checker, node, node->name))
    unknown(checker, node, "name", nearest_variable(checker, node->name));
}

/* ---- fields ------------------------------------------------------------------------------- */

static bool find_field(const struct vt_cel_record *record, struct vater_str name, uint32_t *index)
{
  for (*index = 0; *index < record->count; ++*index)
    if (record->fields[*index].function.len == 0 && vt_str_equal(record->fields[*index].name, name))
      return true;
  return false;
}

static struct vater_str nearest_field(const struct vt_cel_record *record, struct vater_str word)
{
  struct vater_str names[NEAREST_NAMES];
  size_t count = 0;
  for (uint32_t i = 0; i < record->count && count < NEAREST_NAMES; i++)
    if (record->fields[i].function.len == 0)
      names[count++] = record->fields[i].name;
  return vt_str_nearest(word, names, count);
}

static const struct vt_cel_type *record_field(struct vt_cel_checker *checker,
                                              struct vt_cel_node *node,
                                              const struct vt_cel_record *record)
{
  uint32_t index;
  if (!find_field(record, node->name, &index)) {
    char what[80];
    vt_text_copy(what, sizeof what, record->name);
    struct vater_str nearest =
        checker->report->count > NEAREST_FAULTS ? VT_STR_NONE : nearest_field(record, node->name);
    if (nearest.len > 0)
      vt_cel_report(checker->report, node->offset, node->width,
                    "%s has no field '%.*s'; did you mean '%.*s'?", what, VT_STR_ARGS(node->name),
                    VT_STR_ARGS(nearest));
    else
      vt_cel_report(checker->report, node->offset, node->width, "%s has no field '%.*s'", what,
                    VT_STR_ARGS(node->name));
    return vt_cel_type_simple(VT_CEL_TYPE_ERROR);
  }
  node->resolved = VT_CEL_RESOLVED_FIELD;
  node->record = record;
  node->field = index;
  return record->fields[index].type;
}

static const struct vt_cel_type *selected_type(struct vt_cel_checker *checker,
                                               struct vt_cel_node *node,
                                               const struct vt_cel_type *from)
{
  switch (from->kind) {
  case VT_CEL_TYPE_DYN:
  case VT_CEL_TYPE_ERROR:
  case VT_CEL_TYPE_PARAMETER:
    return vt_cel_type_simple(from->kind == VT_CEL_TYPE_ERROR ? VT_CEL_TYPE_ERROR
                                                              : VT_CEL_TYPE_DYN);
  case VT_CEL_TYPE_MAP:
    return from->arguments[1];
  case VT_CEL_TYPE_RECORD:
    return record_field(checker, node, from->record);
  default:
    vt_cel_report(checker->report, node->offset, node->width,
                  "%.*s has no fields, so '.%.*s' cannot be taken of it",
                  VT_STR_ARGS(vt_cel_type_words(checker, from)), VT_STR_ARGS(node->name));
    return vt_cel_type_simple(VT_CEL_TYPE_ERROR);
  }
}

void vt_cel_check_select(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  bool absolute = false;
  struct vater_str name = vt_cel_qualified(checker, node, &absolute);
  if (name.len > 0 && vt_cel_in_container(checker, name, absolute, resolve_whole, node)) {
    node->count = 0;
    return;
  }
  if (name.len > 0 && explained(checker, node, name)) {
    node->count = 0;
    return;
  }
  vt_cel_check_node(checker, node->items[0]);
  const struct vt_cel_type *from =
      vt_cel_unifier_resolve(&checker->unifier, node->items[0]->type, false);
  bool optional = from->kind == VT_CEL_TYPE_OPTIONAL;
  const struct vt_cel_type *type =
      selected_type(checker, node, optional ? from->arguments[0] : from);
  if (node->test)
    type = vt_cel_type_simple(VT_CEL_TYPE_BOOL);
  else if (optional || node->optional)
    type = vt_cel_type_optional(checker->arena, type);
  if (type == NULL) {
    checker->no_memory = true;
    type = vt_cel_type_simple(VT_CEL_TYPE_ERROR);
  }
  node->type = type;
}
