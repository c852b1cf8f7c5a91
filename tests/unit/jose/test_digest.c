#include "unit/test.h"

#include "jose/digest.h"

#include <sys/mman.h>
#include <unistd.h>

/* FIPS 180-4 examples (NIST, "SHA256.pdf"). */
static const char empty_hex[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char abc_hex[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char million_hex[] =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void assert_hex(const struct vt_digest *digest, const char *hex)
{
  char text[VT_DIGEST_HEX];
  vt_digest_print(digest, text);
  assert_string_equal(text, hex);
}

static void digest_of_a_text(void **state)
{
  (void)state;
  struct vt_digest digest;
  assert_int_equal(vt_digest_of(VT_STR(""), &digest, NULL), VATER_OK);
  assert_hex(&digest, empty_hex);
  assert_int_equal(vt_digest_of(VT_STR_NONE, &digest, NULL), VATER_OK);
  assert_hex(&digest, empty_hex);
  assert_int_equal(vt_digest_of(VT_STR("abc"), &digest, NULL), VATER_OK);
  assert_hex(&digest, abc_hex);
}

static void digest_in_parts_begins_anew(void **state)
{
  (void)state;
  struct vt_digester *digester = NULL;
  struct vt_digest digest;
  assert_int_equal(vt_digester_new(&digester, NULL), VATER_OK);
  for (int i = 0; i < 1000; i++) {
    char part[1000];
    memset(part, 'a', sizeof part);
    assert_int_equal(vt_digester_add(digester, (struct vater_str){part, sizeof part}), VATER_OK);
  }
  assert_int_equal(vt_digester_finish(digester, &digest), VATER_OK);
  assert_hex(&digest, million_hex);
  assert_int_equal(vt_digester_add(digester, VT_STR("abc")), VATER_OK);
  assert_int_equal(vt_digester_finish(digester, &digest), VATER_OK);
  assert_hex(&digest, abc_hex);
  vt_digester_free(digester);
}

static void digest_of_a_descriptor_keeps_its_position(void **state)
{
  (void)state;
  struct vt_digest digest;
  int fd = memfd_create("digest", MFD_CLOEXEC);
  assert_int_equal(write(fd, "abc", 3), 3);
  assert_int_equal(vt_digest_of_fd(fd, &digest, NULL), VATER_OK);
  assert_hex(&digest, abc_hex);
  assert_int_equal(lseek(fd, 0, SEEK_CUR), 3);
  close(fd);
}

static void digest_of_nothing_readable_fails(void **state)
{
  (void)state;
  struct vt_digest digest;
  struct vt_error error = {0};
  assert_int_equal(vt_digest_of_fd(-1, &digest, &error), VATER_E_IO);
  assert_string_equal(error.code, "OPS-FILE");
  assert_string_equal(error.text, "reading for SHA-256: Bad file descriptor");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(digest_of_a_text),
      cmocka_unit_test(digest_in_parts_begins_anew),
      cmocka_unit_test(digest_of_a_descriptor_keeps_its_position),
      cmocka_unit_test(digest_of_nothing_readable_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
