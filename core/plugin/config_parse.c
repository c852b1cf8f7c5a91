#include "base/limits.h"
#include "base/number.h"
#include "doc/place.h"
#include "plugin/config_value.h"
#include "plugin/info.h"

#include <stdio.h>
#include <stdlib.h>

enum { SHOWN_NAMES = 64 };

struct parse {
  const struct vt_config_origin *origin;
  struct vt_arena *arena;
  struct vt_diagnostics *diagnostics;
  uint32_t faults;
  bool no_memory;
};

/* ---- complaining ---------------------------------------------------------------------------- */

/* `name` NULL: the object itself; `item` NULL: the setting itself. Cut where longer than a pointer
 * is shown. */
static void make_pointer(const struct parse *parse, const char *name, const char *item, char *out,
                         size_t size)
{
  const char *steps[] = {name, item};
  const char *start = parse->origin->pointer != NULL ? parse->origin->pointer : "";
  vt_text_copy(out, size, vt_str(start));
  size_t used = strlen(out);
  for (int i = 0; i < 2 && steps[i] != NULL; i++) {
    if (used + 1 < size)
      out[used++] = '/';
    for (const char *at = steps[i]; *at != '\0' && used + 2 < size; at++) {
      if (*at == '~' || *at == '/')
        out[used++] = '~';
      out[used++] = *at == '~' ? '0' : *at == '/' ? '1' : *at;
    }
    out[used] = '\0';
  }
}

static bool find(const struct parse *parse, const char *pointer, size_t *offset, size_t *end)
{
  struct vater_str document = parse->origin->document;
  struct vt_allocator real = vt_allocator_real();
  const struct vt_allocator *allocator =
      parse->origin->allocator != NULL ? parse->origin->allocator : &real;
  return document.len > 0 &&
         vt_doc_find(allocator, document, vt_str(pointer), offset, end, NULL) == VATER_OK;
}

static uint32_t find_place(const struct parse *parse, const char *pointer, struct vt_error *error)
{
  size_t offset = 0, end = 0;
  struct vater_str document = parse->origin->document;
  struct vater_str line;
  if (!find(parse, pointer, &offset, &end))
    return 0;
  vt_text_place(document, offset, &error->line, &error->column, &line);
  size_t width = end - offset;
  return width > 60 ? 1 : (uint32_t)width;
}

static void complain(struct parse *parse, struct vt_error *error, const char *pointer)
{
  uint32_t width = find_place(parse, pointer, error);
  if (parse->origin->source != NULL)
    vt_error_at(error, vt_str(parse->origin->source), error->line, error->column);
  vt_error_pointer(error, vt_str(pointer));
  vt_diagnostics_add(parse->diagnostics, VATER_SEVERITY_ERROR, error, parse->origin->document,
                     width);
  parse->faults++;
}

static void VATER_PRINTF(4, 5)
    complain_about(struct parse *parse, const char *name, const char *item, const char *format, ...)
{
  char pointer[sizeof((struct vt_error *)NULL)->pointer];
  struct vt_error error = {0};
  va_list arguments;
  va_start(arguments, format);
  vt_fail_v(&error, VATER_E_CONFIG, "OPS-CONFIG", format, arguments);
  va_end(arguments);
  make_pointer(parse, name, item, pointer, sizeof pointer);
  complain(parse, &error, pointer);
}

static const char *kind_of(const json_t *value)
{
  switch (json_typeof(value)) {
  case JSON_OBJECT:
    return "an object";
  case JSON_ARRAY:
    return "a list";
  case JSON_STRING:
    return "a text";
  case JSON_INTEGER:
    return "a whole number";
  case JSON_REAL:
    return "a number";
  case JSON_TRUE:
  case JSON_FALSE:
    return "true or false";
  default:
    return "null";
  }
}

static const char *wanted_kind(int type)
{
  static const char *const kinds[] = {"a text",
                                      "a whole number",
                                      "true or false",
                                      "a number",
                                      "a URL in a text",
                                      "a list of texts",
                                      "an object whose values are texts",
                                      "the name of a JSON file, or the object itself"};
  return kinds[type];
}

static void complain_kind(struct parse *parse, const struct vater_setting *setting,
                          const char *item, const json_t *found)
{
  complain_about(parse, setting->name, item, "setting '%s' of %s is %s; wanted: %s", setting->name,
                 parse->origin->owner, kind_of(found), wanted_kind(setting->type));
}

/* ---- values --------------------------------------------------------------------------------- */

static bool copy_text(struct parse *parse, const char *name, const char *item,
                      struct vater_str text, struct vater_str *copy)
{
  if (text.len > VT_LIMIT_SETTING_TEXT_BYTES) {
    complain_about(parse, name, item,
                   "setting '%s' of %s has %zu bytes; the limit SETTING_TEXT_BYTES is %llu", name,
                   parse->origin->owner, text.len, (unsigned long long)VT_LIMIT_SETTING_TEXT_BYTES);
    return false;
  }
  *copy = vt_arena_copy(parse->arena, text);
  parse->no_memory = parse->no_memory || copy->ptr == NULL;
  return copy->ptr != NULL;
}

static struct vater_str text_of(const json_t *value)
{
  return (struct vater_str){json_string_value(value), json_string_length(value)};
}

static bool url_fits(struct vater_str text)
{
  if (!vt_str_starts(text, VT_STR("https://")) && !vt_str_starts(text, VT_STR("http://")))
    return false;
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] <= 0x20 || text.ptr[i] >= 0x7f)
      return false;
  return true;
}

static bool parse_items(struct parse *parse, const json_t *found, struct vt_config_value *value)
{
  const struct vater_setting *setting = value->setting;
  bool object = setting->type == VATER_SETTING_OBJECT;
  size_t count = object ? json_object_size(found) : json_array_size(found);
  if (count > VT_LIMIT_SETTING_ITEMS) {
    complain_about(parse, setting->name, NULL,
                   "setting '%s' of %s has %zu entries; the limit SETTING_ITEMS is %llu",
                   setting->name, parse->origin->owner, count,
                   (unsigned long long)VT_LIMIT_SETTING_ITEMS);
    return false;
  }
  value->items = vt_arena_array(parse->arena, count, sizeof *value->items);
  parse->no_memory = parse->no_memory || value->items == NULL;
  void *at = object ? json_object_iter((json_t *)(uintptr_t)found) : NULL;
  for (uint32_t i = 0; i < count && value->items != NULL; i++) {
    char number[16];
    snprintf(number, sizeof number, "%u", i);
    const char *item = object ? json_object_iter_key(at) : number;
    const json_t *entry = object ? json_object_iter_value(at) : json_array_get(found, i);
    struct vt_config_item_value *next = &value->items[i];
    if (!json_is_string(entry))
      complain_kind(parse, setting, item, entry);
    else if (copy_text(parse, setting->name, item, text_of(entry), &next->value) && object)
      copy_text(parse, setting->name, item, vt_str(item), &next->key);
    at = object ? json_object_iter_next((json_t *)(uintptr_t)found, at) : NULL;
  }
  value->item_count = value->items != NULL ? (uint32_t)count : 0;
  return value->items != NULL;
}

static bool parse_text(struct parse *parse, struct vater_str text, struct vt_config_value *value)
{
  const struct vater_setting *setting = value->setting;
  if (setting->type == VATER_SETTING_URL && !url_fits(text)) {
    complain_about(parse, setting->name, NULL,
                   "setting '%s' of %s is '%.*s'; wanted: an absolute https URL", setting->name,
                   parse->origin->owner, text.len > 100 ? 100 : VT_STR_ARGS(text));
    return false;
  }
  return copy_text(parse, setting->name, NULL, text, &value->as.text);
}

/* ---- documents ------------------------------------------------------------------------------ */

static bool find_bytes(struct parse *parse, const json_t *found, struct vt_config_value *value)
{
  const struct vt_config_origin *origin = parse->origin;
  struct vater_str setting = vt_str(value->setting->name);
  if (json_is_string(found)) {
    for (size_t i = 0; i < origin->document_count; i++) {
      if (!vt_str_equal(origin->documents[i].setting, setting))
        continue;
      value->file = vt_arena_copy(parse->arena, origin->documents[i].name);
      value->bytes = vt_arena_copy(parse->arena, origin->documents[i].bytes);
      parse->no_memory |= value->file.ptr == NULL || value->bytes.ptr == NULL;
    }
    return value->bytes.ptr != NULL;
  }
  char *text = json_dumps(found, JSON_COMPACT);
  value->file = setting;
  value->bytes = text != NULL ? vt_arena_copy(parse->arena, vt_str(text)) : VT_STR_NONE;
  parse->no_memory |= value->bytes.ptr == NULL;
  free(text);
  return value->bytes.ptr != NULL;
}

/* Files of ours: all texts are allowed. */
static void read_document(struct parse *parse, struct vt_config_value *value)
{
  static const struct vt_doc_budget budget = {.bytes = VT_LIMIT_CONFIG_BYTES,
                                              .allow_all_text = true};
  struct vt_allocator real = vt_allocator_real();
  const struct vt_allocator *allocator =
      parse->origin->allocator != NULL ? parse->origin->allocator : &real;
  struct vt_error error = {0};
  int status = vt_doc_tree_read(allocator, value->bytes, &budget, 0, &value->tree, &error);
  if (status == VATER_OK)
    return;
  parse->no_memory |= status == VATER_E_NOMEM;
  vt_text_copy(error.code, sizeof error.code, VT_STR("OPS-CONFIG"));
  vt_error_at(&error, value->file, error.line, error.column);
  vt_diagnostics_add(parse->diagnostics, VATER_SEVERITY_ERROR, &error, value->bytes, 1);
  parse->faults++;
}

static bool parse_document(struct parse *parse, const json_t *found, struct vt_config_value *value)
{
  if (json_is_string(found) &&
      (json_string_length(found) == 0 ||
       !copy_text(parse, value->setting->name, NULL, text_of(found), &value->as.text))) {
    if (json_string_length(found) == 0)
      complain_kind(parse, value->setting, NULL, found);
    return false;
  }
  if (find_bytes(parse, found, value))
    read_document(parse, value);
  return true;
}

static bool type_fits(int type, const json_t *found)
{
  switch (type) {
  case VATER_SETTING_INTEGER:
    return json_is_integer(found);
  case VATER_SETTING_BOOLEAN:
    return json_is_boolean(found);
  case VATER_SETTING_NUMBER:
    return json_is_number(found);
  case VATER_SETTING_LIST:
    return json_is_array(found);
  case VATER_SETTING_OBJECT:
    return json_is_object(found);
  case VATER_SETTING_DOCUMENT:
    return json_is_object(found) || json_is_string(found);
  default:
    return json_is_string(found);
  }
}

static void parse_value(struct parse *parse, const json_t *found, struct vt_config_value *value)
{
  if (!type_fits(value->setting->type, found)) {
    complain_kind(parse, value->setting, NULL, found);
    return;
  }
  value->set = true;
  switch (value->setting->type) {
  case VATER_SETTING_INTEGER:
    value->as.integer = (int64_t)json_integer_value(found);
    break;
  case VATER_SETTING_BOOLEAN:
    value->as.truth = json_is_true(found);
    break;
  case VATER_SETTING_NUMBER:
    value->as.number = json_number_value(found);
    break;
  case VATER_SETTING_LIST:
  case VATER_SETTING_OBJECT:
    value->set = parse_items(parse, found, value);
    break;
  case VATER_SETTING_DOCUMENT:
    value->set = parse_document(parse, found, value);
    break;
  default:
    value->set = parse_text(parse, text_of(found), value);
  }
}

/* Fallbacks were checked when the plugin was loaded. */
static void take_fallback(struct vt_config_value *value)
{
  struct vater_str text = vt_str(value->setting->fallback);
  value->set = true;
  switch (value->setting->type) {
  case VATER_SETTING_INTEGER:
    value->set = vt_number_int64(text, &value->as.integer);
    break;
  case VATER_SETTING_BOOLEAN:
    value->as.truth = vt_str_is(text, "true");
    break;
  case VATER_SETTING_NUMBER:
    value->set = vt_number_double(text, &value->as.number);
    break;
  default:
    value->as.text = text;
  }
}

/* ---- secrets -------------------------------------------------------------------------------- */

static int load_file(const struct parse *parse, const char *file, struct vt_secret **secret,
                     struct vt_error *error)
{
  char path[4096];
  const char *base = file[0] == '/' ? NULL : parse->origin->base;
  int used = snprintf(path, sizeof path, "%s%s%s", base != NULL ? base : "",
                      base != NULL ? "/" : "", file);
  if (used < 0 || (size_t)used >= sizeof path)
    return vt_fail(error, VATER_E_LIMIT, "OPS-KEY", "the path of the secret file is too long");
  return vt_secret_load(path, secret, error);
}

static void hide(struct parse *parse, const char *name)
{
  char pointer[sizeof((struct vt_error *)NULL)->pointer];
  size_t offset, end;
  make_pointer(parse, name, NULL, pointer, sizeof pointer);
  if (find(parse, pointer, &offset, &end))
    vt_diagnostics_hide(parse->diagnostics, parse->origin->document, offset, end);
}

static void parse_secret(struct parse *parse, const json_t *found, struct vt_config_value *value)
{
  const char *name = value->setting->name;
  const json_t *file = json_object_get(found, "file");
  const json_t *credential = json_object_get(found, "credential");
  const json_t *one = file != NULL ? file : credential;
  struct vt_error error = {0};
  if (json_object_size(found) != 1 || !json_is_string(one) || json_string_length(one) == 0) {
    complain_about(parse, name, NULL,
                   "setting '%s' of %s is a secret; wanted: {\"file\": PATH} or {\"credential\": "
                   "NAME}, never the value itself",
                   name, parse->origin->owner);
    hide(parse, name);
    return;
  }
  value->set = true;
  if (!parse->origin->load_secrets)
    return;
  int status = file != NULL ? load_file(parse, json_string_value(one), &value->secret, &error)
                            : vt_secret_credential(parse->origin->credentials, text_of(one),
                                                   &value->secret, &error);
  if (status == VATER_OK)
    return;
  char pointer[sizeof error.pointer];
  make_pointer(parse, name, file != NULL ? "file" : "credential", pointer, sizeof pointer);
  vt_error_prefix(&error, "setting '%s' of %s", name, parse->origin->owner);
  complain(parse, &error, pointer);
}

/* ---- the object ----------------------------------------------------------------------------- */

static uint32_t count_settings(const struct vater_setting *settings)
{
  uint32_t count = 0;
  while (settings != NULL && settings[count].name != NULL)
    count++;
  return count;
}

static void complain_unknown(struct parse *parse, const vater_config *config, const char *name)
{
  struct vater_str names[SHOWN_NAMES];
  uint32_t count = config->count < SHOWN_NAMES ? config->count : SHOWN_NAMES;
  for (uint32_t i = 0; i < count; i++)
    names[i] = vt_str(config->settings[i].name);
  struct vater_str near = vt_str_nearest(vt_str(name), names, count);
  if (near.len > 0)
    complain_about(parse, name, NULL, "%s has no setting '%.100s'; did you mean '%.*s'?",
                   parse->origin->owner, name, VT_STR_ARGS(near));
  else
    complain_about(parse, name, NULL, "%s has no setting '%.100s'; %s", parse->origin->owner, name,
                   count == 0 ? "it has none" : "see vater plugin info");
}

static void refuse_unknown(struct parse *parse, const json_t *object, const vater_config *config)
{
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)object, name, value)
  {
    if (vt_config_find(config, name) == NULL)
      complain_unknown(parse, config, name);
  }
}

static void parse_setting(struct parse *parse, const json_t *object, struct vt_config_value *value)
{
  const struct vater_setting *setting = value->setting;
  const json_t *found = json_object_get(object, setting->name);
  if (found != NULL && setting->secret)
    parse_secret(parse, found, value);
  else if (found != NULL)
    parse_value(parse, found, value);
  else if (setting->fallback != NULL)
    take_fallback(value);
  else if (setting->required)
    complain_about(parse, NULL, NULL, "setting '%s' of %s is missing; it is: %s", setting->name,
                   parse->origin->owner, setting->help);
}

static void parse_object(struct parse *parse, const json_t *object, vater_config *config)
{
  refuse_unknown(parse, object, config);
  for (uint32_t i = 0; i < config->count; i++)
    parse_setting(parse, object, &config->values[i]);
}

int vt_config_parse(const struct vater_setting *settings, const json_t *object,
                    const struct vt_config_origin *origin, struct vt_arena *arena,
                    struct vt_diagnostics *diagnostics, vater_config **config)
{
  struct parse parse = {origin, arena, diagnostics, 0, false};
  *config = NULL;
  vater_config *fresh = vt_arena_alloc(arena, sizeof *fresh);
  if (fresh == NULL)
    return VATER_E_NOMEM;
  fresh->settings = settings;
  fresh->count = count_settings(settings);
  fresh->values = vt_arena_array(arena, fresh->count, sizeof *fresh->values);
  if (fresh->values == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < fresh->count; i++)
    fresh->values[i].setting = &settings[i];
  if (object != NULL && !json_is_object(object))
    complain_about(&parse, NULL, NULL, "the settings of %s are %s; wanted: an object",
                   origin->owner, kind_of(object));
  else
    parse_object(&parse, object, fresh);
  if (parse.faults == 0 && !parse.no_memory) {
    *config = fresh;
    return VATER_OK;
  }
  vt_config_free(fresh);
  return parse.no_memory ? VATER_E_NOMEM : VATER_E_CONFIG;
}
