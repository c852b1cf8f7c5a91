#include "rig.h"

#include <stdio.h>

enum kind { CRASH, HANG, LIMIT, DENIED, PROTO, NOISE };

static const struct act {
  const char *name;
  enum kind kind;
} acts[] = {
#define ACT(name, kind, what) {#name, kind},
#include "plugins/acts.def"
#undef ACT
};

enum { ACTS = sizeof acts / sizeof *acts };

/* What an act costs where it is not what its kind costs. */
static const struct {
  const char *name, *code;
} exceptions[] = {
    {"raise_kill", "PLUG-DENIED"},  /* kill(2) is stopped first */
    {"stopped", "PLUG-DENIED"},     /* so is this */
    {"thread_bomb", "PLUG-DENIED"}, /* clone with all signals blocked: not even the report */
    {"malloc_flood", ""},           /* was refused memory, and went on without */
    {"stack_flood", "PLUG-DENIED"}, /* no memory of that kind at all */
    {"scratch_flood", ""},          /* likewise */
    {"row_flood", "PAY-LIMIT"},     /* as a payload with too many rows */
    {"finding_flood", ""},          /* has no findings to flood in a format */
    {"parent_limits", ""},          /* EPERM */
    {"host_name", ""},              /* EPERM */
    {"fork_child", "PLUG-LIMIT"},   /* no processes: a limit */
    {"garbage_frames", "PLUG-DENIED"},
    {"shrink_files", ""},         /* all it can reach is sealed */
    {"grow_files", "PLUG-LIMIT"}, /* ends at the file size limit */
    {"last_word", "PLUG-ERROR"},
    {"frame_flood", "PLUG-ERROR"},
    {"close_all", "PLUG-CRASH"}, /* and with it the way to answer */
    {"silent_error", "PLUG-ERROR"},
    {"quote_number", "PLUG-ERROR"},
    {"other_actor", "PAY-OWNER"},
    {"bad_row", ""}, /* checks only */
    {"bad_text", "PAY-TEXT"},
    {"change_locale", "PLUG-DENIED"}, /* reads locale files */
    {"change_folder", "PLUG-DENIED"},
    {"change_umask", "PLUG-DENIED"},
    {"change_signals", "PLUG-DENIED"},
    {"set_timer", "PLUG-DENIED"},
};

static const char *wanted_code(const struct act *act)
{
  static const char *const of_kind[] = {"PLUG-CRASH",  "PLUG-TIMEOUT", "PLUG-LIMIT",
                                        "PLUG-DENIED", "PLUG-PROTO",   ""};
  for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
    if (strcmp(exceptions[i].name, act->name) == 0)
      return exceptions[i].code;
  return of_kind[act->kind];
}

static struct outcome play(struct rig *rig, const char *at, const char *act)
{
  char settings[128];
  snprintf(settings, sizeof settings, "{\"at\": \"%s\", \"act\": \"%s\"}", at, act);
  return rig_run(rig, settings, "payload");
}

static void same_as_control(struct rig *rig, const struct outcome *control, const char *after)
{
  struct outcome now = rig_control(rig);
  if (now.failed || now.size != control->size || memcmp(now.block, control->block, now.size) != 0)
    fail_msg("after %s the control job differs: %s %s", after, now.code, now.error.text);
  outcome_free(&now);
}

static void play_kind(enum kind kind, const char *at)
{
  struct rig rig;
  rig_start(&rig, NULL);
  struct outcome control = rig_control(&rig);
  assert_false(control.failed);
  assert_int_equal(control.delivery, VT_DELIVERY_RECEIVED);
  for (size_t i = 0; i < ACTS; i++) {
    if (acts[i].kind != kind)
      continue;
    struct outcome outcome = play(&rig, at, acts[i].name);
    if (strcmp(outcome.code, wanted_code(&acts[i])) != 0)
      fail_msg("%s at %s: wanted '%s', got '%s' %s", acts[i].name, at, wanted_code(&acts[i]),
               outcome.code, outcome.error.text);
    assert_int_equal(outcome.failed, strncmp(outcome.code, "PLUG-", 5) == 0);
    outcome_free(&outcome);
    same_as_control(&rig, &control, acts[i].name);
  }
  outcome_free(&control);
  rig_stop(&rig);
}

static void test_G04_P16_crash_costs_one_job(void **state)
{
  (void)state;
  play_kind(CRASH, "open");
  play_kind(CRASH, "decode");
  play_kind(CRASH, "close");
}

static void test_G05_hang_is_killed(void **state)
{
  (void)state;
  play_kind(HANG, "decode");
}

static void test_G06_floods_stop_at_the_limit(void **state)
{
  (void)state;
  play_kind(LIMIT, "decode");
}

/* Peak within the limit and what the zygote and the payload take: 64 MiB + 16. */
static void test_G06_P07_memory_stays_within_the_limit(void **state)
{
  (void)state;
  struct rig rig;
  rig_start(&rig, NULL);
  struct outcome outcome = play(&rig, "decode", "malloc_flood");
  assert_true(outcome.peak_bytes > 32u * 1024 * 1024);
  assert_true(outcome.peak_bytes < 80u * 1024 * 1024);
  assert_string_equal(outcome.comment, "refused");
  outcome_free(&outcome);
  rig_stop(&rig);
}

/* An answer "done", or for run_program an end with 0 and without a result: it worked. */
static bool succeeded(const struct outcome *outcome, const char *act)
{
  if (strcmp(act, "run_program") == 0)
    return strcmp(outcome->code, "PLUG-CRASH") == 0;
  return strcmp(outcome->comment, "done") == 0;
}

static void test_G07_nothing_gets_out(void **state)
{
  (void)state;
  unsigned tried = 0;
  struct rig rig;
  rig_start(&rig, NULL);
  for (size_t i = 0; i < ACTS; i++) {
    if (acts[i].kind != DENIED)
      continue;
    struct outcome outcome = play(&rig, "decode", acts[i].name);
    if (succeeded(&outcome, acts[i].name))
      fail_msg("%s succeeded in the sandbox", acts[i].name);
    tried++;
    outcome_free(&outcome);
  }
  rig_stop(&rig);
  assert_true(tried >= 25);
  play_kind(DENIED, "decode");
}

static void test_G08_nonsense_is_refused(void **state)
{
  (void)state;
  play_kind(PROTO, "decode");
}

/* Killed for its second word, long before its processor time is used up. */
static void test_G08_who_talks_without_end_is_cut_off(void **state)
{
  (void)state;
  struct rig rig;
  rig_start(&rig, NULL);
  struct outcome outcome = play(&rig, "decode", "frame_flood");
  assert_string_equal(outcome.code, "PLUG-ERROR");
  assert_true(outcome.cpu_ms < 1000);
  outcome_free(&outcome);
  rig_stop(&rig);
}

/* What a plugin says of its failure is stored: not before it is screened. */
static void test_G08_a_failure_quotes_no_person(void **state)
{
  (void)state;
  struct rig rig;
  rig_start(&rig, NULL);
  struct outcome outcome = play(&rig, "decode", "quote_number");
  assert_string_equal(outcome.error.text,
                      "plugin 'hostile', format.decode: cannot read '***********'");
  outcome_free(&outcome);
  rig_stop(&rig);
}

static void test_G09_noise_is_captured_and_cut(void **state)
{
  (void)state;
  play_kind(NOISE, "decode");
  struct rig rig;
  rig_start(&rig, NULL);
  struct outcome outcome = play(&rig, "decode", "stdout_flood");
  assert_int_equal(outcome.delivery, VT_DELIVERY_RECEIVED);
  assert_true(outcome.noisy);
  assert_int_equal(outcome.output.len, 64 * 1024);
  outcome_free(&outcome);
  outcome = play(&rig, "decode", "bad_free");
  assert_false(outcome.noisy);
  assert_true(outcome.output.len > 0);
  outcome_free(&outcome);
  rig_stop(&rig);
}

static void test_G07_denial_names_the_system_call(void **state)
{
  (void)state;
  struct rig rig;
  rig_start(&rig, NULL);
  struct outcome outcome = play(&rig, "decode", "socket_tcp");
  assert_string_equal(outcome.error.text,
                      "the sandbox stopped the worker at the system call socket (41), in "
                      "format.decode of plugin 'hostile'");
  outcome = play(&rig, "decode", "fork_bomb");
  assert_string_equal(outcome.error.text, "the worker asked for a process, thread or descriptor "
                                          "(clone); it may have none, in format.decode of plugin "
                                          "'hostile'");
  outcome = play(&rig, "decode", "abort");
  assert_string_equal(outcome.error.text,
                      "the worker crashed: signal 6 (SIGABRT), in format.decode "
                      "of plugin 'hostile'");
  outcome = play(&rig, "decode", "busy_loop");
  assert_string_equal(outcome.error.text, "the worker did not answer within 3000 ms, in "
                                          "format.decode of plugin 'hostile'");
  outcome = play(&rig, "open", "abort");
  assert_string_equal(outcome.error.text, "the worker crashed: signal 6 (SIGABRT), in open of "
                                          "plugin 'hostile'");
  outcome = play(&rig, "close", "abort");
  assert_string_equal(outcome.error.text, "the worker crashed: signal 6 (SIGABRT), in close of "
                                          "plugin 'hostile'");
  rig_stop(&rig);
}

/* Of the names that are known alone: what the note says besides is not followed. */
static void test_G04_the_end_names_plugin_and_rule(void **state)
{
  (void)state;
  struct rig rig;
  rig_start(&rig, "\"scope\": \"submission\", \"check\": \"hostile.act\", "
                  "\"with\": {\"act\": \"segv\"}");
  struct outcome outcome = rig_control(&rig);
  assert_string_equal(outcome.error.text, "the worker crashed: signal 11 (SIGSEGV), in check 'act' "
                                          "of plugin 'hostile' for rule 'HO-001'");
  outcome_free(&outcome);
  rig_stop(&rig);
  rig_start(&rig, "\"scope\": \"observation\", \"missing\": \"skip\", "
                  "\"assert\": \"hostileAct(obs.reason) == 'refused'\"");
  outcome = rig_run(&rig, "{\"at\": \"never\"}", "sleep_long");
  assert_string_equal(
      outcome.error.text,
      "the worker did not answer within 3000 ms, in function 'hostileAct' of plugin "
      "'hostile' for rule 'HO-001'");
  outcome_free(&outcome);
  rig_stop(&rig);
}

/* ---- in a rule's function, and in a check ------------------------------------------------------
 */

/* The function's argument is the row's reason, which the plugin sets to the payload. */
static struct outcome play_function(struct rig *rig, const char *act)
{
  return rig_run(rig, "{\"at\": \"never\"}", act);
}

static void test_G04_to_G07_in_a_function(void **state)
{
  (void)state;
  static const struct {
    const char *act, *code;
  } cases[] = {
      {"segv", "PLUG-CRASH"},        {"exit_zero", "PLUG-CRASH"}, {"stack_overflow", "PLUG-CRASH"},
      {"busy_loop", "PLUG-TIMEOUT"}, {"fork_bomb", "PLUG-LIMIT"}, {"socket_tcp", "PLUG-DENIED"},
      {"open_read", "PLUG-DENIED"},  {"shrink_files", ""},        {"cut_frame", "PLUG-PROTO"}};
  struct rig rig;
  rig_start(&rig, "\"scope\": \"observation\", \"missing\": \"skip\", "
                  "\"assert\": \"hostileAct(obs.reason) == 'refused'\"");
  struct outcome control = play_function(&rig, "leak_memory");
  assert_false(control.failed);
  assert_int_equal(control.findings, 1);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct outcome outcome = play_function(&rig, cases[i].act);
    if (strcmp(outcome.code, cases[i].code) != 0)
      fail_msg("%s in a function: wanted '%s', got '%s' %s", cases[i].act, cases[i].code,
               outcome.code, outcome.error.text);
    outcome_free(&outcome);
    struct outcome again = play_function(&rig, "leak_memory");
    assert_int_equal(again.size, control.size);
    assert_memory_equal(again.block, control.block, control.size);
    outcome_free(&again);
  }
  outcome_free(&control);
  rig_stop(&rig);
}

static void test_G04_to_G08_in_a_check(void **state)
{
  (void)state;
  static const struct {
    const char *act, *code;
  } cases[] = {{"segv", "PLUG-CRASH"},
               {"quick_exit", "PLUG-CRASH"},
               {"sleep_long", "PLUG-TIMEOUT"},
               {"thread_bomb", "PLUG-DENIED"},
               {"run_program", "PLUG-DENIED"},
               {"finding_flood", ""},
               {"bad_row", ""},
               {"odd_status", ""},
               {"shrink_files", ""},
               {"grow_files", "PLUG-LIMIT"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char rule[200];
    struct rig rig;
    snprintf(rule, sizeof rule,
             "\"scope\": \"submission\", \"check\": \"hostile.act\", \"with\": {\"act\": \"%s\"}",
             cases[i].act);
    rig_start(&rig, rule);
    struct outcome outcome = rig_control(&rig);
    /* three million findings are many or too many, as fast as the machine is */
    bool slow =
        strcmp(cases[i].act, "finding_flood") == 0 && strcmp(outcome.code, "PLUG-TIMEOUT") == 0;
    if (strcmp(outcome.code, cases[i].code) != 0 && !slow)
      fail_msg("%s in a check: wanted '%s', got '%s' %s", cases[i].act, cases[i].code, outcome.code,
               outcome.error.text);
    outcome_free(&outcome);
    rig_stop(&rig);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_G04_P16_crash_costs_one_job),
      cmocka_unit_test(test_G05_hang_is_killed),
      cmocka_unit_test(test_G06_floods_stop_at_the_limit),
      cmocka_unit_test(test_G06_P07_memory_stays_within_the_limit),
      cmocka_unit_test(test_G07_nothing_gets_out),
      cmocka_unit_test(test_G07_denial_names_the_system_call),
      cmocka_unit_test(test_G04_the_end_names_plugin_and_rule),
      cmocka_unit_test(test_G08_nonsense_is_refused),
      cmocka_unit_test(test_G08_who_talks_without_end_is_cut_off),
      cmocka_unit_test(test_G08_a_failure_quotes_no_person),
      cmocka_unit_test(test_G09_noise_is_captured_and_cut),
      cmocka_unit_test(test_G04_to_G07_in_a_function),
      cmocka_unit_test(test_G04_to_G08_in_a_check),
  };
  return cmocka_run_group_tests_name("hostile_worker", tests, NULL, NULL);
}
