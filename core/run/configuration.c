#include "run/configuration.h"

#include "run/document.h"
#include "run/json_read.h"

#include <stdio.h>

/* Relative paths are relative to the configuration file. */
static struct vater_str resolve(struct vt_arena *arena, struct vater_str configuration_path,
                                struct vater_str path)
{
  if (path.len == 0 || path.ptr[0] == '/')
    return vt_arena_copy(arena, path);
  const char *slash = memrchr(configuration_path.ptr, '/', configuration_path.len);
  if (slash == NULL)
    return vt_arena_copy(arena, path);
  return vt_arena_format(arena, "%.*s/%.*s", (int)(slash - configuration_path.ptr),
                         configuration_path.ptr, VT_STR_ARGS(path));
}

static void read_paths(const json_t *root, struct vt_arena *arena,
                       struct vt_configuration *configuration)
{
  struct {
    const char *name;
    struct vater_str *path;
  } paths[] = {{"actors", &configuration->actors},
               {"store", &configuration->store},
               {"rules", &configuration->rules},
               {"plugins", &configuration->plugins},
               {"certificates", &configuration->certificates}};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
    *paths[i].path = resolve(arena, configuration->path, vt_json_text(root, paths[i].name));
}

static void read_numbers(const json_t *root, struct vt_configuration *configuration)
{
  configuration->in_flight = (uint32_t)vt_json_integer(root, "inFlight", 64);
  configuration->tries = (uint32_t)vt_json_integer(root, "tries", 3);
  configuration->connect_ms = vt_json_seconds(root, "connectSeconds", 10000);
  configuration->job_ms = vt_json_seconds(root, "jobSeconds", 120000);
  configuration->run_ms = vt_json_seconds(root, "runSeconds", 3600000);
  configuration->slow_ms = vt_json_integer(root, "slowSeconds", 30) * 1000;
  configuration->retry_ms = vt_json_seconds(root, "retrySeconds", 2000);
  configuration->slow_bytes_per_second = (uint32_t)vt_json_integer(root, "slowBytesPerSecond", 100);
  configuration->minimum_free_bytes = (uint64_t)vt_json_integer(root, "minimumFreeBytes", 0);
  configuration->require_sandbox = vt_str_is(vt_json_text(root, "sandbox"), "require");
  configuration->allow_shrink = vt_json_truth(root, "allowShrink", false);
}

int vt_configuration_load(const struct vt_environment *environment, const char *path,
                          const char *rules_directory, struct vt_arena *arena,
                          struct vt_configuration *configuration,
                          struct vt_diagnostics *diagnostics)
{
  *configuration = (struct vt_configuration){0};
  struct vt_document document;
  int status = vt_document_load(environment, path, rules_directory, "configuration.schema.json",
                                arena, &document, diagnostics);
  if (document.root != NULL) {
    configuration->path = document.path;
    configuration->document = document.text;
    read_paths(document.root, arena, configuration);
    read_numbers(document.root, configuration);
  }
  vt_document_fini(&document);
  return status;
}
