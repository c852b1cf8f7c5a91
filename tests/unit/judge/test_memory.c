/* M4: every allocation of a judging fails in turn, once or from then on: an error, or the right
 * bytes; never a crash, a leak or another answer. */
#include "judged.h"

#include <stdlib.h>

struct failing {
  uint64_t count, fail_at;
  bool on;
};

static void *failing_resize(void *context, void *pointer, size_t size)
{
  struct failing *failing = context;
  if (size == 0) {
    free(pointer);
    return NULL;
  }
  failing->count++;
  if (failing->count == failing->fail_at || (failing->on && failing->count > failing->fail_at))
    return NULL;
  return realloc(pointer, size);
}

static struct judged_world world;
static struct failing failing = {.fail_at = UINT64_MAX};

static int judge_once(const char *text, void **block, size_t *size, struct vt_error *error)
{
  const struct vt_judge_job job = judged_job();
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  struct vt_judge *judge;
  struct vt_judge_page page;
  int status = vt_judge_begin(&world.context, &job, &judge, error);
  if (status == VATER_OK)
    status = vt_judge_page(judge, vt_str(text), &head, &page, error);
  if (status == VATER_OK)
    status = vt_judge_finish(judge, size, error);
  if (status == VATER_OK) {
    *block = malloc(*size);
    vt_judge_write(judge, *block);
  }
  vt_judge_free(judge);
  return status;
}

static void fail_each(const char *text, bool on)
{
  void *control = NULL;
  size_t control_size = 0;
  failing = (struct failing){.fail_at = UINT64_MAX};
  assert_int_equal(judge_once(text, &control, &control_size, NULL), VATER_OK);
  uint64_t total = failing.count;
  assert_true(total > 10);
  for (uint64_t at = 1; at <= total; at++) {
    void *block = NULL;
    size_t size = 0;
    struct vt_error error = {0};
    failing = (struct failing){.fail_at = at, .on = on};
    int status = judge_once(text, &block, &size, &error);
    if (status != VATER_OK) {
      if (error.status == VATER_OK)
        fail_msg("allocation %llu of %llu: status %d without a word", (unsigned long long)at,
                 (unsigned long long)total, status);
    } else if (size != control_size || memcmp(block, control, size) != 0) {
      fail_msg("allocation %llu of %llu: another answer", (unsigned long long)at,
               (unsigned long long)total);
    }
    free(block);
  }
  failing = (struct failing){.fail_at = UINT64_MAX};
  free(control);
}

#define ROW(value)                                                                  \
  "{\"indicator\":\"G1-13\",\"period\":\"2025\",\"area\":\"4601\",\"value\":" value \
  ",\"unit\":\"yes-no\",\"status\":\"final\"}"

static void test_M4_received(void **state)
{
  (void)state;
  char *text = judged_submission(ROW("1") "," ROW("7"));
  fail_each(text, false);
  fail_each(text, true);
  free(text);
}

static void test_M4_refused(void **state)
{
  (void)state;
  char *text = judged_submission(ROW("\"1\""));
  fail_each(text, false);
  fail_each("{\"a\": nope}", true);
  free(text);
}

static int setup(void **state)
{
  (void)state;
  judged_setup(&world);
  world.environment.allocator = (struct vt_allocator){failing_resize, &failing};
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
      cmocka_unit_test(test_M4_received),
      cmocka_unit_test(test_M4_refused),
  };
  return cmocka_run_group_tests_name("judge_memory", tests, setup, teardown);
}
