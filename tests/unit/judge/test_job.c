#include "unit/test.h"

#include "judge/judge.h"

#include <stdlib.h>

#define TEXT(literal)              \
  {                                \
    (literal), sizeof(literal) - 1 \
  }

static const struct vt_rules_actor actors[] = {{TEXT("983974724"), TEXT("trust")},
                                               {TEXT("964338531"), TEXT("municipality")}};
static const struct vater_str expected[] = {TEXT("G1-11"), TEXT("G1-13"), TEXT("G4-15")};

static struct vt_judge_job sample(void)
{
  return (struct vt_judge_job){.id = VT_STR("bergen-1"),
                               .actor = VT_STR("983974724"),
                               .format = VT_STR("indicator_json"),
                               .settings = VT_STR("{\"strict\": true}"),
                               .period = VT_STR("2026-Q3"),
                               .actors = actors,
                               .actor_count = 2,
                               .expected = expected,
                               .expected_count = 3,
                               .today = 20779,
                               .hash_seed = 0xfedcba9876543210u,
                               .proposed = true,
                               .signature = {.form = VT_SIGNATURE_DETACHED,
                                             .verified = true,
                                             .required = true,
                                             .keys = VT_STR("{\"keys\": []}"),
                                             .algorithm = VT_STR("ES256"),
                                             .issuer = VT_STR("i"),
                                             .audience = VT_STR("a"),
                                             .now_ms = 1794000000000}};
}

static void write_job(struct vt_buffer *out, const struct vt_judge_job *job)
{
  const struct vt_allocator allocator = vt_allocator_real();
  vt_buffer_init(out, &allocator, 1024 * 1024);
  assert_int_equal(vt_judge_job_write(job, out), VATER_OK);
}

static void test_round_trip(void **state)
{
  (void)state;
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_judge_job job = sample();
  struct vt_buffer bytes;
  write_job(&bytes, &job);
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  struct vt_judge_job back;
  assert_int_equal(vt_judge_job_read(vt_buffer_str(&bytes), arena, &back, NULL), VATER_OK);
  assert_str(back.id, "bergen-1");
  assert_str(back.actor, "983974724");
  assert_str(back.format, "indicator_json");
  assert_str(back.settings, "{\"strict\": true}");
  assert_str(back.period, "2026-Q3");
  assert_int_equal(back.actor_count, 2);
  assert_str(back.actors[1].orgnr, "964338531");
  assert_str(back.actors[1].type, "municipality");
  assert_int_equal(back.expected_count, 3);
  assert_str(back.expected[2], "G4-15");
  assert_int_equal(back.today, 20779);
  assert_true(back.hash_seed == job.hash_seed);
  assert_int_equal(back.signature.form, VT_SIGNATURE_DETACHED);
  assert_true(back.signature.required);
  assert_true(back.signature.verified);
  assert_str(back.signature.keys, "{\"keys\": []}");
  assert_str(back.signature.algorithm, "ES256");
  assert_str(back.signature.issuer, "i");
  assert_str(back.signature.audience, "a");
  assert_true(back.signature.now_ms == job.signature.now_ms);
  assert_true(back.proposed);
  vt_arena_free(arena);
  vt_buffer_fini(&bytes);
}

static void test_cut_bytes_are_refused(void **state)
{
  (void)state;
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_judge_job job = sample();
  struct vt_buffer bytes;
  write_job(&bytes, &job);
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  for (size_t size = 0; size < bytes.len; size++) {
    char *cut = malloc(size + 1);
    memcpy(cut, bytes.bytes, size);
    struct vt_judge_job back;
    struct vt_error error = {0};
    assert_int_equal(vt_judge_job_read((struct vater_str){cut, size}, arena, &back, &error),
                     VATER_E_BUG);
    assert_string_equal(error.code, "PLUG-PROTO");
    assert_int_equal(back.actor_count, 0);
    free(cut);
  }
  vt_arena_free(arena);
  vt_buffer_fini(&bytes);
}

static void test_huge_counts_are_refused(void **state)
{
  (void)state;
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_judge_job job = {.id = VT_STR("x")};
  struct vt_buffer bytes;
  write_job(&bytes, &job);
  /* behind five texts stands the number of actors */
  size_t at = 5 * sizeof(uint64_t) + 1;
  memset(bytes.bytes + at, 0xff, sizeof(uint64_t));
  struct vt_arena *arena = vt_arena_new(&allocator, 1024 * 1024);
  struct vt_judge_job back;
  assert_int_equal(vt_judge_job_read(vt_buffer_str(&bytes), arena, &back, NULL), VATER_E_BUG);
  vt_arena_free(arena);
  vt_buffer_fini(&bytes);
}

/* A checked result and the actors of a job: G08, "other actor's id". */
static int belongs(const char *reporter, const char *row_actor, const char *verdict_actor)
{
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_judge_job job = sample();
  struct vt_table_builder *rows;
  struct vt_result_builder *builder;
  struct vt_table table;
  struct vt_result result;
  vt_table_builder_new(&allocator, 7, &rows);
  vt_table_add_row(rows, 0, 0, NULL);
  vt_table_set_text(rows, VATER_COLUMN_ACTOR, vt_str(row_actor), NULL);
  vt_table_set_head_text(rows, VATER_HEAD_REPORTER, vt_str(reporter), NULL);
  void *table_block = malloc(vt_table_size(rows));
  vt_table_write(rows, table_block);
  assert_int_equal(vt_table_open(table_block, vt_table_size(rows), &table, NULL), VATER_OK);
  vt_result_builder_new(&allocator, &builder);
  const struct vt_block_verdict verdict = {
      .actor = vt_str(verdict_actor), .indicator = VT_STR("G1-11"), .period = VT_STR("2026")};
  vt_result_add_verdict(builder, &verdict, NULL);
  size_t size = vt_result_size(builder, &table);
  void *block = malloc(size);
  vt_result_write(builder, &table, block);
  assert_int_equal(vt_result_open(block, size, &result, NULL), VATER_OK);
  int status = vt_judge_result_belongs(&job, &result, NULL);
  vt_table_builder_free(rows);
  vt_result_builder_free(builder);
  free(table_block);
  free(block);
  return status;
}

static void test_G08_result_for_another_actor(void **state)
{
  (void)state;
  assert_int_equal(belongs("983974724", "964338531", "983974724"), VATER_OK);
  assert_int_equal(belongs("983974724", "964338531", "964338531"), VATER_OK);
  assert_int_equal(belongs("983974724", "999999999", "983974724"), VATER_E_REFUSED);
  assert_int_equal(belongs("983974724", "964338531", "999999999"), VATER_E_REFUSED);
  assert_int_equal(belongs("999999999", "964338531", "983974724"), VATER_E_REFUSED);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_cut_bytes_are_refused),
      cmocka_unit_test(test_huge_counts_are_refused),
      cmocka_unit_test(test_G08_result_for_another_actor),
  };
  return cmocka_run_group_tests_name("judge_job", tests, NULL, NULL);
}
