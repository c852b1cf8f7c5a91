/* Exchanges with the fixture actors, each with short times, run to their end. */
#ifndef TEST_NET_LIVE_H
#define TEST_NET_LIVE_H

#include "unit/test.h"

#include "net/net.h"

/* Group set-up and tear-down: the fixture server in a folder of its own. */
int live_start(void **state);
int live_stop(void **state);

/* connect 0.7 s, silence 1 s, a try 4 s, 20 ms before the second try. `resolve` may be NULL. */
struct vt_net *live_net(const char *const *resolve, int64_t run_ms);
struct vt_net_options live_options(void);
int64_t live_now(void);

/* The fixture's URL, and one with another host in its place. */
const char *live_url(const char *id);
void live_url_at(const char *id, const char *host, char out[256]);
uint16_t live_port(void);
/* connections, requests or authorized of an actor so far */
int live_counter(const char *id, const char *name);

/* To loopback, JSON, without a sink. */
struct vt_net_request live_request(const char *id);
/* Submits, polls until done; free the exchange. */
struct vt_net_exchange *live_run(struct vt_net *net, const struct vt_net_request *request);

/* Asks the actor once, with its tries, and asserts code, tries and (a part of) the text. */
void live_assert_fails(const char *id, const char *code, uint32_t tries, const char *text);

#endif
