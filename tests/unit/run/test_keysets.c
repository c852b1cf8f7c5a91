#include "unit/net/live.h"

#include "run/job.h"

/* Row A11 of the fault table: how often the keys of signatures are fetched. The clock is the
 * test's, the server is real. */

enum { FIVE_MINUTES = 5 * 60 * 1000, JOBS = 3 };

static int64_t clock_ms;

static int64_t told(void *context)
{
  (void)context;
  return clock_ms;
}

struct rig {
  struct vt_environment environment;
  struct vt_running running;
  struct vt_keyset keysets[JOBS];
  struct vt_endpoint endpoints[JOBS];
  struct vt_job jobs[JOBS];
};

/* Three jobs whose signatures are of one key set, of this fixture. */
static void begin(struct rig *rig, const char *fixture)
{
  *rig = (struct rig){.environment = vt_environment_real()};
  rig->environment.clock.monotonic_ms = told;
  clock_ms = 1000000;
  rig->running = (struct vt_running){.environment = &rig->environment,
                                     .arena = vt_arena_new(&rig->environment.allocator, 0),
                                     .net = live_net(NULL, 0),
                                     .keysets = rig->keysets,
                                     .configuration = {.tries = 1}};
  for (int i = 0; i < JOBS; i++) {
    rig->endpoints[i].signature.key_url =
        vt_arena_copy(rig->running.arena, vt_str(live_url(fixture)));
    rig->endpoints[i].allow_loopback = true;
    rig->jobs[i].running = &rig->running;
    rig->jobs[i].endpoint = &rig->endpoints[i];
  }
}

static void end(struct rig *rig)
{
  vt_net_free(rig->running.net);
  vt_arena_free(rig->running.arena);
}

static void answered(struct rig *rig)
{
  struct vt_net_exchange *exchange;
  struct vt_error error = {0};
  while ((exchange = vt_net_take(rig->running.net)) == NULL)
    assert_int_equal(vt_net_poll(rig->running.net, 1000, NULL, 0, &error), VATER_OK);
  vt_run_keys_answer(&rig->running, vt_run_keys_of(&rig->running, exchange));
}

static struct vater_str keys_of(struct vt_job *job, int status)
{
  struct vater_str keys;
  assert_int_equal(vt_run_keys(job, &keys), status);
  return keys;
}

static void A11_an_unknown_kid_asks_anew_once_in_five_minutes(void **state)
{
  (void)state;
  struct rig rig;
  begin(&rig, "etag");
  int before = live_counter("etag", "requests");
  keys_of(&rig.jobs[0], VATER_DONE);
  keys_of(&rig.jobs[1], VATER_DONE);
  answered(&rig);
  assert_true(keys_of(&rig.jobs[0], VATER_OK).len > 0);
  keys_of(&rig.jobs[1], VATER_OK);
  assert_int_equal(live_counter("etag", "requests"), before + 1);

  clock_ms += FIVE_MINUTES - 1;
  assert_false(vt_run_keys_renew(&rig.jobs[0]));
  clock_ms += 1;
  assert_true(vt_run_keys_renew(&rig.jobs[0]));
  keys_of(&rig.jobs[0], VATER_DONE);
  answered(&rig);
  keys_of(&rig.jobs[0], VATER_OK);
  assert_int_equal(live_counter("etag", "requests"), before + 2);

  assert_false(vt_run_keys_renew(&rig.jobs[0]));
  clock_ms += FIVE_MINUTES - 1;
  assert_false(vt_run_keys_renew(&rig.jobs[0]));
  clock_ms += 1;
  assert_true(vt_run_keys_renew(&rig.jobs[0]));
  end(&rig);
}

/* Two unknown kids in a row: the second one is looked for in what the first one fetches, not in
 * what both of them did not find, and nothing is asked for twice. */
static void A11_two_unknown_kids_in_a_row(void **state)
{
  (void)state;
  struct rig rig;
  begin(&rig, "etag");
  int before = live_counter("etag", "requests");
  keys_of(&rig.jobs[0], VATER_DONE);
  answered(&rig);
  for (int i = 0; i < JOBS; i++)
    keys_of(&rig.jobs[i], VATER_OK);
  clock_ms += FIVE_MINUTES;
  assert_true(vt_run_keys_renew(&rig.jobs[0]));
  keys_of(&rig.jobs[0], VATER_DONE);
  assert_true(vt_run_keys_renew(&rig.jobs[1]));
  keys_of(&rig.jobs[1], VATER_DONE);
  answered(&rig);
  assert_true(vt_run_keys_renew(&rig.jobs[2]));
  for (int i = 0; i < JOBS; i++)
    keys_of(&rig.jobs[i], VATER_OK);
  for (int i = 0; i < JOBS; i++)
    assert_false(vt_run_keys_renew(&rig.jobs[i]));
  assert_int_equal(live_counter("etag", "requests"), before + 2);
  end(&rig);
}

/* Fetched before, and not to be had now: those who sign with the keys that we know are not hurt. */
static void A11_a_set_that_is_down_leaves_the_old_one(void **state)
{
  (void)state;
  struct rig rig;
  begin(&rig, "etag");
  keys_of(&rig.jobs[0], VATER_DONE);
  answered(&rig);
  struct vater_str old = keys_of(&rig.jobs[0], VATER_OK);
  clock_ms += FIVE_MINUTES;
  assert_true(vt_run_keys_renew(&rig.jobs[0]));
  rig.keysets[0].url = vt_str("https://127.0.0.99:1/jwks");
  for (int i = 0; i < JOBS; i++)
    rig.endpoints[i].signature.key_url = rig.keysets[0].url;
  keys_of(&rig.jobs[0], VATER_DONE);
  answered(&rig);
  assert_str(keys_of(&rig.jobs[0], VATER_OK), old.ptr);
  assert_false(vt_run_keys_renew(&rig.jobs[0]));
  end(&rig);
}

/* Never fetched: each job is told why, and none asks again. */
static void A11_a_set_that_was_never_there(void **state)
{
  (void)state;
  struct rig rig;
  begin(&rig, "etag");
  rig.endpoints[0].signature.key_url = rig.endpoints[1].signature.key_url =
      vt_str("https://127.0.0.99:1/jwks");
  keys_of(&rig.jobs[0], VATER_DONE);
  answered(&rig);
  for (int i = 0; i < 2; i++) {
    keys_of(&rig.jobs[i], VATER_E_AUTH);
    assert_string_equal(rig.jobs[i].error.code, "AUTH-JWKS");
    assert_false(vt_run_keys_renew(&rig.jobs[i]));
  }
  end(&rig);
}

/* A run that is stopped while keys are fetched says so of the jobs that wait: they are done when it
 * is gone on with. */
static void a_stopped_run_is_no_fault_of_the_keys(void **state)
{
  (void)state;
  struct rig rig;
  begin(&rig, "etag");
  keys_of(&rig.jobs[0], VATER_DONE);
  vt_net_stop(rig.running.net);
  answered(&rig);
  keys_of(&rig.jobs[0], VATER_E_CANCELLED);
  assert_string_equal(rig.jobs[0].error.code, "OPS-STOPPED");
  end(&rig);
}

/* N08: what one endpoint may ask is not fetched for another one that may not. */
static void N08_an_allowance_is_not_lent(void **state)
{
  (void)state;
  struct rig rig;
  begin(&rig, "etag");
  rig.endpoints[1].allow_loopback = false;
  keys_of(&rig.jobs[0], VATER_DONE);
  answered(&rig);
  keys_of(&rig.jobs[0], VATER_OK);
  keys_of(&rig.jobs[1], VATER_DONE);
  answered(&rig);
  keys_of(&rig.jobs[1], VATER_E_AUTH);
  assert_non_null(strstr(rig.jobs[1].error.text, "is a loopback address"));
  end(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(A11_an_unknown_kid_asks_anew_once_in_five_minutes),
      cmocka_unit_test(A11_two_unknown_kids_in_a_row),
      cmocka_unit_test(A11_a_set_that_is_down_leaves_the_old_one),
      cmocka_unit_test(A11_a_set_that_was_never_there),
      cmocka_unit_test(a_stopped_run_is_no_fault_of_the_keys),
      cmocka_unit_test(N08_an_allowance_is_not_lent),
  };
  return cmocka_run_group_tests(tests, live_start, live_stop);
}
