#include "fixture.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *render(struct fixture *fixture)
{
  vt_buffer_reset(&fixture->out);
  assert_int_equal(vt_report_json(&fixture->report, &fixture->out), VATER_OK);
  json_error_t error;
  json_t *root = json_loadb(fixture->out.bytes, fixture->out.len, JSON_REJECT_DUPLICATES, &error);
  if (root == NULL)
    fail_msg("line %d: %s", error.line, error.text);
  return root;
}

static void a_run(void **state)
{
  json_decref(render(*state));
  assert_golden(*state, "run.json");
}

static void the_same_report_gives_the_same_bytes(void **state)
{
  struct fixture *fixture = *state;
  json_decref(render(fixture));
  struct vater_str first = vt_arena_copy(fixture->arena, vt_buffer_str(&fixture->out));
  json_decref(render(fixture));
  assert_true(vt_str_equal(first, vt_buffer_str(&fixture->out)));
}

static char *dump_result(struct fixture *fixture)
{
  json_t *root = render(fixture);
  char *text = json_dumps(json_object_get(root, "result"), 0);
  json_decref(root);
  assert_non_null(text);
  return text;
}

/* Times, tries, host and the run's number belong to `execution` alone. */
static void the_result_does_not_depend_on_how_it_went(void **state)
{
  struct fixture *fixture = *state;
  char *before = dump_result(fixture);
  fixture->report.run.id = 77;
  fixture->report.run.started_ms += 86400000;
  fixture->report.run.finished_ms += 99;
  fixture->report.run.host = VT_STR("elsewhere");
  for (size_t i = 0; i < fixture->report.job_count; i++) {
    fixture->report.jobs[i].row.id += 1000;
    fixture->report.jobs[i].row.message = VT_STR("after another 3 tries in 17.2 s");
    fixture->report.jobs[i].row.execution.tries = 9;
    fixture->report.jobs[i].row.execution.started_ms = 1;
  }
  char *after = dump_result(fixture);
  assert_string_equal(before, after);
  free(before);
  free(after);
}

static void P15_odd_texts_survive(void **state)
{
  struct fixture *fixture = *state;
  static const char odd[] = "<b>&\"'\\ \x1b[1m\n=cmd\xe2\x80\xae\xf0\x9f\x98\x80\x7f";
  struct vt_store_finding finding = fixture_finding("A-1", VATER_SEVERITY_ERROR, odd);
  struct vt_report_job job = fixture_job("1", "main", "received");
  job.findings = &finding;
  job.finding_count = 1;
  fixture_report(fixture, &job, 1);
  json_t *root = render(fixture);
  for (size_t i = 0; i < fixture->out.len; i++) {
    unsigned char byte = (unsigned char)fixture->out.bytes[i];
    assert_true((byte >= 0x20 || byte == '\n') && byte < 0x80);
  }
  json_t *list = json_object_get(json_object_get(root, "result"), "actors");
  json_t *jobs = json_object_get(json_array_get(list, 0), "jobs");
  json_t *findings = json_object_get(json_array_get(jobs, 0), "findings");
  json_t *message = json_object_get(json_array_get(findings, 0), "message");
  assert_string_equal(json_string_value(json_object_get(message, "nb")), odd);
  json_decref(root);
}

static void a_full_buffer_is_told(void **state)
{
  struct fixture *fixture = *state;
  struct vt_buffer small;
  vt_buffer_init(&small, &fixture->environment.allocator, 100);
  assert_true(vt_report_json(&fixture->report, &small) < 0);
  vt_buffer_fini(&small);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(a_run),
      TEST(the_same_report_gives_the_same_bytes),
      TEST(the_result_does_not_depend_on_how_it_went),
      TEST(P15_odd_texts_survive),
      TEST(a_full_buffer_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
