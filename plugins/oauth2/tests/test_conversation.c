#include "talk.h"

#include "unit/jose/jose_rig.h"

/* ---- helseid ----------------------------------------------------------------------------------
 */

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

/* RFC 8705 section 5: with a client certificate the alias is asked, without one the endpoint. */
static void metadata_has_an_alias_for_mutual_tls(void **state)
{
  static const char metadata[] =
      "{\"issuer\":\"https://sts.example\",\"token_endpoint\":\"https://sts.example/token\","
      "\"mtls_endpoint_aliases\":{\"token_endpoint\":\"https://mtls.sts.example/token\"}}";
  struct talk talk;
  char key[4096], chain[4096], paths[2][64], settings[600];
  (void)state;
  jose_certificate(1767225600, -60, 3600, key, chain);
  rig_secret_file(paths[0], sizeof paths[0], chain);
  rig_secret_file(paths[1], sizeof paths[1], key);
  snprintf(settings, sizeof settings,
           "{\"profile\":\"generic\",\"issuer\":\"https://sts.example\",\"clientId\":\"c\","
           "\"certificate\":{\"file\":\"%s\"},\"certificateKey\":{\"file\":\"%s\"}}",
           paths[0], paths[1]);
  begin(&talk, settings);
  if (!talk.instance.open)
    fail_msg("%s", talk.rig.error.text);
  next(&talk, NULL);
  assert_int_equal(answer(&talk, 200, NULL, metadata), VATER_OK);
  assert_str_is(talk.request.url, "https://mtls.sts.example/token");
  assert_non_null(talk.request.certificate);
  end(&talk);
  begin(&talk, SETTINGS(""));
  next(&talk, NULL);
  assert_int_equal(answer(&talk, 200, NULL, metadata), VATER_OK);
  assert_str_is(talk.request.url, "https://sts.example/token");
  assert_null(talk.request.certificate);
  end(&talk);
  unlink(paths[0]);
  unlink(paths[1]);
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
      {"{\"access_token\":\"kanari\\r\\nX-Evil: 1\",\"token_type\":\"DPoP\"}", "AUTH-TOKEN",
       "it holds a character that no token may have"},
      {"{\"access_token\":\"kanari 1\",\"token_type\":\"DPoP\"}", "AUTH-TOKEN",
       "it holds a character that no token may have"},
      {"{\"access_token\":\"kan\u00e5ri\",\"token_type\":\"DPoP\"}", "AUTH-TOKEN",
       "it holds a character that no token may have"},
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

/* It goes into one header: 16,000 bytes, up to the megabyte that an answer may have. */
static void A10_tokens_have_a_largest_size(void **state)
{
  static const size_t sizes[] = {16000, 16001, 20000, 70000, 1000000};
  (void)state;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct talk talk;
    struct vt_buffer body;
    begin(&talk, SETTINGS(""));
    vt_buffer_init(&body, &talk.rig.environment.allocator, 2000000);
    vt_buffer_text(&body, "{\"token_type\":\"DPoP\",\"access_token\":\"");
    memset(vt_buffer_extend(&body, sizes[i]), 'a', sizes[i]);
    vt_buffer_append(&body, (struct vater_str){"\"}", 3});
    next(&talk, NULL);
    answer(&talk, 200, NULL, METADATA);
    int status = answer(&talk, 200, NULL, body.bytes);
    if (sizes[i] <= 16000)
      assert_int_equal(status, VATER_DONE);
    else
      failed(&talk, status, "AUTH-TOKEN", "and goes into a header of at most 16000");
    vt_buffer_fini(&body);
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(helseid_talks_metadata_challenge_token),
      cmocka_unit_test(A03_challenges_end),
      cmocka_unit_test(helseid_acts_for_organisations),
      cmocka_unit_test(metadata_is_that_of_the_issuer),
      cmocka_unit_test(metadata_has_an_alias_for_mutual_tls),
      cmocka_unit_test(A04_token_answers),
      cmocka_unit_test(A10_tokens_have_a_largest_size),
      cmocka_unit_test(A04_tokens_are_renewed_before_they_expire),
      cmocka_unit_test(A02_refusals_say_what_to_do),
      cmocka_unit_test(generic_authenticates_as_asked),
  };
  return cmocka_run_group_tests_name("oauth2 conversation", tests, NULL, NULL);
}
