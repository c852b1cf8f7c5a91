#include "flow/rig.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *read_page(const char *name)
{
  return rig_text(VATER_SOURCE_DIR "/docs", name);
}

/* The block that follows `text` and begins with ```kind; ends the page there. */
static char *block_after(char *page, const char *text, const char *kind)
{
  char fence[32];
  snprintf(fence, sizeof fence, "```%s\n", kind);
  char *at = strstr(page, text);
  if (at != NULL)
    at = strstr(at, fence);
  if (at == NULL)
    fail_msg("no block of %s after: %s", kind, text);
  at += strlen(fence);
  char *end = strstr(at, "```");
  assert_non_null(end);
  *end = '\0';
  return at;
}

/* An example of the page as a file of the folder. */
static void write_block(const char *folder, const char *page, const char *text, const char *file)
{
  char *copy = read_page(page);
  rig_write(folder, file, block_after(copy, text, "json"));
  free(copy);
}

static void expect_clean(const char *folder, const char *const *arguments, const char *text)
{
  struct rig_run run = rig_vater(folder, arguments);
  if (run.exit_code != 0 || !rig_contains(run.out, text))
    fail_msg("exit %d, wanted 0 and '%s' in: %s%s", run.exit_code, text, run.out, run.error);
  rig_done(&run);
}

/* What an actor copies from the page is accepted, without a note. */
static void test_a_submission(void **state)
{
  (void)state;
  char folder[512];
  rig_folder(folder, sizeof folder);
  write_block(folder, "nb/lever-data.md", "hel innsending", "min-innsending.json");
  char *page = read_page("nb/lever-data.md");
  assert_string_equal(block_after(page, "selv først", "sh"),
                      "vater check min-innsending.json --language nb\n");
  static const char *const arguments[] = {"check",   "min-innsending.json", "--language", "nb",
                                          "--today", "2026-10-15",          NULL};
  expect_clean(folder, arguments, "Kontroll av min-innsending.json: godkjent\n");
  free(page);
  rig_remove(folder);
}

/* The page's store stands where only an installed vater writes. */
static void write_configuration(const char *folder)
{
  static const char from[] = "/var/lib/vater/";
  char *page = read_page("operating.md");
  char *block = block_after(page, "What a run needs", "json");
  char *store = strstr(block, from);
  assert_non_null(store);
  memmove(store, store + sizeof from - 1, strlen(store) - (sizeof from - 1) + 1);
  rig_write(folder, "vater.json", block);
  free(page);
}

static void test_a_configuration(void **state)
{
  (void)state;
  char folder[512];
  char path[600];
  rig_folder(folder, sizeof folder);
  write_configuration(folder);
  write_block(folder, "operating.md", "says who is asked", "actors.json");
  rig_write(folder, "bergen.token", "secret\n");
  snprintf(path, sizeof path, "%s/bergen.token", folder);
  assert_int_equal(chmod(path, 0600), 0);
  static const char *const verify[] = {"actor", "verify", NULL};
  static const char *const list[] = {"actor", "list", NULL};
  expect_clean(folder, verify, "in order: a run would begin with 1 job\n");
  expect_clean(folder, list,
               "983974724  trust         Helse Bergen HF  (1 endpoint, 1 obligation)");
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_submission),
      cmocka_unit_test(test_a_configuration),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
