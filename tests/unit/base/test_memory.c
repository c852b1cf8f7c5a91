#include "unit/test.h"

#include "base/arena.h"
#include "base/buffer.h"
#include "base/map.h"

#include <stdio.h>

static void test_arena_limit(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 100);
  assert_non_null(vt_arena_alloc(arena, 100));
  assert_null(vt_arena_bytes(arena, 1));
  vt_arena_reset(arena);
  assert_int_equal(vt_arena_used(arena), 0);
  assert_null(vt_arena_alloc(arena, 101));
  assert_non_null(vt_arena_alloc(arena, 99));
  assert_null(vt_arena_array(arena, SIZE_MAX, 2));
  vt_arena_free(arena);
}

static void test_arena_rewind(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  struct vater_str kept = vt_arena_copy(arena, VT_STR("kept"));
  struct vt_arena_mark mark = vt_arena_mark(arena);
  for (int i = 0; i < 1000; i++)
    assert_non_null(vt_arena_alloc(arena, 1000));
  vt_arena_rewind(arena, mark);
  assert_int_equal(vt_arena_used(arena), 5);
  assert_str(kept, "kept");
  vt_arena_free(arena);
}

static void test_buffer_limit(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer buffer;
  vt_buffer_init(&buffer, &allocator, 5);
  assert_non_null(vt_buffer_extend(&buffer, 0)); /* NULL means that it is full */
  assert_int_equal(buffer.len, 0);
  assert_int_equal(vt_buffer_text(&buffer, "12345"), VATER_OK);
  assert_int_equal(vt_buffer_char(&buffer, '6'), VATER_E_LIMIT);
  assert_int_equal(vt_buffer_append(&buffer, VT_STR("")), VATER_E_LIMIT);
  assert_str(vt_buffer_str(&buffer), "12345");
  vt_buffer_reset(&buffer);
  assert_int_equal(vt_buffer_format(&buffer, "%d", 123456), VATER_E_LIMIT);
  vt_buffer_fini(&buffer);
}

static void test_map_keeps_order_and_limit(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_map map;
  static char keys[1000][8];
  vt_map_init(&map, &allocator, 1000, 42);
  for (uint32_t i = 0; i < 1000; i++) {
    bool added;
    snprintf(keys[i], sizeof keys[i], "k%u", i);
    uint64_t *value = vt_map_put(&map, vt_str(keys[i]), &added);
    assert_non_null(value);
    assert_true(added);
    *value = i;
  }
  bool added;
  assert_null(vt_map_put(&map, VT_STR("one more"), &added));
  assert_int_equal(*vt_map_put(&map, VT_STR("k7"), &added), 7);
  assert_false(added);
  assert_int_equal(*vt_map_get(&map, VT_STR("k999")), 999);
  assert_null(vt_map_get(&map, VT_STR("k1000")));
  assert_str(map.entries[500].key, "k500");
  vt_map_fini(&map);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_arena_limit),
      cmocka_unit_test(test_arena_rewind),
      cmocka_unit_test(test_buffer_limit),
      cmocka_unit_test(test_map_keeps_order_and_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
