/*
 * Plugins, from file to checked copy of what they offer. Three phases, so that no process runs code
 * of a file before it must:
 *  - scan lists *.so of trusted folders and reads them as bytes: PLUG-TRUST, PLUG-ABI. Any process.
 *  - probe loads one in a throw-away child and brings back its description. CLI, doctor.
 *  - load is dlopen, entry symbol, ABI checks, deep copy, load(host): PLUG-LOAD, PLUG-ABI. Zygote:
 *    all; main: only the source and auth plugins the configuration names, when the zygote survived.
 * Nothing is ever unmapped. Every refusal names the file, what was found and wanted, the remedy.
 */
#ifndef VT_PLUGIN_REGISTRY_H
#define VT_PLUGIN_REGISTRY_H

#include "base/diagnostics.h"
#include "base/environment.h"
#include "plugin/info.h"

struct vt_plugin_files {
  const char **paths; /* in the order of folders, then of names */
  uint32_t count;
};

/* One loaded plugin: host-owned copies, members beyond the plugin's own size zeroed. */
struct vt_plugin {
  struct vt_plugin_info info;
  void *library;
  int (*load)(const struct vater_host *);
  void (*unload)(void);
  const struct vater_source_ops *source; /* NULL where not offered; so for the rest */
  const struct vater_auth_ops *auth;
  const struct vater_format_ops *format;  /* .rows points to a copy too */
  const struct vater_check *checks;       /* info.check_count of them, then name == NULL */
  const struct vater_function *functions; /* info.function_count of them, then name == NULL */
};

struct vt_registry {
  const struct vt_environment *environment;
  struct vt_arena *arena; /* for the life of the process */
  const struct vater_host *host;
  struct vt_plugin **plugins;
  uint32_t count;
};

/* Told before each file is opened, and with NULL when done: who watches a process that a
 * constructor ends (PLUG-LOAD) can then name the file. */
struct vt_plugin_watch {
  void (*loading)(void *context, const char *path);
  void *context;
};

/* *.so of each folder. Refused ones are reported in `refused` and left out. A folder that is absent
 * or not trusted is an error in `refused` too. VATER_OK, or VATER_E_NOMEM. */
int vt_plugin_scan(const char *const *folders, uint32_t count, struct vt_arena *arena,
                   struct vt_plugin_files *files, struct vt_diagnostics *refused);
/* G02: a regular file (no symlink) in a folder, both owned by us or root and writable by no other.
 */
int vt_plugin_check_trust(const char *path, struct vt_error *error);
/* G01, as bytes: a whole ELF shared object for this machine that exports vater_plugin_1. */
int vt_plugin_check_file(const struct vt_allocator *allocator, const char *path,
                         struct vt_error *error);

/* `host` NULL: vt_host(). The arena is kept. */
int vt_registry_init(struct vt_registry *registry, const struct vt_environment *environment,
                     struct vt_arena *arena, const struct vater_host *host);
/* Checks trust and bytes again, then runs the file's code. Refuses a constructor that forked or
 * left threads behind (a child that comes back from dlopen ends at once). *plugin may be NULL. */
int vt_registry_load(struct vt_registry *registry, const char *path,
                     const struct vt_plugin_watch *watch, const struct vt_plugin **plugin,
                     struct vt_error *error);
/* All of `files`; refused ones are reported and left out. `watch` may be NULL. */
int vt_registry_load_all(struct vt_registry *registry, const struct vt_plugin_files *files,
                         const struct vt_plugin_watch *watch, struct vt_diagnostics *refused);
/* Calls unload() of each, last loaded first. Libraries stay mapped. */
void vt_registry_fini(struct vt_registry *registry);

/* NULL where there is none. */
const struct vt_plugin *vt_registry_find(const struct vt_registry *registry, struct vater_str name);
/* "disclosure.small_cells" → its plugin and check; NULL where there is none. */
const struct vater_check *vt_registry_check(const struct vt_registry *registry,
                                            struct vater_str name, const struct vt_plugin **plugin);
/* Descriptions of all, borrowed from the registry's arena. */
int vt_registry_infos(const struct vt_registry *registry, struct vt_plugin_infos *infos);
/* The plugin that accepts this media type (parameters ignored, any case); NULL where none does. */
const struct vt_plugin *vt_registry_format(const struct vt_registry *registry,
                                           struct vater_str media_type);

/* Loads `path` in a forked child that has `timeout_ms`, its standard streams closed: PLUG-LOAD when
 * it crashes, exits, hangs. Nothing of it runs in this process. */
int vt_plugin_probe(const struct vt_environment *environment, const char *path, int timeout_ms,
                    struct vt_arena *arena, struct vt_plugin_info *info, struct vt_error *error);

#endif
