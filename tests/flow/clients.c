#include "flow/clients.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXT = 512 * 1024 };

void clients_orgnr(unsigned number, char orgnr[10])
{
  rig_orgnr(92000000 + number * 10, orgnr);
}

char *clients_scenario(const char *head, const struct client_actor *actors, size_t count)
{
  char *text = malloc(TEXT);
  assert_non_null(text);
  size_t at = (size_t)snprintf(text, TEXT, "{%s, " CLIENTS ", \"actors\": [\n", head);
  for (size_t i = 0; i < count; i++) {
    char orgnr[10];
    clients_orgnr((unsigned)i, orgnr);
    at += (size_t)snprintf(
        text + at, TEXT - at, "%s{\"id\": \"a%zu\", \"orgnr\": \"%s\", \"wants\": \"%s\"%s%s%s%s}",
        i > 0 ? ",\n" : "", i, orgnr, actors[i].wants, actors[i].auth != NULL ? ", \"auth\": " : "",
        actors[i].auth != NULL ? actors[i].auth : "", actors[i].more != NULL ? ", " : "",
        actors[i].more != NULL ? actors[i].more : "");
    assert_true(at < TEXT);
  }
  snprintf(text + at, TEXT - at, "]}\n");
  return text;
}

const char *const clients_arguments[] = {"run",         "--quiet",     "--today", "2026-11-22",
                                         "--json-file", "report.json", NULL};

void clients_expect(const struct world *world, const json_t *seen,
                    const struct client_actor *actors, size_t count)
{
  json_t *report = rig_json(world->folder, "report.json");
  for (size_t i = 0; i < count; i++) {
    char orgnr[10], id[32], statuses[64];
    clients_orgnr((unsigned)i, orgnr);
    snprintf(id, sizeof id, "a%zu", i);
    world_statuses(seen, id, statuses, sizeof statuses);
    world_expect(report, orgnr, actors[i].delivery, actors[i].code);
    if (actors[i].statuses != NULL && strcmp(statuses, actors[i].statuses) != 0)
      fail_msg("a%zu saw %s, wanted %s", i, statuses, actors[i].statuses);
  }
  json_decref(report);
}

json_t *clients_run(const char *head, const struct client_actor *actors, size_t count)
{
  char *error = NULL;
  json_t *seen = clients_run_told(head, actors, count, &error);
  free(error);
  return seen;
}

json_t *clients_run_told(const char *head, const struct client_actor *actors, size_t count,
                         char **error)
{
  struct world world;
  char *text = clients_scenario(head, actors, count);
  world_start(&world, text);
  free(text);
  struct rig_run run = rig_vater(world.folder, clients_arguments);
  json_t *seen = world_stop(&world);
  if (run.exit_code < 0 || run.exit_code > 2)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  clients_expect(&world, seen, actors, count);
  *error = run.error;
  run.error = NULL;
  rig_done(&run);
  rig_remove(world.folder);
  return seen;
}
