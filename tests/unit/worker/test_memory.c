#include "unit/test.h"

#include "worker/memory.h"

#include <sys/mman.h>
#include <unistd.h>

static void test_round_trip(void **state)
{
  (void)state;
  int fd;
  struct vater_str bytes;
  assert_int_equal(vt_memory_of("test", VT_STR("hello"), &fd, NULL), VATER_OK);
  assert_int_equal(vt_memory_map(fd, 5, &bytes, NULL), VATER_OK);
  assert_str(bytes, "hello");
  vt_memory_unmap(bytes);
  assert_int_equal(write(fd, "x", 1), -1);
  assert_int_equal(ftruncate(fd, 0), -1);
  assert_int_equal(vt_memory_seal(fd, NULL), VATER_OK);
  close(fd);
}

static void test_empty(void **state)
{
  (void)state;
  int fd;
  struct vater_str bytes = VT_STR("x");
  assert_int_equal(vt_memory_of("test", VT_STR_NONE, &fd, NULL), VATER_OK);
  assert_int_equal(vt_memory_map(fd, 0, &bytes, NULL), VATER_OK);
  assert_int_equal(bytes.len, 0);
  vt_memory_unmap(bytes);
  close(fd);
}

static void test_limit(void **state)
{
  (void)state;
  int fd;
  struct vater_str bytes;
  struct vt_error error = {0};
  assert_int_equal(vt_memory_of("test", VT_STR("hello"), &fd, NULL), VATER_OK);
  assert_int_equal(vt_memory_map(fd, 4, &bytes, &error), VATER_E_LIMIT);
  assert_string_equal(error.text, "memory of 5 bytes is larger than the limit of 4");
  close(fd);
}

static void test_G08_unsealed_is_not_mapped(void **state)
{
  (void)state;
  int fd;
  struct vater_str bytes;
  assert_int_equal(vt_memory_new("test", &fd, NULL), VATER_OK);
  assert_int_equal(vt_memory_write(fd, VT_STR("hello"), NULL), VATER_OK);
  assert_int_equal(vt_memory_map(fd, 100, &bytes, NULL), VATER_E_REFUSED);
  close(fd);
}

/* A worker that keeps its result mapped for writing could change it behind the check. */
static void test_G08_mapped_for_writing_cannot_be_sealed(void **state)
{
  (void)state;
  int fd;
  struct vt_error error = {0};
  assert_int_equal(vt_memory_new("test", &fd, NULL), VATER_OK);
  assert_int_equal(ftruncate(fd, 4096), 0);
  void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  assert_ptr_not_equal(at, MAP_FAILED);
  assert_int_equal(vt_memory_seal(fd, &error), VATER_E_REFUSED);
  assert_string_equal(error.code, "PLUG-PROTO");
  munmap(at, 4096);
  assert_int_equal(vt_memory_seal(fd, NULL), VATER_OK);
  close(fd);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_empty),
      cmocka_unit_test(test_limit),
      cmocka_unit_test(test_G08_unsealed_is_not_mapped),
      cmocka_unit_test(test_G08_mapped_for_writing_cannot_be_sealed),
  };
  return cmocka_run_group_tests_name("worker_memory", tests, NULL, NULL);
}
