#include "unit/plugin/rig.h"

static int prepare(struct rig *rig, const vater_config *config, const vater_response *last,
                   struct vater_request *request)
{
  struct vt_instance instance;
  vater_session *session = NULL;
  struct vater_attempt attempt = {.number = last != NULL ? 2 : 1, .last = last};
  vt_request_init(request, rig->arena);
  assert_int_equal(vt_session_new(&rig->environment, &session), VATER_OK);
  assert_int_equal(
      vt_instance_open(&rig->call, rig->plugin, VT_CAPABILITY_AUTH, config, &instance, &rig->error),
      VATER_OK);
  assert_int_equal(vt_auth_next(&rig->call, &instance, session, NULL, request, &rig->error),
                   VATER_DONE);
  int status = vt_auth_prepare(&rig->call, &instance, session, &attempt, request, &rig->error);
  vt_instance_close(&instance);
  vt_session_free(session);
  return status;
}

static const vater_config *configure(struct rig *rig, const char *content)
{
  char path[64], text[128];
  rig_secret_file(path, sizeof path, content);
  snprintf(text, sizeof text, "{\"token\": {\"file\": \"%s\"}}", path);
  const vater_config *config = rig_config(rig, rig->plugin->info.settings, text);
  unlink(path);
  return config;
}

static void token_goes_into_the_header_only(void **state)
{
  struct rig rig;
  struct vater_request request;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "bearer");
  assert_int_equal(prepare(&rig, configure(&rig, "s3cret\n"), NULL, &request), VATER_OK);
  const struct vt_request_header *header = vt_request_header(&request, "authorization");
  assert_non_null(header);
  assert_non_null(header->secret);
  assert_int_equal(header->value.len, 0);
  assert_str_is(vt_request_header_value(header), "Bearer s3cret");
  vt_request_fini(&request);
  rig_fini(&rig);
}

static void refused_token_is_not_tried_again(void **state)
{
  struct rig rig;
  struct vater_request request;
  struct vater_response refused = {.status = 401};
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "bearer");
  assert_int_equal(prepare(&rig, configure(&rig, "s3cret"), &refused, &request), VATER_E_AUTH);
  assert_string_equal(rig.error.text, "plugin 'bearer', auth.prepare: the endpoint does not accept "
                                      "the token (401); renew it and its file");
  assert_string_equal(rig.error.code, "AUTH-DENIED");
  rig_fini(&rig);
}

static void token_that_breaks_the_header_is_refused_unseen(void **state)
{
  struct rig rig;
  struct vater_request request;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "bearer");
  assert_int_equal(prepare(&rig, configure(&rig, "s3cret\nX: y"), NULL, &request), VATER_E_REFUSED);
  assert_string_equal(rig.error.text,
                      "plugin 'bearer', auth.prepare: the value of header 'Authorization' holds a "
                      "line break or another control character");
  assert_null(strstr(rig.error.text, "s3cret"));
  rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(token_goes_into_the_header_only),
      cmocka_unit_test(refused_token_is_not_tried_again),
      cmocka_unit_test(token_that_breaks_the_header_is_refused_unseen),
  };
  return cmocka_run_group_tests_name("plugin bearer", tests, NULL, NULL);
}
