#include "flow/world.h"

#include <stdio.h>

/* Actors of the test world that need no token service. */

static const char scenario[] =
    "{\"nginx\": true, \"actors\": [\n"
    " {\"id\": \"bearer\", \"orgnr\": \"983974724\", \"wants\": \"bearer\", \"type\": \"trust\",\n"
    "  \"payload\": \"helse-bergen.json\",\n"
    "  \"auth\": {\"plugin\": \"bearer\", \"token\": {\"file\": \"{folder}/secret\"}}},\n"
    " {\"id\": \"wrong\", \"orgnr\": \"972418013\", \"wants\": \"bearer\",\n"
    "  \"auth\": {\"plugin\": \"bearer\", \"token\": {\"file\": \"{folder}/wrong-secret\"}}},\n"
    " {\"id\": \"basic\", \"orgnr\": \"958935420\", \"wants\": \"basic\",\n"
    "  \"auth\": {\"plugin\": \"basic\", \"user\": \"vater\",\n"
    "           \"password\": {\"file\": \"{folder}/secret\"}}},\n"
    " {\"id\": \"demanding\", \"orgnr\": \"942110464\", \"at\": \"demanding\",\n"
    "  \"wants\": \"nothing\"},\n"
    " {\"id\": \"nginx\", \"orgnr\": \"964338531\", \"at\": \"nginx\", \"wants\": \"nothing\"}]}\n";

/* T04: an actor that demands a client certificate gets none from us; others are asked all the same.
 */
static void test_T04_and_static_secrets(void **state)
{
  (void)state;
  static const struct {
    const char *orgnr, *delivery, *code;
  } rows[] = {{"983974724", "received", NULL},
              {"972418013", "not-delivered", "AUTH-API"},
              {"958935420", "nil", NULL},
              {"942110464", "not-delivered", "TLS-CLIENTCERT"},
              {"964338531", "not-delivered", "HTTP-4XX"}};
  static const char *const arguments[] = {"run",         "--quiet",     "--today", "2026-11-22",
                                          "--json-file", "report.json", NULL};
  struct world world;
  world_start(&world, scenario);
  struct rig_run run = rig_vater(world.folder, arguments);
  json_t *seen = world_stop(&world);
  json_t *report = rig_json(world.folder, "report.json");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (world_has_nginx() || strcmp(rows[i].orgnr, "964338531") != 0)
      world_expect(report, rows[i].orgnr, rows[i].delivery, rows[i].code);
  char statuses[64];
  world_statuses(seen, "wrong", statuses, sizeof statuses);
  assert_string_equal(statuses, "401");
  world_statuses(seen, "nginx", statuses, sizeof statuses);
  assert_string_equal(statuses, "");
  json_decref(seen);
  json_decref(report);
  rig_done(&run);
  rig_remove(world.folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_T04_and_static_secrets)};
  if (!world_installed())
    return 77;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
