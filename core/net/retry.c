#include "net/retry.h"

#include "base/date.h"
#include "base/number.h"

enum { LONGEST_SECONDS = 366 * 24 * 3600 };

bool vt_net_retry_after(struct vater_str value, int64_t now_ms, int64_t *wait_ms)
{
  *wait_ms = 0;
  struct vater_str text = vt_str_trim(value);
  uint64_t seconds = 0;
  int64_t date_ms = 0;
  if (vt_number_uint64(text, &seconds)) {
    *wait_ms = (int64_t)(seconds > LONGEST_SECONDS ? LONGEST_SECONDS : seconds) * 1000;
    return true;
  }
  if (!vt_date_parse_http(text, &date_ms))
    return false;
  if (date_ms > now_ms)
    *wait_ms = date_ms - now_ms;
  return true;
}

int64_t vt_net_retry_wait(uint32_t tried, int64_t base_ms, int64_t asked_ms, uint32_t chance)
{
  uint32_t doublings = tried > 1 ? tried - 1 : 0;
  int64_t full = base_ms << (doublings > 10 ? 10 : doublings);
  int64_t half = full / 2;
  int64_t wait = half + (int64_t)((uint64_t)(full - half) * chance >> 32);
  if (asked_ms < 0)
    return wait;
  /* the server's wish, and chance on top, so that its clients do not all come back at once */
  return asked_ms + (int64_t)((uint64_t)base_ms * chance >> 32);
}
