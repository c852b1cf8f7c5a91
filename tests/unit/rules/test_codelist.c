#include "pack.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define LIST(members)                                                                          \
  "{\"codelist\":\"areas\",\"title\":" TEXTS("A") ",\"source\":\"test\",\"licence\":\"none\"," \
                                                  "\"validFrom\":\"2020-01-01\"," members "}"
#define ANY(assert, message)                                                                 \
  "{\"pack\":\"a\",\"version\":\"1\",\"title\":" TEXTS(                                      \
      "P") ",\"use\":[\"areas.json\"],\"rules\":[{\"code\":\"A-001\",\"appliesTo\":[\"*\"]," \
           "\"scope\":\"observation\",\"severity\":\"error\",\"missing\":\"skip\","          \
           "\"assert\":\"" assert "\",\"message\":" TEXTS(message) ",\"remedy\":" TEXTS(     \
               "r") ",\"reference\":\"t\",\"examples\":{}}]}"

/* A list whose codes changed at the turn of 2024: 01 became 03 and 04, 02 took 05 in. */
#define AREAS                                                                             \
  LIST("\"codes\":[{\"code\":\"01\",\"name\":\"Ei\",\"validTo\":\"2023-12-31\"},"         \
       "{\"code\":\"02\",\"name\":\"To\"},"                                               \
       "{\"code\":\"03\",\"name\":\"Tre\",\"validFrom\":\"2024-01-01\"},"                 \
       "{\"code\":\"04\",\"name\":\"Fire\",\"validFrom\":\"2024-01-01\"},"                \
       "{\"code\":\"05\",\"name\":\"Fem\",\"validTo\":\"2023-12-31\"}],"                  \
       "\"changes\":[{\"date\":\"2024-01-01\",\"from\":[\"01\"],\"to\":[\"03\",\"04\"]}," \
       "{\"date\":\"2024-01-01\",\"from\":[\"02\",\"05\"],\"to\":[\"02\"]},"              \
       "{\"date\":\"2020-01-01\",\"from\":[\"99\"],\"to\":[\"01\"]}]")

static int load(struct bundle *bundle, const char *pack, const char *list)
{
  const struct vt_rules_file files[] = {
      {VT_STR("a.json"), {pack, strlen(pack)}},
      {VT_STR("areas.json"), {list, strlen(list)}},
  };
  return bundle_load_files(bundle, files, 2);
}

/* A code counts from its first day to its last, both inclusive. */
static void test_days(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  static const char pack[] =
      ANY("obs.periodEnd >= codelistsFrom.areas[obs.area] && obs.periodEnd <= "
          "codelistsTo.areas[obs.area]",
          "{codelistsFrom.areas[obs.area]} {codelistsTo.areas[obs.area]}");
  if (load(&bundle, pack, AREAS) != VATER_OK)
    fail_msg("%s", bundle_diagnostics(&bundle));
  bundle_row(&bundle, "period=2023-12 area=01 value=1");
  bundle_row(&bundle, "period=2024-01 area=01 value=1");
  bundle_row(&bundle, "period=2023-12 area=03 value=1");
  bundle_row(&bundle, "period=2024-01 area=03 value=1");
  bundle_row(&bundle, "period=2019-12 area=02 value=1");
  bundle_row(&bundle, "period=2020-01 area=02 value=1");
  bundle_judge(&bundle);
  assert_int_equal(bundle_rule(&bundle, "A-001")->counts[VT_OUTCOME_PASS], 3);
  assert_int_equal(bundle_rule(&bundle, "A-001")->counts[VT_OUTCOME_FAIL], 3);
  assert_int_equal(bundle.told.findings[0].row, 1);
  assert_string_equal(bundle.told.findings[0].message, "2020-01-01 2023-12-31");
  assert_int_equal(bundle.told.findings[1].row, 2);
  assert_string_equal(bundle.told.findings[1].message, "2024-01-01 9999-12-31");
  assert_int_equal(bundle.told.findings[2].row, 4);
  bundle_free(&bundle);
}

/* Codes that ceased name what came after; those that took others in, or are not listed, do not. */
static void test_successors(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  static const char pack[] =
      ANY("!(obs.area in codelistsNext.areas)", "{codelistsNext.areas[obs.area]}");
  if (load(&bundle, pack, AREAS) != VATER_OK)
    fail_msg("%s", bundle_diagnostics(&bundle));
  bundle_row(&bundle, "area=01 value=1");
  bundle_row(&bundle, "area=02 value=1");
  bundle_row(&bundle, "area=05 value=1");
  bundle_row(&bundle, "area=99 value=1");
  bundle_judge(&bundle);
  assert_int_equal(bundle.told.finding_count, 2);
  assert_string_equal(bundle.told.findings[0].message, "03, 04");
  assert_string_equal(bundle.told.findings[1].message, "02");
  bundle_free(&bundle);
}

static void expect_refused(const char *members, const char *what)
{
  struct bundle bundle = {0};
  assert_int_equal(load(&bundle, ANY("true", "m"), members), VATER_E_RULE);
  if (strstr(bundle_diagnostics(&bundle), what) == NULL)
    fail_msg("no '%s' in\n%s", what, bundle_diagnostics(&bundle));
  bundle_free(&bundle);
}

static void test_refused(void **state)
{
  (void)state;
  expect_refused(LIST("\"codes\":[{\"code\":\"01\",\"name\":\"A\",\"validTo\":\"2019-12-31\"}]"),
                 "the code ceases before it begins (at /codes/0)");
  expect_refused(LIST("\"codes\":[{\"code\":\"01\",\"name\":\"A\",\"validFrom\":\"2023-02-29\"}]"),
                 "'2023-02-29' is no day of the calendar (at /codes/0/validFrom)");
  expect_refused(LIST("\"codes\":[{\"code\":\"01\",\"name\":\"A\"}],\"changes\":[{\"date\":"
                      "\"2024-01-01\",\"from\":[\"00\"],\"to\":[\"01\",\"02\"]}]"),
                 "'02' is not a code of the list (at /changes/0/to/1)");
  expect_refused(LIST("\"codes\":[{\"code\":\"01\",\"name\":\"A\"},{\"code\":\"02\",\"name\":"
                      "\"B\"}],\"changes\":[{\"date\":\"2024-01-01\",\"from\":[\"01\"],\"to\":["
                      "\"02\"]},{\"date\":\"2025-01-01\",\"from\":[\"01\"],\"to\":[\"02\"]}]"),
                 "a code ceases twice (at /changes)");
}

static json_t *own(const char *name)
{
  char path[512];
  snprintf(path, sizeof path, VATER_SOURCE_DIR "/rules/%s", name);
  json_t *root = json_load_file(path, 0, NULL);
  assert_non_null(root);
  return root;
}

static bool listed(const json_t *list, const char *code)
{
  size_t index;
  const json_t *item;
  json_array_foreach(json_object_get(list, "codes"), index, item)
  {
    if (strcmp(json_string_value(json_object_get(item, "code")), code) == 0)
      return true;
  }
  return false;
}

static void check_words(const json_t *words, const json_t *list, const char *id)
{
  size_t index;
  const json_t *word;
  json_array_foreach(words, index, word)
  {
    if (!listed(list, json_string_value(word)))
      fail_msg("%s: '%s' is not in the code list", id, json_string_value(word));
  }
}

/* Types of actors and age groups of the packs are those of the lists. */
static void test_packs_use_the_lists(void **state)
{
  (void)state;
  json_t *types = own("codelists/actor-types.json"), *ages = own("codelists/age-groups.json");
  for (int goal = 1; goal <= 5; goal++) {
    char name[32];
    snprintf(name, sizeof name, "goal-%d.json", goal);
    json_t *pack = own(name);
    size_t index;
    const json_t *indicator;
    json_array_foreach(json_object_get(pack, "indicators"), index, indicator)
    {
      const char *id = json_string_value(json_object_get(indicator, "id"));
      check_words(json_object_get(indicator, "reportedBy"), types, id);
      check_words(json_object_get(json_object_get(indicator, "breakdowns"), "age"), ages, id);
    }
    json_decref(pack);
  }
  json_decref(types);
  json_decref(ages);
}

/* The reform's arithmetic: 356 municipalities until 2023, 357 from 2024. */
static void test_own_lists(void **state)
{
  (void)state;
  json_t *list = own("codelists/municipalities.json");
  size_t before = 0, after = 0, index;
  const json_t *code;
  json_array_foreach(json_object_get(list, "codes"), index, code)
  {
    before += json_object_get(code, "validFrom") == NULL;
    after += json_object_get(code, "validTo") == NULL;
  }
  assert_int_equal(before, 356);
  assert_int_equal(after, 357);
  json_decref(list);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_days),      cmocka_unit_test(test_successors),
      cmocka_unit_test(test_refused),   cmocka_unit_test(test_packs_use_the_lists),
      cmocka_unit_test(test_own_lists),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
