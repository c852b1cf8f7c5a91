#include "run/mapping.h"

#include "base/file.h"
#include "base/limits.h"
#include "judge/mapping.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

struct gathering {
  struct vt_mapping_search *search;
  struct vt_config_document *items;
  size_t count;
  int status;
};

static int complain(struct vt_mapping_search *search, struct vt_error *error)
{
  if (error->code[0] == '\0')
    vt_text_copy(error->code, sizeof error->code, VT_STR("OPS-CONFIG"));
  vt_diagnostics_add(search->diagnostics, VATER_SEVERITY_ERROR, error, VT_STR_NONE, 0);
  return error->status == VATER_E_NOMEM ? VATER_E_NOMEM : VATER_E_CONFIG;
}

/* Beside the configuration, else among the rules. */
static int find_path(const struct vt_mapping_search *search, const char *name,
                     char path[PATH_BYTES], struct vt_error *error)
{
  const char *const folders[] = {search->base, search->rules};
  if (name[0] == '/') {
    vt_text_copy(path, PATH_BYTES, vt_str(name));
    return VATER_OK;
  }
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    if (folders[i] != NULL && vt_file_join(path, PATH_BYTES, folders[i], name) == VATER_OK &&
        access(path, F_OK) == 0)
      return VATER_OK;
  return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG",
                 "there is no mapping '%.200s' in '%s', nor in '%s'", name,
                 search->base != NULL ? search->base : ".", search->rules);
}

static int load(const struct vt_mapping_search *search, const char *path, struct vater_str *bytes,
                struct vt_error *error)
{
  struct vater_str text;
  int status = search->trusted ? vt_file_trusted(path, error) : VATER_OK;
  if (status == VATER_OK)
    status =
        vt_file_load(&search->environment->allocator, path, VT_LIMIT_MAPPING_BYTES, &text, error);
  if (status != VATER_OK)
    return status;
  *bytes = vt_arena_copy(search->arena, text);
  vt_free(&search->environment->allocator, (void *)(uintptr_t)text.ptr);
  return bytes->ptr != NULL ? VATER_OK : vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
}

/* By structure alone: what the packs know, the worker holds it against. */
static int check(struct vt_mapping_search *search, const struct vt_zygote_plugin *plugin,
                 const struct vt_mapping_file *file)
{
  char path[PATH_BYTES];
  struct vater_str text;
  struct vt_error error = {0};
  struct vt_schema *schema = NULL;
  const struct vt_allocator *allocator = &search->environment->allocator;
  if (plugin->mapping_schema.len == 0)
    return VATER_OK;
  snprintf(path, sizeof path, "%s/schemas/%.*s", search->rules,
           VT_STR_ARGS(plugin->mapping_schema));
  if (vt_file_load(allocator, path, VT_LIMIT_SCHEMA_BYTES, &text, &error) != VATER_OK)
    return complain(search, &error);
  struct vt_schema_options options = {.source = vt_str(path)};
  const struct vt_mapping mapping = {file->path, file->bytes};
  int status = vt_schema_compile(text, &options, allocator, &schema, search->diagnostics);
  if (status == VATER_OK)
    status = vt_mapping_check(&mapping, schema, text, NULL, allocator, search->diagnostics);
  vt_schema_free(schema);
  vt_free(allocator, (void *)(uintptr_t)text.ptr);
  return status;
}

static int find_file(struct vt_mapping_search *search, const struct vt_zygote_plugin *plugin,
                     const char *name, const struct vt_mapping_file **found)
{
  char path[PATH_BYTES];
  struct vt_error error = {0};
  for (*found = search->files; *found != NULL; *found = (*found)->next)
    if (vt_str_is((*found)->name, name))
      return (*found)->sound ? VATER_OK : VATER_E_CONFIG;
  struct vt_mapping_file *file = vt_arena_alloc(search->arena, sizeof *file);
  *found = file;
  if (file == NULL)
    return VATER_E_NOMEM;
  file->name = vt_arena_copy(search->arena, vt_str(name));
  file->next = search->files;
  search->files = file;
  int status = find_path(search, name, path, &error);
  if (status == VATER_OK)
    status = load(search, path, &file->bytes, &error);
  if (status != VATER_OK)
    return complain(search, &error);
  file->path = vt_arena_copy(search->arena, vt_str(path));
  status = check(search, plugin, file);
  file->sound = status == VATER_OK;
  return status;
}

static const struct vt_zygote_plugin *find_plugin(const struct vt_zygote_info *info,
                                                  struct vater_str name)
{
  for (uint32_t i = 0; i < info->plugin_count; i++)
    if (vt_str_equal(info->plugins[i].name, name))
      return &info->plugins[i];
  return NULL;
}

/* Want of memory outweighs a file that is not there, that one what is wrong in a file. */
static void worsen(struct gathering *gathering, int status)
{
  if (gathering->status == VATER_E_NOMEM ||
      (gathering->status == VATER_E_IO && status != VATER_E_NOMEM))
    return;
  gathering->status = status;
}

static void gather_setting(struct gathering *gathering, const struct vt_zygote_plugin *plugin,
                           struct vater_str setting, const json_t *settings, bool prefixed)
{
  struct vt_mapping_search *search = gathering->search;
  const json_t *value = json_object_getn(settings, setting.ptr, setting.len);
  const struct vt_mapping_file *file;
  if (!json_is_string(value) || json_string_length(value) == 0)
    return;
  int status = find_file(search, plugin, json_string_value(value), &file);
  if (status != VATER_OK)
    worsen(gathering, status);
  if (file == NULL || file->path.ptr == NULL) {
    worsen(gathering, VATER_E_IO);
    return;
  }
  struct vater_str key = prefixed ? vt_arena_format(search->arena, "%.*s/%.*s",
                                                    VT_STR_ARGS(plugin->name), VT_STR_ARGS(setting))
                                  : setting;
  if (key.ptr == NULL)
    gathering->status = VATER_E_NOMEM;
  else
    gathering->items[gathering->count++] =
        (struct vt_config_document){key, file->path, file->bytes};
}

static void gather(struct gathering *gathering, const struct vt_zygote_plugin *plugin,
                   const json_t *settings, bool prefixed)
{
  for (size_t i = 0; i < plugin->document_setting_count; i++)
    gather_setting(gathering, plugin, plugin->document_settings[i], settings, prefixed);
}

int vt_mapping_documents(struct vt_mapping_search *search, struct vater_str format,
                         const json_t *settings, struct vt_config_document **documents,
                         size_t *count)
{
  size_t room = 1;
  for (uint32_t i = 0; i < search->info->plugin_count; i++)
    room += search->info->plugins[i].document_setting_count;
  struct gathering gathering = {search, vt_arena_array(search->arena, room, sizeof **documents), 0,
                                VATER_OK};
  *documents = gathering.items;
  *count = 0;
  if (gathering.items == NULL)
    return VATER_E_NOMEM;
  const struct vt_zygote_plugin *plugin = find_plugin(search->info, format);
  bool any = vt_str_is(format, "auto");
  if (plugin != NULL)
    gather(&gathering, plugin, settings, false);
  for (uint32_t i = 0; any && i < search->info->plugin_count; i++) {
    const struct vt_zygote_plugin *one = &search->info->plugins[i];
    gather(&gathering, one, json_object_getn(settings, one->name.ptr, one->name.len), true);
  }
  *count = gathering.count;
  return gathering.status;
}

/* ---- what the packs say against them -----------------------------------------------------------
 */

static const struct vt_config_document *find_document(const struct vt_config_document *documents,
                                                      size_t count, const char *name)
{
  for (size_t i = 0; i < count; i++)
    if (vt_str_is(documents[i].name, name))
      return &documents[i];
  return NULL;
}

static bool is_told(const struct vt_diagnostics *diagnostics, const struct vt_error *fault)
{
  for (uint32_t i = 0; i < diagnostics->count; i++) {
    const struct vt_error *told = &diagnostics->items[i].error;
    if (told->line == fault->line && told->column == fault->column &&
        strcmp(told->source, fault->source) == 0)
      return true;
  }
  return false;
}

bool vt_mapping_tell(const struct vt_diagnostic *fault, const struct vt_config_document *documents,
                     size_t count, struct vt_diagnostics *diagnostics)
{
  const struct vt_error *error = &fault->error;
  const struct vt_config_document *document = find_document(documents, count, error->source);
  if (document == NULL || error->line == 0)
    return false;
  if (!is_told(diagnostics, error))
    vt_diagnostics_add(diagnostics, VATER_SEVERITY_ERROR, error, document->bytes, fault->width);
  return true;
}
