#include "report/progress.h"

#include "report/texts.h"

#include <stdio.h>

enum { LIVE_EVERY_MS = 100, PLAIN_EVERY_MS = 10000, RATE_AFTER_MS = 500 };

static int64_t now(const struct vt_progress *progress)
{
  return progress->clock.monotonic_ms(progress->clock.context);
}

void vt_progress_start(struct vt_progress *progress, uint32_t total)
{
  progress->total = total;
  progress->done = progress->failed = 0;
  progress->shown = false;
  progress->started_ms = now(progress);
  progress->written_ms = progress->started_ms - (progress->live ? LIVE_EVERY_MS : 0);
}

/* "0:07", "1:02:03" */
static void print_time(char *out, size_t size, int64_t seconds)
{
  if (seconds < 3600)
    snprintf(out, size, "%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
  else
    snprintf(out, size, "%lld:%02d:%02d", (long long)(seconds / 3600), (int)(seconds / 60 % 60),
             (int)(seconds % 60));
}

/* "412/1000 41% · 3 failed · 64 under way · 137.3/s · 0:04 left" */
static int print_line(const struct vt_progress *progress, uint32_t in_flight, int64_t elapsed,
                      char *out, size_t size)
{
  const enum vt_language language = progress->language;
  unsigned percent =
      progress->total == 0 ? 100 : (unsigned)((uint64_t)progress->done * 100 / progress->total);
  int len = snprintf(out, size, "%u/%u %u%% · %u %s · %u %s", progress->done, progress->total,
                     percent, progress->failed, vt_report_text(VT_TEXT_FAILED, language), in_flight,
                     vt_report_text(VT_TEXT_IN_FLIGHT, language));
  if (elapsed < RATE_AFTER_MS || progress->done == 0)
    return len;
  double rate = (double)progress->done * 1000.0 / (double)elapsed;
  char left[24];
  print_time(left, sizeof left, (int64_t)((progress->total - progress->done) / rate + 0.5));
  len += snprintf(out + len, size - (size_t)len, " · %.1f/s · %s %s", rate, left,
                  vt_report_text(VT_TEXT_LEFT, language));
  return len;
}

/* The line has no wide characters; each "·" is one column in two bytes. */
static size_t cut(const char *line, size_t len, unsigned width)
{
  size_t at = 0;
  for (unsigned column = 0; at < len && column + 1 < width; column++) {
    at++;
    while (at < len && ((unsigned char)line[at] & 0xc0) == 0x80)
      at++;
  }
  return at;
}

void vt_progress_update(struct vt_progress *progress, uint32_t done, uint32_t failed,
                        uint32_t in_flight)
{
  progress->done = done < progress->total ? done : progress->total;
  progress->failed = failed;
  int64_t at = now(progress);
  bool last = progress->done == progress->total;
  if (!last && at - progress->written_ms < (progress->live ? LIVE_EVERY_MS : PLAIN_EVERY_MS))
    return;
  progress->written_ms = at;
  char line[240], out[256];
  int len = print_line(progress, in_flight, at - progress->started_ms, line, sizeof line);
  if (progress->live)
    len = snprintf(out, sizeof out, "\r%.*s\x1b[K", (int)cut(line, (size_t)len, progress->width),
                   line);
  else
    len = snprintf(out, sizeof out, "%.*s\n", len, line);
  progress->write(progress->context, (struct vater_str){out, (size_t)len});
  progress->shown = progress->live;
}

void vt_progress_clear(struct vt_progress *progress)
{
  if (progress->shown)
    progress->write(progress->context, VT_STR("\r\x1b[K"));
  progress->shown = false;
}
