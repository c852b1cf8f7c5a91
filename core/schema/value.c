#include "schema/value.h"

#include "base/limits.h"
#include "base/number.h"

struct builder {
  struct vt_arena *arena;
  struct vt_schema_value *root, *open;
  struct vater_str name;
  size_t name_offset, name_end;
  bool failed;
};

static void add_value(struct builder *builder, const struct vt_doc_event *event)
{
  struct vt_schema_value *value = vt_arena_alloc(builder->arena, sizeof *value);
  if (value == NULL) {
    builder->failed = true;
    return;
  }
  value->kind = event->kind;
  value->offset = event->offset;
  value->end = event->end;
  value->name = builder->name;
  value->name_offset = builder->name_offset;
  value->name_end = builder->name_end;
  builder->name = VT_STR_NONE;
  if (event->kind == VT_DOC_TEXT || event->kind == VT_DOC_NUMBER) {
    value->text = vt_arena_copy(builder->arena, event->text);
    builder->failed |= value->text.ptr == NULL;
  }
  value->parent = builder->open;
  if (builder->open == NULL)
    builder->root = value;
  else if (builder->open->last == NULL)
    builder->open->first = value;
  else
    builder->open->last->next = value;
  if (builder->open != NULL) {
    builder->open->last = value;
    builder->open->count++;
  }
  if (event->kind == VT_DOC_OBJECT || event->kind == VT_DOC_LIST)
    builder->open = value;
}

static void add_event(struct builder *builder, const struct vt_doc_event *event)
{
  switch (event->kind) {
  case VT_DOC_NAME:
    builder->name = vt_arena_copy(builder->arena, event->text);
    builder->failed |= builder->name.ptr == NULL;
    builder->name_offset = event->offset;
    builder->name_end = event->end;
    break;
  case VT_DOC_OBJECT_END:
  case VT_DOC_LIST_END:
    builder->open->end = event->end;
    builder->open = builder->open->parent;
    break;
  case VT_DOC_END:
    break;
  default:
    add_value(builder, event);
  }
}

int vt_schema_value_parse(struct vater_str text, struct vt_arena *arena,
                          const struct vt_allocator *allocator, struct vt_schema_value **root,
                          struct vt_error *error)
{
  struct vt_doc_budget budget = {.depth = (uint32_t)VT_LIMIT_SCHEMA_DEPTH,
                                 .number_bytes = VT_LIMIT_SCHEMA_NUMBER_BYTES,
                                 .allow_all_text = true};
  struct builder builder = {.arena = arena};
  struct vt_doc_reader *reader;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  *root = NULL;
  int status = vt_doc_reader_new(allocator, text, &budget, 0, &reader);
  if (status != VATER_OK)
    return vt_fail(error, status, NULL, "out of memory");
  while (event.kind != VT_DOC_END && (status = vt_doc_next(reader, &event, error)) == VATER_OK) {
    add_event(&builder, &event);
    if (builder.failed) {
      status = vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
      break;
    }
  }
  vt_doc_reader_free(reader);
  if (status == VATER_OK)
    *root = builder.root;
  return status;
}

struct vt_schema_value *vt_schema_value_find(const struct vt_schema_value *object,
                                             struct vater_str name)
{
  if (object == NULL || object->kind != VT_DOC_OBJECT)
    return NULL;
  for (struct vt_schema_value *member = object->first; member != NULL; member = member->next)
    if (vt_str_equal(member->name, name))
      return member;
  return NULL;
}

struct vt_schema_value *vt_schema_value_member(const struct vt_schema_value *object,
                                               const char *name)
{
  return vt_schema_value_find(object, vt_str(name));
}

/* Whether `name` is the token with ~0 and ~1 undone. */
static bool token_is(struct vater_str token, struct vater_str name)
{
  size_t at = 0;
  for (size_t i = 0; i < token.len; i++, at++) {
    char c = token.ptr[i];
    if (c == '~') {
      if (i + 1 == token.len || (token.ptr[i + 1] != '0' && token.ptr[i + 1] != '1'))
        return false;
      c = token.ptr[++i] == '0' ? '~' : '/';
    }
    if (at >= name.len || name.ptr[at] != c)
      return false;
  }
  return at == name.len;
}

struct vt_schema_value *vt_schema_value_step(struct vt_schema_value *value, struct vater_str token)
{
  struct vt_schema_value *child = value->first;
  if (value->kind == VT_DOC_OBJECT) {
    while (child != NULL && !token_is(token, child->name))
      child = child->next;
    return child;
  }
  uint64_t index;
  if (value->kind != VT_DOC_LIST || !vt_number_uint64(token, &index) ||
      (token.len > 1 && token.ptr[0] == '0'))
    return NULL;
  while (child != NULL && index-- > 0)
    child = child->next;
  return child;
}
