#include "base/log.h"

#include "base/date.h"
#include "base/encode.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 8192, MESSAGE_MAX_BYTES = 2048 };

static void write_stderr(void *context, struct vater_str line)
{
  (void)context;
  ssize_t ignored = write(STDERR_FILENO, line.ptr, line.len);
  (void)ignored;
}

struct vt_log vt_log_stderr(int level, struct vt_clock clock)
{
  return (struct vt_log){.level = level, .write = write_stderr, .clock = clock};
}

static void write_line(const struct vt_log *log, int level, const char *stage,
                       const struct vt_log_field *fields, const char *message)
{
  static const char *const levels[] = {"error", "warning", "info", "debug"};
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer line;
  vt_buffer_init(&line, &allocator, LINE_MAX_BYTES);
  char time[32];
  vt_date_print_time(log->clock.wall_ms(log->clock.context), time);
  vt_buffer_format(&line, "time=%s level=%s stage=%s", time, levels[level], stage);
  for (const struct vt_log_field *field = fields; field != NULL && field->key != NULL; field++) {
    vt_buffer_format(&line, " %s=", field->key);
    vt_encode_log(&line, vt_str_slice(field->value, 0, 512));
  }
  vt_buffer_text(&line, " msg=");
  vt_encode_log(&line, vt_str(message));
  line.failed = false;
  vt_buffer_char(&line, '\n');
  log->write(log->context, vt_buffer_str(&line));
  vt_buffer_fini(&line);
}

void vt_log(const struct vt_log *log, int level, const char *stage,
            const struct vt_log_field *fields, const char *format, ...)
{
  if (log == NULL || level > log->level)
    return;
  char message[MESSAGE_MAX_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  write_line(log, level, stage, fields, message);
}
