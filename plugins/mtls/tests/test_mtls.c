#include "unit/plugin/rig.h"

#include "unit/jose/jose_rig.h"

static int open_with(struct rig *rig, const char *key, const char *chain,
                     struct vt_instance *instance)
{
  char key_path[64], chain_path[64], text[256];
  rig_secret_file(key_path, sizeof key_path, key);
  rig_secret_file(chain_path, sizeof chain_path, chain);
  snprintf(text, sizeof text, "{\"key\": {\"file\": \"%s\"}, \"certificate\": {\"file\": \"%s\"}}",
           key_path, chain_path);
  const vater_config *config = rig_config(rig, rig->plugin->info.settings, text);
  unlink(key_path);
  unlink(chain_path);
  assert_non_null(config);
  return vt_instance_open(&rig->call, rig->plugin, VT_CAPABILITY_AUTH, config, instance,
                          &rig->error);
}

static void certificate_is_presented(void **state)
{
  struct rig rig;
  struct vt_instance instance;
  struct vater_request request;
  struct vater_attempt attempt = {.number = 1};
  vater_session *session;
  char key[4096], chain[4096];
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "mtls");
  jose_certificate(rig.now_ms / 1000, -60, 3600, key, chain);
  assert_int_equal(open_with(&rig, key, chain, &instance), VATER_OK);
  assert_int_equal(vt_session_new(&rig.environment, &session), VATER_OK);
  vt_request_init(&request, rig.arena);
  assert_int_equal(vt_auth_prepare(&rig.call, &instance, session, &attempt, &request, &rig.error),
                   VATER_OK);
  assert_int_equal(request.header_count, 0);
  /* a secret has no line break at its end */
  assert_memory_equal(vt_secret_reveal(request.certificate).ptr, chain, strlen(chain) - 1);
  assert_memory_equal(vt_secret_reveal(request.certificate_key).ptr, key, strlen(key) - 1);
  vt_request_fini(&request);
  vt_session_free(session);
  vt_instance_close(&instance);
  rig_fini(&rig);
}

static void refused(const char *key, const char *chain, const char *code, const char *wanted)
{
  struct rig rig;
  struct vt_instance instance;
  rig_init(&rig);
  rig_load(&rig, "mtls");
  assert_true(open_with(&rig, key, chain, &instance) < 0);
  assert_string_equal(rig.error.code, code);
  if (strstr(rig.error.text, wanted) == NULL)
    fail_msg("'%s' does not say '%s'", rig.error.text, wanted);
  rig_fini(&rig);
}

static void A07_pairs_that_cannot_be_used(void **state)
{
  struct rig rig;
  char key[4096], chain[4096], other_key[4096], other_chain[4096];
  (void)state;
  rig_init(&rig);
  jose_certificate(rig.now_ms / 1000, -60, 3600, key, chain);
  jose_certificate(rig.now_ms / 1000, -7200, -1, other_key, other_chain);
  refused(other_key, chain, "OPS-KEY", "not that of the private key");
  refused(key, key, "OPS-KEY", "it holds no certificate in PEM");
  refused(chain, chain, "OPS-KEY", "it is a certificate; wanted: its private key");
  refused("kanari", chain, "OPS-KEY", "its private key is not in PEM");
  refused(other_key, other_chain, "OPS-CONFIG", "the client certificate has expired");
  rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(certificate_is_presented),
      cmocka_unit_test(A07_pairs_that_cannot_be_used),
  };
  return cmocka_run_group_tests_name("mtls", tests, NULL, NULL);
}
