/* What the formats say of a payload, from their sources: each text has its words in wording.def. */
#include "unit/test.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 1024 };

static const char *const wordings[][3] = {
#define VT_WORDING(en, nb, nn) {en, nb, nn},
#define VT_PHRASE(en, nb, nn) {en, nb, nn},
#include "judge/wording.def"
#undef VT_WORDING
#undef VT_PHRASE
};

enum { WORDINGS = sizeof wordings / sizeof *wordings };

/* Statements whose texts only operators and developers see: settings, memory, broken plugins. */
static const char *const others[] = {
    "->fail(", "VATER_E_NOMEM", "VATER_E_CONFIG", "VATER_E_BUG", "summary",
    "syntax",  "VATER_SETTING", "\"OPS-",         "\"PLUG-",     "vt_fail(error, status",
    NULL,
};

static bool is_for_others(const char *statement)
{
  for (const char *const *one = others; *one != NULL; one++)
    if (strstr(statement, *one) != NULL)
      return true;
  return false;
}

/* ---- sources -------------------------------------------------------------------------------- */

static char *load(const char *path)
{
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  char *text = calloc(1, 1u << 18);
  assert_non_null(text);
  assert_true(fread(text, 1, (1u << 18) - 1, file) < (1u << 18) - 1);
  fclose(file);
  return text;
}

/* Comments and lines of the preprocessor become spaces. */
static void blank(char *text)
{
  bool start = true;
  for (char *p = text; *p != '\0'; p++) {
    char *end = NULL;
    if (p[0] == '/' && p[1] == '*')
      end = strstr(p, "*/") + 2;
    else if (*p == '#' && start)
      end = p + strcspn(p, "\n");
    else if (*p == '"' || *p == '\'')
      for (char quote = *p++; *p != quote; p++)
        p += *p == '\\';
    for (; end != NULL && p < end; p++)
      *p = ' ';
    if (*p == '\0')
      break;
    start = *p == '\n' || (start && *p == ' ');
  }
}

/* A literal with those that follow it, conversions as {}; returns behind it. */
static const char *read_literal(const char *p, char text[TEXT])
{
  size_t len = 0;
  while (*p == '"') {
    for (p++; *p != '"'; p++) {
      assert_true(len + 8 < TEXT);
      if (p[0] == '%' && p[1] != '%' && p[1] != '"') {
        p += 1 + strspn(p + 1, "-+ #0123456789.*lhzjt");
        text[len++] = '{';
        text[len++] = '}';
        continue;
      }
      p += *p == '\\' || (p[0] == '%' && p[1] == '%');
      text[len++] = *p;
    }
    for (p++; isspace((unsigned char)*p);)
      p++;
  }
  text[len] = '\0';
  return p;
}

/* ---- what is known -------------------------------------------------------------------------- */

/* A word behind another; names, codes and keywords are said as they are. */
static bool is_prose(const char *text)
{
  for (const char *p = text; (p = strchr(p, ' ')) != NULL; p++)
    if (p > text && islower((unsigned char)p[1]))
      return true;
  return false;
}

static bool ends_with(const char *text, const char *end)
{
  size_t len = strlen(text), part = strlen(end);
  return part > 0 && part <= len && strcmp(text + len - part, end) == 0;
}

/* A wording, or the end or the beginning of one that it is put into. */
static bool is_known(const char *text)
{
  const char *rest = strncmp(text, "{}", 2) == 0 ? text + 2 : text;
  size_t start = strlen(text) - (ends_with(text, "{}") ? 2 : 0);
  for (size_t i = 0; i < WORDINGS; i++)
    if (ends_with(wordings[i][0], rest) || strncmp(wordings[i][0], text, start) == 0)
      return true;
  return false;
}

static size_t check_source(const char *path, size_t *count)
{
  char *source = load(path);
  size_t missing = 0;
  blank(source);
  const char *statement = source;
  for (const char *p = source; *p != '\0';) {
    if (*p == '\'') {
      p += p[1] == '\\' ? 4 : 3;
      continue;
    }
    if (*p == ';' || *p == '{' || *p == '}')
      statement = p;
    if (*p != '"') {
      p++;
      continue;
    }
    char text[TEXT], before[4 * TEXT];
    snprintf(before, sizeof before, "%.*s", (int)(p - statement), statement);
    p = read_literal(p, text);
    if (!is_prose(text) || is_for_others(before))
      continue;
    ++*count;
    if (!is_known(text)) {
      print_message("%s: no words for \"%s\"\n", path + strlen(VATER_SOURCE_DIR) + 1, text);
      missing++;
    }
  }
  free(source);
  return missing;
}

static void what_is_said_has_its_words(void **state)
{
  static const char *const folders[] = {"plugins/csv/*.c",
                                        "plugins/dhis2/*.c",
                                        "plugins/fhir/*.c",
                                        "plugins/jsonstat/*.c",
                                        "plugins/mapping/*.c",
                                        "plugins/pxweb/*.c",
                                        "plugins/indicator_json/*.c",
                                        "core/doc/csv*.c",
                                        "core/doc/reader*.c",
                                        "core/doc/tree.c",
                                        "core/judge/choose.c",
                                        "core/judge/pages*.c",
                                        "core/judge/read.c",
                                        "core/judge/verify.c",
                                        "core/plugin/host_tables.c",
                                        "core/table/breakdown.c",
                                        "core/table/builder.c",
                                        "core/table/dictionary.c"};
  size_t missing = 0, count = 0;
  (void)state;
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    char pattern[TEXT];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/%s", VATER_SOURCE_DIR, folders[i]);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t file = 0; file < found.gl_pathc; file++)
      missing += check_source(found.gl_pathv[file], &count);
    globfree(&found);
  }
  assert_int_equal(missing, 0);
  assert_true(count > 150);
}

/* ---- the words ------------------------------------------------------------------------------ */

static size_t holes(const char *text)
{
  size_t count = 0;
  for (; (text = strstr(text, "{}")) != NULL; text += 2)
    count++;
  return count;
}

static void words_have_the_same_holes(void **state)
{
  (void)state;
  for (size_t i = 0; i < WORDINGS; i++)
    for (int language = 1; language < 3; language++) {
      if (holes(wordings[i][0]) != holes(wordings[i][language]))
        fail_msg("other holes: %s", wordings[i][language]);
      assert_true(wordings[i][language][0] != '\0');
    }
}

static void no_words_stand_twice(void **state)
{
  (void)state;
  for (size_t i = 0; i < WORDINGS; i++)
    for (size_t k = 0; k < i; k++)
      if (strcmp(wordings[i][0], wordings[k][0]) == 0)
        fail_msg("twice: %s", wordings[i][0]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_said_has_its_words),
      cmocka_unit_test(words_have_the_same_holes),
      cmocka_unit_test(no_words_stand_twice),
  };
  return cmocka_run_group_tests_name("spoken", tests, NULL, NULL);
}
