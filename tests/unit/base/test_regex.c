#include "base/limits.h"
#include "base/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct row {
  enum vt_regex_dialect dialect;
  const char *pattern, *text;
  bool matched;
};

static void matches(void **state)
{
  static const struct row rows[] = {
      {VT_REGEX_RE2, "", "abc", true},
      {VT_REGEX_RE2, "^\\d{4}-Q[1-4]$", "2026-Q1", true},
      {VT_REGEX_RE2, "^\\d{4}-Q[1-4]$", "2026-Q1\n", false},
      {VT_REGEX_RE2, "\\d", "\331\243", false},
      {VT_REGEX_RE2, "(?i)ABC", "xabcx", true},
      {VT_REGEX_RE2, "^(?s-i:a(?i)b.)(?:c)$", "aB\nc", true},
      {VT_REGEX_RE2, "^.$", "\303\270", true},
      {VT_REGEX_RE2, "\\pL+", "\303\270", true},
      {VT_REGEX_RE2, "^\\p{Lu}+$", "AB", true},
      {VT_REGEX_RE2, "(?P<a>x)(?:y)", "xy", true},
      {VT_REGEX_RE2, "a\\Q.*\\E", "a.*", true},
      {VT_REGEX_RE2, "[[:alpha:]]]", "a]", true},
      {VT_REGEX_RE2, "^[[:alpha:](?=]+$", "a(?=", true},
      {VT_REGEX_RE2, "[]a]", "]", true},
      {VT_REGEX_RE2, "[^]a]", "b", true},
      {VT_REGEX_ECMA_262, "^a$", "a\n", false},
      {VT_REGEX_ECMA_262, "^\\d$", "\331\243", false},
      {VT_REGEX_ECMA_262, "^\\w$", "\303\251", false},
      {VT_REGEX_ECMA_262, "^\\s$", "\357\273\277", true},
      {VT_REGEX_ECMA_262, "^[\\s]$", "\302\240", true},
      {VT_REGEX_ECMA_262, "^\\S$", "\302\240", false},
      {VT_REGEX_ECMA_262, "^\\p{Letter}+$", "\303\270a", true},
      {VT_REGEX_ECMA_262, "^\\p{Script=Greek}$", "\316\261", true},
      {VT_REGEX_ECMA_262, "^\\P{L}$", "1", true},
      {VT_REGEX_ECMA_262, "^\\u{1F600}$", "\360\237\230\200", true},
      {VT_REGEX_ECMA_262, "^\\uD83D\\uDE00$", "\360\237\230\200", true},
      {VT_REGEX_ECMA_262, "^\\cJ$", "\n", true},
      {VT_REGEX_ECMA_262, "^\\0$", "x", false},
      {VT_REGEX_ECMA_262, "^.$", "\r", false},
      {VT_REGEX_ECMA_262, "^[^]$", "\n", true},
      {VT_REGEX_ECMA_262, "[]", "a", false},
      {VT_REGEX_ECMA_262, "^(?<year>\\d+)-\\k<year>$", "12-12", true},
      {VT_REGEX_ECMA_262, "^(?=a)a(?!b)(?<=a)$", "a", true},
      {VT_REGEX_ECMA_262, "^[a\\-z/]\\/$", "-/", true},
      {VT_REGEX_ECMA_262, "^\\x41[[]$", "A[", true},
  };
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vt_regex *regex;
    struct vt_error error = {0};
    bool matched;
    if (vt_regex_compile(vt_str(rows[i].pattern), rows[i].dialect, &allocator, &regex, &error) !=
        VATER_OK)
      fail_msg("%s", error.text);
    for (int prepared = 0; prepared < 2; prepared++) {
      assert_int_equal(vt_regex_match(regex, vt_str(rows[i].text), &matched, &error), VATER_OK);
      if (matched != rows[i].matched)
        fail_msg("'%s' on '%s'", rows[i].pattern, rows[i].text);
      vt_regex_prepare(regex);
    }
    vt_regex_free(regex);
  }
}

static void refusals(void **state)
{
  static const struct {
    enum vt_regex_dialect dialect;
    const char *pattern, *text;
  } rows[] = {
      {VT_REGEX_RE2, "(a)\\1", "pattern '(a)\\1': back-references are not supported at byte 3"},
      {VT_REGEX_RE2, "(?=a)", "pattern '(?=a)': look-ahead is not supported at byte 0"},
      {VT_REGEX_RE2, "(?<!a)", "pattern '(?<!a)': look-behind is not supported at byte 0"},
      {VT_REGEX_RE2, "(?>a)", "pattern '(?>a)': this kind of group is not supported at byte 0"},
      {VT_REGEX_RE2, "(?ix:a b)",
       "pattern '(?ix:a b)': this kind of group is not supported at byte 0"},
      {VT_REGEX_RE2, "(*UTF)", "pattern '(*UTF)': (* is not supported at byte 0"},
      {VT_REGEX_RE2, "a++", "pattern 'a++': possessive quantifiers are not supported at byte 2"},
      {VT_REGEX_RE2, "[[:alpha:][](?=a)",
       "pattern '[[:alpha:][](?=a)': look-ahead is not supported at byte 12"},
      {VT_REGEX_RE2, "\\K", "pattern '\\K': an escape sequence that is not supported at byte 0"},
      {VT_REGEX_RE2, "a\\", "pattern 'a\\': a trailing backslash at byte 1"},
      {VT_REGEX_RE2, "(a", "pattern '(a': missing closing parenthesis at byte 2"},
      {VT_REGEX_ECMA_262, "\\Z",
       "pattern '\\Z': an escape sequence that ECMA-262 does not have at byte 0"},
      {VT_REGEX_ECMA_262, "\\a",
       "pattern '\\a': an escape sequence that ECMA-262 does not have at byte 0"},
      {VT_REGEX_ECMA_262, "\\ud800", "pattern '\\ud800': \\u without a code point at byte 0"},
      {VT_REGEX_ECMA_262, "(?>a)",
       "pattern '(?>a)': a kind of group that ECMA-262 does not have at byte 0"},
      {VT_REGEX_ECMA_262, "a**",
       "pattern 'a**': quantifier does not follow a repeatable item at byte 2"},
  };
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vt_regex *regex;
    struct vt_error error = {0};
    assert_int_equal(
        vt_regex_compile(vt_str(rows[i].pattern), rows[i].dialect, &allocator, &regex, &error),
        VATER_E_RULE);
    assert_null(regex);
    assert_string_equal(error.text, rows[i].text);
  }
}

static void groups(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_regex *regex;
  size_t found[6];
  struct vater_str text = VT_STR("ab 12 cd");
  assert_int_equal(vt_regex_compile(VT_STR("([0-9]+)|(x)"), VT_REGEX_RE2, &allocator, &regex, NULL),
                   VATER_OK);
  assert_int_equal(vt_regex_groups(regex), 3);
  assert_int_equal(vt_regex_find(regex, text, 0, found, 3, NULL), VATER_OK);
  assert_int_equal(found[0], 3);
  assert_int_equal(found[1], 5);
  assert_int_equal(found[2], 3);
  assert_true(found[4] == SIZE_MAX);
  assert_int_equal(vt_regex_find(regex, text, 5, found, 3, NULL), VATER_DONE);
  assert_int_equal(vt_regex_find(regex, text, 99, found, 3, NULL), VATER_DONE);
  vt_regex_free(regex);
}

static void limits(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_regex *regex;
  struct vt_error error = {0};
  bool matched;
  static char pattern[4097];
  assert_int_equal(VT_LIMIT_REGEX_PATTERN_BYTES, 4096);
  memset(pattern, 'a', sizeof pattern);
  assert_int_equal(
      vt_regex_compile((struct vater_str){pattern, 4096}, VT_REGEX_RE2, &allocator, &regex, &error),
      VATER_OK);
  vt_regex_free(regex);
  assert_int_equal(
      vt_regex_compile((struct vater_str){pattern, 4097}, VT_REGEX_RE2, &allocator, &regex, &error),
      VATER_E_LIMIT);
  assert_non_null(strstr(error.text, "limit REGEX_PATTERN_BYTES"));
  error = (struct vt_error){0};
  assert_int_equal(vt_regex_compile(VT_STR("^(a+)+$"), VT_REGEX_RE2, &allocator, &regex, &error),
                   VATER_OK);
  assert_int_equal(
      vt_regex_match(regex, VT_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), &matched, &error),
      VATER_E_LIMIT);
  assert_string_equal(error.text, "the match took more than 100000 steps (limit REGEX_STEPS)");
  vt_regex_free(regex);
}

/* The limit holds for all the places together where a match could begin. */
static void long_texts(void **state)
{
  (void)state;
  static char text[64 * 1024];
  static const char *const slow[] = {"[^x]*[xy]", "a*[bc]", "(?:a?){13}a{13}[bc]", "(a|aa)*[bc]",
                                     "a{1,900}[bc]"};
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_regex *regex;
  bool matched;
  memset(text, 'a', sizeof text);
  for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
    uint32_t steps = 0;
    assert_int_equal(vt_regex_compile(vt_str(slow[i]), VT_REGEX_RE2, &allocator, &regex, NULL),
                     VATER_OK);
    assert_int_equal(vt_regex_match_counted(regex, (struct vater_str){text, sizeof text}, &steps,
                                            &matched, NULL),
                     VATER_E_LIMIT);
    assert_int_equal(steps, VT_LIMIT_REGEX_STEPS);
    vt_regex_free(regex);
  }
  uint32_t steps = 0;
  assert_int_equal(vt_regex_compile(VT_STR("[0-9]{4}"), VT_REGEX_RE2, &allocator, &regex, NULL),
                   VATER_OK);
  assert_int_equal(
      vt_regex_match_counted(regex, (struct vater_str){text, sizeof text}, &steps, &matched, NULL),
      VATER_OK);
  assert_false(matched);
  assert_true(steps < VT_LIMIT_REGEX_STEPS / 10);
  vt_regex_free(regex);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(matches), cmocka_unit_test(refusals),
                                     cmocka_unit_test(groups), cmocka_unit_test(limits),
                                     cmocka_unit_test(long_texts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
