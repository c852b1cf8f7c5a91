#include "fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct vt_store_pin pins[] = {
    {.kind = {"binary", sizeof "binary" - 1},
     .name = {"vater", sizeof "vater" - 1},
     .sha256 = {"11", sizeof "11" - 1}},
    {.kind = {"rules", sizeof "rules" - 1},
     .name = {"goal-1.json", sizeof "goal-1.json" - 1},
     .sha256 = {"22", sizeof "22" - 1},
     .content = {"{\"pack\": \"goal-1\"}", sizeof "{\"pack\": \"goal-1\"}" - 1}},
};

static const struct vt_store_run night = {.started_ms = 1795377600000,
                                          .reference_day = 20779,
                                          .version = {"0.1.0", sizeof "0.1.0" - 1},
                                          .host = {"night", sizeof "night" - 1}};

static int64_t begin(struct fixture *fixture)
{
  int64_t id;
  assert_ok(fixture, vt_store_begin_run(fixture->store, &night, pins, 2, &id, &fixture->error));
  return id;
}

static void a_run_is_read_back_with_its_pins(void **state)
{
  struct fixture *fixture = *state;
  int64_t id = begin(fixture);
  struct vt_store_run run;
  assert_ok(fixture, vt_store_find_run(fixture->store, 0, fixture->arena, &run, &fixture->error));
  assert_int_equal(run.id, id);
  assert_int_equal(run.reference_day, 20779);
  assert_str(run.host, "night");
  struct vt_store_pin *read;
  size_t count;
  assert_ok(fixture,
            vt_store_list_pins(fixture->store, id, fixture->arena, &read, &count, &fixture->error));
  assert_int_equal(count, 2);
  assert_str(read[0].name, "vater");
  assert_null(read[0].content.ptr);
  assert_str(read[1].content, "{\"pack\": \"goal-1\"}");
}

static void an_unfinished_run_is_found_until_it_is_finished(void **state)
{
  struct fixture *fixture = *state;
  struct vt_store_run run;
  assert_int_equal(vt_store_find_unfinished(fixture->store, fixture->arena, &run, &fixture->error),
                   VATER_DONE);
  int64_t id = begin(fixture);
  assert_ok(fixture,
            vt_store_find_unfinished(fixture->store, fixture->arena, &run, &fixture->error));
  assert_int_equal(run.id, id);
  assert_ok(fixture, vt_store_finish_run(fixture->store, id, 99, 2, &fixture->error));
  assert_int_equal(vt_store_find_unfinished(fixture->store, fixture->arena, &run, &fixture->error),
                   VATER_DONE);
  assert_ok(fixture, vt_store_find_run(fixture->store, id, fixture->arena, &run, &fixture->error));
  assert_int_equal(run.finished_ms, 99);
  assert_int_equal(run.exit_code, 2);
  assert_int_equal(vt_store_find_run(fixture->store, 77, fixture->arena, &run, &fixture->error),
                   VATER_DONE);
}

static void a_run_goes_on_only_with_what_it_is_pinned_to(void **state)
{
  struct fixture *fixture = *state;
  int64_t id = begin(fixture);
  assert_ok(fixture, vt_store_resume(fixture->store, id, pins, 2, &fixture->error));
  struct vt_store_pin other[] = {pins[0], pins[1], pins[1]};
  other[1].sha256 = VT_STR("33");
  other[2].name = VT_STR("goal-2.json");
  assert_int_equal(vt_store_resume(fixture->store, id, other, 3, &fixture->error), VATER_E_REFUSED);
  assert_string_equal(fixture->error.code, "OPS-PINNED");
  assert_string_equal(fixture->error.text,
                      "run 1 cannot go on: rules goal-1.json was changed, rules goal-2.json was "
                      "added; put it back, or start a new run");
  vt_error_clear(&fixture->error);
  assert_int_equal(vt_store_resume(fixture->store, id, pins, 1, &fixture->error), VATER_E_REFUSED);
  assert_string_equal(fixture->error.text, "run 1 cannot go on: rules goal-1.json was removed; put "
                                           "it back, or start a new run");
  struct vt_store_run run;
  assert_ok(fixture, vt_store_find_run(fixture->store, id, fixture->arena, &run, &fixture->error));
  assert_int_equal(run.resumed, 1);
}

static void the_last_run_tells_how_many_actors_there_were(void **state)
{
  struct fixture *fixture = *state;
  uint32_t count = 9;
  assert_ok(fixture, vt_store_count_last_actors(fixture->store, &count, &fixture->error));
  assert_int_equal(count, 0);
  int64_t id = begin(fixture);
  struct vt_store_job job = fixture_job("983974724", NULL);
  assert_ok(fixture, vt_store_record_job(fixture->store, id, &job, &fixture->error));
  job.endpoint = VT_STR("second");
  assert_ok(fixture, vt_store_record_job(fixture->store, id, &job, &fixture->error));
  job.actor = VT_STR("964338531");
  assert_ok(fixture, vt_store_record_job(fixture->store, id, &job, &fixture->error));
  assert_ok(fixture, vt_store_finish_run(fixture->store, id, 99, 0, &fixture->error));
  begin(fixture);
  assert_ok(fixture, vt_store_count_last_actors(fixture->store, &count, &fixture->error));
  assert_int_equal(count, 2);
}

/* ---- S07: two runs started together ---------------------------------------------------------- */

static int open_as_another_process(struct fixture *fixture)
{
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    struct vt_store *store;
    struct vt_error error = {0};
    int status =
        vt_store_open(fixture->path, VT_STORE_WRITE, &fixture->environment, &store, &error);
    _exit(status == VATER_OK ? 0 : strcmp(error.code, "OPS-RUNNING") == 0 ? 3 : 9);
  }
  int result;
  assert_int_equal(waitpid(child, &result, 0), child);
  return WEXITSTATUS(result);
}

static void S07_a_second_run_is_refused_and_the_lock_dies_with_its_holder(void **state)
{
  struct fixture *fixture = *state;
  assert_int_equal(open_as_another_process(fixture), 3);
  /* a holder that is killed */
  vt_store_close(fixture->store);
  fixture->store = NULL;
  int ready[2];
  assert_int_equal(pipe(ready), 0);
  pid_t holder = fork();
  assert_true(holder >= 0);
  if (holder == 0) {
    struct vt_store *store;
    struct vt_error error = {0};
    vt_store_open(fixture->path, VT_STORE_WRITE, &fixture->environment, &store, &error);
    if (write(ready[1], "x", 1) == 1)
      pause();
    _exit(0);
  }
  char byte;
  assert_int_equal(read(ready[0], &byte, 1), 1);
  struct vt_store *store;
  assert_int_equal(
      vt_store_open(fixture->path, VT_STORE_WRITE, &fixture->environment, &store, &fixture->error),
      VATER_E_REFUSED);
  assert_null(store);
  assert_string_equal(fixture->error.code, "OPS-RUNNING");
  kill(holder, SIGKILL);
  waitpid(holder, NULL, 0);
  fixture_reopen(fixture, VT_STORE_WRITE);
  close(ready[0]);
  close(ready[1]);
}

static void a_reader_works_beside_a_writer(void **state)
{
  struct fixture *fixture = *state;
  int64_t id = begin(fixture);
  struct vt_store *reader;
  assert_ok(fixture, vt_store_open(fixture->path, VT_STORE_READ, &fixture->environment, &reader,
                                   &fixture->error));
  struct vt_store_job job = fixture_job("983974724", fixture_many(fixture, NULL, 10, 1));
  assert_ok(fixture, vt_store_record_job(fixture->store, id, &job, &fixture->error));
  struct vt_store_job_row *rows;
  size_t count;
  assert_ok(fixture,
            vt_store_list_jobs(reader, id, fixture->arena, &rows, &count, &fixture->error));
  assert_int_equal(count, 1);
  assert_int_equal(vt_store_finish_run(reader, id, 1, 0, &fixture->error), VATER_E_IO);
  assert_string_equal(fixture->error.code, "STORE-FS");
  vt_store_close(reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(a_run_is_read_back_with_its_pins),
      TEST(an_unfinished_run_is_found_until_it_is_finished),
      TEST(a_run_goes_on_only_with_what_it_is_pinned_to),
      TEST(the_last_run_tells_how_many_actors_there_were),
      TEST(S07_a_second_run_is_refused_and_the_lock_dies_with_its_holder),
      TEST(a_reader_works_beside_a_writer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
