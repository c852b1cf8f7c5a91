/* What two judgements over time differ in, where more is found than a conclusion names. */
#include "unit/store/fixture.h"

#include "base/limits.h"
#include "judge/result.h"
#include "run/impact_wide.h"

#include <stdlib.h>

enum { ROWS = 700 };

struct rig {
  struct fixture fixture;
  struct vt_running running;
  struct vt_impact_wide wide;
};

static int begin(void **state)
{
  struct rig *rig = calloc(1, sizeof *rig);
  assert_non_null(rig);
  fixture_open(&rig->fixture);
  rig->running = (struct vt_running){.environment = &rig->fixture.environment};
  vt_impact_wide_init(&rig->wide, &rig->running, rig->fixture.arena);
  *state = rig;
  return 0;
}

static int end(void **state)
{
  struct rig *rig = *state;
  vt_impact_wide_fini(&rig->wide);
  fixture_close(&rig->fixture);
  free(rig);
  return 0;
}

/* The rule decides about rows 1 to `decided` and fails from `first` to `last`. */
struct judgement {
  uint32_t decided, first, last;
};

static const struct vt_result *judge(struct rig *rig, const struct judgement *judgement)
{
  struct fixture *fixture = &rig->fixture;
  struct vt_result_builder *builder;
  assert_int_equal(vt_result_builder_new(&fixture->environment.allocator, &builder), VATER_OK);
  vt_result_set_kept(builder, VT_LIMIT_CONCLUSIONS_PER_RULE);
  struct vt_rule_outcomes outcomes = {.code = VT_STR("S-001")};
  for (uint32_t row = judgement->first; row > 0 && row <= judgement->last; row++) {
    const struct vt_finding finding = {.code = outcomes.code,
                                       .severity = VATER_SEVERITY_WARNING,
                                       .outcome = VT_OUTCOME_FAIL,
                                       .offset = row,
                                       .row = VT_NO_ROW,
                                       .verdict = UINT32_MAX};
    assert_ok(fixture, vt_result_add_finding(builder, &finding, &fixture->error));
    outcomes.counts[VT_OUTCOME_FAIL]++;
  }
  outcomes.counts[VT_OUTCOME_PASS] = judgement->decided - outcomes.counts[VT_OUTCOME_FAIL];
  assert_ok(fixture, vt_result_add_rule(builder, &outcomes, &fixture->error));
  size_t size = vt_result_size(builder, NULL);
  void *block = vt_arena_alloc(fixture->arena, size);
  struct vt_result *result = vt_arena_alloc(fixture->arena, sizeof *result);
  assert_non_null(block);
  assert_non_null(result);
  vt_result_write(builder, NULL, block);
  vt_result_builder_free(builder);
  assert_ok(fixture, vt_result_open(block, size, result, &fixture->error));
  return result;
}

static void take(struct rig *rig, const struct judgement *now, const struct judgement *changed)
{
  struct vt_concluding sides[VT_IMPACT_SIDES] = {0};
  for (int i = 0; i < VT_IMPACT_SIDES; i++) {
    sides[i].indicator = VT_STR("G1-11");
    sides[i].table = *fixture_many(&rig->fixture, "983974724", ROWS, 1);
    sides[i].event.result = judge(rig, i == VT_IMPACT_NOW ? now : changed);
  }
  assert_int_equal(vt_impact_wide_take(&rig->wide, sides), VATER_OK);
}

static struct vt_impact_rule tell(struct rig *rig)
{
  struct vt_impact_rule rules[4] = {0};
  uint32_t count;
  assert_in_range(rig->wide.count, 1, 4);
  assert_int_equal(vt_impact_wide_tell(&rig->wide, rules, &count), VATER_OK);
  assert_int_equal(count, 1);
  return rules[0];
}

/* Failed up to 600, fails from 101 to 600: nothing newly fails, though each side names 500 others.
 */
static void cut_ones_are_only_counted(void **state)
{
  take(*state, &(struct judgement){ROWS, 1, 600}, &(struct judgement){ROWS, 101, 600});
  struct vt_impact_rule rule = tell(*state);
  assert_int_equal(rule.fail_count, 0);
  assert_int_equal(rule.pass_count, 100);
  assert_int_equal(rule.passes_beyond, 100);
  assert_int_equal(rule.sound, 100);
}

/* One side alone is cut; another night, which is not, is still told by name. */
static void other_takes_keep_their_names(void **state)
{
  take(*state, &(struct judgement){ROWS, 1, 3}, &(struct judgement){ROWS, 3, 5});
  take(*state, &(struct judgement){ROWS, 1, 100}, &(struct judgement){ROWS, 51, 650});
  struct vt_impact_rule rule = tell(*state);
  assert_int_equal(rule.fail_count, 2 + 500);
  assert_int_equal(rule.fails_beyond, 500);
  assert_int_equal(rule.pass_count, 2);
  assert_int_equal(rule.passes_beyond, 0);
  assert_str(rule.fails[0].place, "G1-11 2026-Q3 0003 sex=F");
  assert_str(rule.passes[0].place, "G1-11 2026-Q3 0000 sex=F");
}

/* The nights do not make up for each other. */
static void cut_takes_are_counted_each(void **state)
{
  take(*state, &(struct judgement){ROWS, 1, 600}, &(struct judgement){ROWS, 1, 550});
  take(*state, &(struct judgement){ROWS, 1, 550}, &(struct judgement){ROWS, 1, 620});
  struct vt_impact_rule rule = tell(*state);
  assert_int_equal(rule.passes_beyond, 50);
  assert_int_equal(rule.fails_beyond, 70);
}

/* A rule that looks at less than before: what it does not look at any more did fail. */
static void sound_are_those_that_passed(void **state)
{
  take(*state, &(struct judgement){ROWS, 301, 700}, &(struct judgement){300, 1, 3});
  struct vt_impact_rule rule = tell(*state);
  assert_int_equal(rule.asked, 300);
  assert_int_equal(rule.sound, 300);
  assert_int_equal(rule.fail_count, 3);
}

/* A new rule, or one that looks at more: what it did not look at did not fail. */
static void sound_are_also_those_not_looked_at(void **state)
{
  take(*state, &(struct judgement){100, 1, 10}, &(struct judgement){ROWS, 1, 20});
  struct vt_impact_rule rule = tell(*state);
  assert_int_equal(rule.sound, ROWS - 10);
  assert_int_equal(rule.fail_count, 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(cut_ones_are_only_counted, begin, end),
      cmocka_unit_test_setup_teardown(other_takes_keep_their_names, begin, end),
      cmocka_unit_test_setup_teardown(cut_takes_are_counted_each, begin, end),
      cmocka_unit_test_setup_teardown(sound_are_those_that_passed, begin, end),
      cmocka_unit_test_setup_teardown(sound_are_also_those_not_looked_at, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
