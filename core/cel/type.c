#include "cel/type.h"

#include "cel/environment.h"

#define SIMPLE(which, text) [which] = {.kind = which, .name = {text, sizeof text - 1}}

static const struct vt_cel_type simple_types[] = {
    SIMPLE(VT_CEL_TYPE_DYN, "dyn"),           SIMPLE(VT_CEL_TYPE_ERROR, "error"),
    SIMPLE(VT_CEL_TYPE_NULL, "null_type"),    SIMPLE(VT_CEL_TYPE_BOOL, "bool"),
    SIMPLE(VT_CEL_TYPE_INT, "int"),           SIMPLE(VT_CEL_TYPE_UINT, "uint"),
    SIMPLE(VT_CEL_TYPE_DOUBLE, "double"),     SIMPLE(VT_CEL_TYPE_STRING, "string"),
    SIMPLE(VT_CEL_TYPE_BYTES, "bytes"),       SIMPLE(VT_CEL_TYPE_TIMESTAMP, "timestamp"),
    SIMPLE(VT_CEL_TYPE_DURATION, "duration"), SIMPLE(VT_CEL_TYPE_TYPE, "type"),
};

static const struct vt_cel_type *const dyn_arguments[] = {&simple_types[VT_CEL_TYPE_DYN],
                                                          &simple_types[VT_CEL_TYPE_DYN]};
static const struct vt_cel_type dyn_list = {
    .kind = VT_CEL_TYPE_LIST, .name = {"list", 4}, .count = 1, .arguments = dyn_arguments};
static const struct vt_cel_type dyn_map = {
    .kind = VT_CEL_TYPE_MAP, .name = {"map", 3}, .count = 2, .arguments = dyn_arguments};
static const struct vt_cel_type dyn_optional = {.kind = VT_CEL_TYPE_OPTIONAL,
                                                .name = {"optional_type", 13},
                                                .count = 1,
                                                .arguments = dyn_arguments};
static const struct vt_cel_type net_ip = {.kind = VT_CEL_TYPE_NAMED, .name = {"net.IP", 6}};
static const struct vt_cel_type net_cidr = {.kind = VT_CEL_TYPE_NAMED, .name = {"net.CIDR", 8}};

const struct vt_cel_type *vt_cel_type_simple(enum vt_cel_type_kind kind)
{
  return &simple_types[kind];
}

const struct vt_cel_type *vt_cel_type_by_name(struct vater_str name)
{
  static const struct {
    const char *name;
    const struct vt_cel_type *type;
  } names[] = {
      {"bool", &simple_types[VT_CEL_TYPE_BOOL]},
      {"int", &simple_types[VT_CEL_TYPE_INT]},
      {"uint", &simple_types[VT_CEL_TYPE_UINT]},
      {"double", &simple_types[VT_CEL_TYPE_DOUBLE]},
      {"string", &simple_types[VT_CEL_TYPE_STRING]},
      {"bytes", &simple_types[VT_CEL_TYPE_BYTES]},
      {"null_type", &simple_types[VT_CEL_TYPE_NULL]},
      {"type", &simple_types[VT_CEL_TYPE_TYPE]},
      {"list", &dyn_list},
      {"map", &dyn_map},
      {"optional_type", &dyn_optional},
      {"google.protobuf.Timestamp", &simple_types[VT_CEL_TYPE_TIMESTAMP]},
      {"google.protobuf.Duration", &simple_types[VT_CEL_TYPE_DURATION]},
      {"net.IP", &net_ip},
      {"net.CIDR", &net_cidr},
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (vt_str_is(name, names[i].name))
      return names[i].type;
  return NULL;
}

const struct vt_cel_type *vt_cel_type_make(struct vt_arena *arena, enum vt_cel_type_kind kind,
                                           struct vater_str name,
                                           const struct vt_cel_type *const *arguments,
                                           uint32_t count)
{
  struct vt_cel_type *type = vt_arena_alloc(arena, sizeof *type);
  const struct vt_cel_type **copy = vt_arena_array(arena, count, sizeof(void *));
  if (type == NULL || copy == NULL)
    return NULL;
  *type = (struct vt_cel_type){.kind = kind, .name = name, .count = count, .arguments = copy};
  for (uint32_t i = 0; i < count; i++) {
    if (arguments[i] == NULL)
      return NULL;
    copy[i] = arguments[i];
    type->open = type->open || arguments[i]->open;
    type->size += arguments[i]->size + 1;
  }
  if (type->size > VT_CEL_TYPE_PARTS)
    return vt_cel_type_simple(VT_CEL_TYPE_DYN);
  return type;
}

const struct vt_cel_type *vt_cel_type_list(struct vt_arena *arena, const struct vt_cel_type *item)
{
  return vt_cel_type_make(arena, VT_CEL_TYPE_LIST, VT_STR("list"), &item, 1);
}

const struct vt_cel_type *vt_cel_type_map(struct vt_arena *arena, const struct vt_cel_type *key,
                                          const struct vt_cel_type *value)
{
  const struct vt_cel_type *both[] = {key, value};
  return vt_cel_type_make(arena, VT_CEL_TYPE_MAP, VT_STR("map"), both, 2);
}

const struct vt_cel_type *vt_cel_type_optional(struct vt_arena *arena,
                                               const struct vt_cel_type *inner)
{
  return vt_cel_type_make(arena, VT_CEL_TYPE_OPTIONAL, VT_STR("optional_type"), &inner, 1);
}

const struct vt_cel_type *vt_cel_type_type(struct vt_arena *arena, const struct vt_cel_type *inner)
{
  return vt_cel_type_make(arena, VT_CEL_TYPE_TYPE, VT_STR("type"), &inner, 1);
}

/* ---- text --------------------------------------------------------------------------------- */

enum { TYPE_DEPTH = 16, TYPE_ARGUMENTS = 8 };

struct reading {
  struct vt_cel_environment *environment;
  struct vater_str text;
  size_t at;
  unsigned depth;
  struct vt_error *error;
};

static void skip_space(struct reading *in)
{
  while (in->at < in->text.len && in->text.ptr[in->at] == ' ')
    in->at++;
}

static bool name_byte(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

static int wrong(struct reading *in, const char *what, struct vater_str name)
{
  return vt_fail(in->error, VATER_E_RULE, NULL, "type '%.*s': %s '%.*s'", VT_STR_ARGS(in->text),
                 what, VT_STR_ARGS(name));
}

static int made(struct reading *in, const struct vt_cel_type *type, const struct vt_cel_type **out)
{
  *out = type;
  return type != NULL ? VATER_OK
                      : vt_fail(in->error, VATER_E_NOMEM, NULL, "out of memory for a type");
}

static int read_type(struct reading *in, const struct vt_cel_type **type);

static int read_arguments(struct reading *in, const struct vt_cel_type **arguments, uint32_t *count)
{
  *count = 0;
  skip_space(in);
  if (in->at == in->text.len || in->text.ptr[in->at] != '(')
    return VATER_OK;
  do {
    in->at++;
    if (*count == TYPE_ARGUMENTS)
      return wrong(in, "too many arguments at", vt_str_slice(in->text, in->at, in->text.len));
    int status = read_type(in, &arguments[(*count)++]);
    if (status != VATER_OK)
      return status;
    skip_space(in);
  } while (in->at < in->text.len && in->text.ptr[in->at] == ',');
  if (in->at == in->text.len || in->text.ptr[in->at] != ')')
    return wrong(in, "expected ')' at", vt_str_slice(in->text, in->at, in->text.len));
  in->at++;
  return VATER_OK;
}

static const struct vt_cel_type *parameter_type(struct vt_cel_environment *environment, char letter)
{
  struct vt_cel_type *type = vt_arena_alloc(environment->arena, sizeof *type);
  if (type != NULL)
    *type = (struct vt_cel_type){
        .kind = VT_CEL_TYPE_PARAMETER, .parameter = (uint32_t)(letter - 'A'), .open = true};
  return type;
}

static const struct vt_cel_type *alias(struct vater_str name)
{
  if (vt_str_is(name, "dyn") || vt_str_is(name, "any"))
    return vt_cel_type_simple(VT_CEL_TYPE_DYN);
  if (vt_str_is(name, "null"))
    return vt_cel_type_simple(VT_CEL_TYPE_NULL);
  if (vt_str_is(name, "timestamp"))
    return vt_cel_type_simple(VT_CEL_TYPE_TIMESTAMP);
  if (vt_str_is(name, "duration"))
    return vt_cel_type_simple(VT_CEL_TYPE_DURATION);
  if (vt_str_is(name, "optional"))
    return &dyn_optional;
  return vt_cel_type_by_name(name);
}

static int with_arguments(struct reading *in, struct vater_str name, const struct vt_cel_type *base,
                          const struct vt_cel_type **type)
{
  const struct vt_cel_type *arguments[TYPE_ARGUMENTS];
  uint32_t count = 0;
  int status = read_arguments(in, arguments, &count);
  if (status != VATER_OK)
    return status;
  struct vt_arena *arena = in->environment->arena;
  if (base == NULL && (count == 0 || !in->environment->options.opaque_types))
    return wrong(in, "unknown name", name);
  if (base == NULL) {
    struct vater_str copy = vt_arena_copy(arena, name);
    return made(in,
                copy.ptr == NULL
                    ? NULL
                    : vt_cel_type_make(arena, VT_CEL_TYPE_NAMED, copy, arguments, count),
                type);
  }
  if (count == 0)
    return made(in, base, type);
  uint32_t wanted = base->kind == VT_CEL_TYPE_TYPE ? 1 : base->count;
  if (wanted != count)
    return wrong(in, "wrong number of arguments for", name);
  return made(in, vt_cel_type_make(arena, base->kind, base->name, arguments, count), type);
}

static int read_type(struct reading *in, const struct vt_cel_type **type)
{
  *type = NULL;
  skip_space(in);
  size_t start = in->at;
  while (in->at < in->text.len && name_byte(in->text.ptr[in->at]))
    in->at++;
  struct vater_str name = vt_str_slice(in->text, start, in->at);
  if (name.len == 0 || ++in->depth > TYPE_DEPTH)
    return wrong(in, "expected a type at", vt_str_slice(in->text, start, in->text.len));
  int status;
  const struct vt_cel_record *record = vt_cel_environment_record(in->environment, name);
  if (record != NULL)
    status = made(in, record->type, type);
  else if (name.len == 1 && *name.ptr >= 'A' && *name.ptr <= 'Z')
    status = made(in, parameter_type(in->environment, *name.ptr), type);
  else
    status = with_arguments(in, name, alias(name), type);
  in->depth--;
  return status;
}

int vt_cel_type_parse(struct vt_cel_environment *environment, struct vater_str text, size_t *at,
                      const struct vt_cel_type **type, struct vt_error *error)
{
  struct reading in = {.environment = environment, .text = text, .at = *at, .error = error};
  int status = read_type(&in, type);
  *at = in.at;
  return status;
}

int vt_cel_type_print(const struct vt_cel_type *type, struct vt_buffer *out)
{
  if (type->kind == VT_CEL_TYPE_PARAMETER)
    return vt_buffer_text(out, "dyn");
  vt_buffer_append(out, type->name);
  for (uint32_t i = 0; i < type->count; i++) {
    vt_buffer_text(out, i == 0 ? "(" : ", ");
    vt_cel_type_print(type->arguments[i], out);
  }
  return type->count > 0 ? vt_buffer_char(out, ')') : vt_buffer_text(out, "");
}

static size_t print_into(const struct vt_cel_type *type, char *out, size_t at)
{
  struct vater_str name = type->kind == VT_CEL_TYPE_PARAMETER ? VT_STR("dyn") : type->name;
  if (out != NULL)
    memcpy(out + at, name.ptr, name.len);
  at += name.len;
  for (uint32_t i = 0; i < type->count; i++) {
    if (out != NULL)
      memcpy(out + at, i == 0 ? "(" : ", ", i == 0 ? 1 : 2);
    at = print_into(type->arguments[i], out, at + (i == 0 ? 1 : 2));
  }
  if (type->count > 0 && out != NULL)
    out[at] = ')';
  return type->count > 0 ? at + 1 : at;
}

struct vater_str vt_cel_type_text(struct vt_arena *arena, const struct vt_cel_type *type)
{
  size_t len = print_into(type, NULL, 0);
  char *bytes = vt_arena_bytes(arena, len + 1);
  if (bytes == NULL)
    return VT_STR_NONE;
  print_into(type, bytes, 0);
  bytes[len] = '\0';
  return (struct vater_str){bytes, len};
}

bool vt_cel_type_equal(const struct vt_cel_type *a, const struct vt_cel_type *b)
{
  if (a == b)
    return true;
  if (a->kind != b->kind || a->count != b->count || a->parameter != b->parameter ||
      a->record != b->record || !vt_str_equal(a->name, b->name))
    return false;
  for (uint32_t i = 0; i < a->count; i++)
    if (!vt_cel_type_equal(a->arguments[i], b->arguments[i]))
      return false;
  return true;
}
