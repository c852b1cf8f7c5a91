#include "cli/check_settings.h"

#include "base/file.h"
#include "base/limits.h"

#include <jansson.h>
#include <stdlib.h>

/* Where a path is relative to the working folder, and lies beside nothing. */
static int mapping_format(struct vt_cli *cli, const char *path, struct vt_arena *arena,
                          struct vater_str *format, struct vt_error *error)
{
  struct vater_str text;
  const struct vt_allocator *allocator = &cli->environment.allocator;
  int status = vt_file_load(allocator, path, VT_LIMIT_MAPPING_BYTES, &text, error);
  if (status != VATER_OK)
    return status;
  json_t *root = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
  const char *name = json_string_value(json_object_get(root, "format"));
  *format = vt_arena_copy(arena, vt_str(name));
  json_decref(root);
  vt_free(allocator, (void *)(uintptr_t)text.ptr);
  if (name == NULL)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG",
                   "'%s' is no mapping: it has no \"format\"; see 'vater rules lint %s'", path,
                   path);
  return VATER_OK;
}

static const char *setting_of(const struct vt_zygote_info *info, struct vater_str format)
{
  for (uint32_t i = 0; i < info->plugin_count; i++)
    if (vt_str_equal(info->plugins[i].name, format) && info->plugins[i].document_setting_count > 0)
      return info->plugins[i].document_settings[0].ptr;
  return NULL;
}

static int no_mapping(const struct vt_zygote_info *info, struct vater_str format,
                      struct vt_error *error)
{
  struct vater_str names[64];
  size_t count = 0;
  for (uint32_t i = 0; i < info->plugin_count && count < 64; i++)
    if (setting_of(info, info->plugins[i].name) != NULL)
      names[count++] = info->plugins[i].name;
  struct vater_str near = vt_str_nearest(format, names, count);
  if (near.len > 0)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG",
                   "there is no format '%.*s' that takes a mapping; did you mean '%.*s'?",
                   VT_STR_ARGS(format), VT_STR_ARGS(near));
  return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG",
                 "the format '%.*s' takes no mapping; see 'vater plugin info'",
                 VT_STR_ARGS(format));
}

static int read_settings(const struct vt_check_settings *asked, json_t **settings,
                         struct vt_error *error)
{
  json_error_t fault;
  *settings = asked->settings == NULL ? json_object()
                                      : json_loads(asked->settings, JSON_REJECT_DUPLICATES, &fault);
  if (*settings == NULL && asked->settings == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  if (!json_is_object(*settings))
    return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG", "--settings wants a JSON object%s%s",
                   *settings == NULL ? ": " : "", *settings == NULL ? fault.text : "");
  return VATER_OK;
}

/* --mapping FILE is the format's own document setting. */
static int add_mapping(struct vt_cli *cli, const struct vt_check_settings *asked,
                       const struct vt_zygote_info *info, struct vt_arena *arena,
                       struct vt_judge_job *job, json_t *settings, struct vt_error *error)
{
  struct vater_str format = VT_STR_NONE;
  int status = VATER_OK;
  if (job->format.len == 0)
    status = mapping_format(cli, asked->mapping, arena, &format, error);
  if (status != VATER_OK)
    return status;
  if (job->format.len == 0)
    job->format = format;
  const char *setting = setting_of(info, job->format);
  if (setting == NULL)
    return no_mapping(info, job->format, error);
  json_object_set_new(settings, setting, json_string(asked->mapping));
  return VATER_OK;
}

static int gather(struct vt_cli *cli, const struct vt_zygote_info *info, struct vt_arena *arena,
                  struct vt_judge_job *job, const json_t *settings)
{
  struct vt_diagnostics diagnostics;
  struct vt_config_document *documents;
  vt_diagnostics_init(&diagnostics, arena);
  struct vt_mapping_search search = {.environment = &cli->environment,
                                     .info = info,
                                     .base = ".",
                                     .rules = cli->rules,
                                     .arena = arena,
                                     .diagnostics = &diagnostics};
  int status =
      vt_mapping_documents(&search, job->format, settings, &documents, &job->document_count);
  job->documents = documents;
  /* what is wrong in a mapping that is there, the worker tells, with what the packs say of it */
  if (status == VATER_OK || status == VATER_E_CONFIG)
    return VT_EXIT_CLEAN;
  vt_cli_diagnostics(cli, &diagnostics);
  return status == VATER_E_NOMEM ? VT_EXIT_FAILED : VT_EXIT_REFUSED;
}

static int write_settings(const json_t *settings, struct vt_arena *arena, struct vt_judge_job *job,
                          struct vt_error *error)
{
  char *text = json_dumps(settings, JSON_COMPACT | JSON_SORT_KEYS);
  job->settings = text != NULL ? vt_arena_copy(arena, vt_str(text)) : VT_STR_NONE;
  free(text);
  return job->settings.ptr != NULL ? VATER_OK
                                   : vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
}

int vt_check_take_settings(struct vt_cli *cli, const struct vt_check_settings *asked,
                           const struct vt_zygote_info *info, struct vt_arena *arena,
                           struct vt_judge_job *job)
{
  json_t *settings = NULL;
  struct vt_error error = {0};
  int code = VT_EXIT_CLEAN;
  int status = read_settings(asked, &settings, &error);
  if (status == VATER_OK && asked->mapping != NULL)
    status = add_mapping(cli, asked, info, arena, job, settings, &error);
  if (job->format.len == 0)
    job->format = VT_STR("auto");
  if (status == VATER_OK)
    code = gather(cli, info, arena, job, settings);
  if (status == VATER_OK && code == VT_EXIT_CLEAN)
    status = write_settings(settings, arena, job, &error);
  json_decref(settings);
  return status == VATER_OK ? code : vt_cli_error(cli, "check", &error, VT_EXIT_REFUSED);
}
