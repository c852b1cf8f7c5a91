#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

struct vt_report_job fixture_job(const char *actor, const char *endpoint, const char *delivery)
{
  return (struct vt_report_job){.row = {.actor = vt_str(actor),
                                        .actor_name = VT_STR("Øygarden kommune"),
                                        .endpoint = vt_str(endpoint),
                                        .delivery = vt_str(delivery),
                                        .pages = 1,
                                        .screened = true,
                                        .execution = {.started_ms = 1795377601000,
                                                      .finished_ms = 1795377601250,
                                                      .fetch_ms = 180,
                                                      .judge_ms = 7,
                                                      .tries = 1,
                                                      .http_status = 200}}};
}

struct vt_store_block fixture_block(const char *indicator, const char *verdict)
{
  return (struct vt_store_block){.actor = VT_STR("983974724"),
                                 .indicator = vt_str(indicator),
                                 .period = VT_STR("2026-Q3"),
                                 .verdict = vt_str(verdict),
                                 .rows = 12};
}

struct vt_store_finding fixture_finding(const char *code, int severity, const char *message)
{
  return (struct vt_store_finding){
      .code = vt_str(code),
      .severity = severity,
      .outcome = VT_STR("fail"),
      .row = 1,
      .column = VT_STR("numerator"),
      .line = 7,
      .line_column = 20,
      .pointer = VT_STR("/observations/1/numerator"),
      .message = {vt_str(message), vt_str(message), vt_str(message)},
      .remedy = {VT_STR("Rett telleren."), VT_STR("Rett teljaren."), VT_STR("Mend the numerator.")},
      .excerpt = VT_STR("     \"numerator\": 101, \"denominator\": 100,"),
      .caret = 18,
      .caret_width = 3};
}

static void add_counts(struct vt_report_job *job)
{
  for (size_t i = 0; i < job->finding_count; i++) {
    int severity = job->findings[i].severity;
    job->row.finding_total++;
    job->row.finding_errors += severity == VATER_SEVERITY_ERROR;
    job->row.finding_warnings += severity == VATER_SEVERITY_WARNING;
    job->row.finding_infos += severity == VATER_SEVERITY_INFO;
  }
  for (size_t i = 0; i < job->block_count; i++)
    job->row.rows += job->blocks[i].rows;
}

void fixture_report(struct fixture *fixture, struct vt_report_job *jobs, size_t count)
{
  fixture->report = (struct vt_report){.run = {.id = 42,
                                               .started_ms = 1795377600000,
                                               .finished_ms = 1795377603200,
                                               .reference_day = 20779,
                                               .version = VT_STR("0.1.0"),
                                               .host = VT_STR("night")},
                                       .jobs = jobs,
                                       .job_count = count};
  for (size_t i = 0; i < count; i++)
    add_counts(&jobs[i]);
  assert_int_equal(vt_report_conclude(&fixture->report, fixture->arena, NULL), VATER_OK);
}

static void *array(struct fixture *fixture, const void *items, size_t size)
{
  void *copy = vt_arena_alloc(fixture->arena, size);
  assert_non_null(copy);
  memcpy(copy, items, size);
  return copy;
}

static void fill(struct fixture *fixture)
{
  struct vt_store_block mixed[] = {fixture_block("G1-11", "accepted"),
                                   fixture_block("G1-12", "rejected"),
                                   fixture_block("G4-15", "accepted-with-notes")};
  mixed[1].errors = 2;
  mixed[2].warnings = 1;
  struct vt_store_finding found[] = {
      fixture_finding("G1-1201", VATER_SEVERITY_ERROR,
                      "The numerator 101 is larger than the denominator 100."),
      fixture_finding("G1-1201", VATER_SEVERITY_ERROR,
                      "The numerator 5 is larger than the denominator 4."),
      fixture_finding("G4-1503", VATER_SEVERITY_WARNING,
                      "The share 98.2 is far from last quarter's 12.1.")};
  found[0].block = found[1].block = 1;
  found[2].block = 2;
  struct vt_store_rule rules[] = {
      {.code = VT_STR("G1-1201"), .pass = 10, .fail = 25},
      {.code = VT_STR("G4-1503"), .fail = 1},
      {.code = VT_STR("G4-1510"), .skipped = 1, .reason = VT_STR("needs history")}};
  struct vt_store_block good[] = {fixture_block("G1-11", "accepted")};
  struct vt_report_job jobs[] = {fixture_job("964338531", "main", "received"),
                                 fixture_job("974760673", "main", "not-delivered"),
                                 fixture_job("983974724", "main", "received"),
                                 fixture_job("983974724", "second", "unchanged"),
                                 fixture_job("987654325", "main", "refused"),
                                 fixture_job("999999999", "main", "not-due")};
  jobs[0].blocks = array(fixture, good, sizeof good);
  jobs[0].block_count = 1;
  jobs[1].row.code = VT_STR("NET-REFUSED");
  jobs[1].row.message = VT_STR("connect to 127.0.0.7 port 8443 failed: Connection refused");
  jobs[1].row.execution.tries = 3;
  jobs[2].blocks = array(fixture, mixed, sizeof mixed);
  jobs[2].block_count = 3;
  jobs[2].findings = array(fixture, found, sizeof found);
  jobs[2].finding_count = 3;
  jobs[2].rules = array(fixture, rules, sizeof rules);
  jobs[2].rule_count = 3;
  jobs[4].row.code = VT_STR("PAY-PII");
  fixture_report(fixture, array(fixture, jobs, sizeof jobs), sizeof jobs / sizeof jobs[0]);
}

int fixture_setup(void **state)
{
  struct fixture *fixture = calloc(1, sizeof *fixture);
  assert_non_null(fixture);
  fixture->environment = vt_environment_real();
  fixture->arena = vt_arena_new(&fixture->environment.allocator, 0);
  vt_buffer_init(&fixture->out, &fixture->environment.allocator, 64 * 1024 * 1024);
  fill(fixture);
  *state = fixture;
  return 0;
}

int fixture_teardown(void **state)
{
  struct fixture *fixture = *state;
  vt_buffer_fini(&fixture->out);
  vt_arena_free(fixture->arena);
  free(fixture);
  return 0;
}

static void write_golden(const char *path, struct vater_str text)
{
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
  fclose(file);
}

void assert_golden(const struct fixture *fixture, const char *name)
{
  char path[512];
  snprintf(path, sizeof path, "%s/tests/unit/report/golden/%s", VATER_SOURCE_DIR, name);
  struct vater_str got = vt_buffer_str(&fixture->out);
  if (getenv("VATER_WRITE_GOLDEN") != NULL) {
    write_golden(path, got);
    return;
  }
  static char expected[1 << 20];
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    fail_msg("%s is not there", path);
  size_t len = fread(expected, 1, sizeof expected, file);
  fclose(file);
  if (!vt_str_equal(got, (struct vater_str){expected, len}))
    fail_msg("%s differs; got:\n%.*s", name, (int)got.len, got.ptr);
}
