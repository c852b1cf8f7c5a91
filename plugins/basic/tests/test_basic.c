#include "unit/plugin/rig.h"

static const vater_config *configure(struct rig *rig, const char *user, const char *password)
{
  char path[64], text[256];
  rig_secret_file(path, sizeof path, password);
  snprintf(text, sizeof text, "{\"user\": \"%s\", \"password\": {\"file\": \"%s\"}}", user, path);
  const vater_config *config = rig_config(rig, rig->plugin->info.settings, text);
  unlink(path);
  return config;
}

static int prepare(struct rig *rig, const vater_config *config, int last_status,
                   struct vater_request *request)
{
  struct vt_instance instance;
  vater_session *session = NULL;
  struct vater_response last = {.status = last_status};
  struct vater_attempt attempt = {.number = 1, .last = last_status != 0 ? &last : NULL};
  vt_request_init(request, rig->arena);
  int status =
      vt_instance_open(&rig->call, rig->plugin, VT_CAPABILITY_AUTH, config, &instance, &rig->error);
  assert_int_equal(vt_session_new(&rig->environment, &session), VATER_OK);
  if (status == VATER_OK)
    status = vt_auth_prepare(&rig->call, &instance, session, &attempt, request, &rig->error);
  vt_instance_close(&instance);
  vt_session_free(session);
  return status;
}

/* The example of RFC 7617 section 2. */
static void header_is_that_of_the_rfc(void **state)
{
  struct rig rig;
  struct vater_request request;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "basic");
  assert_int_equal(prepare(&rig, configure(&rig, "Aladdin", "open sesame"), 0, &request), VATER_OK);
  const struct vt_request_header *header = vt_request_header(&request, "Authorization");
  assert_non_null(header);
  assert_str_is(vt_request_header_value(header), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  vt_request_fini(&request);
  assert_int_equal(prepare(&rig, configure(&rig, "test", "123\302\243"), 0, &request), VATER_OK);
  header = vt_request_header(&request, "Authorization");
  assert_str_is(vt_request_header_value(header), "Basic dGVzdDoxMjPCow==");
  vt_request_fini(&request);
  rig_fini(&rig);
}

static void user_with_a_colon_is_refused(void **state)
{
  struct rig rig;
  struct vater_request request;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "basic");
  assert_int_equal(prepare(&rig, configure(&rig, "a:b", "x"), 0, &request), VATER_E_CONFIG);
  assert_string_equal(rig.error.text,
                      "plugin 'basic', open: the user name may not hold ':' (RFC 7617)");
  assert_string_equal(rig.error.code, "OPS-CONFIG");
  rig_fini(&rig);
}

static void refused_password_is_not_tried_again(void **state)
{
  struct rig rig;
  struct vater_request request;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "basic");
  assert_int_equal(prepare(&rig, configure(&rig, "a", "x"), 401, &request), VATER_E_AUTH);
  assert_string_equal(rig.error.text, "plugin 'basic', auth.prepare: the endpoint does not accept "
                                      "the user name and password (401)");
  rig_fini(&rig);
}

static void value_in_the_configuration_is_refused(void **state)
{
  struct rig rig;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "basic");
  assert_null(
      rig_config(&rig, rig.plugin->info.settings, "{\"user\": \"a\", \"password\": \"hunter2\"}"));
  assert_int_equal(rig.diagnostics.count, 1);
  assert_string_equal(
      rig.diagnostics.items[0].error.text,
      "setting 'password' of plugin 'test' is a secret; wanted: {\"file\": PATH} or "
      "{\"credential\": NAME}, never the value itself");
  rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(header_is_that_of_the_rfc),
      cmocka_unit_test(user_with_a_colon_is_refused),
      cmocka_unit_test(refused_password_is_not_tried_again),
      cmocka_unit_test(value_in_the_configuration_is_refused),
  };
  return cmocka_run_group_tests_name("plugin basic", tests, NULL, NULL);
}
