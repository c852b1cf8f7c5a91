#include "flow/rig.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Where vater is started: the same answers whatever surrounds it, or a refusal that says why. */

static const char *const run_arguments[] = {"run",         "--quiet",     "--today", "2026-11-22",
                                            "--json-file", "report.json", NULL};

static pid_t begin(char *folder, size_t size)
{
  return rig_bulk(folder, size, "8", "3000");
}

static void forget(const char *folder)
{
  static const char *const names[] = {"vater.db", "vater.db-wal", "vater.db-shm", "vater.db-lock",
                                      "report.json"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char path[700];
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    unlink(path);
  }
}

static char *result_text(const char *folder)
{
  json_t *report = rig_json(folder, "report.json");
  char *text = json_dumps(json_object_get(report, "result"), JSON_SORT_KEYS | JSON_INDENT(1));
  assert_non_null(text);
  json_decref(report);
  return text;
}

/* A run of its own in surroundings of `prepare`, with the very result that `wanted` has. */
static struct rig_run same_result(const char *folder, void (*prepare)(void), const char *wanted)
{
  forget(folder);
  struct rig_run run = rig_vater_in(folder, run_arguments, prepare);
  if (run.exit_code != 0)
    fail_msg("exit %d, signal %d: %s", run.exit_code, run.signal, run.error);
  char *got = result_text(folder);
  assert_string_equal(got, wanted);
  free(got);
  return run;
}

static char *control(const char *folder)
{
  struct rig_run run = rig_vater(folder, run_arguments);
  if (run.exit_code != 0)
    fail_msg("control: exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
  return result_text(folder);
}

static unsigned mode_of(const char *folder, const char *name)
{
  char path[700];
  struct stat info;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  assert_int_equal(stat(path, &info), 0);
  return info.st_mode & 0777u;
}

static void open_umask(void)
{
  umask(0);
}

static void closed_umask(void)
{
  umask(0777);
}

static void norwegian(void)
{
  setenv("LANG", "nb_NO.UTF-8", 1);
  setenv("LC_ALL", "nb_NO.UTF-8", 1);
  setenv("LC_NUMERIC", "nb_NO.UTF-8", 1);
}

static void closed_streams(void)
{
  for (int fd = 0; fd <= 2; fd++)
    close(fd);
}

static void little_time_and_stack(void)
{
#ifndef VATER_SANITIZED
  struct rlimit stack = {256 * 1024, 256 * 1024};
  struct rlimit seconds = {5, 5};
  if (setrlimit(RLIMIT_STACK, &stack) != 0 || setrlimit(RLIMIT_CPU, &seconds) != 0)
    _exit(126);
#endif
}

/* What is soft can be raised by vater itself. */
static void few_files_at_first(void)
{
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0)
    _exit(126);
  files.rlim_cur = 64;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0)
    _exit(126);
}

/* O02: neither umask, locale, closed standard streams nor small limits change a result; what is
 * written is for its owner only. */
static void test_O02_surroundings(void **state)
{
  (void)state;
  void (*const surroundings[])(void) = {open_umask,     closed_umask,          norwegian,
                                        closed_streams, little_time_and_stack, few_files_at_first};
  char folder[512];
  pid_t fixtures = begin(folder, sizeof folder);
  char *wanted = control(folder);
  for (size_t i = 0; i < sizeof surroundings / sizeof surroundings[0]; i++) {
    struct rig_run run = same_result(folder, surroundings[i], wanted);
    assert_int_equal(mode_of(folder, "vater.db"), 0600);
    assert_int_equal(mode_of(folder, "report.json"), 0600);
    rig_done(&run);
  }
  free(wanted);
  rig_stop(fixtures);
  rig_remove(folder);
}

static void few_files(void)
{
  struct rlimit files = {64, 64};
  if (setrlimit(RLIMIT_NOFILE, &files) != 0)
    _exit(126);
}

static void small_files(void)
{
  struct rlimit bytes = {100 * 1024, 100 * 1024};
  if (setrlimit(RLIMIT_FSIZE, &bytes) != 0)
    _exit(126);
}

/* O02: with too little to do the work, the run refuses before it asks anybody or writes anything.
 */
static void test_O02_limits_too_small(void **state)
{
  (void)state;
  static const struct {
    void (*prepare)(void);
    const char *text;
  } rows[] = {{few_files, "OPS-ENV: the limit of open files is 64"},
              {small_files, "OPS-ENV: the limit of bytes in a file is 102400"}};
  char folder[512];
  pid_t fixtures = begin(folder, sizeof folder);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct rig_run run = rig_vater_in(folder, run_arguments, rows[i].prepare);
    if (run.exit_code != 3 || !rig_contains(run.error, rows[i].text))
      fail_msg("exit %d, signal %d: %s", run.exit_code, run.signal, run.error);
    rig_done(&run);
    char path[700];
    snprintf(path, sizeof path, "%s/vater.db", folder);
    assert_int_not_equal(access(path, F_OK), 0);
  }
  rig_stop(fixtures);
  rig_remove(folder);
}

static void become_nobody(void)
{
  enum { NOBODY = 65534 };
  if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
    _exit(126);
}

/* O02: root and a user without privileges have the same result. */
static void test_O02_root_or_not(void **state)
{
  (void)state;
  if (geteuid() != 0) {
    print_message("not root: nothing to compare\n");
    skip();
  }
  char folder[512];
  char path[700];
  pid_t fixtures = begin(folder, sizeof folder);
  char *wanted = control(folder);
  assert_int_equal(chmod(folder, 0777), 0);
  static const char *const names[] = {"out", "error"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    assert_int_equal(chmod(path, 0666), 0);
  }
  struct rig_run run = same_result(folder, become_nobody, wanted);
  rig_done(&run);
  free(wanted);
  rig_stop(fixtures);
  rig_remove(folder);
}

static const char *const obeyed_by_libraries[] = {
    "SSLKEYLOGFILE", "HTTP_PROXY",      "http_proxy",       "HTTPS_PROXY",
    "https_proxy",   "ALL_PROXY",       "all_proxy",        "NO_PROXY",
    "CURL_HOME",     "CURL_CA_BUNDLE",  "SSL_CERT_FILE",    "SSL_CERT_DIR",
    "OPENSSL_CONF",  "OPENSSL_MODULES", "CURL_SSL_BACKEND", "LD_LIBRARY_PATH"};

static void set_all(void)
{
  for (size_t i = 0; i < sizeof obeyed_by_libraries / sizeof obeyed_by_libraries[0]; i++)
    setenv(obeyed_by_libraries[i], "/nonexistent", 1);
  setenv("SSLKEYLOGFILE", "keys.log", 1);
  setenv("HTTPS_PROXY", "http://127.0.0.1:1", 1);
  setenv("https_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "socks5://127.0.0.1:1", 1);
#ifndef VATER_SANITIZED
  setenv("LD_PRELOAD", VATER_BUILD_DIR "/lib/vater/plugins/basic.so", 1);
#endif
}

/* O03: what libraries would obey is not obeyed, and each is reported. */
static void test_O03_variables(void **state)
{
  (void)state;
  char folder[512];
  char path[700];
  pid_t fixtures = begin(folder, sizeof folder);
  char *wanted = control(folder);
  struct rig_run run = same_result(folder, set_all, wanted);
  for (size_t i = 0; i < sizeof obeyed_by_libraries / sizeof obeyed_by_libraries[0]; i++) {
    char text[80];
    snprintf(text, sizeof text, "OPS-ENV: %s is set", obeyed_by_libraries[i]);
    if (!rig_contains(run.error, text))
      fail_msg("missing: %s\nin: %s", text, run.error);
  }
#ifndef VATER_SANITIZED
  assert_true(rig_contains(run.error, "OPS-ENV: LD_PRELOAD is set: code of others"));
#endif
  snprintf(path, sizeof path, "%s/keys.log", folder);
  assert_int_not_equal(access(path, F_OK), 0);
  rig_done(&run);
  free(wanted);
  rig_stop(fixtures);
  rig_remove(folder);
}

/* One actor that answers, and one that is still silent when the run is killed. */
static const char two_actors[] =
    "{\"actors\": [\n"
    " {\"id\": \"nil\", \"address\": \"127.0.0.17\",\n"
    "  \"actor\": {\"orgnr\": \"958935420\", \"name\": \"A\", \"type\": \"municipality\"},\n"
    "  \"endpoint\": {\"url\": \"{origin}/{period}\"},\n"
    "  \"serve\": {\"by\": \"web\", \"answers\": [{\"status\": 204}]}, \"expect\": {}},\n"
    " {\"id\": \"silent\", \"address\": \"127.0.0.71\",\n"
    "  \"actor\": {\"orgnr\": \"313004155\", \"name\": \"B\", \"type\": \"municipality\"},\n"
    "  \"endpoint\": {\"url\": \"{origin}/{period}\"},\n"
    "  \"serve\": {\"by\": \"wire\", \"script\": [{\"hold\": true}]}, \"expect\": {}}]}\n";

static void assert_asked_for(const char *folder, const char *orgnr, const char *period)
{
  const char *const arguments[] = {"history", "--json", orgnr, NULL};
  struct rig_run run = rig_vater(folder, arguments);
  json_t *history = json_loads(run.out, JSON_REJECT_DUPLICATES, NULL);
  json_t *deliveries = json_object_get(history, "deliveries");
  assert_int_equal(json_array_size(deliveries), 1);
  const char *got = json_string_value(json_object_get(json_array_get(deliveries, 0), "period"));
  assert_non_null(got);
  assert_string_equal(got, period);
  json_decref(history);
  rig_done(&run);
}

/* C03: a run that passes New Year, killed and gone on with on the next day, keeps the reference day
 * of its start: the same periods are asked for, and judged as of that day. */
static void test_C03_past_midnight(void **state)
{
  (void)state;
  static const char *const before[] = {"run", "--quiet", "--today", "2026-12-31", NULL};
  static const char *const after[] = {"run",        "--quiet",     "--resume",    "--today",
                                      "2027-01-01", "--json-file", "report.json", NULL};
  static char table[600];
  char folder[512];
  rig_folder(folder, sizeof folder);
  rig_write(folder, "table.json", two_actors);
  snprintf(table, sizeof table, "%s/table.json", folder);
  char *extra[] = {(char *)(uintptr_t) "--table", table, NULL};
  pid_t fixtures = rig_fixtures(folder, extra);
  pid_t pid = rig_vater_start(folder, before);
  rig_await_begun(folder);
  nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
  assert_int_equal(kill(pid, SIGKILL), 0);
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFSIGNALED(status));
  struct rig_run run = rig_vater(folder, after);
  if (run.exit_code != 2)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
  json_t *report = rig_json(folder, "report.json");
  json_t *day = json_object_get(json_object_get(report, "result"), "referenceDate");
  assert_string_equal(json_string_value(day), "2026-12-31");
  json_t *resumed = json_object_get(json_object_get(report, "execution"), "resumed");
  assert_int_equal(json_integer_value(resumed), 1);
  json_decref(report);
  assert_asked_for(folder, "958935420", "2026-Q3");
  assert_asked_for(folder, "313004155", "2026-Q3");
  rig_stop(fixtures);
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_O02_surroundings),  cmocka_unit_test(test_O02_limits_too_small),
      cmocka_unit_test(test_O02_root_or_not),   cmocka_unit_test(test_O03_variables),
      cmocka_unit_test(test_C03_past_midnight),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
