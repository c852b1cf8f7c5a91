#include "plugin/registry.h"

#include "base/limits.h"
#include "plugin/copy.h"
#include "plugin/files.h"
#include "plugin/host.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

typedef const struct vater_plugin *entry_function(void);

int vt_registry_init(struct vt_registry *registry, const struct vt_environment *environment,
                     struct vt_arena *arena, const struct vater_host *host)
{
  *registry = (struct vt_registry){.environment = environment, .arena = arena};
  registry->host = host != NULL ? host : vt_host();
  registry->plugins = vt_arena_array(arena, VT_LIMIT_PLUGINS, sizeof *registry->plugins);
  return registry->plugins != NULL ? VATER_OK : VATER_E_NOMEM;
}

/* ---- the process around a file's code ------------------------------------------------------- */

struct guard {
  pid_t process;
  int threads; /* -1: not known */
  bool children;
};

static int count_threads(void)
{
  DIR *tasks = opendir("/proc/self/task");
  if (tasks == NULL)
    return -1;
  int count = 0;
  for (const struct dirent *entry = readdir(tasks); entry != NULL; entry = readdir(tasks))
    count += entry->d_name[0] != '.';
  closedir(tasks);
  return count;
}

static bool has_children(void)
{
  siginfo_t info;
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static struct guard guard_begin(void)
{
  return (struct guard){getpid(), count_threads(), has_children()};
}

/* `step`: "its constructor". A child must not go on as if it were us. */
static int guard_end(const struct guard *guard, const char *name, const char *step,
                     struct vt_error *error)
{
  if (getpid() != guard->process)
    _exit(127);
  if (!guard->children && has_children())
    return vt_fail(error, VATER_E_REFUSED, "PLUG-LOAD",
                   "'%s': %s forked; plugins start no processes; take the file out of the folder",
                   name, step);
  int threads = count_threads();
  if (guard->threads >= 0 && threads > guard->threads)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-LOAD",
                   "'%s': %s started a thread; plugins start none; take the file out of the folder",
                   name, step);
  return VATER_OK;
}

/* ---- loading -------------------------------------------------------------------------------- */

static int open_library(const char *path, void **library, struct vt_error *error)
{
  char place[4200];
  snprintf(place, sizeof place, "%s%s", strchr(path, '/') != NULL ? "" : "./", path);
  const char *name = vt_plugin_file_name(path);
  struct guard guard = guard_begin();
  *library = dlopen(place, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  int status = guard_end(&guard, name, "its constructor", error);
  if (status != VATER_OK || *library != NULL)
    return status;
  const char *why = dlerror();
  return vt_fail(error, VATER_E_REFUSED, "PLUG-LOAD",
                 "'%s' cannot be loaded: %s; build it again on this system", name,
                 why != NULL ? why : "no reason given");
}

static int call_entry(void *library, const char *name, const struct vater_plugin **theirs,
                      struct vt_error *error)
{
  entry_function *entry = NULL;
  void *symbol = dlsym(library, "vater_plugin_1");
  memcpy(&entry, &symbol, sizeof entry);
  *theirs = entry != NULL ? entry() : NULL;
  if (*theirs == NULL)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                   "'%s': vater_plugin_1() %s; wanted: the plugin's struct", name,
                   entry != NULL ? "returned NULL" : "is not there");
  return VATER_OK;
}

static int admit(struct vt_registry *registry, struct vt_plugin *plugin, const char *name,
                 struct vt_error *error)
{
  const struct vt_plugin *same = vt_registry_find(registry, vt_str(plugin->info.name));
  if (same != NULL)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                   "'%s' calls itself '%s', as '%s' does; wanted: each name once; remove one of "
                   "them",
                   name, plugin->info.name, same->info.path);
  if (plugin->load != NULL) {
    struct guard guard = guard_begin();
    int returned = plugin->load(registry->host);
    int status = guard_end(&guard, name, "its load()", error);
    if (status != VATER_OK)
      return status;
    if (returned != VATER_OK)
      return vt_fail(error, VATER_E_REFUSED, "PLUG-LOAD",
                     "'%s': its load() returned %d; wanted: 0; see the plugin's README", name,
                     returned);
  }
  registry->plugins[registry->count++] = plugin;
  return VATER_OK;
}

static int load_file(struct vt_registry *registry, const char *path,
                     const struct vt_plugin **plugin, struct vt_error *error)
{
  const char *name = vt_plugin_file_name(path);
  const struct vater_plugin *theirs = NULL;
  void *library = NULL;
  struct vater_str kept = vt_arena_copy(registry->arena, vt_str(path));
  struct vt_plugin *ours = vt_arena_alloc(registry->arena, sizeof *ours);
  if (kept.ptr == NULL || ours == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory loading '%s'", name);
  int status = open_library(path, &library, error);
  if (status == VATER_OK)
    status = call_entry(library, name, &theirs, error);
  if (status == VATER_OK)
    status = vt_plugin_copy(theirs, kept.ptr, registry->arena, ours, error);
  ours->library = library;
  if (status == VATER_OK)
    status = admit(registry, ours, name, error);
  if (status == VATER_OK && plugin != NULL)
    *plugin = ours;
  return status;
}

int vt_registry_load(struct vt_registry *registry, const char *path,
                     const struct vt_plugin_watch *watch, const struct vt_plugin **plugin,
                     struct vt_error *error)
{
  if (plugin != NULL)
    *plugin = NULL;
  if (registry->count >= VT_LIMIT_PLUGINS)
    return vt_fail(error, VATER_E_LIMIT, "PLUG-LIMIT",
                   "'%s' is one plugin too many: the limit PLUGINS is %llu",
                   vt_plugin_file_name(path), (unsigned long long)VT_LIMIT_PLUGINS);
  int status = vt_plugin_check_trust(path, error);
  if (status == VATER_OK)
    status = vt_plugin_check_file(&registry->environment->allocator, path, error);
  if (status != VATER_OK)
    return status;
  if (watch != NULL)
    watch->loading(watch->context, path);
  status = load_file(registry, path, plugin, error);
  if (watch != NULL)
    watch->loading(watch->context, NULL);
  if (status != VATER_OK)
    vt_error_at(error, vt_str(path), 0, 0);
  return status;
}

int vt_registry_load_all(struct vt_registry *registry, const struct vt_plugin_files *files,
                         const struct vt_plugin_watch *watch, struct vt_diagnostics *refused)
{
  for (uint32_t i = 0; i < files->count; i++) {
    struct vt_error error = {0};
    int status = vt_registry_load(registry, files->paths[i], watch, NULL, &error);
    if (status == VATER_E_NOMEM)
      return status;
    if (status != VATER_OK)
      vt_diagnostics_add(refused, VATER_SEVERITY_ERROR, &error, VT_STR_NONE, 0);
  }
  return VATER_OK;
}

void vt_registry_fini(struct vt_registry *registry)
{
  for (uint32_t i = registry->count; i > 0; i--)
    if (registry->plugins[i - 1]->unload != NULL)
      registry->plugins[i - 1]->unload();
  registry->count = 0;
}

/* ---- asking --------------------------------------------------------------------------------- */

const struct vt_plugin *vt_registry_find(const struct vt_registry *registry, struct vater_str name)
{
  for (uint32_t i = 0; i < registry->count; i++)
    if (vt_str_is(name, registry->plugins[i]->info.name))
      return registry->plugins[i];
  return NULL;
}

const struct vater_check *vt_registry_check(const struct vt_registry *registry,
                                            struct vater_str name, const struct vt_plugin **plugin)
{
  size_t dot = vt_str_find(name, VT_STR("."), 0);
  const struct vt_plugin *owner = vt_registry_find(registry, vt_str_slice(name, 0, dot));
  if (owner == NULL || dot == name.len)
    return NULL;
  struct vater_str check = vt_str_slice(name, dot + 1, name.len);
  for (uint32_t i = 0; i < owner->info.check_count; i++) {
    if (!vt_str_is(check, owner->checks[i].name))
      continue;
    if (plugin != NULL)
      *plugin = owner;
    return &owner->checks[i];
  }
  return NULL;
}

int vt_registry_infos(const struct vt_registry *registry, struct vt_plugin_infos *infos)
{
  *infos = (struct vt_plugin_infos){.items = NULL};
  struct vt_plugin_info *items = vt_arena_array(registry->arena, registry->count, sizeof *items);
  if (items == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < registry->count; i++)
    items[i] = registry->plugins[i]->info;
  *infos = (struct vt_plugin_infos){items, registry->count};
  return VATER_OK;
}

const struct vt_plugin *vt_registry_format(const struct vt_registry *registry,
                                           struct vater_str media_type)
{
  size_t end = vt_str_find(media_type, VT_STR(";"), 0);
  struct vater_str type = vt_str_trim(vt_str_slice(media_type, 0, end));
  for (uint32_t i = 0; i < registry->count; i++) {
    const struct vater_format_ops *format = registry->plugins[i]->format;
    for (size_t at = 0; format != NULL && format->media_types[at] != NULL; at++)
      if (vt_str_equal_nocase(type, vt_str(format->media_types[at])))
        return registry->plugins[i];
  }
  return NULL;
}
