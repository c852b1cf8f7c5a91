/* What the parts of `vater plugin check` share, in the child that exercises the plugin. */
#ifndef VT_CLI_PLUGIN_EXERCISE_H
#define VT_CLI_PLUGIN_EXERCISE_H

#include "plugin/call.h"
#include "plugin/config.h"

#include <stdio.h>

/* Settings by which everything is tried: 0 has a plain value for all that is required, the others
 * odd values of the right type for all settings. What was given with --with stays. */
enum { VT_EXERCISE_ROUNDS = 4, VT_EXERCISE_TEXTS = 8 };

/* plugin_exercise_memory.c */
struct block;
struct vt_exercise_memory {
  struct block *kept[17]; /* by power of two */
  char *region;
  size_t left;
};

struct vt_allocator vt_exercise_allocator(struct vt_exercise_memory *memory);

struct exercise {
  FILE *out;
  struct vt_environment environment;
  struct vt_exercise_memory memory;
  int64_t now_ms;
  struct vt_arena *arena;
  struct vt_registry registry;
  const struct vt_plugin *plugin;
  struct vater_call call;
  struct vt_error error;
  const json_t *with;                         /* settings that the author gave, or NULL */
  vater_config *settings[VT_EXERCISE_ROUNDS]; /* of the plugin; NULL: the host refuses them */
  const char *note;                           /* what could not be tried, or NULL */
  /* what the callback under way brought, as a sum that a second run must give again */
  uint64_t found;
};

/* Texts that are not what one expects. */
extern const char *const vt_exercise_texts[VT_EXERCISE_TEXTS];

/* Why an outcome breaks the contract; NULL: it does not. */
const char *vt_exercise_broken(const struct exercise *exercise, int status);
void vt_exercise_sum(struct exercise *exercise, const void *bytes, size_t len);
/* The line of the trial that begins; it ends with the outcome of `once`, which is called again and
 * again: what it takes it has to give back. */
void vt_exercise_try(struct exercise *exercise, const char *what,
                     const char *(*once)(struct exercise *, const void *), const void *context);

/* plugin_exercise_settings.c: the settings of a list, of that round; `secret` is the file that
 * holds one, or NULL. NULL where the host refuses them. */
vater_config *vt_exercise_config(struct exercise *exercise, const struct vater_setting *declared,
                                 unsigned round, const char *secret);
/* Those of the plugin; before the sandbox stands, since secrets are files. */
void vt_exercise_settings(struct exercise *exercise);

/* plugin_exercise_format.c, plugin_exercise_main.c: for vt_exercise_try(). */
const char *vt_exercise_format(struct exercise *exercise, const void *context);
const char *vt_exercise_source(struct exercise *exercise, const void *context);
const char *vt_exercise_auth(struct exercise *exercise, const void *context);

#endif
