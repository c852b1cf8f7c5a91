/* What holds for all formats with a mapping: accounts that are declared, shares that are rounded,
 * and a format that is told by what came. */
#include "observed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct judged_world world;

static struct judged judge(const char *format, const char *settings, const char *text)
{
  return observed_payload(&world, format, settings, vt_str(text));
}

/* ---- accounts ------------------------------------------------------------------------------- */

#define ACCOUNTS(members, outside)                                                                \
  "{\"mapping\": {\"format\": \"csv\", \"indicator\": {\"fixed\": \"G1-03\"}, \"period\": \"P\"," \
  " \"area\": {\"fixed\": \"NO\"}, \"unit\": {\"fixed\": \"percent\"}, \"status\": {\"fixed\":"   \
  " \"final\"}, \"value\": \"V\"" members "}" outside "}"

static const char with_account[] = "P,Konto,V\n2026,13097248022,12.5\n";

static void check_accounts(const char *settings, const char *text, bool refused, unsigned warnings)
{
  struct judged judged = judge("csv", settings, text);
  assert_int_equal(judged.result.pii, refused);
  assert_int_equal(judged_count(&judged, "PAY-PII"), refused);
  assert_int_equal(judged_count(&judged, "PAY-FORMAT"), warnings);
  judged_free(&judged);
}

static void accounts_are_let_through_by_name(void **state)
{
  (void)state;
  check_accounts(ACCOUNTS("", ""), with_account, true, 1);
  check_accounts(ACCOUNTS(", \"ignore\": [\"Konto\"]", ""), with_account, true, 0);
  check_accounts(ACCOUNTS(", \"accounts\": [\"Konto\"]", ""), with_account, false, 0);
  check_accounts(ACCOUNTS("", ", \"accounts\": [\"Konto\"]"), with_account, false, 1);
  check_accounts(ACCOUNTS(", \"accounts\": [\"Konto\"]", ", \"accounts\": [\"Andre\"]"),
                 "P,Konto,Andre,V\n2026,13097248022,13097248022,12.5\n", false, 1);
  /* the name says it, not the number: other columns and text around it are screened */
  check_accounts(ACCOUNTS(", \"accounts\": [\"Konto\"]", ""),
                 "P,Konto,V\n2026,til 13097248022,12.5\n", true, 0);
  check_accounts(ACCOUNTS(", \"accounts\": [\"Konto\"], \"ignore\": [\"Navn\"]", ""),
                 "P,Konto,Navn,V\n2026,1,13097248022,12.5\n", true, 0);
}

/* ---- rounding ------------------------------------------------------------------------------- */

/* 2000 of 3000 in percent, with the share at the $, in each notation. */
static const struct writing {
  const char *format, *settings, *text;
  char decimal;
} writings[] = {
    {"csv",
     "{\"mapping\": {\"format\": \"csv\", \"dialect\": {\"delimiter\": \";\", \"decimal\": \",\"},"
     " \"indicator\": {\"fixed\": \"G1-11\"}, \"period\": \"P\", \"area\": {\"fixed\": \"46\"},"
     " \"areaRole\": {\"fixed\": \"provider\"}, \"unit\": {\"fixed\": \"percent\"},"
     " \"status\": {\"fixed\": \"final\"}, \"numerator\": \"N\", \"denominator\": \"D\","
     " \"value\": \"V\"}}",
     "P;N;D;V\n2026-09;2000;3000;$\n", ','},
    {"csv",
     "{\"mapping\": {\"format\": \"csv\", \"indicator\": {\"fixed\": \"G1-11\"}, \"period\": \"P\","
     " \"area\": {\"fixed\": \"46\"}, \"areaRole\": {\"fixed\": \"provider\"},"
     " \"unit\": {\"fixed\": \"percent\"}, \"status\": {\"fixed\": \"final\"},"
     " \"numerator\": \"N\", \"denominator\": \"D\", \"value\": \"V\"}}",
     "P,N,D,V\n2026-09,2000,3000,$\n", '.'},
    {"dhis2",
     "{\"mapping\": {\"format\": \"dhis2\", \"orgUnits\": {\"u\": {\"actor\": \"" ACTOR "\","
     " \"area\": \"46\"}}, \"areaRole\": {\"fixed\": \"provider\"}, \"status\": {\"fixed\":"
     " \"final\"}, \"dataElements\": {\"n\": {\"indicator\": \"G1-11\", \"as\": \"numerator\","
     " \"unit\": \"percent\"}, \"d\": {\"indicator\": \"G1-11\", \"as\": \"denominator\"},"
     " \"v\": {\"indicator\": \"G1-11\", \"as\": \"value\"}}}}",
     "{\"period\": \"202609\", \"orgUnit\": \"u\", \"dataValues\": ["
     "{\"dataElement\": \"n\", \"value\": \"2000\"}, {\"dataElement\": \"d\", \"value\": \"3000\"},"
     "{\"dataElement\": \"v\", \"value\": \"$\"}]}",
     '.'},
    {"jsonstat",
     "{\"mapping\": {\"format\": \"jsonstat\", \"metric\": \"M\", \"measures\": {\"n\":"
     " {\"indicator\": \"G1-11\", \"as\": \"numerator\"}, \"d\": {\"indicator\": \"G1-11\","
     " \"as\": \"denominator\"}, \"v\": {\"indicator\": \"G1-11\", \"as\": \"value\", \"unit\":"
     " \"percent\"}}, \"period\": \"T\", \"area\": {\"fixed\": \"46\"}, \"areaRole\": {\"fixed\":"
     " \"provider\"}, \"status\": {\"fixed\": \"final\"}}}",
     "{\"version\": \"2.0\", \"class\": \"dataset\", \"id\": [\"T\", \"M\"], \"size\": [1, 3],"
     " \"dimension\": {\"T\": {\"category\": {\"index\": [\"2026M09\"]}}, \"M\": {\"category\":"
     " {\"index\": [\"n\", \"d\", \"v\"]}}}, \"value\": [2000, 3000, $]}",
     '.'},
    {"fhir",
     "{\"mapping\": {\"format\": \"fhir\", \"area\": {\"fixed\": \"46\"}, \"areaRole\": {\"fixed\":"
     " \"provider\"}, \"measures\": {\"M\": {\"indicator\": \"G1-11\", \"unit\": \"percent\"}}}}",
     "{\"resourceType\": \"MeasureReport\", \"status\": \"complete\", \"type\": \"summary\","
     " \"measure\": \"M\", \"period\": {\"start\": \"2026-09\", \"end\": \"2026-09\"}, \"group\": ["
     "{\"population\": [{\"code\": {\"coding\": [{\"code\": \"numerator\"}]}, \"count\": 2000},"
     " {\"code\": {\"coding\": [{\"code\": \"denominator\"}]}, \"count\": 3000}],"
     " \"measureScore\": {\"value\": $, \"unit\": \"%\"}}]}",
     '.'},
    {"indicator_json", "{}",
     "{\"schemaVersion\": \"1.0.0\", \"reporter\": {\"orgnr\": \"" ACTOR "\"}, \"generatedAt\":"
     " \"2026-10-15T08:30:00Z\", \"observations\": [{\"indicator\": \"G1-11\", \"period\":"
     " \"2026-09\", \"area\": \"46\", \"areaRole\": \"provider\", \"numerator\": 2000,"
     " \"denominator\": 3000, \"value\": $, \"unit\": \"percent\", \"status\": \"final\"}]}",
     '.'},
};

/* The text with the share where its $ is. */
static void fill(char *text, size_t size, const struct writing *writing, const char *share)
{
  const char *hole = strchr(writing->text, '$');
  snprintf(text, size, "%.*s%s%s", (int)(hole - writing->text), writing->text, share, hole + 1);
}

static void check_share(const struct writing *writing, const char *share, bool cut, bool wrong)
{
  char number[32], text[1200];
  snprintf(number, sizeof number, "%s", share);
  if (strchr(number, '.') != NULL)
    *strchr(number, '.') = writing->decimal;
  fill(text, sizeof text, writing, number);
  struct judged judged = judge(writing->format, writing->settings, text);
  if (judged.result.delivery != VT_DELIVERY_RECEIVED || judged.result.table.rows != 1 ||
      judged_count(&judged, "C-048") != cut || judged_count(&judged, "C-016") != wrong) {
    char *findings = observed_findings(&judged, "");
    fail_msg("%s, %s: %s", writing->format, number, findings);
  }
  judged_free(&judged);
}

/* formats.md: a share agrees at the precision that it was written with; one that was cut instead is
 * a warning, any other an error. */
static void shares_agree_as_written(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof writings / sizeof *writings; i++) {
    check_share(&writings[i], "66.7", false, false);
    check_share(&writings[i], "67", false, false);
    check_share(&writings[i], "66.67", false, false);
    check_share(&writings[i], "66.667", false, false);
    check_share(&writings[i], "66.6", true, false);
    check_share(&writings[i], "66", true, false);
    check_share(&writings[i], "66.66", true, false);
    check_share(&writings[i], "66.8", false, true);
    check_share(&writings[i], "66.5", false, true);
    check_share(&writings[i], "66.70", false, true);
    check_share(&writings[i], "65", false, true);
  }
}

/* ---- auto ----------------------------------------------------------------------------------- */

#define CSV_AUTO                                                                           \
  "{\"csv\": {\"mapping\": {\"format\": \"csv\", \"indicator\": {\"fixed\": \"G1-03\"},"   \
  " \"period\": \"P\", \"area\": {\"fixed\": \"NO\"}, \"unit\": {\"fixed\": \"percent\"}," \
  " \"status\": {\"fixed\": \"final\"}, \"value\": \"V\"}}}"

static void check_said(const char *settings, const char *text, const char *code,
                       const char *english, const char *bokmaal, const char *nynorsk)
{
  struct judged judged = judge("auto", settings, text);
  struct vt_finding finding = judged_finding(&judged, code, 0);
  const char *const wanted[] = {
      [VT_LANGUAGE_EN] = english, [VT_LANGUAGE_NB] = bokmaal, [VT_LANGUAGE_NN] = nynorsk};
  for (int language = 0; language < VT_LANGUAGE_COUNT; language++)
    if (vt_str_find(finding.message[language], vt_str(wanted[language]), 0) ==
        finding.message[language].len)
      fail_msg("%.*s\nwanted: %s", VT_STR_ARGS(finding.message[language]), wanted[language]);
  judged_free(&judged);
}

static void what_was_seen_is_said(void **state)
{
  (void)state;
  check_said(
      CSV_AUTO, "P,V\n2026,12.5\n", "PAY-NOTE", "read as csv: text with the columns 'P', 'V'",
      "lest som csv: tekst med kolonnene 'P', 'V'", "lesen som csv: tekst med kolonnane 'P', 'V'");
  for (size_t i = 2; i < sizeof writings / sizeof *writings - 1; i++) {
    static const char *const marks[] = {"dataValues", "class=dataset",
                                        "resourceType=MeasureReport"};
    char settings[1200], text[1200], said[3][200];
    snprintf(settings, sizeof settings, "{\"%s\": %s}", writings[i].format, writings[i].settings);
    fill(text, sizeof text, &writings[i], "66.7");
    snprintf(said[0], sizeof said[0], "read as %s: it has '%s'", writings[i].format, marks[i - 2]);
    snprintf(said[1], sizeof said[1], "lest som %s: det har '%s'", writings[i].format,
             marks[i - 2]);
    snprintf(said[2], sizeof said[2], "lesen som %s: det har '%s'", writings[i].format,
             marks[i - 2]);
    check_said(settings, text, "PAY-NOTE", said[0], said[1], said[2]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accounts_are_let_through_by_name),
      cmocka_unit_test(shares_agree_as_written),
      cmocka_unit_test(what_was_seen_is_said),
  };
  judged_setup(&world);
  int failed = cmocka_run_group_tests_name("agreed", tests, NULL, NULL);
  judged_teardown(&world);
  return failed;
}
