#include "worker/loaded.h"

#include "base/limits.h"
#include "worker/zygote.h"

#include <stdio.h>

static bool is_skipped(const char *path, const char *const *skipped, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp(path, skipped[i]) == 0)
      return true;
  return false;
}

static int load_plugins(struct loaded *loaded, const struct vt_zygote_options *options,
                        const char *const *skipped, size_t skipped_count,
                        const struct vt_plugin_watch *watch)
{
  struct vt_plugin_files files = {0};
  int status =
      vt_plugin_scan(options->plugin_directories, (uint32_t)options->plugin_directory_count,
                     loaded->arena, &files, &loaded->diagnostics);
  if (status != VATER_OK)
    return status;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < files.count; i++)
    if (!is_skipped(files.paths[i], skipped, skipped_count))
      files.paths[kept++] = files.paths[i];
  files.count = kept;
  return vt_registry_load_all(&loaded->registry, &files, watch, &loaded->diagnostics);
}

/* Schemas are pinned with the packs, and are none. */
static int pinned_packs(struct loaded *loaded, const struct vt_zygote_options *options,
                        struct vt_rules_options *rules)
{
  struct vt_rules_file *packs =
      vt_arena_array(loaded->arena, options->pinned_count + 1, sizeof *packs);
  if (packs == NULL)
    return VATER_E_NOMEM;
  for (size_t i = 0; i < options->pinned_count; i++)
    if (!vt_str_starts(options->pinned[i].name, VT_STR("schemas/")))
      packs[rules->pinned_count++] = options->pinned[i];
  rules->pinned = packs;
  return VATER_OK;
}

/* What a rule lacks because a plugin is not there. */
static bool lacks_plugin(const struct vt_error *fault)
{
  struct vater_str text = vt_str(fault->text);
  return vt_str_find(text, VT_STR("plugin has the check '"), 0) < text.len ||
         vt_str_starts(text, VT_STR("unknown function '"));
}

static void pass_on(struct vt_diagnostics *list, const struct vt_diagnostic *item)
{
  uint32_t before = list->count;
  vt_diagnostics_add(list, item->severity, &item->error, VT_STR_NONE, item->width);
  if (list->count > before)
    list->items[before].line_text = item->line_text;
}

/* With a plugin that could not be loaded, what follows from that is one line. */
static void tell_rules(struct loaded *loaded, const struct vt_diagnostics *found, bool incomplete)
{
  uint32_t follow = 0;
  for (uint32_t i = 0; i < found->count; i++) {
    const struct vt_diagnostic *item = &found->items[i];
    if (incomplete && lacks_plugin(&item->error))
      follow++;
    else
      pass_on(&loaded->diagnostics, item);
  }
  if (found->errors > found->count) /* more than the list holds */
    loaded->diagnostics.errors += found->errors - found->count;
  if (follow == 0)
    return;
  struct vt_error error = {0};
  vt_fail(&error, VATER_E_RULE, "RULE-LOAD",
          "%u rule%s a check or function that no loaded plugin has: begin with the plugins above",
          follow, follow == 1 ? " wants" : "s want");
  vt_diagnostics_add(&loaded->diagnostics, VATER_SEVERITY_ERROR, &error, VT_STR_NONE, 0);
}

static int load_rules(struct loaded *loaded, const struct vt_zygote_options *options,
                      bool incomplete)
{
  struct vt_rules_options rules = {.environment = options->environment,
                                   .plugins = &loaded->registry,
                                   .trusted = options->trusted};
  struct vt_diagnostics found;
  vt_diagnostics_init(&found, loaded->arena);
  int status = VATER_OK;
  if (options->pinned_count > 0)
    status = pinned_packs(loaded, options, &rules);
  else
    rules.directory = options->rules;
  if (status == VATER_OK)
    status = vt_rules_load(&rules, &loaded->rules, &found);
  tell_rules(loaded, &found, incomplete);
  return status == VATER_E_RULE ? VATER_OK : status;
}

static int load_schemas(struct loaded *loaded, const struct vt_zygote_options *options)
{
  const struct vt_judge_schemas schemas = {.directory = options->schemas,
                                           .trusted = options->trusted,
                                           .pinned = options->pinned,
                                           .pinned_count = options->pinned_count};
  int status = vt_judge_context_init(&loaded->context, options->environment, &loaded->registry,
                                     loaded->rules, &schemas, &loaded->diagnostics);
  loaded->context.release = vt_worker_release;
  return status == VATER_E_CONFIG ? VATER_OK : status;
}

int vt_loaded_load(struct loaded *loaded, const struct vt_zygote_options *options,
                   const char *const *skipped, size_t skipped_count,
                   const struct vt_plugin_watch *watch, struct vt_error *error)
{
  const struct vt_allocator *allocator = &options->environment->allocator;
  *loaded = (struct loaded){.arena = vt_arena_new(allocator, 0), .pins = options->pins};
  if (loaded->arena == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory to load plugins and rules");
  vt_diagnostics_init(&loaded->diagnostics, loaded->arena);
  int status = vt_registry_init(&loaded->registry, options->environment, loaded->arena, NULL);
  if (status == VATER_OK)
    status = vt_sandbox_prepare(&loaded->sandbox, options->sandbox, allocator, error);
  if (status == VATER_OK)
    status = load_plugins(loaded, options, skipped, skipped_count, watch);
  if (status == VATER_OK)
    watch->loading(watch->context, NULL);
  if (status == VATER_OK)
    status = load_rules(loaded, options, skipped_count > 0 || loaded->diagnostics.errors > 0);
  if (status == VATER_OK)
    status = load_schemas(loaded, options);
  return vt_fail(status == VATER_OK ? NULL : error, status, "OPS-MEMORY",
                 "plugins and rules cannot be loaded (status %d)", status);
}
