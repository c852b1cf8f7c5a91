/* P12: ten thousand numbers of persons, of all classes and written forms, hidden all over payloads:
 * each is found, and nothing of one is left in what would be stored. */
#include "judged.h"
#include "unit/decode/persons.h"

#include <stdlib.h>

static struct judged_world world;

enum { PERSONS = 10000 };

/* Places of a number in a submission; the last are for numbers whose zero is lost. */
static const struct {
  const char *name, *text;
  bool whole; /* the number is all of the value */
} places[] = {
    {"in a comment", "\"comment\": \"gjelder %s, se vedlegg\", \"observations\": [{}]", false},
    {"as a comment", "\"comment\": \"%s\", \"observations\": [{}]", true},
    {"in a name", "\"observations\": [{\"x %s y\": 1}]", false},
    {"as a name", "\"observations\": [{\"%s\": 1}]", true},
    {"in an unknown member", "\"observations\": [{\"unknown\": {\"deep\": [\"%s\"]}}]", true},
    {"as a value's text", "\"observations\": [{\"value\": \"%s\"}]", true},
    {"in an area", "\"observations\": [{\"area\": \"%s\"}]", true},
    {"in a row's comment", "\"observations\": [{\"comment\": {\"text\": \"pasient: %s.\"}}]",
     false},
    {"in a breakdown", "\"observations\": [{\"breakdown\": {\"age\": \"%s\"}}]", true},
    {"behind a fault", "\"observations\": [{]}, \"comment\": \"%s\"", false},
    {"in a cut text", "\"observations\": [], \"comment\": \"x %s", false},
    {"as a submission's id", "\"submissionId\": \"%s\", \"observations\": []", true},
};

static void hide(const struct person *person, unsigned place, char *out, size_t size)
{
  char inside[600];
  const char *text = places[place].text;
  if (person->dropped)
    text = place % 2 == 0 ? "\"observations\": [{\"pasientId\": %s}]"
                          : "\"observations\": [{\"fnr\": \" %s \"}]";
  const char *at = strstr(text, "%s");
  snprintf(inside, sizeof inside, "%.*s%s%s", (int)(at - text), text, person->written, at + 2);
  snprintf(out, size, "{\"reporter\": {\"orgnr\": \"" ACTOR "\"}, %s%s", inside,
           place == 10 ? "" : "}");
}

static bool holds(const struct judged *judged, const char *text)
{
  struct vater_str block = {judged->block, judged->size};
  return vt_str_find(block, vt_str(text), 0) < block.len;
}

static void test_P12_ten_thousand_are_found_and_none_stored(void **state)
{
  unsigned found[VT_SCREEN_CLASS_COUNT] = {0};
  (void)state;
  for (unsigned n = 0; n < PERSONS; n++) {
    char text[1000];
    struct person person = person_make(n);
    unsigned place = n % (sizeof places / sizeof *places);
    hide(&person, place, text, sizeof text);
    struct judged judged = judged_text(&world, text);
    if (!vt_str_is(judged.result.code, "PAY-PII"))
      fail_msg("%u: %s, %s %s: %s", n, vt_screen_class_name(person.class), person.form,
               places[place].name, text);
    assert_true(judged.result.pii);
    assert_int_equal(judged.result.delivery, VT_DELIVERY_REFUSED);
    assert_int_equal(judged.result.table.rows, 0);
    struct vt_finding finding = judged_finding(&judged, "PAY-PII", 0);
    const char *class = vt_screen_class_name(person.class);
    char wanted[40];
    snprintf(wanted, sizeof wanted, "(%s)", class);
    if (vt_str_find(finding.message[VT_LANGUAGE_EN], vt_str(wanted), 0) ==
        finding.message[VT_LANGUAGE_EN].len)
      fail_msg("%u: wanted %s: %.*s", n, class, VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
    assert_false(holds(&judged, person.digits + person.dropped));
    assert_false(holds(&judged, person.written));
    found[person.class]++;
    judged_free(&judged);
  }
  for (int class = VT_SCREEN_FNR; class < VT_SCREEN_CLASS_COUNT; class ++)
    assert_true(found[class] >= PERSONS / PERSON_KINDS);
}

/* Ten digits, or a number with an exponent, say nothing where the name does not. */
static void names_of_fields_decide(void **state)
{
  static const struct {
    const char *row;
    bool hit;
  } cases[] = {
      {"{\"fnr\": 1.3097248022E10}", true},          {"{\"unknown\": 1.3097248022E10}", false},
      {"{\"pasient_id\": 1011950053}", false},       {"{\"rate\": 13097248022.5}", true},
      {"{\"value\": 13097248022}", false},           {"{\"numerator\": 13097248022.0}", false},
      {"{\"unknown\": 13097248022}", true},          {"{\"unknown\": [[13097248022]]}", true},
      {"{\"sample\": {\"n\": 13097248022}}", false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text = judged_submission(cases[i].row);
    struct judged judged = judged_text(&world, text);
    if (judged.result.pii != cases[i].hit)
      fail_msg("%s", cases[i].row);
    judged_free(&judged);
    free(text);
  }
}

/* Accounts of eleven digits are let through by the name that the configuration gives, never by
 * value: the same number elsewhere, or beside other text, is a hit. */
static void accounts_go_by_name(void **state)
{
  static const struct {
    const char *row;
    bool hit;
  } cases[] = {
      {"{\"konto\": \"13097248022\"}", false},
      {"{\"konto\": 13097248022}", false},
      {"{\"konto\": [\"130972-48022\", \" 13097248022 \"]}", false},
      {"{\"konto\": \"1309724802\\u0032\"}", false},
      {"{\"konto\": \"fnr 13097248022\"}", true},
      {"{\"kontoen\": \"13097248022\"}", true},
      {"{\"Konto\": \"13097248022\"}", true},
      {"{\"konto\": {\"eier\": \"13097248022\"}}", true},
      {"{\"13097248022\": \"konto\"}", true},
      /* a time to the minute, which has the form of a DUF number */
      {"{\"uttrekk\": \"202611151001\"}", true},
      {"{\"uttrekk\": \"2026-11-15T10:01:00Z\"}", false},
      {"{\"konto\": \"202611151001\"}", false},
      {"{\"konto\": 202611151001}", false},
  };
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  struct vt_judge_job job = judged_job();
  (void)state;
  job.settings = VT_STR("{\"accounts\": [\"annen\", \"konto\"]}");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text = judged_submission(cases[i].row);
    const struct vater_str pages[] = {vt_str(text), VT_STR_NONE};
    struct judged judged = judged_pages(&world, &job, &head, pages);
    if (judged.result.pii != cases[i].hit)
      fail_msg("%s", cases[i].row);
    judged_free(&judged);
    free(text);
  }
}

static void accounts_are_a_list_of_names(void **state)
{
  static const char *const wrong[] = {"{\"accounts\": \"konto\"}", "{\"accounts\": []}",
                                      "{\"accounts\": [1]}", "{\"accounts\": [\"\"]}"};
  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct vt_judge_job job = judged_job();
    struct vt_judge *judge;
    struct vt_error error = {0};
    job.settings = vt_str(wrong[i]);
    assert_int_equal(vt_judge_begin(&world.context, &job, &judge, &error), VATER_E_CONFIG);
    assert_string_equal(error.code, "OPS-CONFIG");
    assert_string_equal(
        error.text,
        "format 'indicator_json': \"accounts\" is a list of names of members or columns");
  }
}

static int setup(void **state)
{
  (void)state;
  judged_setup(&world);
  return 0;
}

static int teardown(void **state)
{
  (void)state;
  judged_teardown(&world);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_P12_ten_thousand_are_found_and_none_stored),
      cmocka_unit_test(names_of_fields_decide),
      cmocka_unit_test(accounts_go_by_name),
      cmocka_unit_test(accounts_are_a_list_of_names),
  };
  return cmocka_run_group_tests_name("judge_screen_all", tests, setup, teardown);
}
