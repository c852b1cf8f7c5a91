#include "talk.h"

#include "unit/jose/jose_rig.h"

#define MASKINPORTEN(rest)                                                                 \
  "{\"profile\":\"maskinporten\",\"issuer\":\"https://mp.example/\",\"clientId\":\"c-1\"," \
  "\"scope\":[\"helse:a\",\"helse:b\"],\"key\":{\"file\":\"{}\"}" rest "}"
#define METADATA_OF_MP \
  "{\"issuer\":\"https://mp.example/\",\"token_endpoint\":\"https://mp.example/token\"}"

static void begin_rsa(struct talk *talk, const char *settings)
{
  struct jose_rig keys;
  jose_rig_init(&keys);
  struct vater_str pem = jose_pem(&keys, "RSA", 2048, NULL, false, NULL);
  struct vt_key *key = jose_private(&keys, pem);
  begin_with(talk, settings, pem.ptr, vt_arena_copy(keys.arena, vt_key_public_jwk(key)).ptr,
             VT_ALGORITHM_RS256);
  vt_key_free(key);
  jose_rig_fini(&keys);
}

static void grant_is_as_maskinporten_wants_it(void **state)
{
  struct talk talk;
  json_t *header;
  (void)state;
  begin_rsa(&talk, MASKINPORTEN(",\"keyId\":\"kid-7\",\"consumerOrg\":\"999977774\",\"resource\":"
                                "\"https://api.example\",\"assertionLifetime\":120"));
  assert_int_equal(next(&talk, NULL), VATER_OK);
  assert_str_is(talk.request.url, "https://mp.example/.well-known/oauth-authorization-server");
  assert_int_equal(answer(&talk, 200, NULL, METADATA_OF_MP), VATER_OK);
  assert_str_is(talk.request.url, "https://mp.example/token");
  assert_str_is(field(&talk, "grant_type"),
                "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer");
  assert_null(field(&talk, "client_id").ptr);
  assert_null(field(&talk, "scope").ptr);
  assert_null(vt_request_header(&talk.request, "DPoP"));
  json_t *claims = claims_of(&talk, field(&talk, "assertion"), "JWT", &header);
  text_is(header, "alg", "RS256");
  text_is(header, "typ", "JWT");
  text_is(header, "kid", "kid-7");
  text_is(claims, "aud", "https://mp.example/");
  text_is(claims, "iss", "c-1");
  text_is(claims, "scope", "helse:a helse:b");
  text_is(claims, "consumer_org", "999977774");
  assert_string_equal(json_string_value(json_array_get(json_object_get(claims, "resource"), 0)),
                      "https://api.example");
  assert_int_equal(json_integer_value(json_object_get(claims, "iat")), 1767225600);
  assert_int_equal(json_integer_value(json_object_get(claims, "exp")), 1767225720);
  assert_null(json_object_get(claims, "sub"));
  assert_null(json_object_get(claims, "pid"));
  assert_non_null(json_object_get(claims, "jti"));
  json_decref(header);
  json_decref(claims);
  assert_int_equal(answer(&talk, 200, NULL,
                          "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":599,"
                          "\"scope\":\"something else\"}"),
                   VATER_DONE); /* the returned scope is information only */
  end(&talk);
}

static void system_user_is_named(void **state)
{
  struct talk talk;
  (void)state;
  begin_rsa(&talk, MASKINPORTEN(",\"keyId\":\"kid-7\",\"systemUserOrg\":\"999977774\""));
  next(&talk, NULL);
  answer(&talk, 200, NULL, METADATA_OF_MP);
  json_t *claims = claims_of(&talk, field(&talk, "assertion"), "JWT", NULL);
  char *details =
      json_dumps(json_object_get(claims, "authorization_details"), JSON_COMPACT | JSON_SORT_KEYS);
  assert_string_equal(details,
                      "[{\"systemuser_org\":{\"ID\":\"0192:999977774\",\"authority\":\"iso6523-"
                      "actorid-upis\"},\"type\":\"urn:altinn:systemuser\"}]");
  free(details);
  json_decref(claims);
  end(&talk);
}

/* Each of the documented codes has a meaning of its own; MP-130 is tried once more. */
static void A02_each_code_is_explained(void **state)
{
  static const char *const codes[] = {"MP-011", "MP-012", "MP-100", "MP-110", "MP-120", "MP-121",
                                      "MP-122", "MP-123", "MP-124", "MP-200", "MP-201", "MP-250",
                                      "MP-251", "MP-301", "MP-302", "MP-303"};
  struct talk talk;
  (void)state;
  begin_rsa(&talk, MASKINPORTEN(",\"keyId\":\"kid-7\""));
  next(&talk, NULL);
  answer(&talk, 200, NULL, METADATA_OF_MP);
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    char body[200], wanted[80];
    snprintf(body, sizeof body,
             "{\"error\":\"invalid_grant\",\"error_description\":\"%s: no (trace 1)\"}", codes[i]);
    snprintf(wanted, sizeof wanted, "client 'c-1' was refused a token (%s): ", codes[i]);
    assert_int_equal(next(&talk, NULL), VATER_OK);
    failed(&talk, answer(&talk, 400, NULL, body), "AUTH-DENIED", wanted);
    if (strstr(talk.rig.error.text, "; the service says: \"MP-") == NULL)
      fail_msg("%s", talk.rig.error.text);
  }
  end(&talk);
}

static void late_grant_is_made_anew_once(void **state)
{
  static const char late[] =
      "{\"error\":\"invalid_grant\",\"error_description\":\"MP-130 JWT expired\"}";
  struct talk talk;
  char first[2048];
  (void)state;
  begin_rsa(&talk, MASKINPORTEN(",\"keyId\":\"kid-7\""));
  next(&talk, NULL);
  answer(&talk, 200, NULL, METADATA_OF_MP);
  vt_text_copy(first, sizeof first, field(&talk, "assertion"));
  assert_int_equal(answer(&talk, 400, NULL, late), VATER_OK);
  assert_false(vt_str_is(field(&talk, "assertion"), first));
  failed(&talk, answer(&talk, 400, NULL, late), "AUTH-DENIED", "(MP-130): the grant had expired");
  end(&talk);
}

/* DER of the first certificate, as base64 on one line. */
static void strip(const char *pem, char *text)
{
  static const char begin[] = "-----BEGIN CERTIFICATE-----\n";
  const char *at = strstr(pem, begin) + sizeof begin - 1;
  for (; *at != '-' && *at != '\0'; at++)
    if (*at != '\n')
      *text++ = *at;
  *text = '\0';
}

/* An enterprise certificate stands for the registered key: x5c in the grant's header, no kid. */
static void certificate_goes_along_as_x5c(void **state)
{
  struct talk talk;
  char key[4096], pem[4096], wanted[4096], path[64], settings[600];
  struct jose_rig keys;
  json_t *header;
  (void)state;
  jose_rig_init(&keys);
  jose_certificate_rsa(1767225600, -60, 3600, key, pem);
  strip(pem, wanted);
  rig_secret_file(path, sizeof path, pem);
  snprintf(settings, sizeof settings, MASKINPORTEN(",\"chain\":{\"file\":\"%s\"}"), path);
  struct vt_key *private = jose_private(&keys, vt_str(key));
  begin_with(&talk, settings, key, vt_arena_copy(keys.arena, vt_key_public_jwk(private)).ptr,
             VT_ALGORITHM_RS256);
  if (!talk.instance.open)
    fail_msg("%s", talk.rig.error.text);
  assert_int_equal(next(&talk, NULL), VATER_OK);
  assert_int_equal(answer(&talk, 200, NULL, METADATA_OF_MP), VATER_OK);
  json_t *claims = claims_of(&talk, field(&talk, "assertion"), "JWT", &header);
  text_is(header, "alg", "RS256");
  assert_null(json_object_get(header, "kid"));
  const json_t *list = json_object_get(header, "x5c");
  assert_int_equal(json_array_size(list), 1);
  assert_string_equal(json_string_value(json_array_get(list, 0)), wanted);
  text_is(claims, "scope", "helse:a helse:b");
  json_decref(header);
  json_decref(claims);
  end(&talk);
  unlink(path);
  vt_key_free(private);
  jose_rig_fini(&keys);
}

/* MP-100 in the middle of the night otherwise. */
static void a_key_without_its_id_is_refused(void **state)
{
  struct talk talk;
  (void)state;
  begin_rsa(&talk, MASKINPORTEN(""));
  assert_false(talk.instance.open);
  assert_int_equal(talk.rig.error.status, VATER_E_CONFIG);
  assert_non_null(strstr(talk.rig.error.text, "keyId is missing: the kid that Maskinporten gave"));
  end(&talk);
  begin_rsa(&talk, "{" HELSEID ",\"algorithm\":\"PS256\",\"key\":{\"file\":\"{}\"}}");
  assert_false(talk.instance.open);
  assert_non_null(strstr(talk.rig.error.text, "keyId is missing: the kid of the key"));
  end(&talk);
  begin_rsa(&talk, GENERIC(""));
  assert_true(talk.instance.open);
  end(&talk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grant_is_as_maskinporten_wants_it),
      cmocka_unit_test(system_user_is_named),
      cmocka_unit_test(A02_each_code_is_explained),
      cmocka_unit_test(late_grant_is_made_anew_once),
      cmocka_unit_test(certificate_goes_along_as_x5c),
      cmocka_unit_test(a_key_without_its_id_is_refused),
  };
  return cmocka_run_group_tests_name("oauth2 maskinporten", tests, NULL, NULL);
}
