/* The world of tests/oidc under test: token services and an API that are strict, and vater. */
#ifndef VT_TEST_WORLD_H
#define VT_TEST_WORLD_H

#include "flow/rig.h"

struct world {
  pid_t pid;
  char folder[512]; /* with actors.json, vater.json, keys and secrets */
};

/* Starts it with a scenario (JSON; see tests/oidc/README.md). */
void world_start(struct world *world, const char *scenario);
/* Ends it; what it has seen. The folder stays. */
json_t *world_stop(struct world *world);
/* The same without ending it. */
json_t *world_seen(const struct world *world);
bool world_has_nginx(void);
/* False after a message where oidc-provider is not installed: main() then returns 77. */
bool world_installed(void);

/* Fails unless the actor's only job has this delivery and code (NULL: none). */
void world_expect(const json_t *report, const char *orgnr, const char *delivery, const char *code);
/* Statuses that the API gave to an actor, as text: "401 204". */
void world_statuses(const json_t *seen, const char *actor, char *text, size_t size);
/* Token requests that a service was asked. */
size_t world_requests(const json_t *seen, const char *service);

#endif
