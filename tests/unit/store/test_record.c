#include "fixture.h"

#include <stdio.h>

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct vt_store_page page_a = {.sha256 = {SHA_A, 64},
                                            .bytes = 13,
                                            .content = {"{\"nil\": true}", 13},
                                            .etag = {"\"v1\"", 4},
                                            .last_modified = {"Sun, 22 Nov 2026 10:00:00 GMT", 29},
                                            .media_type = {"application/json", 16}};

static void everything_of_a_job_is_read_back(void **state)
{
  struct fixture *fixture = *state;
  int64_t run = fixture_run(fixture);
  struct vt_store_block block = {.actor = VT_STR("983974724"),
                                 .indicator = VT_STR("G1-11"),
                                 .period = VT_STR("2026-Q3"),
                                 .verdict = VT_STR("rejected"),
                                 .rows = 2,
                                 .errors = 1,
                                 .warnings = 3};
  struct vt_store_finding finding = {.code = VT_STR("G1-1101"),
                                     .severity = VATER_SEVERITY_ERROR,
                                     .outcome = VT_STR("fail"),
                                     .row = 1,
                                     .column = VT_STR("numerator"),
                                     .page = 2,
                                     .offset = 123456789012,
                                     .line = 7,
                                     .line_column = 9,
                                     .caret = 4,
                                     .caret_width = 3,
                                     .pointer = VT_STR("/observations/1/numerator"),
                                     .excerpt = VT_STR("\"numerator\": 101,"),
                                     .message = {VT_STR("nb"), VT_STR("nn"), VT_STR("en\x1b[31m")},
                                     .remedy = {VT_STR("r1"), VT_STR("r2"), VT_STR("r3")}};
  struct vt_store_rule rule = {.code = VT_STR("G1-1101"), .pass = 10, .fail = 1, .skipped = 4};
  struct vt_store_job job = fixture_job("983974724", fixture_many(fixture, NULL, 2, 50));
  job.pages = &page_a;
  job.page_count = 1;
  job.blocks = &block;
  job.block_count = 1;
  job.findings = &finding;
  job.finding_count = 1;
  job.rules = &rule;
  job.rule_count = 1;
  job.finding_total = 100000;
  job.finding_errors = 99999;
  job.execution = (struct vt_store_execution){.started_ms = 5,
                                              .tries = 2,
                                              .http_status = 200,
                                              .wire_bytes = 77,
                                              .address = VT_STR("127.0.0.9")};
  assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));

  struct vt_store_job_row *rows;
  size_t count;
  assert_ok(fixture, vt_store_list_jobs(fixture->store, run, fixture->arena, &rows, &count,
                                        &fixture->error));
  assert_int_equal(count, 1);
  assert_str(rows->actor, "983974724");
  assert_str(rows->endpoint, "main");
  assert_str(rows->delivery, "received");
  assert_int_equal(rows->finding_total, 100000);
  assert_int_equal(rows->finding_errors, 99999);
  assert_int_equal(rows->rows, 2);
  assert_int_equal(rows->bytes, 13);
  assert_int_equal(rows->execution.tries, 2);
  assert_str(rows->execution.address, "127.0.0.9");

  struct vt_store_finding *findings;
  assert_ok(fixture, vt_store_list_findings(fixture->store, rows->id, 0, fixture->arena, &findings,
                                            &count, &fixture->error));
  assert_int_equal(count, 1);
  assert_str(findings->code, "G1-1101");
  assert_str(findings->column, "numerator");
  assert_true(findings->offset == 123456789012);
  assert_int_equal(findings->line_column, 9);
  assert_str(findings->message[VT_LANGUAGE_EN], "en\x1b[31m");
  assert_str(findings->remedy[VT_LANGUAGE_NN], "r2");

  struct vt_store_block *blocks;
  assert_ok(fixture, vt_store_list_blocks(fixture->store, rows->id, fixture->arena, &blocks, &count,
                                          &fixture->error));
  assert_int_equal(count, 1);
  assert_str(blocks->verdict, "rejected");
  assert_int_equal(blocks->warnings, 3);
  struct vt_store_done done;
  assert_ok(fixture, vt_store_has_job(fixture->store, rows->run, rows->actor, rows->endpoint, &done,
                                      &fixture->error));
  assert_true(done.rejected);
  assert_false(done.undecided);
  struct vt_store_rule *rules;
  assert_ok(fixture, vt_store_list_rules(fixture->store, rows->id, fixture->arena, &rules, &count,
                                         &fixture->error));
  assert_int_equal(count, 1);
  assert_int_equal(rules->skipped, 4);
}

static void the_same_job_twice_is_refused(void **state)
{
  struct fixture *fixture = *state;
  int64_t run = fixture_run(fixture);
  struct vt_store_job job = fixture_job("983974724", NULL);
  struct vt_store_done done;
  assert_ok(fixture,
            vt_store_has_job(fixture->store, run, job.actor, job.endpoint, &done, &fixture->error));
  assert_false(done.found);
  assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));
  assert_ok(fixture,
            vt_store_has_job(fixture->store, run, job.actor, job.endpoint, &done, &fixture->error));
  assert_true(done.found);
  assert_string_equal(done.delivery, "received");
  assert_int_equal(vt_store_record_job(fixture->store, run, &job, &fixture->error), VATER_E_BUG);
  assert_string_equal(fixture->error.code, "OPS-BUG");
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM job"), 1);
  job.actor = VT_STR("964338531");
  vt_error_clear(&fixture->error);
  assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));
}

static void findings_of_one_code_are_cut_on_reading(void **state)
{
  struct fixture *fixture = *state;
  int64_t run = fixture_run(fixture);
  struct vt_store_finding findings[30] = {{.code = VT_STR_NONE}};
  for (size_t i = 0; i < 30; i++)
    findings[i] = (struct vt_store_finding){.code = i % 3 == 0 ? VT_STR("A-1") : VT_STR("B-2"),
                                            .row = (int64_t)i,
                                            .outcome = VT_STR("fail")};
  struct vt_store_job job = fixture_job("983974724", NULL);
  job.findings = findings;
  job.finding_count = 30;
  assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));
  struct vt_store_finding *read;
  size_t count;
  assert_ok(fixture, vt_store_list_findings(fixture->store, 1, 2, fixture->arena, &read, &count,
                                            &fixture->error));
  assert_int_equal(count, 4);
  assert_int_equal(read[0].row, 0);
  assert_int_equal(read[1].row, 1);
  assert_int_equal(read[2].row, 2);
  assert_int_equal(read[3].row, 3);
}

/* ---- payloads -------------------------------------------------------------------------------- */

static void a_payload_is_kept_once_and_read_back(void **state)
{
  struct fixture *fixture = *state;
  int64_t run = fixture_run(fixture);
  struct vt_store_job job = fixture_job("983974724", NULL);
  job.pages = &page_a;
  job.page_count = 1;
  assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));
  job.actor = VT_STR("964338531");
  assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM payload"), 1);
  struct vater_str content;
  assert_ok(fixture, vt_store_find_payload(fixture->store, vt_str(SHA_A), fixture->arena, &content,
                                           &fixture->error));
  assert_str(content, "{\"nil\": true}");
  assert_int_equal(vt_store_find_payload(fixture->store, vt_str(SHA_B), fixture->arena, &content,
                                         &fixture->error),
                   VATER_DONE);
}

static void the_last_kept_delivery_is_found(void **state)
{
  struct fixture *fixture = *state;
  struct vt_store_last last;
  int64_t first = fixture_run(fixture);
  struct vt_store_job job = fixture_job("983974724", NULL);
  assert_int_equal(vt_store_find_last(fixture->store, job.actor, job.endpoint, fixture->arena,
                                      &last, &fixture->error),
                   VATER_DONE);
  job.pages = &page_a;
  job.page_count = 1;
  assert_ok(fixture, vt_store_record_job(fixture->store, first, &job, &fixture->error));
  int64_t second = fixture_run(fixture);
  struct vt_store_job failed = fixture_job("983974724", NULL);
  failed.delivery = VT_STR("not-delivered");
  failed.code = VT_STR("NET-REFUSED");
  assert_ok(fixture, vt_store_record_job(fixture->store, second, &failed, &fixture->error));
  assert_ok(fixture, vt_store_find_last(fixture->store, job.actor, job.endpoint, fixture->arena,
                                        &last, &fixture->error));
  assert_int_equal(last.run, first);
  assert_str(last.etag, "\"v1\"");
  assert_str(last.last_modified, "Sun, 22 Nov 2026 10:00:00 GMT");
  assert_int_equal(last.page_count, 1);
  assert_str(last.pages[0].sha256, SHA_A);
}

static void an_unscreened_payload_is_not_kept(void **state)
{
  struct fixture *fixture = *state;
  struct vt_store_job job = fixture_job("983974724", NULL);
  job.screened = false;
  job.delivery = VT_STR("internal-error");
  job.code = VT_STR("PLUG-CRASH");
  job.pages = &page_a;
  job.page_count = 1;
  assert_ok(fixture,
            vt_store_record_job(fixture->store, fixture_run(fixture), &job, &fixture->error));
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM payload"), 0);
  assert_int_equal(fixture_ask(fixture, "SELECT bytes FROM page"), 13);
}

/* True when the bytes occur in any file of the store. */
static bool on_disk(struct fixture *fixture, const char *bytes, size_t len)
{
  static const char *const suffixes[] = {"", "-wal", "-shm"};
  bool found = false;
  for (size_t i = 0; i < 3; i++) {
    FILE *file = fopen(fixture_file(fixture, suffixes[i]), "rb");
    if (file == NULL)
      continue;
    static char content[1 << 22];
    size_t got = fread(content, 1, sizeof content, file);
    fclose(file);
    found = found || memmem(content, got, bytes, len) != NULL;
  }
  return found;
}

static void a_person_number_found_later_drops_what_was_kept(void **state)
{
  struct fixture *fixture = *state;
  /* too irregular to shrink: zlib keeps the bytes as they are */
  char secret[4096];
  uint64_t seed = 7;
  struct vt_random random = vt_random_seeded(&seed);
  random.fill(random.context, secret, sizeof secret);
  struct vt_store_page page = page_a;
  page.content = (struct vater_str){secret, sizeof secret};
  page.bytes = page.content.len;
  struct vt_store_job job = fixture_job("983974724", NULL);
  job.pages = &page;
  job.page_count = 1;
  assert_ok(fixture,
            vt_store_record_job(fixture->store, fixture_run(fixture), &job, &fixture->error));
  assert_true(on_disk(fixture, secret + 1000, 64));
  job.pii = true;
  job.delivery = VT_STR("refused");
  job.code = VT_STR("PAY-PII");
  assert_ok(fixture,
            vt_store_record_job(fixture->store, fixture_run(fixture), &job, &fixture->error));
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM payload"), 0);
  assert_false(on_disk(fixture, secret + 1000, 64));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(everything_of_a_job_is_read_back, fixture_setup,
                                      fixture_teardown),
      cmocka_unit_test_setup_teardown(the_same_job_twice_is_refused, fixture_setup,
                                      fixture_teardown),
      cmocka_unit_test_setup_teardown(findings_of_one_code_are_cut_on_reading, fixture_setup,
                                      fixture_teardown),
      cmocka_unit_test_setup_teardown(a_payload_is_kept_once_and_read_back, fixture_setup,
                                      fixture_teardown),
      cmocka_unit_test_setup_teardown(the_last_kept_delivery_is_found, fixture_setup,
                                      fixture_teardown),
      cmocka_unit_test_setup_teardown(an_unscreened_payload_is_not_kept, fixture_setup,
                                      fixture_teardown),
      cmocka_unit_test_setup_teardown(a_person_number_found_later_drops_what_was_kept,
                                      fixture_setup, fixture_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
