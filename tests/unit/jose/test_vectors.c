#include "unit/jose/jose_rig.h"
#include "unit/jose/vectors.h"

#include "jose/base64url.h"
#include "jose/digest.h"

#include <stdlib.h>

static void thumbprint_is(const char *text, const char *wanted)
{
  struct jose_rig rig;
  struct vt_key *key;
  jose_rig_init(&rig);
  assert_int_equal(vt_key_parse_public(&rig.allocator, vt_str(text), &key, &rig.error), VATER_OK);
  assert_str(vt_key_thumbprint(key), wanted);
  vt_key_free(key);
  jose_rig_fini(&rig);
}

static void thumbprints(void **state)
{
  (void)state;
  thumbprint_is(RFC7638_KEY, RFC7638_THUMBPRINT);
  thumbprint_is(RFC8037_PUBLIC, RFC8037_THUMBPRINT);
  thumbprint_is(RFC9449_KEY, RFC9449_THUMBPRINT);
}

static void verified(const char *key, const char *typ, const char *text, const char *payload)
{
  struct jose_rig rig;
  struct vt_jose_token token;
  jose_rig_init(&rig);
  struct vt_keys *keys = jose_keys(&rig, key, VT_ALGORITHM_NONE);
  struct vt_jose_guard guard = {.keys = keys, .typ = typ};
  if (vt_jose_verify(&guard, vt_str(text), 0, rig.arena, &token, &rig.error) != VATER_OK)
    fail_msg("%s", rig.error.text);
  assert_str(token.payload, payload);
  char *cut = strdup(text);
  char *at = strrchr(cut, '.') + 1;
  *at = *at == 'A' ? 'B' : 'A';
  assert_int_equal(vt_jose_verify(&guard, vt_str(cut), 0, rig.arena, &token, &rig.error),
                   VATER_E_REFUSED);
  assert_string_equal(rig.error.code, "AUTH-SIGNATURE");
  assert_null(token.key);
  free(cut);
  vt_keys_free(keys);
  jose_rig_fini(&rig);
}

static void rfc7515_tokens_are_verified(void **state)
{
  (void)state;
  verified(RFC7515_A2_PUBLIC, NULL, RFC7515_A2_TOKEN, RFC7515_A2_CLAIMS);
  verified(RFC7515_A3_PUBLIC, NULL, RFC7515_A3_TOKEN, RFC7515_A2_CLAIMS);
  verified(RFC7515_A4_PUBLIC, NULL, RFC7515_A4_TOKEN, "Payload");
  verified(RFC8037_PUBLIC, NULL, RFC8037_TOKEN, "Example of Ed25519 signing");
}

static void rfc9449_proof_is_verified(void **state)
{
  (void)state;
  verified(RFC9449_KEY, "dpop+jwt", RFC9449_PROOF,
           "{\"jti\":\"-BwC3ESc6acc2lTc\",\"htm\":\"POST\","
           "\"htu\":\"https://server.example.com/token\",\"iat\":1562262616}");
}

static void rfc9449_ath(void **state)
{
  struct jose_rig rig;
  struct vt_digest digest;
  struct vt_buffer text;
  (void)state;
  jose_rig_init(&rig);
  vt_buffer_init(&text, &rig.allocator, 64);
  assert_int_equal(vt_digest_of(VT_STR(RFC9449_TOKEN), &digest, NULL), VATER_OK);
  vt_base64url_encode(&text, (struct vater_str){(char *)digest.bytes, sizeof digest.bytes});
  assert_str(vt_buffer_str(&text), RFC9449_ATH);
  vt_buffer_fini(&text);
  jose_rig_fini(&rig);
}

/* Ed25519 is deterministic: the RFC's own signature comes out. */
static void rfc8037_signature_comes_out(void **state)
{
  struct jose_rig rig;
  (void)state;
  jose_rig_init(&rig);
  struct vt_key *key = jose_private(&rig, VT_STR(RFC8037_PRIVATE));
  assert_str(jose_signed(&rig, key, VT_ALGORITHM_EDDSA, "", "Example of Ed25519 signing"),
             RFC8037_TOKEN);
  vt_key_free(key);
  jose_rig_fini(&rig);
}

static void private_jwk_of_rfc7515_signs(void **state)
{
  struct jose_rig rig;
  (void)state;
  jose_rig_init(&rig);
  struct vt_key *key = jose_private(&rig, VT_STR(RFC7515_A3_PRIVATE));
  struct vater_str token = jose_signed(&rig, key, VT_ALGORITHM_ES256, "", RFC7515_A2_CLAIMS);
  verified(RFC7515_A3_PUBLIC, NULL, token.ptr, RFC7515_A2_CLAIMS);
  assert_str(vt_key_public_jwk(key), "{\"crv\":\"P-256\",\"kty\":\"EC\"," RFC7515_A3_XY "}");
  vt_key_free(key);
  jose_rig_fini(&rig);
}

static void base64url_is_strict(void **state)
{
  struct jose_rig rig;
  struct vt_buffer out;
  static const char *const wrong[] = {"A",    "AA=",  "AA==",  "AB",    "AAB",
                                      "A+8A", "A/8A", "AA AA", "AAAA\n"};
  (void)state;
  jose_rig_init(&rig);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    vt_buffer_init(&out, &rig.allocator, 64);
    assert_false(vt_base64url_decode(&out, vt_str(wrong[i])));
    vt_buffer_fini(&out);
  }
  vt_buffer_init(&out, &rig.allocator, 64);
  assert_true(vt_base64url_decode(&out, VT_STR("AP-_")));
  assert_memory_equal(out.bytes, "\0\377\277", 3);
  vt_buffer_reset(&out);
  assert_true(vt_base64url_decode(&out, VT_STR("AA")));
  assert_int_equal(out.len, 1);
  vt_buffer_reset(&out);
  vt_base64_encode(&out, VT_STR("\xff\xfe"));
  assert_str(vt_buffer_str(&out), "//4=");
  vt_buffer_fini(&out);
  jose_rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(thumbprints),
      cmocka_unit_test(rfc7515_tokens_are_verified),
      cmocka_unit_test(rfc9449_proof_is_verified),
      cmocka_unit_test(rfc9449_ath),
      cmocka_unit_test(rfc8037_signature_comes_out),
      cmocka_unit_test(private_jwk_of_rfc7515_signs),
      cmocka_unit_test(base64url_is_strict),
  };
  return cmocka_run_group_tests_name("jose vectors", tests, NULL, NULL);
}
