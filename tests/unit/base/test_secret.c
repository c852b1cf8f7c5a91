#include "unit/test.h"

#include "base/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/vater-secret-XXXXXX";

static int make_folder(void **state)
{
  (void)state;
  return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
  char path[128];
  (void)state;
  snprintf(path, sizeof path, "%s/token", folder);
  unlink(path);
  return rmdir(folder);
}

static void write_secret(mode_t mode)
{
  char path[128];
  snprintf(path, sizeof path, "%s/token", folder);
  unlink(path);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs("kanari-4711\n", file);
  fclose(file);
  assert_int_equal(chmod(path, mode), 0);
}

/* Modes as systemd makes credentials, before 254 and since, and modes that it never makes. */
static void A07_credentials_may_be_readable_by_the_group(void **state)
{
  static const struct {
    mode_t mode;
    bool credential, file;
  } rows[] = {{0400, true, true},   {0600, true, true},   {0440, true, false},
              {0640, true, false},  {0460, false, false}, {0450, false, false},
              {0444, false, false}, {0404, false, false}, {0402, false, false}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char path[128];
    struct vt_secret *secret = NULL;
    struct vt_error error = {0};
    write_secret(rows[i].mode);
    int status = vt_secret_credential(folder, VT_STR("token"), &secret, &error);
    assert_int_equal(status, rows[i].credential ? VATER_OK : VATER_E_REFUSED);
    if (rows[i].credential)
      assert_str(vt_secret_reveal(secret), "kanari-4711");
    else
      assert_string_equal(error.code, "OPS-KEY");
    vt_secret_free(secret);
    snprintf(path, sizeof path, "%s/token", folder);
    status = vt_secret_load(path, &secret, &error);
    assert_int_equal(status, rows[i].file ? VATER_OK : VATER_E_REFUSED);
    vt_secret_free(secret);
  }
}

static void names_do_not_leave_the_folder(void **state)
{
  static const char *const names[] = {"", ".", "..", "../token", "a/b"};
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct vt_secret *secret;
    struct vt_error error = {0};
    assert_int_equal(vt_secret_credential(folder, vt_str(names[i]), &secret, &error),
                     VATER_E_CONFIG);
    assert_non_null(strstr(error.text, "is no credential name"));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(A07_credentials_may_be_readable_by_the_group),
      cmocka_unit_test(names_do_not_leave_the_folder),
  };
  return cmocka_run_group_tests_name("secret", tests, make_folder, remove_folder);
}
