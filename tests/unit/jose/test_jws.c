#include "unit/jose/jose_rig.h"
#include "unit/jose/vectors.h"

#include "base/limits.h"
#include "jose/base64url.h"

#include <stdio.h>
#include <stdlib.h>

#include <jwt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const char claims[] = "{\"exp\":2000000000,\"iss\":\"a\"}";

static const struct {
  const char *kind, *group;
  unsigned bits;
  enum vt_algorithm algorithm;
} rows[] = {
    {"RSA", NULL, 2048, VT_ALGORITHM_RS256}, {"RSA", NULL, 2048, VT_ALGORITHM_RS384},
    {"RSA", NULL, 2048, VT_ALGORITHM_RS512}, {"RSA", NULL, 2048, VT_ALGORITHM_PS256},
    {"RSA", NULL, 2048, VT_ALGORITHM_PS384}, {"RSA", NULL, 2048, VT_ALGORITHM_PS512},
    {"EC", "P-256", 0, VT_ALGORITHM_ES256},  {"EC", "P-384", 0, VT_ALGORITHM_ES384},
    {"EC", "P-521", 0, VT_ALGORITHM_ES512},  {"ED25519", NULL, 0, VT_ALGORITHM_EDDSA},
};

/* Through libjwt (typ JWT) and through EVP (its own typ): what one signs the other's way verifies.
 */
static void every_algorithm_signs_and_verifies(void **state)
{
  static const char *const types[] = {"JWT", "client-authentication+jwt", "dpop+jwt"};
  struct jose_rig rig;
  (void)state;
  jose_rig_init(&rig);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vt_key *key =
        jose_private(&rig, jose_pem(&rig, rows[i].kind, rows[i].bits, rows[i].group, false, NULL));
    struct vt_keys *keys = jose_keys_of(&rig, key, rows[i].algorithm);
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
      char header[80];
      snprintf(header, sizeof header, "{\"typ\":\"%s\",\"kid\":\"k\"}", types[t]);
      struct vater_str text = jose_signed(&rig, key, rows[i].algorithm, header, claims);
      struct vt_jose_guard guard = {.keys = keys, .typ = types[t]};
      struct vt_jose_token token;
      if (vt_jose_verify(&guard, text, 0, rig.arena, &token, &rig.error) != VATER_OK)
        fail_msg("%s: %s", vt_algorithm_name(rows[i].algorithm), rig.error.text);
      assert_str(token.payload, claims);
      assert_int_equal(token.algorithm, rows[i].algorithm);
      guard.typ = "other";
      assert_int_equal(vt_jose_verify(&guard, text, 0, rig.arena, &token, &rig.error),
                       VATER_E_REFUSED);
      assert_string_equal(rig.error.code, "AUTH-CLAIMS");
      vt_error_clear(&rig.error);
    }
    vt_keys_free(keys);
    vt_key_free(key);
  }
  jose_rig_fini(&rig);
}

static void headers_are_as_asked(void **state)
{
  struct jose_rig rig;
  struct vater_str token;
  (void)state;
  jose_rig_init(&rig);
  struct vt_key *key = jose_private(&rig, VT_STR(RFC7515_A3_PRIVATE));
  token = jose_signed(&rig, key, VT_ALGORITHM_ES256, "{\"typ\":\"dpop+jwt\",\"jwk\":{\"kty\":1}}",
                      claims);
  /* {"alg":"ES256","jwk":{"kty":1},"typ":"dpop+jwt"} */
  assert_true(vt_str_starts(token, VT_STR("eyJhbGciOiJFUzI1NiIsImp3ayI6eyJrdHkiOjF9LCJ0eXAiOiJkcG9w"
                                          "K2p3dCJ9.")));
  token = jose_signed(&rig, key, VT_ALGORITHM_ES256, "{\"kid\":\"k\",\"typ\":\"JWT\"}", claims);
  /* {"alg":"ES256","kid":"k","typ":"JWT"}, by libjwt */
  assert_true(vt_str_starts(token, VT_STR("eyJhbGciOiJFUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ.")));
  static const char *const wrong[] = {"{\"alg\":\"none\"}", "{\"crit\":[]}", "{\"b64\":false}",
                                      "[]", "{"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    vt_error_clear(&rig.error);
    assert_int_equal(vt_jose_sign(key, VT_ALGORITHM_ES256, vt_str(wrong[i]), vt_str(claims),
                                  rig.arena, &token, &rig.error),
                     VATER_E_BUG);
    assert_null(token.ptr);
  }
  vt_key_free(key);
  jose_rig_fini(&rig);
}

/* ---- the faults of libjwt 1.10.2, each against our guard ------------------------------------- */

/* An HS256 token whose secret is the text of the RSA public key. */
static struct vater_str confused(struct jose_rig *rig, struct vater_str pem)
{
  struct vt_buffer signature;
  unsigned char bytes[32];
  unsigned size = sizeof bytes;
  struct vater_str unsigned_text =
      jose_forged(rig, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims, "");
  assert_non_null(HMAC(EVP_sha256(), pem.ptr, (int)pem.len,
                       (const unsigned char *)unsigned_text.ptr, unsigned_text.len - 1, bytes,
                       &size));
  vt_buffer_init(&signature, &rig->allocator, 64);
  vt_base64url_encode(&signature, (struct vater_str){(char *)bytes, size});
  struct vater_str text = vt_arena_format(rig->arena, "%.*s%.*s", VT_STR_ARGS(unsigned_text),
                                          VT_STR_ARGS(vt_buffer_str(&signature)));
  vt_buffer_fini(&signature);
  return text;
}

static void libjwt_fault_hs256_with_the_public_key_is_refused(void **state)
{
  struct jose_rig rig;
  jwt_t *jwt = NULL;
  (void)state;
  jose_rig_init(&rig);
  struct vater_str pem = jose_pem(&rig, "RSA", 2048, NULL, true, NULL);
  struct vater_str text = confused(&rig, pem);
#ifndef VATER_LIBJWT_FREE_STR
  /* libjwt itself believes it */
  assert_int_equal(jwt_decode(&jwt, text.ptr, (const unsigned char *)pem.ptr, (int)pem.len), 0);
#endif
  jwt_free(jwt);
  struct vt_keys *keys = jose_keys(&rig, pem.ptr, VT_ALGORITHM_RS256);
  jose_refused(&rig, keys, text, "AUTH-ALG", "the header's alg is 'HS256'");
  vt_keys_free(keys);
  jose_rig_fini(&rig);
}

static void libjwt_fault_no_key_verifies_nothing(void **state)
{
  struct jose_rig rig;
  (void)state;
  jose_rig_init(&rig);
  jose_refused(&rig, NULL, VT_STR(RFC7515_A3_TOKEN), "AUTH-KID", "no key is registered");
  jose_rig_fini(&rig);
}

static void libjwt_fault_exp_is_checked(void **state)
{
  struct vt_error error = {0};
  struct vt_jose_claims wanted = {.now_ms = 2000000000000};
  (void)state;
  assert_int_equal(vt_jose_check_claims(vt_str(claims), &wanted, &error), VATER_E_REFUSED);
  assert_string_equal(error.code, "AUTH-CLAIMS");
  assert_string_equal(error.text, "the token's claims do not fit: it has expired (exp)");
  wanted.now_ms--;
  assert_int_equal(vt_jose_check_claims(vt_str(claims), &wanted, NULL), VATER_OK);
}

static void libjwt_fault_six_megabytes_do_not_crash(void **state)
{
  struct jose_rig rig;
  struct vt_jose_token token;
  (void)state;
  jose_rig_init(&rig);
  size_t size = 6 * 1024 * 1024;
  char *large = malloc(size + 64);
  assert_non_null(large);
  int used = snprintf(large, 16, "{\"claim\":\"");
  memset(large + used, 'a', size);
  memcpy(large + (size_t)used + size, "\"}", 3);
  struct vt_key *key = jose_private(&rig, VT_STR(RFC7515_A3_PRIVATE));
  struct vt_keys *keys = jose_keys(&rig, RFC7515_A3_PUBLIC, VT_ALGORITHM_NONE);
  struct vater_str text = jose_signed(&rig, key, VT_ALGORITHM_ES256, "{\"typ\":\"JWT\"}", large);
  jose_refused(&rig, keys, text, "AUTH-SIGNATURE", "bytes; the limit is 16384");
  struct vt_jose_guard guard = {.keys = keys};
  vt_error_clear(&rig.error);
  assert_int_equal(vt_jose_verify(&guard, text, 64 * 1024 * 1024, rig.arena, &token, &rig.error),
                   VATER_OK);
  assert_str(token.payload, large);
  free(large);
  vt_keys_free(keys);
  vt_key_free(key);
  jose_rig_fini(&rig);
}

static void libjwt_fault_es256_needs_p256(void **state)
{
  struct jose_rig rig;
  struct vater_str token;
  struct vt_keys *keys;
  (void)state;
  jose_rig_init(&rig);
  struct vt_key *key = jose_private(&rig, jose_pem(&rig, "EC", 0, "P-384", false, NULL));
  assert_int_equal(vt_jose_sign(key, VT_ALGORITHM_ES256, VT_STR("{\"typ\":\"JWT\"}"),
                                vt_str(claims), rig.arena, &token, &rig.error),
                   VATER_E_CONFIG);
  assert_string_equal(rig.error.code, "OPS-KEY");
  assert_string_equal(rig.error.text,
                      "the algorithm ES256 needs a key of P-256; this one is P-384");
  assert_int_equal(
      vt_keys_parse(&rig.allocator, vt_key_public_jwk(key), VT_ALGORITHM_ES256, &keys, NULL),
      VATER_E_CONFIG);
  vt_key_free(key);
  jose_rig_fini(&rig);
}

/* 1.10.2 also takes "!!" and "==" behind a signature, and the last of two claims of one name. */
static void libjwt_fault_lenient_texts_are_refused(void **state)
{
  static const char *const behind[] = {"!!", "==", "\n", " ", ".", ".x"};
  struct jose_rig rig;
  (void)state;
  jose_rig_init(&rig);
  struct vt_keys *keys = jose_keys(&rig, RFC7515_A3_PUBLIC, VT_ALGORITHM_NONE);
  for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
    jose_refused(&rig, keys, vt_arena_format(rig.arena, "%s%s", RFC7515_A3_TOKEN, behind[i]),
                 "AUTH-SIGNATURE", "");
  vt_keys_free(keys);
  struct vt_error error = {0};
  struct vt_jose_claims wanted = {.now_ms = 0};
  assert_int_equal(vt_jose_check_claims(VT_STR("{\"exp\":1,\"exp\":9999999999}"), &wanted, &error),
                   VATER_E_REFUSED);
  jose_rig_fini(&rig);
}

/* ---- A08, A10; more of them, and A09: test_guard.c
 * ----------------------------------------------------------------------------
 */

static void A08_algorithm_is_the_keys(void **state)
{
  static const char *const names[] = {"none",  "None",  "NONE",  "HS256", "hs256", "es256",
                                      "ES384", "RS256", "PS256", "EdDSA", ""};
  struct jose_rig rig;
  (void)state;
  jose_rig_init(&rig);
  struct vt_keys *keys = jose_keys(&rig, RFC7515_A3_PUBLIC, VT_ALGORITHM_NONE);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char header[40];
    snprintf(header, sizeof header, "{\"alg\":\"%s\"}", names[i]);
    jose_refused(&rig, keys, jose_forged(&rig, header, claims, "AAAA"), "AUTH-ALG",
                 "the header's alg is");
  }
  jose_refused(&rig, keys, jose_forged(&rig, "{}", claims, "AAAA"), "AUTH-ALG", "alg is ''");
  jose_refused(&rig, keys, jose_forged(&rig, "{\"alg\":[\"ES256\"]}", claims, "AAAA"), "AUTH-ALG",
               "alg is ''");
  jose_refused(&rig, keys, jose_forged(&rig, "{\"alg\":\"none\"}", claims, ""), "AUTH-SIGNATURE",
               "signature is empty");
  vt_keys_free(keys);
  jose_rig_fini(&rig);
}

static void headers_that_are_not_understood(void **state)
{
  static const char *const headers[] = {"{\"alg\":\"ES256\",\"crit\":[\"exp\"]}",
                                        "{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}",
                                        "{\"alg\":\"ES256\",\"b64\":true}",
                                        "{\"alg\":\"ES256\",\"alg\":\"ES256\"}",
                                        "[\"ES256\"]",
                                        "\"ES256\"",
                                        "{\"alg\":\"ES256\"",
                                        "{\"alg\":\"ES256\",\"typ\":1}"};
  struct jose_rig rig;
  (void)state;
  jose_rig_init(&rig);
  struct vt_keys *keys = jose_keys(&rig, RFC7515_A3_PUBLIC, VT_ALGORITHM_NONE);
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
    jose_refused(&rig, keys, jose_forged(&rig, headers[i], claims, "AAAA"), "AUTH-SIGNATURE",
                 "the signature cannot be read");
  static const char *const texts[] = {"", ".", "..", "a.b", "a..c", ".b.c", "a.b.", "a.b.c.d"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    jose_refused(&rig, keys, vt_str(texts[i]), "AUTH-SIGNATURE", "the signature cannot be read");
  jose_refused(&rig, keys, jose_forged(&rig, "{\"alg\":\"ES256\"}", claims, "AAAA"),
               "AUTH-SIGNATURE", "does not match");
  vt_keys_free(keys);
  jose_rig_fini(&rig);
}

static void claim(const char *payload, const char *wanted)
{
  struct vt_error error = {0};
  struct vt_jose_claims claim = {.issuer = VT_STR("i"),
                                 .audience = VT_STR("u"),
                                 .subject = VT_STR("s"),
                                 .now_ms = 1000000,
                                 .leeway_ms = 3600000};
  int status = vt_jose_check_claims(vt_str(payload), &claim, &error);
  if (wanted == NULL) {
    assert_int_equal(status, VATER_OK);
    return;
  }
  assert_int_equal(status, VATER_E_REFUSED);
  assert_string_equal(error.code, "AUTH-CLAIMS");
  if (strstr(error.text, wanted) == NULL)
    fail_msg("'%s' does not say '%s'", error.text, wanted);
}

/* Leeway is a minute at most, whatever is asked. */
static void A10_claims_are_checked(void **state)
{
  (void)state;
  claim("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"u\",\"exp\":941}", NULL);
  claim("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":[\"x\",\"u\"],\"exp\":1e9,\"iat\":1060,\"nbf\":1060}",
        NULL);
  claim("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"u\",\"exp\":940}", "expired (exp)");
  claim("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"u\"}", "exp is missing");
  claim("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"u\",\"exp\":\"941\"}",
        "exp is missing or no number");
  claim("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"u\",\"exp\":2000,\"nbf\":1061}",
        "not valid yet (nbf)");
  claim("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"u\",\"exp\":2000,\"iat\":1061}",
        "in the future (iat)");
  claim("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"u\",\"exp\":2000,\"nbf\":null}",
        "nbf is no number");
  claim("{\"iss\":\"I\",\"sub\":\"s\",\"aud\":\"u\",\"exp\":2000}", "another issuer");
  claim("{\"iss\":\"i\",\"sub\":\"S\",\"aud\":\"u\",\"exp\":2000}", "somebody else (sub)");
  claim("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"u/\",\"exp\":2000}", "somebody else (aud)");
  claim("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":{\"u\":1},\"exp\":2000}", "somebody else (aud)");
  claim("[]", "not one JSON object");
  claim("", "not one JSON object");
}

/* ---- detached ---------------------------------------------------------------------------------
 */

static struct vater_str without_payload(struct jose_rig *rig, struct vater_str token)
{
  size_t first = vt_str_find(token, VT_STR("."), 0);
  size_t second = vt_str_find(token, VT_STR("."), first + 1);
  return vt_arena_format(rig->arena, "%.*s.%.*s", VT_STR_ARGS(vt_str_slice(token, 0, first)),
                         VT_STR_ARGS(vt_str_slice(token, second, token.len)));
}

static void detached_signatures(void **state)
{
  struct jose_rig rig;
  struct vt_jose_token token;
  (void)state;
  jose_rig_init(&rig);
  struct vt_keys *keys = jose_keys(&rig, RFC7515_A3_PUBLIC, VT_ALGORITHM_NONE);
  struct vt_jose_guard guard = {.keys = keys};
  struct vater_str text = without_payload(&rig, VT_STR(RFC7515_A3_TOKEN));
  assert_int_equal(vt_jose_verify_detached(&guard, text, VT_STR(RFC7515_A2_CLAIMS), rig.arena,
                                           &token, &rig.error),
                   VATER_OK);
  assert_str(token.payload, RFC7515_A2_CLAIMS);
  assert_int_equal(
      vt_jose_verify_detached(&guard, text, VT_STR("{}"), rig.arena, &token, &rig.error),
      VATER_E_REFUSED);
  assert_string_equal(rig.error.code, "AUTH-SIGNATURE");
  vt_error_clear(&rig.error);
  assert_int_equal(vt_jose_verify_detached(&guard, VT_STR(RFC7515_A3_TOKEN), VT_STR("{}"),
                                           rig.arena, &token, &rig.error),
                   VATER_E_REFUSED);
  jose_refused(&rig, keys, text, "AUTH-SIGNATURE", "nothing between the dots");
  vt_keys_free(keys);
  jose_rig_fini(&rig);
}

/* RFC 7797: the payload as it is, dots and all. */
static void detached_and_unencoded(void **state)
{
  static const char header[] = "eyJhbGciOiJFZERTQSIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19";
  struct jose_rig rig;
  struct vt_jose_token token;
  struct vt_buffer signature;
  unsigned char bytes[64];
  size_t size = sizeof bytes;
  (void)state;
  jose_rig_init(&rig);
  struct vater_str pem = jose_pem(&rig, "ED25519", 0, NULL, false, NULL);
  struct vt_key *key = jose_private(&rig, pem);
  struct vt_keys *keys = jose_keys_of(&rig, key, VT_ALGORITHM_NONE);
  struct vater_str message = vt_arena_format(rig.arena, "%s.$.02", header);
  struct vt_error error = {0};
  assert_int_equal(jose_rig_sign_raw(pem, message, bytes, &size), 1);
  vt_buffer_init(&signature, &rig.allocator, 128);
  vt_base64url_encode(&signature, (struct vater_str){(char *)bytes, size});
  struct vater_str text =
      vt_arena_format(rig.arena, "%s..%.*s", header, VT_STR_ARGS(vt_buffer_str(&signature)));
  struct vt_jose_guard guard = {.keys = keys};
  assert_int_equal(vt_jose_verify_detached(&guard, text, VT_STR("$.02"), rig.arena, &token, &error),
                   VATER_E_REFUSED);
  guard.detached_unencoded = true;
  assert_int_equal(vt_jose_verify_detached(&guard, text, VT_STR("$.02"), rig.arena, &token, NULL),
                   VATER_OK);
  assert_int_equal(vt_jose_verify_detached(&guard, text, VT_STR("$.03"), rig.arena, &token, NULL),
                   VATER_E_REFUSED);
  vt_buffer_fini(&signature);
  vt_keys_free(keys);
  vt_key_free(key);
  jose_rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_algorithm_signs_and_verifies),
      cmocka_unit_test(headers_are_as_asked),
      cmocka_unit_test(libjwt_fault_hs256_with_the_public_key_is_refused),
      cmocka_unit_test(libjwt_fault_no_key_verifies_nothing),
      cmocka_unit_test(libjwt_fault_exp_is_checked),
      cmocka_unit_test(libjwt_fault_six_megabytes_do_not_crash),
      cmocka_unit_test(libjwt_fault_es256_needs_p256),
      cmocka_unit_test(libjwt_fault_lenient_texts_are_refused),
      cmocka_unit_test(A08_algorithm_is_the_keys),
      cmocka_unit_test(headers_that_are_not_understood),
      cmocka_unit_test(A10_claims_are_checked),
      cmocka_unit_test(detached_signatures),
      cmocka_unit_test(detached_and_unencoded),
  };
  return cmocka_run_group_tests_name("jose jws", tests, NULL, NULL);
}
