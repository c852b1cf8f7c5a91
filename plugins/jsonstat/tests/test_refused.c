#include "jsonstat_rig.h"

/* Nulls are as if the member were not there, as FHI writes them; texts for people are free. */
static const struct mutated_known known[] = {
    {"/version", "null|-", NULL},
    {"/class", "null|\"\"|-", NULL},
    {"/label", "null|\"\"|\"zzz\"|-", NULL},
    {"/source", "null|\"\"|\"zzz\"|-", NULL},
    {"/updated", "null|\"\"|\"zzz\"|-", NULL},
    {"/id", "null", ".."},
    {"/id", "[]|[{\"x\":1}]", "*"}, /* at the sizes, or the id */
    {"/size", "null", ".."},
    {"/role", "null|{}|-", ""}, /* no metric: of the data set */
    {"/role/metric", "null|[]|-", ""},
    {"/role/time", "null|[]|-", "/dimension/AAR"},
    {"/role/geo", "null|[]|-", NULL},
    {"/role/*", "[{\"x\":1}]", "*"},
    {"/dimension", "null|{}|-", "*"}, /* at each id */
    {"/dimension/*", "-", "*"},       /* what names it, or nothing for labels: below */
    {"/dimension/*/label", "null|\"\"|\"zzz\"", NULL},
    {"/dimension/*/category", "null", ".."},
    {"/dimension/*/category/index", "null", ".."},
    {"/dimension/*/category/index", "+", "/dimension/KJONN/category/index"},
    {"/dimension/*/category/index/*", "\"\"|\"zzz\"", "*"}, /* at its label */
    {"/dimension/*/category/label", "null|{}", NULL},
    {"/dimension/*/category/label", "+", "*"},
    {"/dimension/*/category/label/*", "null|\"\"|\"zzz\"", NULL},
    {"/dimension/*/category/child", "null|{}", NULL},
    {"/dimension/*/category/child/*", "[]", NULL},
    {"/dimension/*/category/child/*", "[{\"x\":1}]", "*"},
    {"/dimension/*/category/unit", "null|{}", ".."},
    {"/dimension/*/category/unit/*/decimals", "null", NULL},
    {"/dimension/*/category/unit/*/base", "null|\"\"|\"zzz\"", NULL},
    {"/dimension/*/category/unit/*/symbol", "null|\"\"|\"zzz\"", NULL},
    {"/dimension/*/category/unit/*", "null", "/dimension/MEASURE_TYPE/category"},
    {"/dimension/*/category/unit/*", "{}", NULL},
    {"/dimension/*/category/unit/*", "+", "*"},
    {"/value", "null|-", ""},
    {"/value/3[012]", "null", NULL}, /* suppressed, as their status says */
    {"/status", "null|\"\"|[]|{}|-", NULL},
    {"/status", "[{\"x\":1}]", "/status/0"},
    {"/status/*", "null|\"\"|-", NULL},
    {"/status/3[01]", "\"zzz\"", NULL}, /* the value's own says more than those of its counts */
    {NULL, NULL, NULL}};

static void each_wrong_value_is_found_at_its_place(void **state)
{
  (void)state;
  struct vater_str payload = observed_fixture("jsonstat-dataset.json");
  const struct mutated mutated = {&world, "jsonstat", own, payload};
  assert_true(mutated_exactly(&mutated, known) > 1000);
  mutated_cuts(&mutated, 50);
  free((void *)(uintptr_t)payload.ptr);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_wrong_value_is_found_at_its_place)};
  return cmocka_run_group_tests_name("plugin jsonstat, what it refuses", tests, setup, teardown);
}
