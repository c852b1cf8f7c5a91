#include "unit/test.h"

#include "run/configuration.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int load(const char *document, struct vt_arena *arena,
                struct vt_configuration *configuration, struct vt_diagnostics *diagnostics)
{
  struct vt_environment environment = vt_environment_real();
  char path[] = "/tmp/vater-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, document, strlen(document)), strlen(document));
  close(fd);
  vt_diagnostics_init(diagnostics, arena);
  int status = vt_configuration_load(&environment, path, VATER_SOURCE_DIR "/rules", arena,
                                     configuration, diagnostics);
  unlink(path);
  return status;
}

static void test_defaults_and_paths(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  struct vt_configuration configuration;
  struct vt_diagnostics diagnostics;
  assert_int_equal(load("{\"actors\": \"a.json\", \"store\": \"/var/x.db\", \"retrySeconds\": 0.5}",
                        arena, &configuration, &diagnostics),
                   VATER_OK);
  assert_str(configuration.actors, "/tmp/a.json");
  assert_str(configuration.store, "/var/x.db");
  assert_int_equal(configuration.rules.len, 0);
  assert_int_equal(configuration.in_flight, 64);
  assert_int_equal(configuration.retry_ms, 500);
  assert_int_equal(configuration.run_ms, 3600000);
  assert_false(configuration.require_sandbox);
  vt_arena_free(arena);
}

static void test_O01_faults(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  struct vt_configuration configuration;
  struct vt_diagnostics diagnostics;
  struct vt_buffer out;
  assert_true(load("{\"actors\": 1,\n \"inFlight\": 0,\n \"stor\": \"x\"}", arena, &configuration,
                   &diagnostics) < 0);
  assert_int_equal(diagnostics.errors, 4);
  vt_buffer_init(&out, &allocator, 65536);
  vt_diagnostics_print(&diagnostics, &out);
  vt_buffer_char(&out, '\0');
  assert_non_null(strstr(out.bytes, ":1:12: error: OPS-CONFIG: "));
  assert_non_null(strstr(out.bytes, ":2:14: error: OPS-CONFIG: "));
  assert_non_null(strstr(out.bytes, ":3:"));
  vt_buffer_fini(&out);
  vt_arena_free(arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_defaults_and_paths),
      cmocka_unit_test(test_O01_faults),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
