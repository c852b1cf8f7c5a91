#include "talk.h"

#define SCOPED(list)                               \
  "{\"profile\":\"helseid\",\"issuer\":\"https://" \
  "sts.example\",\"clientId\":\"c-1\",\"scope\":[" list "],\"key\":{\"file\":\"{}\"}}"

/* ---- settings ---------------------------------------------------------------------------------
 */

static void settings_that_do_not_fit(void **state)
{
  static const struct {
    const char *settings, *wanted;
  } rows[] = {
      {"{\"profile\":\"x\",\"clientId\":\"c\"}", "profile is not helseid"},
      {"{\"profile\":\"helseid\",\"clientId\":\"c\",\"key\":{\"file\":\"{}\"}}",
       "issuer is missing"},
      {"{\"profile\":\"helseid\",\"issuer\":\"https://a\",\"clientId\":\"c\"}",
       "private_key_jwt needs a key"},
      {"{\"profile\":\"maskinporten\",\"issuer\":\"https://"
       "a\",\"clientId\":\"c\",\"key\":{\"file\":"
       "\"{}\"}}",
       "ends with a slash"},
      {"{\"profile\":\"maskinporten\",\"issuer\":\"https://a/"
       "\",\"clientId\":\"c\",\"scope\":[\"s\"],"
       "\"key\":{\"file\":\"{}\"}}",
       "Maskinporten takes RS256, RS384 and RS512 only"},
      {"{\"profile\":\"maskinporten\",\"issuer\":\"https://a/"
       "\",\"clientId\":\"c\",\"key\":{\"file\":"
       "\"{}\"}}",
       "Maskinporten needs scope"},
      {SETTINGS(",\"algorithm\":\"PS256\""), "the algorithm PS256 needs a key of RSA"},
      {SETTINGS(",\"algorithm\":\"HS256\""), "'HS256' is no algorithm"},
      {SETTINGS(",\"assertionLifetime\":61"), "assertionLifetime is 5 to 60"},
      {SETTINGS(",\"clientAuthentication\":\"client_secret_post\""), "private_key_jwt only"},
      {SETTINGS(",\"childOrganisation\":\"12345678\""), "not nine digits"},
      {SETTINGS(",\"consumerOrg\":\"999977774\""), "are of the profile maskinporten"},
      {SETTINGS(",\"metadata\":\"saml\""), "metadata is not openid or oauth"},
      {SCOPED("\"a\",\"b c\""), "scope: item 2, 'b c', is no scope; each is an item of its own"},
      {SCOPED("\"a\\\"b\""), "is no scope"},
      {SCOPED("\"\""), "is no scope"},
      {GENERIC(",\"certificate\":{\"file\":\"{}\"}"),
       "certificate and certificateKey belong together"},
      {GENERIC(",\"clientAuthentication\":\"tls_client_auth\""),
       "tls_client_auth needs certificate"}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct talk talk;
    begin(&talk, rows[i].settings);
    assert_false(talk.instance.open);
    if (strstr(talk.rig.error.text, rows[i].wanted) == NULL)
      fail_msg("'%s' does not say '%s'", talk.rig.error.text, rows[i].wanted);
    assert_int_equal(talk.rig.error.status, VATER_E_CONFIG);
    end(&talk);
  }
}

static struct vater_str identity_of(struct talk *talk, const char *settings, char *copy,
                                    size_t size)
{
  struct vater_str identity;
  begin(talk, settings);
  assert_int_equal(
      vt_auth_identity(&talk->rig.call, &talk->instance, talk->rig.arena, &identity, NULL),
      VATER_OK);
  vt_text_copy(copy, size, identity);
  end(talk);
  return vt_str(copy);
}

/* One token for the same scopes in another order, or twice; another for fewer or others. */
static void identity_is_of_the_scopes_not_of_their_order(void **state)
{
  static const struct {
    const char *settings;
    bool same;
  } rows[] = {{SCOPED("\"b\",\"a\",\"ab\""), true},
              {SCOPED("\"ab\",\"a\",\"b\",\"a\""), true},
              {SCOPED("\"a\",\"b\""), false},
              {SCOPED("\"a\",\"b\",\"aB\""), false},
              {SCOPED("\"aab\",\"b\""), false}};
  struct talk talk;
  char first[2048], other[2048];
  (void)state;
  identity_of(&talk, SCOPED("\"a\",\"b\",\"ab\""), first, sizeof first);
  assert_non_null(strstr(first, "\"a ab b\"]"));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vater_str identity = identity_of(&talk, rows[i].settings, other, sizeof other);
    if (vt_str_is(identity, first) != rows[i].same)
      fail_msg("row %zu: %s", i, other);
  }
}

static void identity_is_what_decides_the_token(void **state)
{
  static const struct {
    const char *settings;
    bool same;
  } rows[] = {{SETTINGS(",\"keyId\":\"k1\",\"dpop\":true"), false},
              {SETTINGS(",\"dpop\":true,\"assertionLifetime\":30"), true},
              {SETTINGS(",\"resource\":\"r\""), false},
              {SETTINGS(",\"childOrganisation\":\"999977774\""), false}};
  struct talk talk;
  char first[2048];
  struct vater_str identity;
  (void)state;
  begin(&talk, SETTINGS(""));
  assert_int_equal(
      vt_auth_identity(&talk.rig.call, &talk.instance, talk.rig.arena, &identity, NULL), VATER_OK);
  vt_text_copy(first, sizeof first, identity);
  assert_true(first[0] == '[');
  end(&talk);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    begin(&talk, rows[i].settings);
    vt_auth_identity(&talk.rig.call, &talk.instance, talk.rig.arena, &identity, NULL);
    assert_int_equal(vt_str_is(identity, first), rows[i].same);
    end(&talk);
  }
}

/* ---- attempts ---------------------------------------------------------------------------------
 */

static int prepare(struct talk *talk, const char *url)
{
  struct vater_attempt attempt = {.number = 1, .url = vt_str(url), .method = VT_STR("GET")};
  vt_request_fini(&talk->request);
  vt_request_init(&talk->request, talk->rig.arena);
  vt_request_set_url(&talk->request, vt_str(url), NULL);
  return vt_auth_prepare(&talk->rig.call, &talk->instance, talk->session, &attempt, &talk->request,
                         &talk->rig.error);
}

static int refused(struct talk *talk, const char *url, const char *challenge, const char *nonce,
                   bool renewed)
{
  struct vt_response_header headers[] = {{VT_STR("WWW-Authenticate"), vt_str(challenge)},
                                         {VT_STR("DPoP-Nonce"), vt_str(nonce)}};
  struct vater_response last = {
      .status = 401, .url = vt_str(url), .headers = headers, .header_count = nonce != NULL ? 2 : 1};
  struct vater_attempt attempt = {
      .url = vt_str(url), .method = VT_STR("GET"), .last = &last, .renewed = renewed};
  vt_error_clear(&talk->rig.error);
  return vt_auth_refused(&talk->rig.call, &talk->instance, talk->session, &attempt,
                         &talk->rig.error);
}

static int answered(struct talk *talk, int status, const char *nonce)
{
  const struct vt_response_header header = {VT_STR("DPoP-Nonce"), vt_str(nonce)};
  const struct vater_response last = {.status = status,
                                      .url = VT_STR("https://a.example/x"),
                                      .headers = &header,
                                      .header_count = nonce != NULL ? 1 : 0};
  const struct vater_attempt attempt = {.url = last.url, .method = VT_STR("GET"), .last = &last};
  vt_error_clear(&talk->rig.error);
  return vt_auth_answered(&talk->rig.call, &talk->instance, talk->session, &attempt,
                          &talk->rig.error);
}

static void attempts_have_fresh_proofs(void **state)
{
  struct talk talk;
  char first[40];
  (void)state;
  begin(&talk, SETTINGS(""));
  assert_int_equal(prepare(&talk, "https://api.example/x"), VATER_DONE);
  ready(&talk);
  assert_int_equal(prepare(&talk, "https://api.example:8443/x?period=2026Q1"), VATER_OK);
  const struct vt_request_header *header = vt_request_header(&talk.request, "Authorization");
  assert_str_is(vt_request_header_value(header), "DPoP kanari-token");
  assert_non_null(header->secret);
  json_t *proof = proof_of(&talk, &talk.request);
  text_is(proof, "htm", "GET");
  text_is(proof, "htu", "https://api.example:8443/x");
  /* openssl dgst -sha256 -binary | base64url of "kanari-token" */
  text_is(proof, "ath", "W3FsD6Z2DsQcBR9GL0O6FKiwj7IIi8A35mFEdHVKex0");
  assert_null(json_object_get(proof, "nonce"));
  snprintf(first, sizeof first, "%s", json_string_value(json_object_get(proof, "jti")));
  json_decref(proof);
  prepare(&talk, "https://api.example:8443/x?period=2026Q1");
  proof = proof_of(&talk, &talk.request);
  assert_string_not_equal(json_string_value(json_object_get(proof, "jti")), first);
  json_decref(proof);
  talk.rig.now_ms += 45000;
  assert_int_equal(prepare(&talk, "https://api.example/x"), VATER_DONE);
  end(&talk);
}

static void A03_nonces_are_one_an_origin(void **state)
{
  struct talk talk;
  (void)state;
  begin(&talk, SETTINGS(""));
  ready(&talk);
  assert_int_equal(refused(&talk, "https://a.example/x",
                           "Bearer realm=\"a, error=\\\"x\\\"\", DPoP algs=\"ES256\", "
                           "error=\"use_dpop_nonce\"",
                           "n-a", false),
                   VATER_OK);
  prepare(&talk, "https://a.example/y");
  json_t *proof = proof_of(&talk, &talk.request);
  text_is(proof, "nonce", "n-a");
  json_decref(proof);
  prepare(&talk, "https://b.example/y");
  proof = proof_of(&talk, &talk.request);
  assert_null(json_object_get(proof, "nonce"));
  json_decref(proof);
  failed(&talk, refused(&talk, "https://a.example/x", "DPoP error=\"use_dpop_nonce\"", NULL, false),
         "AUTH-NONCE", "gives none");
  end(&talk);
}

/* What another one at that origin was told meanwhile is not the answer to this challenge. */
static void A03_a_challenge_has_its_own_nonce(void **state)
{
  struct talk talk;
  const struct vt_response_header header = {VT_STR("dpop-nonce"), VT_STR("n-mine")};
  const struct vater_response last = {
      .status = 401, .url = VT_STR("https://a.example/x"), .headers = &header, .header_count = 1};
  const struct vater_attempt attempt = {
      .number = 2, .url = last.url, .method = VT_STR("GET"), .last = &last};
  (void)state;
  begin(&talk, SETTINGS(""));
  ready(&talk);
  refused(&talk, "https://a.example/x", "DPoP error=\"use_dpop_nonce\"", "n-mine", false);
  refused(&talk, "https://a.example/y", "DPoP error=\"use_dpop_nonce\"", "n-theirs", false);
  vt_request_set_url(&talk.request, last.url, NULL);
  assert_int_equal(vt_auth_prepare(&talk.rig.call, &talk.instance, talk.session, &attempt,
                                   &talk.request, &talk.rig.error),
                   VATER_OK);
  json_t *proof = proof_of(&talk, &talk.request);
  text_is(proof, "nonce", "n-mine");
  json_decref(proof);
  prepare(&talk, "https://a.example/z");
  proof = proof_of(&talk, &talk.request);
  text_is(proof, "nonce", "n-theirs");
  json_decref(proof);
  end(&talk);
}

/* RFC 9449 section 8.2 */
static void A03_a_nonce_comes_with_any_answer(void **state)
{
  static const int statuses[] = {200, 204, 304, 404, 503};
  struct talk talk;
  (void)state;
  begin(&talk, SETTINGS(""));
  ready(&talk);
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    char nonce[16];
    snprintf(nonce, sizeof nonce, "n-%d", statuses[i]);
    assert_int_equal(answered(&talk, statuses[i], nonce), VATER_OK);
    assert_int_equal(answered(&talk, statuses[i], NULL), VATER_OK);
    prepare(&talk, "https://a.example/y");
    json_t *proof = proof_of(&talk, &talk.request);
    text_is(proof, "nonce", nonce);
    json_decref(proof);
  }
  assert_int_equal(answered(&talk, 200, "a \"quoted\" one"), VATER_E_REFUSED);
  assert_string_equal(talk.rig.error.code, "AUTH-NONCE");
  prepare(&talk, "https://a.example/y");
  json_t *proof = proof_of(&talk, &talk.request);
  text_is(proof, "nonce", "n-503");
  json_decref(proof);
  end(&talk);
}

static void A05_refusals_of_the_endpoint(void **state)
{
  struct talk talk;
  struct vater_str token;
  (void)state;
  begin(&talk, SETTINGS(""));
  ready(&talk);
  /* somebody renewed it meanwhile: the new token is kept */
  assert_int_equal(
      refused(&talk, "https://a.example/x", "DPoP error=\"invalid_token\"", NULL, true), VATER_OK);
  assert_true(vt_session_get(talk.session, VT_STR("token"), &token));
  assert_int_equal(
      refused(&talk, "https://a.example/x", "DPoP error=\"invalid_token\"", NULL, false),
      VATER_DONE);
  /* it stays until there is another one, for those who take it */
  assert_int_equal(next(&talk, NULL), VATER_OK);
  failed(&talk, answer(&talk, 503, NULL, ""), "AUTH-IDP", "answered 503");
  assert_true(vt_session_get(talk.session, VT_STR("token"), &token));
  assert_int_equal(prepare(&talk, "https://a.example/x"), VATER_OK);
  assert_int_equal(next(&talk, NULL), VATER_OK);
  assert_int_equal(answer(&talk, 200, NULL, TOKEN), VATER_DONE);
  assert_int_equal(next(&talk, NULL), VATER_DONE);
  assert_int_equal(refused(&talk, "https://a.example/x", "", NULL, false), VATER_DONE);
  failed(&talk,
         refused(&talk, "https://a.example/x", "Bearer x=1, DPoP error=invalid_dpop_proof", NULL,
                 false),
         "AUTH-API", "does not accept our proof (401, invalid_dpop_proof); check the clocks");
  failed(&talk,
         refused(&talk, "https://a.example/x", "DPoP error=\"insufficient_scope\"", NULL, false),
         "AUTH-API", "does not accept our token (401, insufficient_scope)");
  end(&talk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(settings_that_do_not_fit),
      cmocka_unit_test(identity_is_what_decides_the_token),
      cmocka_unit_test(identity_is_of_the_scopes_not_of_their_order),
      cmocka_unit_test(attempts_have_fresh_proofs),
      cmocka_unit_test(A03_nonces_are_one_an_origin),
      cmocka_unit_test(A03_a_challenge_has_its_own_nonce),
      cmocka_unit_test(A03_a_nonce_comes_with_any_answer),
      cmocka_unit_test(A05_refusals_of_the_endpoint),
  };
  return cmocka_run_group_tests_name("oauth2 client", tests, NULL, NULL);
}
