#include "unit/plugin/rig.h"

static struct vater_value text_value(const char *text)
{
  return (struct vater_value){.type = VATER_VALUE_TEXT, .as.text = vt_str(text)};
}

static const struct vater_function *find(const struct rig *rig, const char *name, const char *types)
{
  for (const struct vater_function *one = rig->plugin->functions; one->name != NULL; one++)
    if (strcmp(one->name, name) == 0 && strncmp(one->signature, types, strlen(types)) == 0)
      return one;
  fail_msg("no function %s%s", name, types);
  return NULL;
}

static struct vater_value call(struct rig *rig, const char *name, const char *first,
                               const char *second)
{
  const struct vater_value arguments[] = {text_value(first), text_value(second)};
  struct vater_value result = {0};
  const struct vater_function *function =
      find(rig, name, second == NULL ? "(string) " : "(string, string)");
  if (vt_function_call(&rig->call, "norway", function, arguments, second == NULL ? 1 : 2, &result,
                       &rig->error) != VATER_OK)
    fail_msg("%s", rig->error.text);
  return result;
}

static bool truth_of(struct rig *rig, const char *name, const char *first, const char *second)
{
  struct vater_value result = call(rig, name, first, second);
  assert_int_equal(result.type, VATER_VALUE_TRUTH);
  return result.as.truth;
}

static void assert_text(struct rig *rig, const char *name, const char *first, const char *second,
                        const char *wanted)
{
  struct vater_value result = call(rig, name, first, second);
  assert_int_equal(result.type, VATER_VALUE_TEXT);
  assert_str_is(result.as.text, wanted);
}

static void organisation_numbers(void **state)
{
  static const char *const forms[] = {"983971636",
                                      "983 971 636",
                                      " 983\xc2\xa0"
                                      "971\xc2\xa0"
                                      "636 ",
                                      "NO983971636MVA",
                                      "no 983 971 636 mva",
                                      "0192:983971636",
                                      "NO:ORGNR:983971636",
                                      "urn:oid:2.16.578.1.12.4.1.4.101|983971636"};
  static const char *const others[] = {"",           "983971637",          "98397163",
                                       "9839716360", "983-971-636",        "0193:983971636",
                                       "000000000",  "983  971 636",       "98397163a",
                                       "123456789",  "urn:oid:1|983971636"};
  struct rig rig;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "norway");
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    assert_true(truth_of(&rig, "isOrgnr", forms[i], NULL));
    assert_text(&rig, "orgnr", forms[i], NULL, "983971636");
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    assert_false(truth_of(&rig, "isOrgnr", others[i], NULL));
    assert_text(&rig, "orgnr", others[i], NULL, "");
  }
  /* Brønnøysund's worked example, and bodies of the state */
  assert_true(truth_of(&rig, "isOrgnr", "123456785", NULL));
  assert_true(truth_of(&rig, "isOrgnr", "983544622", NULL));
  assert_true(truth_of(&rig, "isOrgnr", "915933149", NULL));
  assert_true(truth_of(&rig, "isOrgnr", "983744516", NULL));
  rig_fini(&rig);
}

/* Identifiers of the health network's samples that have no right control digit. */
static void test_environments(void **state)
{
  static const char *const samples[] = {"999977775", "999977776", "312232326"};
  struct rig rig;
  struct vater_value result;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "norway");
  const struct vater_function *is = find(&rig, "isOrgnr", "(string, bool)");
  const struct vater_function *digits = find(&rig, "orgnr", "(string, bool)");
  for (size_t i = 0; i < 3; i++)
    for (int strict = 0; strict < 2; strict++) {
      const struct vater_value arguments[] = {text_value(samples[i]),
                                              {.type = VATER_VALUE_TRUTH, .as.truth = strict != 0}};
      assert_int_equal(vt_function_call(&rig.call, "norway", is, arguments, 2, &result, &rig.error),
                       VATER_OK);
      assert_int_equal(result.as.truth, !strict);
      assert_int_equal(
          vt_function_call(&rig.call, "norway", digits, arguments, 2, &result, &rig.error),
          VATER_OK);
      assert_str_is(result.as.text, strict ? "" : samples[i]);
    }
  rig_fini(&rig);
}

static void municipalities(void **state)
{
  struct rig rig;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "norway");
  assert_true(truth_of(&rig, "isKommune", "0301", "2026-06-30"));
  assert_true(truth_of(&rig, "isKommune", "4601", "2024-01-01"));
  assert_false(truth_of(&rig, "isKommune", "9999", "2026-06-30"));
  assert_false(truth_of(&rig, "isKommune", "46", "2026-06-30"));
  assert_true(truth_of(&rig, "isFylke", "46", "2026-06-30"));
  assert_false(truth_of(&rig, "isFylke", "47", "2026-06-30"));
  assert_text(&rig, "kommuneAt", "0301", "2025-12-31", "0301");
  assert_text(&rig, "fylkeOf", "4601", NULL, "46");
  assert_text(&rig, "fylkeOf", "460", NULL, "");
  rig_fini(&rig);
}

static void a_day_is_a_day(void **state)
{
  static const char *const days[] = {"2026", "2026-13-01", "2026-00-10", "2026-01-32",
                                     "2026/01/01"};
  struct rig rig;
  struct vater_value result;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "norway");
  const struct vater_function *function = find(&rig, "isKommune", "(string, string)");
  for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
    const struct vater_value arguments[] = {text_value("0301"), text_value(days[i])};
    char wanted[200];
    vt_error_clear(&rig.error);
    assert_int_equal(
        vt_function_call(&rig.call, "norway", function, arguments, 2, &result, &rig.error),
        VATER_E_RULE);
    snprintf(wanted, sizeof wanted, "'%s' is no day; wanted one as in \"2024-01-31\"", days[i]);
    assert_non_null(strstr(rig.error.text, wanted));
  }
  rig_fini(&rig);
}

static void other_identifiers(void **state)
{
  struct rig rig;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "norway");
  assert_true(truth_of(&rig, "isHerId", "121017", NULL));
  assert_true(truth_of(&rig, "isHerId", "urn:oid:2.16.578.1.12.4.1.2|121017", NULL));
  assert_false(truth_of(&rig, "isHerId", "urn:oid:2.16.578.1.12.4.1.4.102|121017", NULL));
  assert_true(truth_of(&rig, "isResh", "urn:oid:2.16.578.1.12.4.1.4.102|4201115", NULL));
  assert_true(truth_of(&rig, "isResh", "4201115", NULL));
  assert_false(truth_of(&rig, "isHerId", "0121017", NULL));
  assert_false(truth_of(&rig, "isHerId", "", NULL));
  assert_false(truth_of(&rig, "isResh", "12a", NULL));
  assert_false(truth_of(&rig, "isResh", "1234567890", NULL));
  rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(organisation_numbers), cmocka_unit_test(test_environments),
      cmocka_unit_test(municipalities),       cmocka_unit_test(a_day_is_a_day),
      cmocka_unit_test(other_identifiers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
