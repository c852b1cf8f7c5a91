#include "plugin/info.h"

#include <jansson.h>
#include <stdlib.h>

static const struct {
  enum vt_capability capability;
  const char *name;
} capabilities[] = {{VT_CAPABILITY_SOURCE, "source"},
                    {VT_CAPABILITY_AUTH, "auth"},
                    {VT_CAPABILITY_FORMAT, "format"},
                    {VT_CAPABILITY_CHECK, "check"},
                    {VT_CAPABILITY_FUNCTION, "functions"}};

const char *vt_capability_name(enum vt_capability capability)
{
  for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++)
    if (capabilities[i].capability == capability)
      return capabilities[i].name;
  return "";
}

const char *vt_setting_type_name(int type)
{
  static const char *const names[] = {"text", "integer", "boolean", "number",
                                      "url",  "list",    "object",  "document"};
  return type >= 0 && (size_t)type < sizeof names / sizeof *names ? names[type] : "";
}

const struct vt_plugin_info *vt_plugin_info_find(const struct vt_plugin_infos *infos,
                                                 struct vater_str name)
{
  for (uint32_t i = 0; i < infos->count; i++)
    if (vt_str_is(name, infos->items[i].name))
      return &infos->items[i];
  return NULL;
}

/* jansson's setters take NULL values and then fail: a document that lacks memory says so at the
 * end. */
static void put(json_t *object, const char *name, json_t *value, bool *whole)
{
  if (json_object_set_new(object, name, value) != 0)
    *whole = false;
}

static void add(json_t *list, json_t *value, bool *whole)
{
  if (json_array_append_new(list, value) != 0)
    *whole = false;
}

static json_t *settings_json(const struct vater_setting *settings, bool *whole)
{
  json_t *list = json_array();
  for (const struct vater_setting *one = settings; one->name != NULL; one++) {
    json_t *item = json_object();
    put(item, "name", json_string(one->name), whole);
    put(item, "type", json_string(vt_setting_type_name(one->type)), whole);
    put(item, "required", json_boolean(one->required), whole);
    put(item, "secret", json_boolean(one->secret), whole);
    if (one->fallback != NULL)
      put(item, "default", json_string(one->fallback), whole);
    put(item, "help", json_string(one->help), whole);
    add(list, item, whole);
  }
  return list;
}

static json_t *format_json(const struct vt_format_info *format, bool *whole)
{
  json_t *item = json_object();
  json_t *types = json_array();
  put(item, "syntax", json_string(format->syntax), whole);
  for (const char *const *type = format->media_types; *type != NULL; type++)
    add(types, json_string(*type), whole);
  put(item, "mediaTypes", types, whole);
  if (format->schema != NULL)
    put(item, "schema", json_string(format->schema), whole);
  if (format->rows_at != NULL)
    put(item, "rows", json_string(format->rows_at), whole);
  if (format->mapping_schema != NULL)
    put(item, "mappingSchema", json_string(format->mapping_schema), whole);
  return item;
}

static json_t *checks_json(const struct vt_plugin_info *info, bool *whole)
{
  json_t *list = json_array();
  for (uint32_t i = 0; i < info->check_count; i++) {
    json_t *item = json_object();
    put(item, "name", json_string(info->checks[i].name), whole);
    put(item, "summary", json_string(info->checks[i].summary), whole);
    put(item, "settings", settings_json(info->checks[i].settings, whole), whole);
    add(list, item, whole);
  }
  return list;
}

static json_t *functions_json(const struct vt_plugin_info *info, bool *whole)
{
  json_t *list = json_array();
  for (uint32_t i = 0; i < info->function_count; i++) {
    json_t *item = json_object();
    put(item, "name", json_string(info->functions[i].name), whole);
    put(item, "signature", json_string(info->functions[i].signature), whole);
    put(item, "help", json_string(info->functions[i].help), whole);
    add(list, item, whole);
  }
  return list;
}

static json_t *info_json(const struct vt_plugin_info *info, bool *whole)
{
  json_t *item = json_object();
  json_t *names = json_array();
  put(item, "name", json_string(info->name), whole);
  put(item, "version", json_string(info->version), whole);
  put(item, "summary", json_string(info->summary), whole);
  put(item, "path", json_string(info->path), whole);
  put(item, "abi", json_sprintf("%d.%u", VATER_ABI_MAJOR, (unsigned)info->abi_minor), whole);
  for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++)
    if ((info->capabilities & capabilities[i].capability) != 0)
      add(names, json_string(capabilities[i].name), whole);
  put(item, "capabilities", names, whole);
  put(item, "settings", settings_json(info->settings, whole), whole);
  if ((info->capabilities & VT_CAPABILITY_FORMAT) != 0)
    put(item, "format", format_json(&info->format, whole), whole);
  if (info->check_count > 0)
    put(item, "checks", checks_json(info, whole), whole);
  if (info->function_count > 0)
    put(item, "functions", functions_json(info, whole), whole);
  return item;
}

static int append(const char *bytes, size_t size, void *out)
{
  return vt_buffer_append(out, (struct vater_str){bytes, size}) == VATER_OK ? 0 : -1;
}

/* Takes `root`. */
static int dump(json_t *root, bool whole, struct vt_buffer *out)
{
  if (root == NULL || json_dump_callback(root, append, out, JSON_INDENT(2)) != 0)
    whole = false;
  json_decref(root);
  if (out->failed)
    return VATER_E_LIMIT;
  return whole ? VATER_OK : VATER_E_NOMEM;
}

int vt_plugin_infos_write(const struct vt_plugin_infos *infos, struct vt_buffer *out)
{
  bool whole = true;
  json_t *list = json_array();
  for (uint32_t i = 0; i < infos->count; i++)
    add(list, info_json(&infos->items[i], &whole), &whole);
  return dump(list, whole, out);
}

int vt_plugin_info_write(const struct vt_plugin_info *info, struct vt_buffer *out)
{
  bool whole = true;
  json_t *item = info_json(info, &whole);
  return dump(item, whole, out);
}
