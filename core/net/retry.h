/* When a refused or failed exchange is tried again. Pure: clock and chance are arguments. */
#ifndef VT_NET_RETRY_H
#define VT_NET_RETRY_H

#include "base/str.h"

/* RFC 9110, 10.2.3: seconds or a date. Milliseconds to wait from now_ms, 0 for a date gone by;
 * false for anything else. */
bool vt_net_retry_after(struct vater_str value, int64_t now_ms, int64_t *wait_ms);

/* How long to wait after try `tried` (1, 2, …): base doubled with each try, between half of it and
 * all of it by `chance`; never less than what the server asked for (asked_ms, -1: nothing). */
int64_t vt_net_retry_wait(uint32_t tried, int64_t base_ms, int64_t asked_ms, uint32_t chance);

#endif
