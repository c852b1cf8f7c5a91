#include "base/limits.h"
#include "base/pack.h"
#include "jose/digest.h"
#include "worker/loaded.h"
#include "worker/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum {
  LOADED_BYTES = 1024 * 1024 * 1024,
  PLUGIN_BYTES = 64,
  FILE_BYTES = 16,
  ITEM_BYTES = 24,
  TEXT_BYTES = 8
};

static int pack_digest(const char *path, struct vt_buffer *out, struct vt_error *error)
{
  struct vt_digest digest;
  char text[VT_DIGEST_HEX];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return vt_fail(error, VATER_E_IO, "PLUG-LOAD", "%s is gone", path);
  int status = vt_digest_of_fd(fd, &digest, error);
  close(fd);
  if (status != VATER_OK)
    return status;
  vt_digest_print(&digest, text);
  vt_pack_text(out, vt_str(text));
  return VATER_OK;
}

static void pack_documents(const struct vt_plugin_info *info, struct vt_buffer *out)
{
  uint64_t count = 0;
  for (const struct vater_setting *one = info->settings; one->name != NULL; one++)
    count += one->type == VATER_SETTING_DOCUMENT;
  vt_pack_number(out, count);
  for (const struct vater_setting *one = info->settings; one->name != NULL; one++)
    if (one->type == VATER_SETTING_DOCUMENT)
      vt_pack_text(out, vt_str(one->name));
  vt_pack_text(out, vt_str(info->format.mapping_schema));
}

static int pack_plugins(const struct loaded *loaded, struct vt_buffer *out, struct vt_error *error)
{
  const struct vt_registry *registry = &loaded->registry;
  bool hashed = loaded->pins && loaded->diagnostics.errors == 0;
  int status = VATER_OK;
  vt_pack_number(out, registry->count);
  for (uint32_t i = 0; i < registry->count && status == VATER_OK; i++) {
    const struct vt_plugin_info *info = &registry->plugins[i]->info;
    vt_pack_text(out, vt_str(info->name));
    vt_pack_text(out, vt_str(info->version));
    vt_pack_text(out, vt_str(info->summary));
    vt_pack_text(out, vt_str(info->path));
    vt_pack_number(out, info->capabilities);
    pack_documents(info, out);
    if (hashed)
      status = pack_digest(info->path, out, error);
    else
      vt_pack_text(out, VT_STR_NONE);
  }
  return status;
}

static void pack_concluded(const struct vt_rules *rules, struct vt_buffer *out)
{
  uint32_t all = rules == NULL ? 0 : vt_rules_indicator_count(rules), count = 0;
  for (uint32_t i = 0; i < all; i++)
    count += vt_rules_conclude_on(rules, vt_rules_indicator(rules, i)->id);
  vt_pack_number(out, count);
  for (uint32_t i = 0; i < all; i++)
    if (vt_rules_conclude_on(rules, vt_rules_indicator(rules, i)->id))
      vt_pack_text(out, vt_rules_indicator(rules, i)->id);
}

static void pack_files(const struct loaded *loaded, struct vt_buffer *out)
{
  size_t packs = !loaded->pins || loaded->rules == NULL ? 0 : vt_rules_file_count(loaded->rules);
  uint32_t schemas = loaded->pins ? loaded->context.schema_file_count : 0;
  vt_pack_number(out, packs + schemas);
  for (size_t i = 0; i < packs; i++) {
    vt_pack_text(out, vt_rules_file(loaded->rules, i)->name);
    vt_pack_text(out, vt_rules_file(loaded->rules, i)->bytes);
  }
  for (uint32_t i = 0; i < schemas; i++) {
    vt_pack_text(out, loaded->context.schema_files[i].name);
    vt_pack_text(out, loaded->context.schema_files[i].bytes);
  }
}

static void pack_diagnostics(const struct vt_diagnostics *list, struct vt_buffer *out)
{
  vt_pack_number(out, list->errors);
  vt_pack_number(out, list->warnings);
  vt_pack_number(out, list->count);
  for (uint32_t i = 0; i < list->count; i++) {
    const struct vt_diagnostic *item = &list->items[i];
    vt_pack_number(out, (uint64_t)item->severity);
    vt_pack_text(out, (struct vater_str){(const char *)&item->error, sizeof item->error});
    vt_pack_text(out, item->line_text);
    vt_pack_number(out, item->width);
  }
}

int vt_loaded_write(const struct loaded *loaded, int *fd, struct vt_error *error)
{
  char sandbox[160];
  *fd = -1;
  struct vt_buffer out;
  vt_buffer_init(&out, &loaded->registry.environment->allocator, LOADED_BYTES);
  pack_diagnostics(&loaded->diagnostics, &out);
  vt_pack_number(&out, loaded->rules == NULL ? 0 : vt_rules_count(loaded->rules));
  vt_pack_number(&out, loaded->rules == NULL ? 0 : vt_rules_indicator_count(loaded->rules));
  vt_pack_number(&out, loaded->sandbox.enabled);
  vt_pack_number(&out, (uint64_t)loaded->sandbox.landlock);
  vt_pack_text(&out, (struct vater_str){sandbox, vt_sandbox_print(&loaded->sandbox, sandbox)});
  int status = pack_plugins(loaded, &out, error);
  pack_files(loaded, &out);
  pack_concluded(loaded->rules, &out);
  if (status == VATER_OK && out.failed)
    status = vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory to tell what was loaded");
  if (status == VATER_OK)
    status = vt_memory_of("vater-loaded", vt_buffer_str(&out), fd, error);
  vt_buffer_fini(&out);
  return status;
}

/* ---- reading, in main: what a plugin's constructor could have written --------------------------
 */

static void read_diagnostic(struct vt_unpack *from, struct vt_diagnostics *list)
{
  int severity = vt_unpack_number(from) == VATER_SEVERITY_ERROR ? VATER_SEVERITY_ERROR
                                                                : VATER_SEVERITY_WARNING;
  struct vater_str raw = vt_unpack_text(from);
  struct vater_str line = vt_unpack_text(from);
  uint32_t width = (uint32_t)vt_unpack_number(from);
  struct vt_error fault;
  if (raw.len != sizeof fault)
    from->failed = true;
  if (from->failed)
    return;
  memcpy(&fault, raw.ptr, sizeof fault);
  fault.code[sizeof fault.code - 1] = fault.stage[sizeof fault.stage - 1] = '\0';
  fault.source[sizeof fault.source - 1] = fault.pointer[sizeof fault.pointer - 1] = '\0';
  fault.text[sizeof fault.text - 1] = '\0';
  uint32_t before = list->count;
  vt_diagnostics_add(list, severity, &fault, VT_STR_NONE, width);
  if (list->count > before)
    list->items[before].line_text = vt_arena_copy(list->arena, line);
}

static void read_diagnostics(struct vt_unpack *from, struct vt_diagnostics *list)
{
  uint32_t errors = list->errors + (uint32_t)vt_unpack_number(from);
  uint32_t warnings = list->warnings + (uint32_t)vt_unpack_number(from);
  size_t count = vt_unpack_count(from, ITEM_BYTES);
  for (size_t i = 0; i < count && !from->failed; i++)
    read_diagnostic(from, list);
  list->errors = errors;
  list->warnings = warnings;
}

static bool read_documents(struct vt_unpack *from, struct vt_arena *arena,
                           struct vt_zygote_plugin *plugin)
{
  size_t count = vt_unpack_count(from, TEXT_BYTES);
  struct vater_str *names = vt_arena_array(arena, count + 1, sizeof *names);
  for (size_t i = 0; names != NULL && i < count; i++)
    names[i] = vt_arena_copy(arena, vt_unpack_text(from));
  plugin->document_settings = names;
  plugin->document_setting_count = names != NULL ? count : 0;
  plugin->mapping_schema = vt_arena_copy(arena, vt_unpack_text(from));
  return names != NULL && plugin->mapping_schema.ptr != NULL;
}

static int read_plugins(struct vt_unpack *from, struct vt_arena *arena, struct vt_zygote_info *info)
{
  size_t count = vt_unpack_count(from, PLUGIN_BYTES);
  struct vt_zygote_plugin *plugins = vt_arena_array(arena, count + 1, sizeof *plugins);
  if (plugins == NULL)
    return VATER_E_NOMEM;
  for (size_t i = 0; i < count; i++) {
    struct vt_zygote_plugin *plugin = &plugins[i];
    plugin->name = vt_arena_copy(arena, vt_unpack_text(from));
    plugin->version = vt_arena_copy(arena, vt_unpack_text(from));
    plugin->summary = vt_arena_copy(arena, vt_unpack_text(from));
    plugin->path = vt_arena_copy(arena, vt_unpack_text(from));
    uint64_t capabilities = vt_unpack_number(from);
    if (!read_documents(from, arena, plugin))
      return VATER_E_NOMEM;
    plugin->sha256 = vt_arena_copy(arena, vt_unpack_text(from));
    plugin->source = (capabilities & VT_CAPABILITY_SOURCE) != 0;
    plugin->auth = (capabilities & VT_CAPABILITY_AUTH) != 0;
    plugin->format = (capabilities & VT_CAPABILITY_FORMAT) != 0;
    plugin->check = (capabilities & VT_CAPABILITY_CHECK) != 0;
    plugin->functions = (capabilities & VT_CAPABILITY_FUNCTION) != 0;
  }
  info->plugins = plugins;
  info->plugin_count = (uint32_t)count;
  return VATER_OK;
}

static int read_files(struct vt_unpack *from, struct vt_arena *arena, struct vt_zygote_info *info)
{
  size_t count = vt_unpack_count(from, FILE_BYTES);
  struct vt_rules_file *files = vt_arena_array(arena, count + 1, sizeof *files);
  if (files == NULL)
    return VATER_E_NOMEM;
  for (size_t i = 0; i < count; i++) {
    files[i].name = vt_unpack_text(from);
    files[i].bytes = vt_unpack_text(from);
  }
  info->rule_files = files;
  info->rule_file_count = count;
  return VATER_OK;
}

static int read_concluded(struct vt_unpack *from, struct vt_arena *arena,
                          struct vt_zygote_info *info)
{
  size_t count = vt_unpack_count(from, sizeof(uint64_t));
  struct vater_str *ids = vt_arena_array(arena, count + 1, sizeof *ids);
  if (ids == NULL)
    return VATER_E_NOMEM;
  for (size_t i = 0; i < count; i++)
    ids[i] = vt_unpack_text(from);
  info->concluded = ids;
  info->concluded_count = (uint32_t)count;
  return VATER_OK;
}

int vt_loaded_read(int fd, struct vt_arena *arena, struct vt_zygote_info *info,
                   struct vt_diagnostics *diagnostics, struct vater_str *bytes,
                   struct vt_error *error)
{
  *info = (struct vt_zygote_info){0};
  int status = vt_memory_map(fd, LOADED_BYTES, bytes, error);
  if (status != VATER_OK)
    return status;
  struct vt_unpack from = {.rest = *bytes};
  read_diagnostics(&from, diagnostics);
  info->rule_count = (uint32_t)vt_unpack_number(&from);
  info->indicator_count = (uint32_t)vt_unpack_number(&from);
  info->sandboxed = vt_unpack_number(&from) != 0;
  info->landlock = (int)vt_unpack_number(&from);
  info->sandbox = vt_unpack_text(&from);
  status = read_plugins(&from, arena, info);
  if (status == VATER_OK)
    status = read_files(&from, arena, info);
  if (status == VATER_OK)
    status = read_concluded(&from, arena, info);
  if (status != VATER_OK)
    return vt_fail(error, status, "OPS-MEMORY", "no memory for what the zygote loaded");
  if (!vt_unpack_done(&from))
    return vt_fail(error, VATER_E_REFUSED, "PLUG-PROTO", "the zygote's list makes no sense");
  return VATER_OK;
}
