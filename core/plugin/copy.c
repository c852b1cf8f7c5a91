#include "plugin/copy.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "plugin/files.h"

#include <stdlib.h>

/* One plugin's copying: the first fault ends it, later steps then do nothing. */
struct copy {
  const char *name; /* of the file */
  struct vt_arena *arena;
  struct vt_error *error;
  int status;
};

#define UP_TO(type, member) (offsetof(type, member) + sizeof(((type *)NULL)->member))

enum { LARGEST_STRUCT = 64 * 1024 };

static void fail_memory(struct copy *copy)
{
  if (copy->status == VATER_OK)
    copy->status =
        vt_fail(copy->error, VATER_E_NOMEM, NULL, "out of memory describing '%s'", copy->name);
}

static void fail_missing(struct copy *copy, const char *what)
{
  if (copy->status == VATER_OK)
    copy->status = vt_fail(copy->error, VATER_E_REFUSED, "PLUG-ABI",
                           "'%s': the required member %s is NULL; set it", copy->name, what);
}

static void fail_many(struct copy *copy, const char *what, uint64_t limit)
{
  if (copy->status == VATER_OK)
    copy->status = vt_fail(copy->error, VATER_E_REFUSED, "PLUG-ABI",
                           "'%s': %s has more than %llu entries, or no end (an entry whose first "
                           "member is NULL)",
                           copy->name, what, (unsigned long long)limit);
}

static void *take(struct copy *copy, size_t count, size_t size)
{
  if (copy->status != VATER_OK)
    return NULL;
  void *memory = vt_arena_array(copy->arena, count, size);
  if (memory == NULL)
    fail_memory(copy);
  return memory;
}

/* A struct that grows: its own first member says how much of it is there. */
static bool copy_struct(struct copy *copy, const char *what, const void *theirs, void *ours,
                        size_t our_size, size_t least)
{
  uint32_t size;
  if (copy->status != VATER_OK)
    return false;
  memcpy(&size, theirs, sizeof size);
  if (size < least || size > LARGEST_STRUCT || size % _Alignof(void *) != 0) {
    copy->status =
        vt_fail(copy->error, VATER_E_REFUSED, "PLUG-ABI",
                "'%s': %s.size is %u; wanted: %zu to %d bytes in whole members; set it to sizeof "
                "and build against vater/plugin.h",
                copy->name, what, (unsigned)size, least, (int)LARGEST_STRUCT);
    return false;
  }
  memset(ours, 0, our_size);
  memcpy(ours, theirs, size < our_size ? size : our_size);
  uint32_t copied = (uint32_t)our_size;
  memcpy(ours, &copied, sizeof copied);
  return true;
}

/* NULL stays NULL unless required. Only what can be shown in one line is a text. */
static const char *copy_text(struct copy *copy, const char *what, const char *theirs, bool required)
{
  if (copy->status != VATER_OK)
    return NULL;
  if (theirs == NULL) {
    if (required)
      fail_missing(copy, what);
    return NULL;
  }
  struct vater_str text = {theirs, strnlen(theirs, VT_LIMIT_PLUGIN_TEXT_BYTES + 1)};
  bool good = text.len <= VT_LIMIT_PLUGIN_TEXT_BYTES && vt_utf8_valid(text) == text.len;
  for (size_t i = 0; good && i < text.len; i++)
    good = (unsigned char)text.ptr[i] >= 0x20 && text.ptr[i] != 0x7f;
  if (!good) {
    copy->status = vt_fail(copy->error, VATER_E_REFUSED, "PLUG-ABI",
                           "'%s': %s is not one line of UTF-8 of at most %llu bytes", copy->name,
                           what, (unsigned long long)VT_LIMIT_PLUGIN_TEXT_BYTES);
    return NULL;
  }
  struct vater_str ours = vt_arena_copy(copy->arena, text);
  if (ours.ptr == NULL)
    fail_memory(copy);
  return ours.ptr;
}

static uint32_t count_settings(struct copy *copy, const struct vater_setting *theirs)
{
  uint32_t count = 0;
  while (theirs != NULL && count <= VT_LIMIT_PLUGIN_SETTINGS && theirs[count].name != NULL)
    count++;
  if (count > VT_LIMIT_PLUGIN_SETTINGS)
    fail_many(copy, "settings", VT_LIMIT_PLUGIN_SETTINGS);
  return count;
}

static const struct vater_setting *copy_settings(struct copy *copy,
                                                 const struct vater_setting *theirs)
{
  uint32_t count = count_settings(copy, theirs);
  struct vater_setting *ours = take(copy, count + 1, sizeof *ours);
  for (uint32_t i = 0; i < count && copy->status == VATER_OK; i++) {
    ours[i] = theirs[i];
    ours[i].name = copy_text(copy, "settings[].name", theirs[i].name, true);
    ours[i].fallback = copy_text(copy, "settings[].fallback", theirs[i].fallback, false);
    ours[i].help = copy_text(copy, "settings[].help", theirs[i].help, true);
  }
  return ours;
}

static const struct vater_source_ops *copy_source(struct copy *copy,
                                                  const struct vater_source_ops *theirs)
{
  struct vater_source_ops *ours = take(copy, 1, sizeof *ours);
  if (ours == NULL || !copy_struct(copy, "source", theirs, ours, sizeof *ours,
                                   UP_TO(struct vater_source_ops, first)))
    return NULL;
  if (ours->first == NULL)
    fail_missing(copy, "source.first");
  return ours;
}

static const struct vater_auth_ops *copy_auth(struct copy *copy,
                                              const struct vater_auth_ops *theirs)
{
  struct vater_auth_ops *ours = take(copy, 1, sizeof *ours);
  if (ours == NULL ||
      !copy_struct(copy, "auth", theirs, ours, sizeof *ours, UP_TO(struct vater_auth_ops, prepare)))
    return NULL;
  if (ours->prepare == NULL)
    fail_missing(copy, "auth.prepare");
  return ours;
}

static const struct vater_row_member *copy_row_members(struct copy *copy,
                                                       const struct vater_row_member *theirs)
{
  uint32_t count = 0;
  while (theirs != NULL && count <= VT_LIMIT_PLUGIN_MEMBERS && theirs[count].member != NULL)
    count++;
  if (count > VT_LIMIT_PLUGIN_MEMBERS)
    fail_many(copy, "format.rows.members", VT_LIMIT_PLUGIN_MEMBERS);
  struct vater_row_member *ours = take(copy, count + 1, sizeof *ours);
  for (uint32_t i = 0; i < count && copy->status == VATER_OK; i++) {
    ours[i].column = theirs[i].column;
    ours[i].member = copy_text(copy, "format.rows.members[].member", theirs[i].member, true);
    if (copy->status == VATER_OK &&
        (ours[i].column <= VATER_COLUMN_NONE || ours[i].column >= VATER_COLUMN_COUNT))
      copy->status = vt_fail(copy->error, VATER_E_REFUSED, "PLUG-ABI",
                             "'%s': the row member '%s' fills column %d, which there is not",
                             copy->name, ours[i].member, ours[i].column);
  }
  return ours;
}

static const struct vater_head_member *copy_head_members(struct copy *copy,
                                                         const struct vater_head_member *theirs)
{
  uint32_t count = 0;
  while (theirs != NULL && count <= VT_LIMIT_PLUGIN_MEMBERS && theirs[count].member != NULL)
    count++;
  if (count > VT_LIMIT_PLUGIN_MEMBERS)
    fail_many(copy, "format.rows.head", VT_LIMIT_PLUGIN_MEMBERS);
  struct vater_head_member *ours = take(copy, count + 1, sizeof *ours);
  for (uint32_t i = 0; i < count && copy->status == VATER_OK; i++) {
    ours[i].field = theirs[i].field;
    ours[i].member = copy_text(copy, "format.rows.head[].member", theirs[i].member, true);
    if (copy->status == VATER_OK &&
        (ours[i].field <= VATER_HEAD_NONE || ours[i].field >= VATER_HEAD_COUNT))
      copy->status = vt_fail(copy->error, VATER_E_REFUSED, "PLUG-ABI",
                             "'%s': the head member '%s' fills field %d, which there is not",
                             copy->name, ours[i].member, ours[i].field);
  }
  return ours;
}

static const struct vater_rows *copy_rows(struct copy *copy, const struct vater_rows *theirs)
{
  struct vater_rows *ours = take(copy, 1, sizeof *ours);
  if (ours == NULL || !copy_struct(copy, "format.rows", theirs, ours, sizeof *ours,
                                   UP_TO(struct vater_rows, members)))
    return NULL;
  ours->at = copy_text(copy, "format.rows.at", ours->at, true);
  if (ours->members == NULL)
    fail_missing(copy, "format.rows.members");
  ours->members = copy_row_members(copy, ours->members);
  ours->head = copy_head_members(copy, ours->head);
  return ours;
}

static const char *const *copy_media_types(struct copy *copy, const char *const *theirs)
{
  uint32_t count = 0;
  while (theirs != NULL && count <= VT_LIMIT_PLUGIN_MEDIA_TYPES && theirs[count] != NULL)
    count++;
  if (count > VT_LIMIT_PLUGIN_MEDIA_TYPES)
    fail_many(copy, "format.media_types", VT_LIMIT_PLUGIN_MEDIA_TYPES);
  const char **ours = take(copy, count + 1, sizeof *ours);
  for (uint32_t i = 0; i < count && copy->status == VATER_OK; i++)
    ours[i] = copy_text(copy, "format.media_types[]", theirs[i], true);
  return ours;
}

static bool reads_csv(const struct vater_format_ops *format)
{
  return format->syntax != NULL && strstr(format->syntax, "csv") != NULL;
}

static const char *const *copy_marks(struct copy *copy, const char *const *theirs)
{
  uint32_t count = 0;
  while (theirs != NULL && count <= VT_LIMIT_PLUGIN_MEMBERS && theirs[count] != NULL)
    count++;
  if (count > VT_LIMIT_PLUGIN_MEMBERS)
    fail_many(copy, "format.marks", VT_LIMIT_PLUGIN_MEMBERS);
  const char **ours = take(copy, count + 1, sizeof *ours);
  for (uint32_t i = 0; i < count && copy->status == VATER_OK; i++)
    ours[i] = copy_text(copy, "format.marks[]", theirs[i], true);
  return ours;
}

static const struct vater_format_ops *
copy_format(struct copy *copy, const struct vater_format_ops *theirs, struct vt_format_info *info)
{
  struct vater_format_ops *ours = take(copy, 1, sizeof *ours);
  if (ours == NULL || !copy_struct(copy, "format", theirs, ours, sizeof *ours,
                                   UP_TO(struct vater_format_ops, rows)))
    return NULL;
  ours->syntax = copy_text(copy, "format.syntax", ours->syntax, true);
  if (ours->media_types == NULL)
    fail_missing(copy, "format.media_types");
  ours->media_types = copy_media_types(copy, ours->media_types);
  ours->schema = copy_text(copy, "format.schema", ours->schema, false);
  if (ours->rows != NULL)
    ours->rows = copy_rows(copy, ours->rows);
  else if (ours->decode == NULL && (ours->record == NULL || !reads_csv(ours)))
    fail_missing(copy, "format.decode (or format.rows)");
  ours->mapping_schema = copy_text(copy, "format.mapping_schema", ours->mapping_schema, false);
  ours->marks = copy_marks(copy, ours->marks);
  if (copy->status == VATER_OK)
    *info =
        (struct vt_format_info){ours->syntax, ours->media_types, ours->schema,
                                ours->rows != NULL ? ours->rows->at : NULL, ours->mapping_schema};
  return ours;
}

static void copy_checks(struct copy *copy, const struct vater_check_ops *theirs,
                        struct vt_plugin *plugin)
{
  struct vater_check_ops ops;
  if (!copy_struct(copy, "check", theirs, &ops, sizeof ops, UP_TO(struct vater_check_ops, checks)))
    return;
  uint32_t count = 0;
  while (ops.checks != NULL && count <= VT_LIMIT_PLUGIN_CHECKS && ops.checks[count].name != NULL)
    count++;
  if (ops.checks == NULL || count == 0)
    fail_missing(copy, "check.checks[0].name");
  if (count > VT_LIMIT_PLUGIN_CHECKS)
    fail_many(copy, "check.checks", VT_LIMIT_PLUGIN_CHECKS);
  struct vater_check *ours = take(copy, (size_t)count + 1, sizeof *ours);
  struct vt_check_info *infos = take(copy, count, sizeof *infos);
  for (uint32_t i = 0; i < count && copy->status == VATER_OK; i++) {
    ours[i].run = ops.checks[i].run;
    ours[i].name = copy_text(copy, "check.checks[].name", ops.checks[i].name, true);
    ours[i].summary = copy_text(copy, "check.checks[].summary", ops.checks[i].summary, true);
    ours[i].settings = copy_settings(copy, ops.checks[i].settings);
    if (ours[i].run == NULL)
      fail_missing(copy, "check.checks[].run");
    infos[i] = (struct vt_check_info){ours[i].name, ours[i].summary, ours[i].settings};
  }
  plugin->checks = ours;
  plugin->info.checks = infos;
  plugin->info.check_count = count;
}

static void copy_functions(struct copy *copy, const struct vater_function *theirs,
                           struct vt_plugin *plugin)
{
  uint32_t count = 0;
  while (count <= VT_LIMIT_PLUGIN_FUNCTIONS && theirs[count].name != NULL)
    count++;
  if (count == 0)
    fail_missing(copy, "functions[0].name");
  if (count > VT_LIMIT_PLUGIN_FUNCTIONS)
    fail_many(copy, "functions", VT_LIMIT_PLUGIN_FUNCTIONS);
  struct vater_function *ours = take(copy, (size_t)count + 1, sizeof *ours);
  struct vt_function_info *infos = take(copy, count, sizeof *infos);
  for (uint32_t i = 0; i < count && copy->status == VATER_OK; i++) {
    ours[i].call = theirs[i].call;
    ours[i].name = copy_text(copy, "functions[].name", theirs[i].name, true);
    ours[i].signature = copy_text(copy, "functions[].signature", theirs[i].signature, true);
    ours[i].help = copy_text(copy, "functions[].help", theirs[i].help, true);
    if (ours[i].call == NULL)
      fail_missing(copy, "functions[].call");
    infos[i] = (struct vt_function_info){ours[i].name, ours[i].signature, ours[i].help};
  }
  plugin->functions = ours;
  plugin->info.functions = infos;
  plugin->info.function_count = count;
}

static void copy_tables(struct copy *copy, const struct vater_plugin *ours,
                        struct vt_plugin *plugin)
{
  unsigned *capabilities = &plugin->info.capabilities;
  if (ours->source != NULL) {
    plugin->source = copy_source(copy, ours->source);
    *capabilities |= VT_CAPABILITY_SOURCE;
  }
  if (ours->auth != NULL) {
    plugin->auth = copy_auth(copy, ours->auth);
    *capabilities |= VT_CAPABILITY_AUTH;
  }
  if (ours->format != NULL) {
    plugin->format = copy_format(copy, ours->format, &plugin->info.format);
    *capabilities |= VT_CAPABILITY_FORMAT;
  }
  if (ours->check != NULL) {
    copy_checks(copy, ours->check, plugin);
    *capabilities |= VT_CAPABILITY_CHECK;
  }
  if (ours->functions != NULL) {
    copy_functions(copy, ours->functions, plugin);
    *capabilities |= VT_CAPABILITY_FUNCTION;
  }
}

int vt_plugin_copy(const struct vater_plugin *theirs, const char *path, struct vt_arena *arena,
                   struct vt_plugin *plugin, struct vt_error *error)
{
  struct copy copy = {vt_plugin_file_name(path), arena, error, VATER_OK};
  struct vater_plugin ours;
  *plugin = (struct vt_plugin){.library = NULL};
  copy_struct(&copy, "plugin", theirs, &ours, sizeof ours, UP_TO(struct vater_plugin, summary));
  if (copy.status == VATER_OK && ours.abi_major != VATER_ABI_MAJOR)
    copy.status =
        vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                "'%s' is built for ABI %u.%u; wanted: %d.x; build it against this "
                "version's vater/plugin.h",
                copy.name, (unsigned)ours.abi_major, (unsigned)ours.abi_minor, VATER_ABI_MAJOR);
  if (copy.status != VATER_OK)
    return copy.status;
  plugin->info.path = path;
  plugin->info.abi_minor = ours.abi_minor;
  plugin->info.name = copy_text(&copy, "name", ours.name, true);
  plugin->info.version = copy_text(&copy, "version", ours.version, true);
  plugin->info.summary = copy_text(&copy, "summary", ours.summary, true);
  plugin->info.settings = copy_settings(&copy, ours.settings);
  plugin->load = ours.load;
  plugin->unload = ours.unload;
  copy_tables(&copy, &ours, plugin);
  return copy.status == VATER_OK ? vt_plugin_info_check(&plugin->info, error) : copy.status;
}
