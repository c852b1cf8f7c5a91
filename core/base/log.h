/* One line an event: `time=… level=info stage=fetch actor=… msg="…"`, to standard error. Values
 * pass vt_encode_log. Debug is switched on per module. */
#ifndef VT_BASE_LOG_H
#define VT_BASE_LOG_H

#include "base/buffer.h"

struct vt_log {
  int level; /* enum vater_log_level: this and more serious are written */
  void (*write)(void *context, struct vater_str line);
  void *context;
  struct vt_clock clock;
};

struct vt_log_field {
  const char *key; /* NULL ends */
  struct vater_str value;
};

/* To file descriptor 2. */
struct vt_log vt_log_stderr(int level, struct vt_clock clock);
/* `log` NULL writes nothing. Fields end with key == NULL; may be NULL. */
void vt_log(const struct vt_log *log, int level, const char *stage,
            const struct vt_log_field *fields, const char *format, ...) VATER_PRINTF(5, 6);

#endif
