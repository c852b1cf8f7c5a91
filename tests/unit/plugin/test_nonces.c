#include "base/limits.h"
#include "unit/plugin/rig.h"

static void newest_nonce_of_each_server(void **state)
{
  struct rig rig;
  struct vt_nonces *nonces;
  struct vater_str nonce;
  (void)state;
  rig_init(&rig);
  assert_int_equal(vt_nonces_new(&rig.environment, &nonces), VATER_OK);
  assert_false(vt_nonces_get(nonces, VT_STR("as https://a"), &nonce));
  assert_int_equal(vt_nonces_set(nonces, VT_STR("as https://a"), VT_STR("1"), NULL), VATER_OK);
  assert_int_equal(vt_nonces_set(nonces, VT_STR("api https://a"), VT_STR("2"), NULL), VATER_OK);
  assert_int_equal(vt_nonces_set(nonces, VT_STR("as https://a"), VT_STR("3"), NULL), VATER_OK);
  assert_true(vt_nonces_get(nonces, VT_STR("as https://a"), &nonce));
  assert_str_is(nonce, "3");
  assert_true(vt_nonces_get(nonces, VT_STR("api https://a"), &nonce));
  assert_str_is(nonce, "2");
  assert_false(vt_nonces_get(NULL, VT_STR("as https://a"), &nonce));
  vt_nonces_free(nonces);
  rig_fini(&rig);
}

static void nonces_are_of_rfc_9449(void **state)
{
  static const char *const wrong[] = {"", "a b", "a\"b", "a\\b", "a\x7f", "\xc3\xa5"};
  struct rig rig;
  struct vt_nonces *nonces;
  struct vater_str nonce;
  char longest[258];
  (void)state;
  rig_init(&rig);
  vt_nonces_new(&rig.environment, &nonces);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(vt_nonces_set(nonces, VT_STR("s"), vt_str(wrong[i]), &rig.error),
                     VATER_E_REFUSED);
  assert_string_equal(rig.error.code, "AUTH-NONCE");
  memset(longest, 'n', sizeof longest);
  assert_int_equal(vt_nonces_set(nonces, VT_STR("s"), (struct vater_str){longest, 257}, NULL),
                   VATER_E_REFUSED);
  assert_int_equal(vt_nonces_set(nonces, VT_STR("s"), (struct vater_str){longest, 256}, NULL),
                   VATER_OK);
  assert_true(vt_nonces_get(nonces, VT_STR("s"), &nonce));
  assert_int_equal(nonce.len, 256);
  vt_nonces_free(nonces);
  rig_fini(&rig);
}

/* One server more than the limit is not kept; those that are go on. */
static void servers_have_a_limit(void **state)
{
  struct rig rig;
  struct vt_nonces *nonces;
  struct vater_str nonce;
  char name[32];
  (void)state;
  rig_init(&rig);
  vt_nonces_new(&rig.environment, &nonces);
  for (uint32_t i = 0; i <= VT_LIMIT_NONCES; i++) {
    snprintf(name, sizeof name, "api %u", i);
    assert_int_equal(vt_nonces_set(nonces, vt_str(name), VT_STR("n"), NULL), VATER_OK);
    assert_int_equal(vt_nonces_get(nonces, vt_str(name), &nonce), i < VT_LIMIT_NONCES);
  }
  assert_int_equal(vt_nonces_set(nonces, VT_STR("api 0"), VT_STR("m"), NULL), VATER_OK);
  vt_nonces_get(nonces, VT_STR("api 0"), &nonce);
  assert_str_is(nonce, "m");
  vt_nonces_free(nonces);
  rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(newest_nonce_of_each_server),
      cmocka_unit_test(nonces_are_of_rfc_9449),
      cmocka_unit_test(servers_have_a_limit),
  };
  return cmocka_run_group_tests_name("plugin nonces", tests, NULL, NULL);
}
