/* Tells those who measure how far a piece of work has come. */
#ifndef VT_BASE_WATCH_H
#define VT_BASE_WATCH_H

#include "base/str.h"

/* `ended` is called as each stage ends; stages may come in any order and more than once. The name
 * is borrowed for the call. NULL: nobody measures. */
struct vt_watch {
  void (*ended)(void *context, struct vater_str stage);
  void *context;
};

static inline void vt_watch_ended(const struct vt_watch *watch, struct vater_str stage)
{
  if (watch != NULL && watch->ended != NULL)
    watch->ended(watch->context, stage);
}

#endif
