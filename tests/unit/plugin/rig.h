/* What tests of plugins share: an environment that stands still, one loaded plugin, settings from
 * JSON text, answers made by hand. */
#ifndef VT_TEST_PLUGIN_RIG_H
#define VT_TEST_PLUGIN_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plugin/call.h"
#include "plugin/config.h"
#include "plugin/host.h"
#include "plugin/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RIG_CONFIGS = 8 };

struct rig {
  int64_t now_ms;
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_registry registry;
  const struct vt_plugin *plugin;
  struct vater_call call;
  struct vt_diagnostics diagnostics;
  vater_config *configs[RIG_CONFIGS];
  uint32_t config_count;
  struct vt_error error;
};

/* A folder of this build: "lib/vater/plugins/http.so". */
static inline const char *rig_path(const char *name, char *out, size_t size)
{
  snprintf(out, size, "%s/%s", VATER_BUILD_DIR, name);
  return out;
}

static inline void rig_init(struct rig *rig)
{
  memset(rig, 0, sizeof *rig);
  rig->now_ms = 1767225600000; /* 2026-01-01 */
  rig->environment = vt_environment_real();
  rig->environment.clock = vt_clock_fixed(&rig->now_ms);
  rig->arena = vt_arena_new(&rig->environment.allocator, 0);
  assert_non_null(rig->arena);
  vt_diagnostics_init(&rig->diagnostics, rig->arena);
  assert_int_equal(vt_registry_init(&rig->registry, &rig->environment, rig->arena, NULL), VATER_OK);
  assert_int_equal(vt_call_init(&rig->call, &rig->environment, NULL, "test"), VATER_OK);
}

static inline void rig_fini(struct rig *rig)
{
  for (uint32_t i = 0; i < rig->config_count; i++)
    vt_config_free(rig->configs[i]);
  vt_call_fini(&rig->call);
  vt_registry_fini(&rig->registry);
  vt_arena_free(rig->arena);
}

static inline void rig_load(struct rig *rig, const char *name)
{
  char path[600];
  snprintf(path, sizeof path, "%s/lib/vater/plugins/%s.so", VATER_BUILD_DIR, name);
  if (vt_registry_load(&rig->registry, path, NULL, &rig->plugin, &rig->error) != VATER_OK)
    fail_msg("%s", rig->error.text);
}

/* NULL where refused: the texts are in rig->diagnostics. */
static inline const vater_config *rig_config(struct rig *rig, const struct vater_setting *settings,
                                             const char *text)
{
  struct vt_config_origin origin = {.owner = "plugin 'test'",
                                    .source = "actors.json",
                                    .document = vt_str(text),
                                    .pointer = "",
                                    .load_secrets = true};
  json_t *object = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
  assert_non_null(object);
  assert_true(rig->config_count < RIG_CONFIGS);
  vater_config **config = &rig->configs[rig->config_count++];
  vt_config_parse(settings, object, &origin, rig->arena, &rig->diagnostics, config);
  json_decref(object);
  return *config;
}

static inline void assert_str_is(struct vater_str text, const char *wanted)
{
  char copy[4096];
  vt_text_copy(copy, sizeof copy, text);
  assert_string_equal(copy, wanted);
}

/* A file of mode 0600 in /tmp with that content; unlinked by the caller. */
static inline void rig_secret_file(char *path, size_t size, const char *content)
{
  snprintf(path, size, "/tmp/vater-secret-XXXXXX");
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
  close(fd);
}

#endif
