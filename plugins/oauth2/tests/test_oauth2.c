#include "unit/plugin/rig.h"

#include "jose/base64url.h"
#include "jose/jws.h"

/* RFC 7515 appendix A.3 */
#define XY                                                 \
  "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
  "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define PRIVATE_JWK                                      \
  "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k1\"," XY \
  ",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}"
#define PUBLIC_JWK "{\"crv\":\"P-256\",\"kty\":\"EC\"," XY "}"
#define HELSEID                                                                      \
  "\"profile\":\"helseid\",\"issuer\":\"https://sts.example\",\"clientId\":\"c-1\"," \
  "\"scope\":[\"nhn:a/b\",\"nhn:a/c\"]"
#define TOKEN "{\"access_token\":\"kanari-token\",\"token_type\":\"DPoP\",\"expires_in\":60}"
#define METADATA \
  "{\"issuer\":\"https://sts.example\",\"token_endpoint\":\"https://sts.example/connect/token\"}"

struct talk {
  struct rig rig;
  struct vt_instance instance;
  vater_session *session;
  struct vt_nonces *nonces;
  struct vater_request request;
  struct vt_keys *keys;
  char key[64], secret[64];
};

/* The settings with the paths put in for the first and second {}. */
static void fill(char *text, size_t size, const char *settings, const char *key, const char *secret)
{
  size_t used = 0;
  for (const char *at = settings; *at != '\0' && used + 64 < size; at++) {
    if (at[0] == '{' && at[1] == '}') {
      used += (size_t)snprintf(text + used, size - used, "%s", key);
      key = secret;
      at++;
    } else {
      text[used++] = *at;
    }
  }
  text[used] = '\0';
}

static void begin(struct talk *talk, const char *settings)
{
  char text[2048];
  memset(talk, 0, sizeof *talk);
  rig_init(&talk->rig);
  rig_load(&talk->rig, "oauth2");
  rig_secret_file(talk->key, sizeof talk->key, PRIVATE_JWK);
  rig_secret_file(talk->secret, sizeof talk->secret, "p w&d");
  fill(text, sizeof text, settings, talk->key, talk->secret);
  const vater_config *config = rig_config(&talk->rig, talk->rig.plugin->info.settings, text);
  if (config == NULL)
    fail_msg("settings: %s", talk->rig.diagnostics.items[0].error.text);
  assert_int_equal(vt_session_new(&talk->rig.environment, &talk->session), VATER_OK);
  assert_int_equal(vt_nonces_new(&talk->rig.environment, &talk->nonces), VATER_OK);
  vt_session_share_nonces(talk->session, talk->nonces);
  assert_int_equal(vt_keys_parse(&talk->rig.environment.allocator, VT_STR(PUBLIC_JWK),
                                 VT_ALGORITHM_NONE, &talk->keys, NULL),
                   VATER_OK);
  vt_instance_open(&talk->rig.call, talk->rig.plugin, VT_CAPABILITY_AUTH, config, &talk->instance,
                   &talk->rig.error);
  vt_request_init(&talk->request, talk->rig.arena);
}

static void end(struct talk *talk)
{
  vt_request_fini(&talk->request);
  vt_instance_close(&talk->instance);
  vt_session_free(talk->session);
  vt_nonces_free(talk->nonces);
  vt_keys_free(talk->keys);
  unlink(talk->key);
  unlink(talk->secret);
  rig_fini(&talk->rig);
}

#define SETTINGS(rest) "{" HELSEID ",\"key\":{\"file\":\"{}\"}" rest "}"
#define GENERIC(rest)                                                         \
  "{\"profile\":\"generic\",\"issuer\":\"https://sts.example\",\"clientId\":" \
  "\"c 1\",\"key\":{\"file\":\"{}\"},\"tokenEndpoint\":\"https://sts.example/t?x=1\"" rest "}"

static int next(struct talk *talk, const struct vater_response *last)
{
  vt_request_fini(&talk->request);
  vt_request_init(&talk->request, talk->rig.arena);
  vt_error_clear(&talk->rig.error);
  return vt_auth_next(&talk->rig.call, &talk->instance, talk->session, last, &talk->request,
                      &talk->rig.error);
}

static int answer(struct talk *talk, int status, const char *nonce, const char *body)
{
  struct vt_response_header header = {VT_STR("dpop-nonce"), vt_str(nonce)};
  struct vater_response response = {.status = status,
                                    .url = talk->request.url,
                                    .headers = &header,
                                    .header_count = nonce != NULL ? 1 : 0,
                                    .body = vt_str(body)};
  return next(talk, &response);
}

static json_t *claims_of(struct talk *talk, struct vater_str text, const char *typ, json_t **header)
{
  struct vt_jose_guard guard = {.keys = talk->keys, .typ = typ};
  struct vt_jose_token token;
  struct vt_error error = {0};
  if (vt_jose_verify(&guard, text, 0, talk->rig.arena, &token, &error) != VATER_OK)
    fail_msg("%s", error.text);
  struct vt_buffer bytes;
  vt_buffer_init(&bytes, &talk->rig.environment.allocator, 16384);
  assert_true(
      vt_base64url_decode(&bytes, vt_str_slice(text, 0, vt_str_find(text, VT_STR("."), 0))));
  if (header != NULL)
    *header = json_loadb(bytes.bytes, bytes.len, 0, NULL);
  vt_buffer_fini(&bytes);
  return json_loadb(token.payload.ptr, token.payload.len, 0, NULL);
}

static struct vater_str field(struct talk *talk, const char *name)
{
  struct vater_str body = talk->request.body;
  struct vater_str wanted = vt_arena_format(talk->rig.arena, "%s=", name);
  size_t at = vt_str_find(body, wanted, 0);
  if (at == body.len)
    return VT_STR_NONE;
  size_t stop = vt_str_find(body, VT_STR("&"), at);
  return vt_str_slice(body, at + wanted.len, stop);
}

static void text_is(const json_t *object, const char *name, const char *wanted)
{
  const char *found = json_string_value(json_object_get(object, name));
  assert_string_equal(found != NULL ? found : "(absent)", wanted);
}

static json_t *proof_of(struct talk *talk, const struct vater_request *request)
{
  json_t *header = NULL;
  const struct vt_request_header *proof = vt_request_header(request, "DPoP");
  assert_non_null(proof);
  json_t *claims = claims_of(talk, proof->value, "dpop+jwt", &header);
  char *jwk = json_dumps(json_object_get(header, "jwk"), JSON_COMPACT | JSON_SORT_KEYS);
  assert_string_equal(jwk, PUBLIC_JWK);
  free(jwk);
  json_decref(header);
  return claims;
}

static void failed(struct talk *talk, int status, const char *code, const char *wanted)
{
  assert_int_equal(status, VATER_E_AUTH);
  assert_string_equal(talk->rig.error.code, code);
  if (strstr(talk->rig.error.text, wanted) == NULL)
    fail_msg("'%s' does not say '%s'", talk->rig.error.text, wanted);
  assert_null(strstr(talk->rig.error.text, "kanari"));
}

/* ---- helseid ----------------------------------------------------------------------------------
 */

static void ready(struct talk *talk)
{
  assert_int_equal(next(talk, NULL), VATER_OK);
  assert_int_equal(answer(talk, 200, NULL, METADATA), VATER_OK);
  assert_int_equal(answer(talk, 200, NULL, TOKEN), VATER_DONE);
}

static void helseid_talks_metadata_challenge_token(void **state)
{
  struct talk talk;
  json_t *header, *claims, *proof;
  (void)state;
  begin(&talk, SETTINGS(""));
  assert_int_equal(next(&talk, NULL), VATER_OK);
  assert_str_is(talk.request.url, "https://sts.example/.well-known/openid-configuration");
  assert_str_is(talk.request.method, "GET");
  assert_int_equal(answer(&talk, 200, NULL, METADATA), VATER_OK);
  assert_str_is(talk.request.url, "https://sts.example/connect/token");
  assert_str_is(talk.request.method, "POST");
  assert_str_is(talk.request.media_type, "application/x-www-form-urlencoded");
  assert_str_is(field(&talk, "grant_type"), "client_credentials");
  assert_str_is(field(&talk, "scope"), "nhn%3Aa%2Fb%20nhn%3Aa%2Fc");
  assert_str_is(field(&talk, "client_id"), "c-1");
  assert_str_is(field(&talk, "client_assertion_type"),
                "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer");
  claims = claims_of(&talk, field(&talk, "client_assertion"), "client-authentication+jwt", &header);
  text_is(header, "typ", "client-authentication+jwt");
  text_is(header, "kid", "k1");
  text_is(header, "alg", "ES256");
  text_is(claims, "iss", "c-1");
  text_is(claims, "sub", "c-1");
  text_is(claims, "aud", "https://sts.example");
  assert_int_equal(json_integer_value(json_object_get(claims, "iat")), 1767225600);
  assert_int_equal(json_integer_value(json_object_get(claims, "nbf")), 1767225600);
  assert_int_equal(json_integer_value(json_object_get(claims, "exp")), 1767225630);
  assert_null(json_object_get(claims, "assertion_details"));
  char first[40];
  snprintf(first, sizeof first, "%s", json_string_value(json_object_get(claims, "jti")));
  assert_int_equal(strlen(first), 36);
  json_decref(header);
  json_decref(claims);
  proof = proof_of(&talk, &talk.request);
  text_is(proof, "htm", "POST");
  text_is(proof, "htu", "https://sts.example/connect/token");
  assert_null(json_object_get(proof, "nonce"));
  assert_null(json_object_get(proof, "ath"));
  json_decref(proof);
  assert_int_equal(answer(&talk, 400, "n-1", "{\"error\":\"use_dpop_nonce\"}"), VATER_OK);
  proof = proof_of(&talk, &talk.request);
  text_is(proof, "nonce", "n-1");
  json_decref(proof);
  claims = claims_of(&talk, field(&talk, "client_assertion"), "client-authentication+jwt", NULL);
  assert_string_not_equal(json_string_value(json_object_get(claims, "jti")), first);
  json_decref(claims);
  assert_int_equal(answer(&talk, 200, "n-2", TOKEN), VATER_DONE);
  /* known now: asked at once, with the newest nonce */
  talk.rig.now_ms += 46000;
  assert_int_equal(next(&talk, NULL), VATER_OK);
  assert_str_is(talk.request.url, "https://sts.example/connect/token");
  proof = proof_of(&talk, &talk.request);
  text_is(proof, "nonce", "n-2");
  json_decref(proof);
  end(&talk);
}

static void A03_challenges_end(void **state)
{
  struct talk talk;
  (void)state;
  begin(&talk, SETTINGS(""));
  next(&talk, NULL);
  assert_int_equal(answer(&talk, 200, NULL, METADATA), VATER_OK);
  assert_int_equal(answer(&talk, 400, "n-1", "{\"error\":\"use_dpop_nonce\"}"), VATER_OK);
  failed(&talk, answer(&talk, 400, "n-2", "{\"error\":\"use_dpop_nonce\"}"), "AUTH-NONCE",
         "asked for a new nonce again");
  next(&talk, NULL);
  failed(&talk, answer(&talk, 400, NULL, "{\"error\":\"use_dpop_nonce\"}"), "AUTH-NONCE",
         "gives none");
  next(&talk, NULL);
  assert_int_equal(answer(&talk, 400, "a\"b", "{\"error\":\"use_dpop_nonce\"}"), VATER_E_REFUSED);
  assert_string_equal(talk.rig.error.code, "AUTH-NONCE");
  end(&talk);
}

static void helseid_acts_for_organisations(void **state)
{
  static const struct {
    const char *settings, *wanted;
  } rows[] = {
      {SETTINGS(",\"childOrganisation\":\"999977774\""),
       "{\"practitioner_role\":{\"organization\":{\"identifier\":{\"system\":\"urn:oid:2.16.578.1."
       "12."
       "4.1.4.101\",\"type\":\"ENH\",\"value\":\"999977774\"}}},\"type\":\"helseid_"
       "authorization\"}"},
      {SETTINGS(",\"onBehalfOf\":\"999977774:313745392\""),
       "{\"practitioner_role\":{\"organization\":{\"identifier\":{\"system\":\"urn:oid:1.0.6523\","
       "\"type\":\"ENH\",\"value\":\"NO:ORGNR:999977774:313745392\"}}},\"type\":\"helseid_"
       "authorization\"}"}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct talk talk;
    begin(&talk, rows[i].settings);
    next(&talk, NULL);
    answer(&talk, 200, NULL, METADATA);
    json_t *claims =
        claims_of(&talk, field(&talk, "client_assertion"), "client-authentication+jwt", NULL);
    char *details =
        json_dumps(json_object_get(claims, "assertion_details"), JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(details, rows[i].wanted);
    free(details);
    json_decref(claims);
    end(&talk);
  }
}

/* ---- metadata ---------------------------------------------------------------------------------
 */

static void metadata_is_that_of_the_issuer(void **state)
{
  static const struct {
    int status;
    const char *body, *wanted;
  } rows[] = {
      {404, "", "answers 404"},
      {200, "<html>", "it is no JSON object"},
      {200, "[]", "it is no JSON object"},
      {200, "{\"issuer\":\"https://sts.example/\"}", "is of issuer 'https://sts.example/'"},
      {200, "{}", "is of issuer ''"},
      {200, "{\"issuer\":\"https://sts.example\"}", "token_endpoint is missing or not https"},
      {200, "{\"issuer\":\"https://sts.example\",\"token_endpoint\":\"http://sts.example/t\"}",
       "token_endpoint is missing or not https"}};
  struct talk talk;
  (void)state;
  begin(&talk, SETTINGS(""));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(next(&talk, NULL), VATER_OK);
    failed(&talk, answer(&talk, rows[i].status, NULL, rows[i].body), "AUTH-IDP", rows[i].wanted);
  }
  end(&talk);
  begin(&talk,
        "{\"profile\":\"generic\",\"issuer\":\"https://h.example/t1\",\"metadata\":\"oauth\","
        "\"clientId\":\"c\",\"key\":{\"file\":\"{}\"}}");
  next(&talk, NULL);
  assert_str_is(talk.request.url, "https://h.example/.well-known/oauth-authorization-server/t1");
  end(&talk);
}

/* ---- tokens -----------------------------------------------------------------------------------
 */

static void A04_token_answers(void **state)
{
  static const struct {
    const char *body, *code, *wanted; /* code NULL: a token */
  } rows[] = {
      {TOKEN, NULL, NULL},
      {"{\"access_token\":\"t\",\"token_type\":\"dpop\",\"expires_in\":60.5}", NULL, NULL},
      {"{\"access_token\":\"t\",\"token_type\":\"DPOP\"}", NULL, NULL},
      {"{\"access_token\":\"t\",\"token_type\":\"DPoP\",\"expires_in\":1e12}", NULL, NULL},
      {"{\"access_token\":\"t\",\"token_type\":\"DPoP\",\"expires_in\":0}", "AUTH-TOKEN",
       "expires_in is no number of seconds above 0"},
      {"{\"access_token\":\"t\",\"token_type\":\"DPoP\",\"expires_in\":-1}", "AUTH-TOKEN",
       "expires_in"},
      {"{\"access_token\":\"t\",\"token_type\":\"DPoP\",\"expires_in\":\"300\"}", "AUTH-TOKEN",
       "expires_in"},
      {"{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":60}", "AUTH-TOKEN",
       "it is not bound to our key"},
      {"{\"access_token\":\"t\",\"expires_in\":60}", "AUTH-TOKEN", "token_type is not DPoP"},
      {"{\"token_type\":\"DPoP\",\"expires_in\":60}", "AUTH-TOKEN", "no access_token"},
      {"{\"access_token\":7,\"token_type\":\"DPoP\"}", "AUTH-TOKEN", "no access_token"},
      {"{\"access_token\":\"t\",\"token_type\":\"DPoP\",\"scope\":\"nhn:a/b nhn:a\"}",
       "AUTH-DENIED", "lacks the scope 'nhn:a/c'"},
      {"<html>kanari</html>", "AUTH-IDP", "no JSON object"},
      {"[]", "AUTH-IDP", "no JSON object"},
      {"{\"a\":1,\"a\":2}", "AUTH-IDP", "no JSON object"}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct talk talk;
    begin(&talk, SETTINGS(""));
    next(&talk, NULL);
    answer(&talk, 200, NULL, METADATA);
    int status = answer(&talk, 200, NULL, rows[i].body);
    if (rows[i].code == NULL)
      assert_int_equal(status, VATER_DONE);
    else
      failed(&talk, status, rows[i].code, rows[i].wanted);
    end(&talk);
  }
}

/* 60 s: renewed after 45; 600 s: after 570. */
static void A04_tokens_are_renewed_before_they_expire(void **state)
{
  static const struct {
    const char *body;
    int64_t ready_ms;
  } rows[] = {{TOKEN, 45000},
              {"{\"access_token\":\"t\",\"token_type\":\"DPoP\",\"expires_in\":600}", 570000},
              {"{\"access_token\":\"t\",\"token_type\":\"DPoP\"}", 45000},
              {"{\"access_token\":\"t\",\"token_type\":\"DPoP\",\"expires_in\":1e12}", 86370000}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct talk talk;
    begin(&talk, SETTINGS(""));
    next(&talk, NULL);
    answer(&talk, 200, NULL, METADATA);
    assert_int_equal(answer(&talk, 200, NULL, rows[i].body), VATER_DONE);
    talk.rig.now_ms += rows[i].ready_ms - 1;
    assert_int_equal(next(&talk, NULL), VATER_DONE);
    talk.rig.now_ms += 1;
    assert_int_equal(next(&talk, NULL), VATER_OK);
    end(&talk);
  }
}

static void A02_refusals_say_what_to_do(void **state)
{
  static const struct {
    int status;
    const char *body, *code, *wanted;
  } rows[] = {
      {401, "{\"error\":\"invalid_client\"}", "AUTH-DENIED",
       "client 'c-1' was refused a token (invalid_client): the client or its authentication"},
      {400, "{\"error\":\"invalid_scope\"}", "AUTH-DENIED", "(invalid_scope): a scope is unknown"},
      {400, "{\"error\":\"invalid_request\",\"error_description\":\"HID-1001 no\"}", "AUTH-DENIED",
       "(HID-1001): the parent organisation"},
      {400, "{\"error\":\"invalid_request\",\"error_description\":\"HID-1010: no\"}", "AUTH-DENIED",
       "(HID-1010): the client's registration does not support"},
      {400, "{\"error\":\"invalid_dpop_proof\"}", "AUTH-DENIED", "the DPoP proof is not accepted"},
      {400,
       "{\"error\":\"odd\",\"error_description\":\"You sent "
       "eyJhbGciOiJFUzI1NiJ9.kanari-kanari-kanari-kanari-kanari\"}",
       "AUTH-DENIED", "(400, error 'odd'); the service says: \"You sent ...\""},
      {400, "", "AUTH-IDP", "answered 400 without OAuth's error"},
      {403, "<html>kanari", "AUTH-IDP", "answered 403"},
      {500, "{\"error\":\"server_error\"}", "AUTH-IDP", "answered 500"}};
  struct talk talk;
  (void)state;
  begin(&talk, SETTINGS(""));
  next(&talk, NULL);
  answer(&talk, 200, NULL, METADATA);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(next(&talk, NULL), VATER_OK);
    failed(&talk, answer(&talk, rows[i].status, NULL, rows[i].body), rows[i].code, rows[i].wanted);
  }
  end(&talk);
}

/* ---- generic ----------------------------------------------------------------------------------
 */

static void generic_authenticates_as_asked(void **state)
{
  struct talk talk;
  (void)state;
  begin(&talk,
        GENERIC(",\"secret\":{\"file\":\"{}\"},\"clientAuthentication\":\"client_secret_basic\""));
  assert_int_equal(next(&talk, NULL), VATER_OK);
  assert_str_is(talk.request.url, "https://sts.example/t?x=1");
  assert_str_is(talk.request.body, "grant_type=client_credentials");
  const struct vt_request_header *header = vt_request_header(&talk.request, "Authorization");
  /* c%201:p%20w%26d */
  assert_str_is(vt_request_header_value(header), "Basic YyUyMDE6cCUyMHclMjZk");
  assert_null(vt_request_header(&talk.request, "DPoP"));
  assert_int_equal(answer(&talk, 200, NULL, "{\"access_token\":\"t\",\"token_type\":\"BEARER\"}"),
                   VATER_DONE);
  end(&talk);
  begin(&talk,
        GENERIC(",\"secret\":{\"file\":\"{}\"},\"clientAuthentication\":\"client_secret_post\","
                "\"resource\":\"https://api.example\""));
  next(&talk, NULL);
  assert_str_is(talk.request.body,
                "grant_type=client_credentials&resource=https%3A%2F%2Fapi.example&"
                "client_id=c%201&client_secret=p%20w%26d");
  end(&talk);
  begin(&talk, GENERIC(",\"audience\":\"https://sts.example/t\",\"keyId\":\"k2\",\"dpop\":true"));
  next(&talk, NULL);
  json_t *header_members;
  json_t *claims = claims_of(&talk, field(&talk, "client_assertion"), "JWT", &header_members);
  text_is(claims, "aud", "https://sts.example/t");
  text_is(header_members, "kid", "k2");
  json_decref(claims);
  json_decref(header_members);
  claims = proof_of(&talk, &talk.request);
  text_is(claims, "htu", "https://sts.example/t");
  json_decref(claims);
  end(&talk);
}

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
  assert_false(vt_session_get(talk.session, VT_STR("token"), &token));
  assert_int_equal(next(&talk, NULL), VATER_OK);
  assert_int_equal(answer(&talk, 200, NULL, TOKEN), VATER_DONE);
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
      cmocka_unit_test(helseid_talks_metadata_challenge_token),
      cmocka_unit_test(A03_challenges_end),
      cmocka_unit_test(helseid_acts_for_organisations),
      cmocka_unit_test(metadata_is_that_of_the_issuer),
      cmocka_unit_test(A04_token_answers),
      cmocka_unit_test(A04_tokens_are_renewed_before_they_expire),
      cmocka_unit_test(A02_refusals_say_what_to_do),
      cmocka_unit_test(generic_authenticates_as_asked),
      cmocka_unit_test(settings_that_do_not_fit),
      cmocka_unit_test(identity_is_what_decides_the_token),
      cmocka_unit_test(attempts_have_fresh_proofs),
      cmocka_unit_test(A03_nonces_are_one_an_origin),
      cmocka_unit_test(A05_refusals_of_the_endpoint),
  };
  return cmocka_run_group_tests_name("oauth2", tests, NULL, NULL);
}
