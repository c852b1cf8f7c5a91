#include "unit/test.h"

#include "run/actors.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct loaded {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_actors actors;
  struct vt_diagnostics diagnostics;
  struct vt_buffer text;
  char path[64];
  int status;
};

static void load(struct loaded *loaded, const char *document)
{
  *loaded = (struct loaded){.environment = vt_environment_real()};
  snprintf(loaded->path, sizeof loaded->path, "/tmp/actors-XXXXXX");
  int fd = mkstemp(loaded->path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, document, strlen(document)), strlen(document));
  close(fd);
  loaded->arena = vt_arena_new(&loaded->environment.allocator, 0);
  vt_diagnostics_init(&loaded->diagnostics, loaded->arena);
  loaded->status = vt_actors_load(&loaded->environment, loaded->path, VATER_SOURCE_DIR "/rules",
                                  loaded->arena, &loaded->actors, &loaded->diagnostics);
  vt_buffer_init(&loaded->text, &loaded->environment.allocator, 65536);
  vt_diagnostics_sort(&loaded->diagnostics);
  vt_diagnostics_print(&loaded->diagnostics, &loaded->text);
  vt_buffer_char(&loaded->text, '\0');
}

static void unload(struct loaded *loaded)
{
  unlink(loaded->path);
  vt_actors_fini(&loaded->actors);
  vt_buffer_fini(&loaded->text);
  vt_arena_free(loaded->arena);
}

static const char good[] =
    "{\"actors\": [\n"
    " {\"orgnr\": \"983974724\", \"name\": \"Helse Bergen HF\", \"type\": \"trust\",\n"
    "  \"validFrom\": \"2020-01-01\", \"language\": \"nn\",\n"
    "  \"delegations\": [{\"actor\": \"964338531\", \"validTo\": \"2027-12-31\"}],\n"
    "  \"obligations\": [{\"indicator\": \"G1-11\", \"from\": \"2026\"}],\n"
    "  \"endpoints\": [{\"id\": \"main\", \"goal\": 1, \"frequency\": \"month\",\n"
    "    \"allow\": [\"loopback\"],\n"
    "    \"source\": {\"plugin\": \"http\", \"url\": \"https://127.0.0.2/x\"},\n"
    "    \"format\": {\"plugin\": \"indicator_json\"}}]},\n"
    " {\"orgnr\": \"964338531\", \"name\": \"Bergen\", \"type\": \"municipality\",\n"
    "  \"endpoints\": []}\n"
    "]}\n";

static void test_members(void **state)
{
  (void)state;
  struct loaded loaded;
  load(&loaded, good);
  assert_string_equal(loaded.text.bytes, "");
  assert_int_equal(loaded.status, VATER_OK);
  assert_int_equal(loaded.actors.count, 2);
  const struct vt_actor *actor = vt_actors_find(&loaded.actors, VT_STR("983974724"));
  assert_non_null(actor);
  assert_str(actor->name, "Helse Bergen HF");
  assert_int_equal(actor->language, VT_LANGUAGE_NN);
  assert_int_equal(actor->endpoint_count, 1);
  const struct vt_endpoint *endpoint = &actor->endpoints[0];
  assert_str(endpoint->source, "http");
  assert_string_equal(endpoint->pointer, "/actors/0/endpoints/0");
  assert_int_equal(endpoint->frequency, VT_PERIOD_MONTH);
  assert_true(endpoint->allow_loopback);
  assert_false(endpoint->allow_private);
  assert_true(endpoint->enabled);
  assert_str(actor->delegations[0].actor, "964338531");
  assert_true(actor->delegations[0].valid_from == INT64_MIN);
  assert_null(vt_actors_find(&loaded.actors, VT_STR("999999999")));
  unload(&loaded);
}

/* O01: everything wrong is listed in one go, each with its place. */
static void test_O01_all_faults_at_once(void **state)
{
  (void)state;
  struct loaded loaded;
  load(&loaded, "{\"actors\": [\n"
                " {\"orgnr\": \"983974725\", \"name\": \"A\", \"type\": \"trust\",\n"
                "  \"validFrom\": \"2026-02-30\", \"endpoints\": []},\n"
                " {\"orgnr\": \"983974724\", \"name\": \"B\", \"type\": \"trust\",\n"
                "  \"validFrom\": \"2026-02-01\", \"validTo\": \"2026-01-01\",\n"
                "  \"parent\": \"983974694\", \"endpoints\": []},\n"
                " {\"orgnr\": \"983974724\", \"name\": \"C\", \"type\": \"trust\",\n"
                "  \"endpoints\": []}\n"
                "]}\n");
  assert_int_equal(loaded.status, VATER_E_CONFIG);
  assert_int_equal(loaded.diagnostics.errors, 5);
  static const char *const expected[] = {
      ":2:12: error: OPS-CONFIG: the control digit of organisation number '983974725' is wrong",
      ":3:16: error: OPS-CONFIG: '2026-02-30' is not a day of the calendar",
      ":4:2: error: OPS-CONFIG: validTo is before validFrom",
      ":6:13: error: OPS-CONFIG: the parent '983974694' is not in the registry",
      ":7:12: error: OPS-CONFIG: actor '983974724' stands twice; it is also /actors/1"};
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
    if (strstr(loaded.text.bytes, expected[i]) == NULL)
      fail_msg("missing: %s\nin: %s", expected[i], loaded.text.bytes);
  unload(&loaded);
}

static void test_O01_unknown_member_and_empty_list(void **state)
{
  (void)state;
  struct loaded loaded;
  load(&loaded, "{\"actors\": [], \"actor\": 1}");
  assert_int_equal(loaded.diagnostics.errors, 2);
  assert_non_null(
      strstr(loaded.text.bytes, ":1:12: error: OPS-CONFIG: the list of actors is empty"));
  assert_non_null(strstr(loaded.text.bytes,
                         ":1:16: error: OPS-CONFIG: this member is not allowed here (at /actor)"));
  unload(&loaded);
  load(&loaded, "{\"actors\": []}");
  assert_non_null(
      strstr(loaded.text.bytes, ":1:12: error: OPS-CONFIG: the list of actors is empty"));
  unload(&loaded);
}

static void test_orgnr(void **state)
{
  (void)state;
  assert_true(vt_orgnr_valid(VT_STR("983974724")));
  assert_true(vt_orgnr_valid(VT_STR("994598759")));
  const char *refused[] = {"983974725", "98397472", "9839747240", "98397472x", "", "123456785 "};
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
    assert_false(vt_orgnr_valid(vt_str(refused[i])));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_members),
      cmocka_unit_test(test_O01_all_faults_at_once),
      cmocka_unit_test(test_O01_unknown_member_and_empty_list),
      cmocka_unit_test(test_orgnr),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
