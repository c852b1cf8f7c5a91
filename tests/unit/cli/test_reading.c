#include "unit/test.h"

#include "cli/cli.h"
#include "store/store.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The commands that read the store, on a store of two runs, with output caught. */
struct stage {
  struct vt_cli cli;
  char *out, *error;
  size_t out_len, error_len;
  char folder[64], path[96];
};

static void record(struct vt_store *store, int64_t run, const char *actor, const char *delivery,
                   const char *code)
{
  struct vt_store_block block = {.actor = vt_str(actor),
                                 .indicator = VT_STR("G1-11"),
                                 .period = VT_STR("2026-Q3"),
                                 .verdict = VT_STR("accepted"),
                                 .rows = 3};
  struct vt_store_job job = {.actor = vt_str(actor),
                             .actor_name = VT_STR("Bergen kommune"),
                             .endpoint = VT_STR("main"),
                             .delivery = vt_str(delivery),
                             .code = vt_str(code),
                             .execution = {.started_ms = 1795377601000}};
  if (code[0] == '\0') {
    job.blocks = &block;
    job.block_count = 1;
  }
  struct vt_store_page page = {.sha256 = VT_STR("00"), .bytes = 2, .content = VT_STR("{}")};
  job.screened = true;
  job.pages = &page;
  job.page_count = code[0] == '\0';
  struct vt_error error = {0};
  if (vt_store_record_job(store, run, &job, &error) != VATER_OK)
    fail_msg("%s", error.text);
}

static void fill(struct stage *stage)
{
  struct vt_store *store;
  struct vt_store_run run = {.started_ms = 1795377600000,
                             .reference_day = 20779,
                             .version = VT_STR("0.1.0"),
                             .host = VT_STR("night")};
  int64_t id;
  assert_int_equal(
      vt_store_open(stage->path, VT_STORE_WRITE, &stage->cli.environment, &store, NULL), VATER_OK);
  assert_int_equal(vt_store_begin_run(store, &run, NULL, 0, &id, NULL), VATER_OK);
  record(store, id, "964338531", "received", "");
  record(store, id, "974760673", "not-delivered", "NET-REFUSED");
  assert_int_equal(vt_store_finish_run(store, id, 1795377603200, 2, NULL), VATER_OK);
  assert_int_equal(vt_store_begin_run(store, &run, NULL, 0, &id, NULL), VATER_OK);
  record(store, id, "964338531", "unchanged", "");
  assert_int_equal(vt_store_finish_run(store, id, 1795377601000, 0, NULL), VATER_OK);
  vt_store_close(store);
}

static int set_up(void **state)
{
  struct stage *stage = calloc(1, sizeof *stage);
  assert_non_null(stage);
  stage->cli.environment = vt_environment_real();
  stage->cli.out = open_memstream(&stage->out, &stage->out_len);
  stage->cli.error = open_memstream(&stage->error, &stage->error_len);
  stage->cli.width = 80;
  snprintf(stage->cli.rules, sizeof stage->cli.rules, "%s/rules", VATER_SOURCE_DIR);
  snprintf(stage->cli.plugins, sizeof stage->cli.plugins, "%s/lib/vater/plugins", VATER_BUILD_DIR);
  snprintf(stage->folder, sizeof stage->folder, "/tmp/vater-cli-XXXXXX");
  assert_non_null(mkdtemp(stage->folder));
  snprintf(stage->path, sizeof stage->path, "%s/store.db", stage->folder);
  fill(stage);
  *state = stage;
  return 0;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
  (void)about;
  (void)kind;
  (void)where;
  return remove(path);
}

static int tear_down(void **state)
{
  struct stage *stage = *state;
  fclose(stage->cli.out);
  fclose(stage->cli.error);
  free(stage->out);
  free(stage->error);
  nftw(stage->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
  free(stage);
  return 0;
}

typedef int command(struct vt_cli *cli, int argc, char **argv);

/* Runs it; what it printed is in stage->out and ->error. getopt keeps a pointer to the last word of
 * the call before, so that words live as long as the process. */
static int run(struct stage *stage, command *which, const char *const *arguments)
{
  static char words[16384];
  static size_t used;
  char *argv[8] = {0};
  int argc = 0;
  for (const char *word = "command"; word != NULL; word = arguments[argc - 1]) {
    argv[argc++] = words + used;
    used += (size_t)snprintf(words + used, sizeof words - used, "%s", word) + 1;
    assert_true(used < sizeof words && argc < 8);
  }
  rewind(stage->cli.out);
  rewind(stage->cli.error);
  int code = which(&stage->cli, argc, argv);
  fputc('\0', stage->cli.out);
  fputc('\0', stage->cli.error);
  fflush(stage->cli.out);
  fflush(stage->cli.error);
  return code;
}

#define RUN(stage, which, ...) run(stage, which, (const char *const[]){__VA_ARGS__, NULL})

static void assert_has(const char *text, const char *part)
{
  if (strstr(text, part) == NULL)
    fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void a_report_of_the_latest_run_or_of_any(void **state)
{
  struct stage *stage = *state;
  assert_int_equal(RUN(stage, vt_command_report, "--store", stage->path), VT_EXIT_CLEAN);
  assert_has(stage->out, "Run 2, reference date 2026-11-22");
  assert_has(stage->out, "unchanged (1)");
  assert_int_equal(RUN(stage, vt_command_report, "-s", stage->path, "--run", "1"), VT_EXIT_FAILED);
  assert_has(stage->out, "main not-delivered NET-REFUSED");
  assert_has(stage->out, "The endpoint refused the connection.");
  assert_int_equal(RUN(stage, vt_command_report, "-s", stage->path, "--run=9"), VT_EXIT_FAILED);
  assert_has(stage->error, "there is no run 9; see 'vater history'");
  assert_int_equal(RUN(stage, vt_command_report, "-s", stage->path, "-j"), VT_EXIT_CLEAN);
  assert_has(stage->out, "\"format\": \"vater-report-1\"");
}

static void status_is_brief(void **state)
{
  struct stage *stage = *state;
  assert_int_equal(RUN(stage, vt_command_status, "-s", stage->path, "-l", "nn"), VT_EXIT_CLEAN);
  assert_string_equal(stage->out,
                      "Køyring 2, referansedato 2026-11-22, starta 2026-11-22T20:00:00Z, 1.0 s\n"
                      "1 aktør, 0 observasjonar, 0 funn\n"
                      "  uendra                     1\n"
                      "blokker: 1 godkjend, 0 godkjend med merknader, 0 avvist, 0 ikkje avgjord\n");
}

static void history_of_runs_and_of_an_actor(void **state)
{
  struct stage *stage = *state;
  assert_int_equal(RUN(stage, vt_command_history, "-s", stage->path), VT_EXIT_CLEAN);
  assert_string_equal(stage->out, "   run  started               reference date\n"
                                  "     2  2026-11-22T20:00:00Z  2026-11-22       1.0 s  exit 0\n"
                                  "     1  2026-11-22T20:00:00Z  2026-11-22       3.2 s  exit 2\n");
  assert_int_equal(RUN(stage, vt_command_history, "-s", stage->path, "974760673"), VT_EXIT_CLEAN);
  assert_string_equal(stage->out,
                      "     1  2026-11-22T20:00:01Z  main  not-delivered NET-REFUSED\n");
  assert_int_equal(RUN(stage, vt_command_history, "-s", stage->path, "999999999"), VT_EXIT_FAILED);
  assert_int_equal(RUN(stage, vt_command_history, "-s", stage->path, "-j"), VT_EXIT_CLEAN);
  assert_has(stage->out, "\"referenceDate\": \"2026-11-22\"");
}

static void payloads_are_written_as_received(void **state)
{
  struct stage *stage = *state;
  assert_int_equal(
      RUN(stage, vt_command_report, "-s", stage->path, "-q", "--payloads", stage->folder),
      VT_EXIT_CLEAN);
  assert_int_equal(stage->out[0], '\0');
  char path[128], content[8] = "";
  snprintf(path, sizeof path, "%s/964338531-main-1", stage->folder);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fread(content, 1, sizeof content, file), 2);
  fclose(file);
  assert_string_equal(content, "{}");
  assert_int_equal(RUN(stage, vt_command_report, "-s", stage->path, "--payloads", "/nowhere"),
                   VT_EXIT_FAILED);
  assert_has(stage->error, "/nowhere/964338531-main-1");
  char folder[3000];
  memset(folder, 'x', sizeof folder - 1);
  folder[sizeof folder - 1] = '\0';
  assert_int_equal(RUN(stage, vt_command_report, "-s", stage->path, "--payloads", folder),
                   VT_EXIT_FAILED);
  assert_has(stage->error, "OPS-FILE: the path of a payload is too long");
}

static void a_store_that_is_not_there(void **state)
{
  struct stage *stage = *state;
  assert_int_equal(RUN(stage, vt_command_status, "-s", "/nowhere/store.db"), VT_EXIT_FAILED);
  assert_has(stage->error, "OPS-FILE: /nowhere/store.db: there is no store; run 'vater run' first");
}

static void wrong_usage_is_told(void **state)
{
  struct stage *stage = *state;
  assert_int_equal(RUN(stage, vt_command_report, "--run", "x"), VT_EXIT_USAGE);
  assert_has(stage->error, "'x' is not the number of a run");
  assert_int_equal(RUN(stage, vt_command_report, "-l", "no"), VT_EXIT_USAGE);
  assert_has(stage->error, "'no' is none of nb, nn, en");
  assert_int_equal(RUN(stage, vt_command_status, "extra"), VT_EXIT_USAGE);
  assert_int_equal(RUN(stage, vt_command_history, "--wrong"), VT_EXIT_USAGE);
  assert_int_equal(RUN(stage, vt_command_history, "1", "2"), VT_EXIT_USAGE);
  assert_int_equal(RUN(stage, vt_command_explain, "--json"), VT_EXIT_USAGE);
}

static void codes_of_the_engine_are_explained(void **state)
{
  struct stage *stage = *state;
  assert_int_equal(RUN(stage, vt_command_explain, "-l", "nb", "NET-REFUSED"), VT_EXIT_CLEAN);
  assert_string_equal(stage->out,
                      "NET-REFUSED: Endepunktet tok ikke imot forbindelsen.\n"
                      "  alvorlighet: feil\n"
                      "  hvem må gjøre noe: aktøren\n"
                      "  innsending: ikke levert\n"
                      "  prøves igjen: ja\n"
                      "  → Sjekk at tjenesten kjører og at brannmuren slipper oss inn.\n");
  assert_int_equal(RUN(stage, vt_command_explain, "NET-REFUSD"), VT_EXIT_FAILED);
  assert_has(stage->error,
             "there is no code or indicator 'NET-REFUSD'; did you mean 'NET-REFUSED'?");
}

static void rules_are_explained(void **state)
{
  struct stage *stage = *state;
  assert_int_equal(RUN(stage, vt_command_explain, "C-015"), VT_EXIT_CLEAN);
  assert_has(stage->out, "C-015: ");
  assert_has(stage->out, "  severity: error\n");
  assert_has(stage->out, "  pack: common\n");
  assert_int_equal(RUN(stage, vt_command_explain, "-j", "C-015"), VT_EXIT_CLEAN);
  assert_has(stage->out, "\"kind\": \"rule\"");
}

static void each_has_help(void **state)
{
  struct stage *stage = *state;
  static command *const commands[] = {vt_command_report, vt_command_status, vt_command_history,
                                      vt_command_explain};
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(RUN(stage, commands[i], "--help"), VT_EXIT_CLEAN);
    assert_has(stage->out, "usage: vater ");
    assert_has(stage->out, "exit: 0 ");
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(a_report_of_the_latest_run_or_of_any),
      TEST(status_is_brief),
      TEST(history_of_runs_and_of_an_actor),
      TEST(payloads_are_written_as_received),
      TEST(a_store_that_is_not_there),
      TEST(wrong_usage_is_told),
      TEST(codes_of_the_engine_are_explained),
      TEST(rules_are_explained),
      TEST(each_has_help),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
