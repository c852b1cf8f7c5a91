#include "base/limits.h"
#include "unit/plugin/rig.h"

static void values_live_until_they_expire(void **state)
{
  struct rig rig;
  vater_session *session;
  struct vater_str value;
  (void)state;
  rig_init(&rig);
  assert_int_equal(vt_session_new(&rig.environment, &session), VATER_OK);
  assert_false(vt_session_get(session, VT_STR("token"), &value));
  assert_null(value.ptr);
  assert_int_equal(vt_session_set(session, VT_STR("token"), VT_STR("abc"), rig.now_ms + 1000, NULL),
                   VATER_OK);
  assert_int_equal(vt_session_set(session, VT_STR("nonce"), VT_STR("n"), 0, NULL), VATER_OK);
  rig.now_ms += 999;
  assert_true(vt_session_get(session, VT_STR("token"), &value));
  assert_str_is(value, "abc");
  rig.now_ms += 1;
  assert_false(vt_session_get(session, VT_STR("token"), &value));
  assert_true(vt_session_get(session, VT_STR("nonce"), &value));
  assert_str_is(value, "n");
  vt_session_free(session);
  rig_fini(&rig);
}

static void values_are_replaced_and_forgotten(void **state)
{
  struct rig rig;
  vater_session *session;
  struct vater_str value;
  (void)state;
  rig_init(&rig);
  assert_int_equal(vt_session_new(&rig.environment, &session), VATER_OK);
  vt_session_set(session, VT_STR("a"), VT_STR("1"), 0, NULL);
  vt_session_set(session, VT_STR("a"), VT_STR("22"), 0, NULL);
  assert_true(vt_session_get(session, VT_STR("a"), &value));
  assert_str_is(value, "22");
  assert_int_equal(vt_session_set(session, VT_STR("a"), VT_STR_NONE, 0, NULL), VATER_OK);
  assert_false(vt_session_get(session, VT_STR("a"), &value));
  vt_session_free(session);
  vt_session_free(NULL);
  rig_fini(&rig);
}

static void values_of_the_limit_and_one_more(void **state)
{
  struct rig rig;
  vater_session *session;
  char name[16];
  (void)state;
  rig_init(&rig);
  assert_int_equal(vt_session_new(&rig.environment, &session), VATER_OK);
  for (unsigned i = 0; i < VT_LIMIT_SESSION_VALUES; i++) {
    snprintf(name, sizeof name, "n%u", i);
    assert_int_equal(vt_session_set(session, vt_str(name), VT_STR("x"), rig.now_ms + 10, NULL),
                     VATER_OK);
  }
  assert_int_equal(vt_session_set(session, VT_STR("one"), VT_STR("x"), 0, &rig.error),
                   VATER_E_LIMIT);
  assert_string_equal(rig.error.text, "the session is full; the limit SESSION_VALUES is 32");
  rig.now_ms += 10;
  assert_int_equal(vt_session_set(session, VT_STR("one"), VT_STR("x"), 0, NULL), VATER_OK);
  vt_session_free(session);
  rig_fini(&rig);
}

static void value_of_the_limit_and_one_more(void **state)
{
  struct rig rig;
  vater_session *session;
  (void)state;
  rig_init(&rig);
  char *bytes = calloc(1, VT_LIMIT_SESSION_VALUE_BYTES + 1);
  assert_int_equal(vt_session_new(&rig.environment, &session), VATER_OK);
  struct vater_str text = {bytes, VT_LIMIT_SESSION_VALUE_BYTES};
  assert_int_equal(vt_session_set(session, VT_STR("a"), text, 0, NULL), VATER_OK);
  text.len++;
  assert_int_equal(vt_session_set(session, VT_STR("a"), text, 0, NULL), VATER_E_LIMIT);
  assert_int_equal(vt_session_set(session, VT_STR_NONE, VT_STR("x"), 0, NULL), VATER_E_REFUSED);
  free(bytes);
  vt_session_free(session);
  rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_live_until_they_expire),
      cmocka_unit_test(values_are_replaced_and_forgotten),
      cmocka_unit_test(values_of_the_limit_and_one_more),
      cmocka_unit_test(value_of_the_limit_and_one_more),
  };
  return cmocka_run_group_tests_name("plugin session", tests, NULL, NULL);
}
