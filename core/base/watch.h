/* Tells those who measure, or wait, how far a piece of work has come. */
#ifndef VT_BASE_WATCH_H
#define VT_BASE_WATCH_H

#include "base/str.h"

/* Members may be NULL; names are borrowed for the call. Where there is no watch (NULL), nobody
 * measures. */
struct vt_watch {
  /* As each stage ends; stages may come in any order and more than once. */
  void (*ended)(void *context, struct vater_str stage);
  /* As a rule is about to be asked, by its code. */
  void (*begun)(void *context, struct vater_str rule);
  /* As a callback of a plugin is about to be called. */
  void (*called)(void *context, const char *plugin, const char *callback);
  void *context;
};

static inline void vt_watch_ended(const struct vt_watch *watch, struct vater_str stage)
{
  if (watch != NULL && watch->ended != NULL)
    watch->ended(watch->context, stage);
}

static inline void vt_watch_begun(const struct vt_watch *watch, struct vater_str rule)
{
  if (watch != NULL && watch->begun != NULL)
    watch->begun(watch->context, rule);
}

static inline void vt_watch_called(const struct vt_watch *watch, const char *plugin,
                                   const char *callback)
{
  if (watch != NULL && watch->called != NULL)
    watch->called(watch->context, plugin, callback);
}

#endif
