#include "unit/test.h"

#include "doc/reader.h"
#include "judge/wording.h"

static void expect(const char *english, enum vt_language language, const char *wanted)
{
  char room[1024];
  struct vater_str said = vt_wording(vt_str(english), language, room, sizeof room);
  if (!vt_str_is(said, wanted))
    fail_msg("%.*s\nwanted: %s", VT_STR_ARGS(said), wanted);
}

static void test_languages(void **state)
{
  (void)state;
  expect("the document is empty", VT_LANGUAGE_NB, "dokumentet er tomt");
  expect("the document is empty", VT_LANGUAGE_EN, "the document is empty");
  expect("expected a value, found '%'", VT_LANGUAGE_NB, "ventet en verdi, fant '%'");
  expect("expected ',' or '}', found '\"'", VT_LANGUAGE_NN, "venta ',' eller '}', fann '\"'");
  expect("expected a member's name in double quotes, found '5'", VT_LANGUAGE_NN,
         "venta eit feltnamn i doble hermeteikn, fann '5'");
  expect("the document ends where ',' or ']' should come; it seems to have been cut",
         VT_LANGUAGE_NB,
         "dokumentet slutter der ',' eller ']' skulle komme; det ser ut til å være kuttet");
  expect("a text holds the control character U+000A; write it as \\u000a", VT_LANGUAGE_NN,
         "ein tekst har styreteiknet U+000A; skriv det som \\u000a");
  expect("the token's claims do not fit: it has expired (exp)", VT_LANGUAGE_NB,
         "opplysningene i signaturens hode stemmer ikke: gyldighetstiden er ute (exp)");
  expect("no registered key has the kid 'x'; 2 are registered", VT_LANGUAGE_NB,
         "ingen registrert nøkkel har kid 'x'; 2 er registrert");
  expect("column 'Måned': '2026W40' is a week", VT_LANGUAGE_NB,
         "kolonnen 'Måned': '2026W40' er en uke");
  expect("column 3 is not in the header; is it 'Alle '?", VT_LANGUAGE_NN,
         "kolonne 3 er ikkje i overskrifta; er det 'Alle '?");
}

/* What a payload holds never passes for our words, and the whole is found behind it. */
static void test_what_is_quoted_stays(void **state)
{
  (void)state;
  expect("value: '' is not a number' is not a number", VT_LANGUAGE_NB,
         "value: '' is not a number' er ikke et tall");
  expect("'12' is not among the mapping's codes of sex", VT_LANGUAGE_NN,
         "'12' er ikkje blant kodane for sex i tilordninga");
  expect("column 'Kjønn': 'column 'a'' is not a number", VT_LANGUAGE_NB,
         "kolonnen 'Kjønn': 'column 'a'' er ikke et tall");
}

static void test_what_is_not_known_stays(void **state)
{
  (void)state;
  expect("", VT_LANGUAGE_NB, "");
  expect("plugin 'x' says no", VT_LANGUAGE_NB, "plugin 'x' says no");
  expect("expected a value", VT_LANGUAGE_NB, "expected a value");
}

static void test_cut(void **state)
{
  (void)state;
  char room[8];
  struct vater_str said =
      vt_wording(VT_STR("the document is empty"), VT_LANGUAGE_NB, room, sizeof room);
  assert_int_equal(said.len, 8);
  assert_memory_equal(said.ptr, "dokument", 8);
}

/* Every fault of the reader has its words: the table and the reader agree. */
static void test_faults_of_the_reader(void **state)
{
  (void)state;
  static const char *const documents[] = {"",
                                          "%PDF",
                                          "<a>",
                                          "{",
                                          "{\"a\"",
                                          "{\"a\":",
                                          "{\"a\":1",
                                          "{\"a\":1,",
                                          "{\"a\":1 2}",
                                          "[1",
                                          "[1 2]",
                                          "[1,]",
                                          "{a:1}",
                                          "[NaN]",
                                          "[//]",
                                          "['a']",
                                          "[True]",
                                          "\xef\xbb\xbf{}",
                                          "\xff\xfe{",
                                          "{} {}",
                                          "[01]",
                                          "[1.]",
                                          "[-]",
                                          "[1e]",
                                          "[1e999]",
                                          "[1e-999]",
                                          "[\"a",
                                          "[\"\\x\"]",
                                          "[\"\\u12\"]",
                                          "[\"\\u0000\"]",
                                          "[\"\n\"]",
                                          "[\"\\uD800\"]",
                                          "[\"\xe6\"]",
                                          "{\"a\":1,\"a\":2}"};
  const struct vt_allocator allocator = vt_allocator_real();
  for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
    struct vt_error error = {0};
    char room[1024];
    struct vt_doc_event event = {0};
    struct vt_doc_reader *reader;
    assert_int_equal(vt_doc_reader_new(&allocator, vt_str(documents[i]), NULL, 0, &reader), 0);
    while (vt_doc_next(reader, &event, &error) == VATER_OK && event.kind != VT_DOC_END)
      continue;
    vt_doc_reader_free(reader);
    assert_true(error.status < 0);
    struct vater_str said = vt_wording(vt_str(error.text), VT_LANGUAGE_NB, room, sizeof room);
    if (said.ptr != room)
      fail_msg("no words for: %s", error.text);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_languages),
      cmocka_unit_test(test_what_is_quoted_stays),
      cmocka_unit_test(test_what_is_not_known_stays),
      cmocka_unit_test(test_cut),
      cmocka_unit_test(test_faults_of_the_reader),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
