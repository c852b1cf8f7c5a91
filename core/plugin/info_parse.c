#include "base/limits.h"
#include "base/number.h"
#include "plugin/copy.h"

#include <jansson.h>

/* The first thing that is not as written ends it. */
struct parse {
  struct vt_arena *arena;
  struct vt_error *error;
  int status;
};

static void fail(struct parse *parse, const char *what)
{
  if (parse->status == VATER_OK)
    parse->status = vt_fail(parse->error, VATER_E_BUG, "PLUG-PROTO",
                            "a plugin's description is malformed at '%s'", what);
}

static void *take(struct parse *parse, size_t count, size_t size)
{
  void *memory = parse->status == VATER_OK ? vt_arena_array(parse->arena, count, size) : NULL;
  if (memory == NULL && parse->status == VATER_OK)
    parse->status = vt_fail(parse->error, VATER_E_NOMEM, NULL, "out of memory");
  return memory;
}

static const char *copy_text(struct parse *parse, const json_t *value, const char *what)
{
  if (!json_is_string(value) || json_string_length(value) > VT_LIMIT_PLUGIN_TEXT_BYTES * 5)
    fail(parse, what);
  if (parse->status != VATER_OK)
    return NULL;
  struct vater_str text = {json_string_value(value), json_string_length(value)};
  struct vater_str copy = vt_arena_copy(parse->arena, text);
  if (copy.ptr == NULL)
    parse->status = vt_fail(parse->error, VATER_E_NOMEM, NULL, "out of memory");
  return copy.ptr;
}

static const char *get_text(struct parse *parse, const json_t *object, const char *name)
{
  return copy_text(parse, json_object_get(object, name), name);
}

/* NULL where absent. */
static const char *get_optional(struct parse *parse, const json_t *object, const char *name)
{
  const json_t *value = json_object_get(object, name);
  return value != NULL ? copy_text(parse, value, name) : NULL;
}

static bool get_truth(struct parse *parse, const json_t *object, const char *name)
{
  const json_t *value = json_object_get(object, name);
  if (!json_is_boolean(value))
    fail(parse, name);
  return json_is_true(value);
}

/* Entries of a list that is there; `limit` and one more end it. */
static uint32_t count_list(struct parse *parse, const json_t *list, const char *name,
                           uint64_t limit)
{
  if (!json_is_array(list) || json_array_size(list) > limit)
    fail(parse, name);
  return parse->status == VATER_OK ? (uint32_t)json_array_size(list) : 0;
}

static int setting_type(struct parse *parse, const json_t *object)
{
  const char *name = json_string_value(json_object_get(object, "type"));
  for (int type = VATER_SETTING_TEXT; name != NULL && type <= VATER_SETTING_DOCUMENT; type++)
    if (strcmp(name, vt_setting_type_name(type)) == 0)
      return type;
  fail(parse, "type");
  return VATER_SETTING_TEXT;
}

static const struct vater_setting *get_settings(struct parse *parse, const json_t *owner)
{
  const json_t *list = json_object_get(owner, "settings");
  uint32_t count = count_list(parse, list, "settings", VT_LIMIT_PLUGIN_SETTINGS);
  struct vater_setting *settings = take(parse, (size_t)count + 1, sizeof *settings);
  for (uint32_t i = 0; i < count && parse->status == VATER_OK; i++) {
    const json_t *item = json_array_get(list, i);
    settings[i] = (struct vater_setting){.name = get_text(parse, item, "name"),
                                         .type = setting_type(parse, item),
                                         .required = get_truth(parse, item, "required"),
                                         .secret = get_truth(parse, item, "secret"),
                                         .fallback = get_optional(parse, item, "default"),
                                         .help = get_text(parse, item, "help")};
  }
  return settings;
}

static void get_format(struct parse *parse, const json_t *owner, struct vt_format_info *format)
{
  const json_t *item = json_object_get(owner, "format");
  const json_t *list = json_object_get(item, "mediaTypes");
  uint32_t count = count_list(parse, list, "mediaTypes", VT_LIMIT_PLUGIN_MEDIA_TYPES);
  const char **types = take(parse, (size_t)count + 1, sizeof *types);
  for (uint32_t i = 0; i < count && parse->status == VATER_OK; i++)
    types[i] = copy_text(parse, json_array_get(list, i), "mediaTypes");
  *format = (struct vt_format_info){.syntax = get_text(parse, item, "syntax"),
                                    .media_types = types,
                                    .schema = get_optional(parse, item, "schema"),
                                    .rows_at = get_optional(parse, item, "rows"),
                                    .mapping_schema = get_optional(parse, item, "mappingSchema")};
}

static void get_checks(struct parse *parse, const json_t *owner, struct vt_plugin_info *info)
{
  const json_t *list = json_object_get(owner, "checks");
  info->check_count = count_list(parse, list, "checks", VT_LIMIT_PLUGIN_CHECKS);
  struct vt_check_info *checks = take(parse, info->check_count, sizeof *checks);
  for (uint32_t i = 0; i < info->check_count && parse->status == VATER_OK; i++) {
    const json_t *item = json_array_get(list, i);
    checks[i] = (struct vt_check_info){get_text(parse, item, "name"),
                                       get_text(parse, item, "summary"), get_settings(parse, item)};
  }
  info->checks = checks;
}

static void get_functions(struct parse *parse, const json_t *owner, struct vt_plugin_info *info)
{
  const json_t *list = json_object_get(owner, "functions");
  info->function_count = count_list(parse, list, "functions", VT_LIMIT_PLUGIN_FUNCTIONS);
  struct vt_function_info *functions = take(parse, info->function_count, sizeof *functions);
  for (uint32_t i = 0; i < info->function_count && parse->status == VATER_OK; i++) {
    const json_t *item = json_array_get(list, i);
    functions[i] =
        (struct vt_function_info){get_text(parse, item, "name"), get_text(parse, item, "signature"),
                                  get_text(parse, item, "help")};
  }
  info->functions = functions;
}

static unsigned get_capabilities(struct parse *parse, const json_t *owner)
{
  static const enum vt_capability known[] = {VT_CAPABILITY_SOURCE, VT_CAPABILITY_AUTH,
                                             VT_CAPABILITY_FORMAT, VT_CAPABILITY_CHECK,
                                             VT_CAPABILITY_FUNCTION};
  const json_t *list = json_object_get(owner, "capabilities");
  uint32_t count = count_list(parse, list, "capabilities", sizeof known / sizeof *known);
  unsigned capabilities = 0;
  for (uint32_t i = 0; i < count; i++) {
    const char *name = json_string_value(json_array_get(list, i));
    unsigned found = 0;
    for (size_t which = 0; name != NULL && which < sizeof known / sizeof *known; which++)
      if (strcmp(name, vt_capability_name(known[which])) == 0)
        found = known[which];
    if (found == 0)
      fail(parse, "capabilities");
    capabilities |= found;
  }
  return capabilities;
}

static uint16_t get_minor(struct parse *parse, const json_t *owner)
{
  uint64_t minor = 0;
  const char *text = json_string_value(json_object_get(owner, "abi"));
  if (text == NULL || strncmp(text, "1.", 2) != 0 || !vt_number_uint64(vt_str(text + 2), &minor) ||
      minor > UINT16_MAX)
    fail(parse, "abi");
  return (uint16_t)minor;
}

static void get_info(struct parse *parse, const json_t *item, struct vt_plugin_info *info)
{
  info->name = get_text(parse, item, "name");
  info->version = get_text(parse, item, "version");
  info->summary = get_text(parse, item, "summary");
  info->path = get_text(parse, item, "path");
  info->abi_minor = get_minor(parse, item);
  info->capabilities = get_capabilities(parse, item);
  info->settings = get_settings(parse, item);
  if ((info->capabilities & VT_CAPABILITY_FORMAT) != 0)
    get_format(parse, item, &info->format);
  if ((info->capabilities & VT_CAPABILITY_CHECK) != 0)
    get_checks(parse, item, info);
  if ((info->capabilities & VT_CAPABILITY_FUNCTION) != 0)
    get_functions(parse, item, info);
  if (parse->status == VATER_OK)
    parse->status = vt_plugin_info_check(info, parse->error);
}

int vt_plugin_infos_parse(struct vater_str text, struct vt_arena *arena,
                          struct vt_plugin_infos *infos, struct vt_error *error)
{
  struct parse parse = {arena, error, VATER_OK};
  *infos = (struct vt_plugin_infos){.items = NULL};
  json_t *list = text.len <= VT_LIMIT_PLUGIN_INFO_BYTES
                     ? json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL)
                     : NULL;
  uint32_t count = count_list(&parse, list, "", VT_LIMIT_PLUGINS);
  struct vt_plugin_info *items = take(&parse, count, sizeof *items);
  for (uint32_t i = 0; i < count && parse.status == VATER_OK; i++) {
    get_info(&parse, json_array_get(list, i), &items[i]);
    for (uint32_t other = 0; other < i && parse.status == VATER_OK; other++)
      if (strcmp(items[other].name, items[i].name) == 0)
        fail(&parse, "name");
  }
  json_decref(list);
  if (parse.status == VATER_OK)
    *infos = (struct vt_plugin_infos){items, count};
  return parse.status;
}
