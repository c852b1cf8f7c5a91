#include "cli/cel_values.h"

#include "base/number.h"
#include "cel/function.h"
#include "cel/time.h"

#include <math.h>
#include <stdio.h>

static int wrong(struct vt_error *error, const char *what)
{
  return vt_fail(error, VATER_E_DECODE, NULL, "%s", what);
}

static struct vater_str text_of(const json_t *json)
{
  return (struct vater_str){json_string_value(json), json_string_length(json)};
}

static int no_memory(struct vt_error *error)
{
  return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a value");
}

/* ---- plain JSON --------------------------------------------------------------------------- */

static int plain_list(const json_t *json, struct vt_arena *arena, struct vt_cel_value *value,
                      struct vt_error *error)
{
  size_t count = json_array_size(json);
  struct vt_cel_value *items = vt_arena_array(arena, count, sizeof *items);
  const char *type;
  if (items == NULL)
    return no_memory(error);
  for (size_t i = 0; i < count; i++) {
    int status = vt_cli_cel_plain(json_array_get(json, i), arena, &items[i], &type, error);
    if (status != VATER_OK)
      return status;
  }
  *value = vt_cel_list_new(arena, items, (uint32_t)count);
  return value->kind == VT_CEL_LIST ? VATER_OK : no_memory(error);
}

static int plain_map(const json_t *json, struct vt_arena *arena, struct vt_cel_value *value,
                     struct vt_error *error)
{
  size_t count = json_object_size(json), at = 0;
  struct vt_cel_entry *entries = vt_arena_array(arena, count, sizeof *entries);
  const char *name, *type;
  json_t *member;
  if (entries == NULL)
    return no_memory(error);
  json_object_foreach((json_t *)(uintptr_t)json, name, member)
  {
    entries[at].key = vt_cel_string(vt_arena_copy(arena, vt_str(name)));
    int status = vt_cli_cel_plain(member, arena, &entries[at++].value, &type, error);
    if (status != VATER_OK)
      return status;
  }
  return vt_cel_map_new(arena, entries, (uint32_t)count, value, error);
}

int vt_cli_cel_plain(const json_t *json, struct vt_arena *arena, struct vt_cel_value *value,
                     const char **type, struct vt_error *error)
{
  switch (json_typeof(json)) {
  case JSON_TRUE:
  case JSON_FALSE:
    *type = "bool";
    *value = vt_cel_bool(json_is_true(json));
    return VATER_OK;
  case JSON_INTEGER:
    *type = "int";
    *value = vt_cel_int(json_integer_value(json));
    return VATER_OK;
  case JSON_REAL:
    *type = "double";
    *value = vt_cel_double(json_real_value(json));
    return VATER_OK;
  case JSON_STRING:
    *type = "string";
    *value = vt_cel_string(vt_arena_copy(arena, text_of(json)));
    return value->as.text.ptr != NULL ? VATER_OK : no_memory(error);
  case JSON_ARRAY:
    *type = "list(dyn)";
    return plain_list(json, arena, value, error);
  case JSON_OBJECT:
    *type = "map(string, dyn)";
    return plain_map(json, arena, value, error);
  case JSON_NULL:
    break;
  }
  *type = "null_type";
  *value = (struct vt_cel_value){.kind = VT_CEL_NULL};
  return VATER_OK;
}

/* ---- typed values ------------------------------------------------------------------------- */

static int typed_number(struct vater_str type, const json_t *json, struct vt_cel_value *value,
                        struct vt_error *error)
{
  struct vater_str text = text_of(json);
  if (vt_str_is(type, "int")) {
    value->kind = VT_CEL_INT;
    value->as.integer = json_integer_value(json);
    return json_is_integer(json) || vt_number_int64(text, &value->as.integer)
               ? VATER_OK
               : wrong(error, "not an int");
  }
  if (vt_str_is(type, "uint")) {
    value->kind = VT_CEL_UINT;
    value->as.natural = (uint64_t)json_integer_value(json);
    return json_is_integer(json) || vt_number_uint64(text, &value->as.natural)
               ? VATER_OK
               : wrong(error, "not a uint");
  }
  value->kind = VT_CEL_DOUBLE;
  if (json_is_number(json))
    value->as.number = json_number_value(json);
  else if (vt_str_is(text, "NaN"))
    value->as.number = (double)NAN;
  else if (vt_str_is(text, "Infinity") || vt_str_is(text, "-Infinity"))
    value->as.number = text.ptr[0] == '-' ? -(double)INFINITY : (double)INFINITY;
  else if (!vt_number_double(text, &value->as.number))
    return wrong(error, "not a double");
  return VATER_OK;
}

static int base64_value(char c)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *found = c != '\0' ? strchr(alphabet, c) : NULL;
  return found != NULL ? (int)(found - alphabet) : -1;
}

static int typed_bytes(struct vater_str text, struct vt_arena *arena, struct vt_cel_value *value,
                       struct vt_error *error)
{
  char *bytes = vt_arena_bytes(arena, text.len + 1);
  size_t len = 0;
  uint32_t bits = 0;
  if (bytes == NULL)
    return no_memory(error);
  for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++) {
    int digit = base64_value(text.ptr[i]);
    if (digit < 0)
      return wrong(error, "not base64");
    bits = bits << 6 | (uint32_t)digit;
    if (i % 4 > 0)
      bytes[len++] = (char)(bits >> (6 - 2 * (i % 4)));
  }
  *value = (struct vt_cel_value){.kind = VT_CEL_BYTES, .as.text = {bytes, len}};
  return VATER_OK;
}

static int typed_list(const json_t *json, struct vt_arena *arena, struct vt_cel_value *value,
                      struct vt_error *error)
{
  size_t count = json_array_size(json);
  struct vt_cel_value *items = vt_arena_array(arena, count, sizeof *items);
  if (items == NULL)
    return no_memory(error);
  for (size_t i = 0; i < count; i++) {
    int status = vt_cli_cel_typed(json_array_get(json, i), arena, &items[i], error);
    if (status != VATER_OK)
      return status;
  }
  *value = vt_cel_list_new(arena, items, (uint32_t)count);
  return value->kind == VT_CEL_LIST ? VATER_OK : no_memory(error);
}

static int typed_map(const json_t *json, struct vt_arena *arena, struct vt_cel_value *value,
                     struct vt_error *error)
{
  size_t count = json_array_size(json);
  struct vt_cel_entry *entries = vt_arena_array(arena, count, sizeof *entries);
  if (entries == NULL)
    return no_memory(error);
  for (size_t i = 0; i < count; i++) {
    const json_t *pair = json_array_get(json, i);
    int status = vt_cli_cel_typed(json_array_get(pair, 0), arena, &entries[i].key, error);
    if (status == VATER_OK)
      status = vt_cli_cel_typed(json_array_get(pair, 1), arena, &entries[i].value, error);
    if (status != VATER_OK)
      return status;
  }
  return vt_cel_map_new(arena, entries, (uint32_t)count, value, error);
}

static int typed_text(struct vater_str type, struct vater_str text, struct vt_arena *arena,
                      struct vt_cel_value *value, struct vt_error *error)
{
  if (vt_str_is(type, "timestamp") || vt_str_is(type, "google.protobuf.Timestamp")) {
    value->kind = VT_CEL_TIMESTAMP;
    return vt_cel_timestamp_parse(text, &value->as.time) ? VATER_OK
                                                         : wrong(error, "not a timestamp");
  }
  if (vt_str_is(type, "duration") || vt_str_is(type, "google.protobuf.Duration")) {
    value->kind = VT_CEL_DURATION;
    return vt_cel_duration_parse(text, &value->as.time) ? VATER_OK : wrong(error, "not a duration");
  }
  if (vt_str_is(type, "bytes"))
    return typed_bytes(text, arena, value, error);
  if (!vt_str_is(type, "string") && !vt_str_is(type, "type"))
    return wrong(error, "a value of a type that is not supported");
  value->kind = vt_str_is(type, "string") ? VT_CEL_STRING : VT_CEL_TYPE;
  value->as.text = vt_arena_copy(arena, text);
  return value->as.text.ptr != NULL ? VATER_OK : no_memory(error);
}

int vt_cli_cel_typed(const json_t *json, struct vt_arena *arena, struct vt_cel_value *value,
                     struct vt_error *error)
{
  *value = (struct vt_cel_value){0};
  struct vater_str type = text_of(json_object_get(json, "type"));
  const json_t *inner = json_object_get(json, "value");
  if (type.ptr == NULL)
    return wrong(error, "a value without a type");
  if (vt_str_is(type, "null") || vt_str_is(type, "null_type"))
    return VATER_OK;
  if (vt_str_is(type, "bool")) {
    *value = vt_cel_bool(json_is_true(inner));
    return json_is_boolean(inner) ? VATER_OK : wrong(error, "not a bool");
  }
  if (vt_str_is(type, "int") || vt_str_is(type, "uint") || vt_str_is(type, "double"))
    return typed_number(type, inner, value, error);
  if (vt_str_is(type, "list"))
    return typed_list(inner, arena, value, error);
  if (vt_str_is(type, "map"))
    return typed_map(inner, arena, value, error);
  return json_is_string(inner) ? typed_text(type, text_of(inner), arena, value, error)
                               : wrong(error, "a value that is not a text");
}

/* ---- answers ------------------------------------------------------------------------------ */

static json_t *nested_answer(const struct vt_cel_value *value, struct vt_error *error)
{
  json_t *object = json_object();
  if (vt_cli_cel_answer(value, object, error) == VATER_OK)
    return object;
  json_decref(object);
  return NULL;
}

static json_t *list_answer(const struct vt_cel_value *list, struct vt_error *error)
{
  json_t *array = json_array();
  for (uint32_t i = 0; i < vt_cel_list_count(list); i++) {
    struct vt_cel_value item = vt_cel_list_item(list, i);
    if (json_array_append_new(array, nested_answer(&item, error)) != 0) {
      json_decref(array);
      return NULL;
    }
  }
  return array;
}

static json_t *map_answer(const struct vt_cel_map *map, struct vt_error *error)
{
  json_t *array = json_array();
  const struct vt_cel_entry *entries = vt_cel_map_entries(map);
  for (uint32_t i = 0; i < vt_cel_map_count(map); i++) {
    json_t *pair = json_array();
    if (json_array_append_new(pair, nested_answer(&entries[i].key, error)) != 0 ||
        json_array_append_new(pair, nested_answer(&entries[i].value, error)) != 0) {
      json_decref(pair);
      json_decref(array);
      return NULL;
    }
    json_array_append_new(array, pair);
  }
  return array;
}

static json_t *bytes_answer(struct vater_str bytes)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer text;
  vt_buffer_init(&text, &allocator, bytes.len * 2 + 8);
  for (size_t i = 0; i < bytes.len; i += 3) {
    uint32_t three = 0;
    for (size_t k = 0; k < 3; k++)
      three = three << 8 | (i + k < bytes.len ? (unsigned char)bytes.ptr[i + k] : 0u);
    for (size_t k = 0; k < 4; k++)
      vt_buffer_char(&text, i + k <= bytes.len ? alphabet[three >> (18 - 6 * k) & 63] : '=');
  }
  json_t *made = json_stringn(text.len > 0 ? text.bytes : "", text.len);
  vt_buffer_fini(&text);
  return made;
}

static json_t *text_answer(const struct vt_cel_value *value)
{
  char text[VT_CEL_TIME_TEXT];
  size_t len;
  switch ((enum vt_cel_kind)value->kind) {
  case VT_CEL_INT:
    len = (size_t)snprintf(text, sizeof text, "%lld", (long long)value->as.integer);
    break;
  case VT_CEL_UINT:
    len = (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)value->as.natural);
    break;
  case VT_CEL_DOUBLE:
    len = vt_cel_double_text(value->as.number, text);
    break;
  case VT_CEL_TIMESTAMP:
    len = vt_cel_timestamp_print(value->as.time, text);
    break;
  default:
    len = vt_cel_duration_print(value->as.time, text);
    break;
  }
  return json_stringn(text, len);
}

static json_t *value_answer(const struct vt_cel_value *value, struct vt_error *error)
{
  switch ((enum vt_cel_kind)value->kind) {
  case VT_CEL_NULL:
    return json_null();
  case VT_CEL_BOOL:
    return json_boolean(value->as.truth);
  case VT_CEL_INT:
  case VT_CEL_UINT:
  case VT_CEL_DOUBLE:
  case VT_CEL_TIMESTAMP:
  case VT_CEL_DURATION:
    return text_answer(value);
  case VT_CEL_STRING:
  case VT_CEL_TYPE:
    return json_stringn(value->as.text.len > 0 ? value->as.text.ptr : "", value->as.text.len);
  case VT_CEL_BYTES:
    return bytes_answer(value->as.text);
  case VT_CEL_LIST:
  case VT_CEL_RECORDS:
    return list_answer(value, error);
  case VT_CEL_MAP:
    return map_answer(value->as.map, error);
  default:
    return NULL;
  }
}

int vt_cli_cel_answer(const struct vt_cel_value *value, json_t *object, struct vt_error *error)
{
  json_t *made = value_answer(value, error);
  struct vater_str type = vt_cel_kind_name(value);
  if (made == NULL)
    return vt_fail(error, VATER_E_RULE, NULL, "a value of type %.*s cannot be answered",
                   VT_STR_ARGS(type));
  json_object_set_new(object, "type",
                      value->kind == VT_CEL_NULL ? json_string("null")
                                                 : json_stringn(type.ptr, type.len));
  json_object_set_new(object, "value", made);
  return VATER_OK;
}
