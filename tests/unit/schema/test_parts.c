/* Decimals, references, patterns, formats: each on its own. */
#include "unit/schema/schema_rig.h"

#include "schema/decimal.h"
#include "schema/format.h"
#include "schema/hash.h"
#include "schema/pattern.h"
#include "schema/uri.h"

static struct vt_decimal decimal(const char *text)
{
  struct vt_decimal read;
  vt_decimal_read(vt_str(text), &read);
  return read;
}

static void test_decimal_order(void **state)
{
  (void)state;
  static const struct {
    const char *a, *b;
    int order;
  } rows[] = {{"0", "-0.0", 0},
              {"1", "1.0", 0},
              {"10", "1e1", 0},
              {"0.001", "1e-3", 0},
              {"123.45", "1.2345e2", 0},
              {"1", "2", -1},
              {"-1", "-2", 1},
              {"-1", "0", -1},
              {"9", "10", -1},
              {"1.09", "1.1", -1},
              {"100e-2", "1", 0},
              {"1e400", "9e399", 1},
              {"0.30000000000000000001", "0.3", 1},
              {"1e999999999999", "1", 1},
              {"9007199254740993", "9007199254740992", 1}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vt_decimal a = decimal(rows[i].a), b = decimal(rows[i].b);
    assert_int_equal(vt_decimal_compare(&a, &b), rows[i].order);
    assert_int_equal(vt_decimal_compare(&b, &a), -rows[i].order);
  }
}

static void test_decimal_multiples(void **state)
{
  (void)state;
  static const struct {
    const char *a, *b;
    bool multiple;
  } rows[] = {{"0", "3", true},
              {"9", "3", true},
              {"10", "3", false},
              {"-9", "3", true},
              {"0.3", "0.1", true},
              {"0.35", "0.1", false},
              {"1e300", "7", false},
              {"1e300", "64", true},
              {"7e300", "7", true},
              {"5", "10", false},
              {"1", "0.00000001", true},
              {"123456789012345678901234567890", "10", true},
              {"246913578024691357802", "123456789012345678901", true},
              {"246913578024691357803", "123456789012345678901", false},
              {"3e30", "123456789012345678901", false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vt_decimal a = decimal(rows[i].a), b = decimal(rows[i].b);
    assert_int_equal(vt_decimal_multiple(&a, &b), rows[i].multiple);
  }
}

static void test_decimal_counts(void **state)
{
  (void)state;
  uint64_t count;
  struct vt_decimal number = decimal("2.0e1");
  assert_true(vt_decimal_count(&number, &count));
  assert_int_equal(count, 20);
  number = decimal("1.5");
  assert_false(vt_decimal_count(&number, &count));
  assert_false(vt_decimal_is_integer(&number));
  number = decimal("-1");
  assert_false(vt_decimal_count(&number, &count));
  number = decimal("1e19");
  assert_false(vt_decimal_count(&number, &count));
  assert_true(vt_decimal_is_integer(&number));
}

static void test_hash_is_of_the_value(void **state)
{
  (void)state;
  const uint64_t seed[2] = {1, 2};
  static const char *const same[][2] = {
      {"1", "1.0"}, {"100", "1e2"}, {"0.10", "1e-1"}, {"0", "-0"}};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    assert_true(vt_hash_equal(vt_hash_scalar(seed, VT_DOC_NUMBER, vt_str(same[i][0])),
                              vt_hash_scalar(seed, VT_DOC_NUMBER, vt_str(same[i][1]))));
  assert_false(vt_hash_equal(vt_hash_scalar(seed, VT_DOC_NUMBER, VT_STR("1")),
                             vt_hash_scalar(seed, VT_DOC_TEXT, VT_STR("1"))));
  assert_false(vt_hash_equal(vt_hash_scalar(seed, VT_DOC_NUMBER, VT_STR("1")),
                             vt_hash_scalar(seed, VT_DOC_NUMBER, VT_STR("-1"))));
}

/* RFC 3986 section 5.4, with its base. */
static void test_references(void **state)
{
  (void)state;
  static const char *const rows[][2] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {";x", "http://a/b/c/;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
  };
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_str(vt_uri_resolve(arena, VT_STR("http://a/b/c/d;p?q"), vt_str(rows[i][0])), rows[i][1]);
  assert_str(vt_uri_resolve(arena, VT_STR("urn:a:b"), VT_STR("#/c")), "urn:a:b#/c");
  assert_str(vt_uri_decode(arena, VT_STR("a%2Fb%zz%4")), "a/b%zz%4");
  vt_arena_free(arena);
}

static bool valid_pattern(struct vater_str text)
{
  struct vt_allocator allocator = vt_allocator_real();
  return vt_pattern_valid(text, &allocator);
}

static void test_patterns(void **state)
{
  (void)state;
  static const struct {
    const char *pattern, *text;
    bool matched;
  } rows[] = {{"", "abc", true},
              {"b", "abc", true},
              {"^b", "abc", false},
              {"c$", "abc", true},
              {"b$", "abc", false},
              {"^$", "", true},
              {"^$", "a", false},
              {"^a*$", "", true},
              {"^(ab|cd)+$", "abcdab", true},
              {"^(ab|cd)+$", "abcda", false},
              {"^[0-9]{2,4}$", "1", false},
              {"^[0-9]{2,4}$", "1234", true},
              {"^[0-9]{2,4}$", "12345", false},
              {"^[0-9]{2,}$", "123456", true},
              {"^a{0}b$", "b", true},
              {"^.$", "\xc3\xa6", true},
              {"^.$", "\n", false},
              {"^.$", "\xe2\x80\xa8", false},
              {"^[^a]$", "\xf0\x9f\x98\x80", true},
              {"^[\xc3\xa6-\xc3\xb8]+$", "\xc3\xa6\xc3\xb8", true},
              {"^[\xc3\xa6-\xc3\xb8]+$", "\xc3\xa5", false},
              {"^\\u{1F600}$", "\xf0\x9f\x98\x80", true},
              {"^\\ud83d\\ude00$", "\xf0\x9f\x98\x80", true},
              {"^\\d\\D\\w\\W\\s\\S$", "1aa- x", true},
              {"^\\d$", "\xd9\xa1", false},
              {"^\\s$", "\xc2\xa0", true},
              {"^\\cJ$", "\n", true},
              {"^[\\d-x]+$", "", false},
              {"a|^b|c$", "xc", true},
              {"a|^b|c$", "xcb", false},
              {"^(a?){20}a{20}$", "aaaaaaaaaaaaaaaaaaaa", true},
              {"(a*)*$", "aaaaaaaaaaaaaaaaaaaaaaaab", true},
              {"^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false},
              {"^[]$", "a", false},
              {"^[^]$", "\n", true},
              {"^(?:a|b)??c$", "bc", true}};
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vt_pattern *pattern;
    struct vt_error error = {.status = VATER_OK};
    bool matched = false;
    if (strcmp(rows[i].pattern, "^[\\d-x]+$") == 0) {
      assert_false(valid_pattern(vt_str(rows[i].pattern)));
      continue;
    }
    int status = vt_pattern_compile(vt_str(rows[i].pattern), arena, &allocator, &pattern, &error);
    if (status != VATER_OK)
      print_error("%s: %s\n", rows[i].pattern, error.text);
    assert_int_equal(status, VATER_OK);
    assert_true(vt_pattern_is_automaton(pattern));
    assert_int_equal(vt_pattern_match(pattern, vt_str(rows[i].text), &matched, NULL), VATER_OK);
    if (matched != rows[i].matched)
      print_error("%s on %s\n", rows[i].pattern, rows[i].text);
    assert_int_equal(matched, rows[i].matched);
    vt_pattern_fini(pattern);
  }
  vt_arena_free(arena);
}

/* What no automaton can do goes to base/regex. */
static void test_irregular_patterns(void **state)
{
  (void)state;
  static const struct {
    const char *pattern, *text;
    bool matched;
  } rows[] = {{"^(?=.*\\d)[a-z0-9]+$", "abc1", true},
              {"^(?=.*\\d)[a-z0-9]+$", "abc", false},
              {"^(.)\\1$", "aa", true},
              {"^(.)\\1$", "ab", false},
              {"^\\p{Letter}+$", "\xc3\xa6\xc3\xb8", true},
              {"^\\p{Letter}+$", "1", false},
              {"\\bcat\\b", "a cat", true},
              {"\\bcat\\b", "cats", false}};
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vt_pattern *pattern;
    bool matched = false;
    assert_int_equal(vt_pattern_compile(vt_str(rows[i].pattern), arena, &allocator, &pattern, NULL),
                     VATER_OK);
    assert_false(vt_pattern_is_automaton(pattern));
    assert_int_equal(vt_pattern_match(pattern, vt_str(rows[i].text), &matched, NULL), VATER_OK);
    assert_int_equal(matched, rows[i].matched);
    vt_pattern_fini(pattern);
  }
  vt_arena_free(arena);
}

static void test_pattern_grammar(void **state)
{
  (void)state;
  static const char *const bad[] = {"(",      ")",     "[",   "a**",         "*",     "\\",
                                    "\\a",    "\\Z",   "{2}", "a{2,1}",      "[b-a]", "(?<>a)",
                                    "\\2()",  "\\u12", "]",   "\\u{110000}", "(?a)",  "^*",
                                    "(?=a)*", "\\p",   "a{1"};
  static const char *const good[] = {"a{1}",   "[\\b]", "(?<n>a)\\k<n>", "\\x41",   "(?!a)b", "\\/",
                                     "[\\-a]", "a|",    "(?<=a)b",       "\\p{Lu}", "\\0"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false(valid_pattern(vt_str(bad[i])));
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    assert_true(valid_pattern(vt_str(good[i])));
}

static void test_formats(void **state)
{
  (void)state;
  static const struct {
    const char *format, *text;
    bool valid;
  } rows[] = {{"date", "2024-02-29", true},
              {"date", "2023-02-29", false},
              {"date", "2024-1-01", false},
              {"date-time", "2026-11-22T19:46:37.5Z", true},
              {"date-time", "2026-11-22 19:46:37Z", false},
              {"time", "23:59:60Z", true},
              {"time", "22:59:60Z", false},
              {"time", "00:29:60+00:30", true},
              {"duration", "P1Y2M3DT4H5M6S", true},
              {"duration", "P1Y3D", false},
              {"duration", "P2W", true},
              {"duration", "PT", false},
              {"email", "a.b+c@example.no", true},
              {"email", "a..b@example.no", false},
              {"email", "\"a b\"@[127.0.0.1]", true},
              {"idn-email", "\xc3\xa5se@\xc3\xb8.no", true},
              {"hostname", "www.helsenett.no", true},
              {"hostname", "-a.no", false},
              {"hostname", "a.", false},
              {"idn-hostname", "bl\xc3\xa5\x62\xc3\xa6r.no", true},
              {"ipv4", "127.0.0.1", true},
              {"ipv4", "127.0.0.01", false},
              {"ipv6", "::ffff:1.2.3.4", true},
              {"ipv6", "1::2::3", false},
              {"ipv6", "fe80::1%eth0", false},
              {"uri", "https://a.no/b?c#d", true},
              {"uri", "/b", false},
              {"uri", "http://a/\xc3\xa6", false},
              {"iri", "http://a/\xc3\xa6", true},
              {"uri-reference", "../a:b", true},
              {"uri-reference", "a\\b", false},
              {"uri-template", "https://a/{b,c*}{?d:3}", true},
              {"uri-template", "https://a/{b", false},
              {"uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", true},
              {"uuid", "2eb8aa08aa9811eab4aa73b441d16380", false},
              {"json-pointer", "/a~1b", true},
              {"json-pointer", "/a~2b", false},
              {"relative-json-pointer", "1/a", true},
              {"relative-json-pointer", "01/a", false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    vt_format_check *check = vt_format_find(vt_str(rows[i].format));
    assert_non_null(check);
    assert_int_equal(check(vt_str(rows[i].text)), rows[i].valid);
  }
  assert_null(vt_format_find(VT_STR("colour")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_decimal_order),
      cmocka_unit_test(test_decimal_multiples),
      cmocka_unit_test(test_decimal_counts),
      cmocka_unit_test(test_hash_is_of_the_value),
      cmocka_unit_test(test_references),
      cmocka_unit_test(test_patterns),
      cmocka_unit_test(test_irregular_patterns),
      cmocka_unit_test(test_pattern_grammar),
      cmocka_unit_test(test_formats),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
