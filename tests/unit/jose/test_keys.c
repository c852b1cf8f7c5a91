#include "unit/jose/jose_rig.h"
#include "unit/jose/vectors.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void refused(const char *what, struct vater_str text, bool private, const char *wanted)
{
  struct jose_rig rig;
  struct vt_key *key;
  jose_rig_init(&rig);
  int status = private ? vt_key_parse_private(&rig.allocator, text, &key, &rig.error)
                       : vt_key_parse_public(&rig.allocator, text, &key, &rig.error);
  assert_int_equal(status, VATER_E_CONFIG);
  assert_null(key);
  if (strstr(rig.error.text, wanted) == NULL)
    fail_msg("%s: '%s' does not say '%s'", what, rig.error.text, wanted);
  assert_string_equal(rig.error.code, private ? "OPS-KEY" : "AUTH-JWKS");
  jose_rig_fini(&rig);
}

/* A07: RSA-1024, wrong curve, encrypted, not PEM. Missing, and readable by group or others:
 * flow/test_keys.c and base/test_secret.c. */
static void A07_unusable_keys_are_refused(void **state)
{
  struct jose_rig rig;
  (void)state;
  jose_rig_init(&rig);
  refused("RSA-1024", jose_pem(&rig, "RSA", 1024, NULL, false, NULL), true, "has 1024 bits");
  refused("another curve", jose_pem(&rig, "EC", 0, "secp256k1", false, NULL), true,
          "EC on another curve");
  refused("X25519", jose_pem(&rig, "X25519", 0, NULL, false, NULL), true, "of another kind");
  refused("not PEM", VT_STR("kanari-7f3a"), true, "neither PEM nor a JWK");
  refused("empty", VT_STR("  "), true, "neither PEM nor a JWK");
  refused("public", jose_pem(&rig, "EC", 0, "P-256", true, NULL), true, "it is a public key");
  refused("public JWK", VT_STR(RFC7515_A3_PUBLIC), true, "'d' is missing");
  refused("symmetric", VT_STR("{\"kty\":\"oct\",\"k\":\"AAAA\"}"), true, "of another kind");
  refused("twice", VT_STR("{\"kty\":\"EC\",\"kty\":\"RSA\"}"), true, "no name twice");
  refused("short x", VT_STR("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}"), false,
          "'x or y'");
  refused(
      "off the curve",
      VT_STR("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvR"
             "VEU\",\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}"),
      false, "'x or y'");
  refused("private for public", VT_STR(RFC7515_A3_PRIVATE), false, "a private key stands");
  refused("private PEM for public", jose_pem(&rig, "EC", 0, "P-256", false, NULL), false,
          "a private key stands");
  refused("parts of two keys",
          VT_STR("{\"kty\":\"EC\",\"crv\":\"P-256\"," RFC7515_A3_XY
                 ",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LM\"}"),
          true, "does not belong to its public part");
  refused("of another algorithm",
          VT_STR("{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES384\"," RFC7515_A3_XY "}"), false,
          "the algorithm ES384 needs a key of P-384; this one is P-256");
  jose_rig_fini(&rig);
}

/* libjwt fault: an encrypted PEM prompts on the terminal and a nightly run hangs. Standard input
 * would be read here, and is not. */
static void type_blindly(int pipes[2], int *before)
{
  assert_int_equal(pipe(pipes), 0);
  assert_int_equal(write(pipes[1], "hemmelig\n", 9), 9);
  close(pipes[1]);
  *before = dup(STDIN_FILENO);
  dup2(pipes[0], STDIN_FILENO);
}

static void nothing_was_read(int pipes[2], int before)
{
  char left[16];
  assert_int_equal(read(STDIN_FILENO, left, sizeof left), 9);
  dup2(before, STDIN_FILENO);
  close(before);
  close(pipes[0]);
}

static void libjwt_fault_encrypted_pem_never_prompts(void **state)
{
  struct jose_rig rig;
  int pipes[2], before;
  (void)state;
  jose_rig_init(&rig);
  type_blindly(pipes, &before);
  refused("encrypted", jose_pem(&rig, "EC", 0, "P-256", false, "hemmelig"), true,
          "it is encrypted");
  nothing_was_read(pipes, before);
  jose_rig_fini(&rig);
}

/* A certificate that says it is encrypted, and a public key that does: as ours, and as an actor's,
 * which is read in a worker that may not open a terminal. */
static void encrypted_certificates_never_prompt(void **state)
{
  static const char begin[] = "-----BEGIN CERTIFICATE-----\n",
                    head[] = "Proc-Type: 4,ENCRYPTED\n"
                             "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n";
  struct jose_rig rig;
  char key[4096], chain[4096];
  int pipes[2], before;
  int64_t until;
  struct vt_buffer list;
  struct vt_keys *keys;
  (void)state;
  jose_rig_init(&rig);
  jose_certificate(1767225600, -60, 3600, key, chain);
  struct vater_str plain = vt_str(chain);
  struct vater_str marked =
      vt_arena_format(rig.arena, "%s%s%.*s", begin, head,
                      VT_STR_ARGS(vt_str_slice(plain, sizeof begin - 1, plain.len)));
  type_blindly(pipes, &before);
  assert_int_equal(vt_certificate_check(&rig.allocator, marked, vt_str(key), &until, &rig.error),
                   VATER_E_CONFIG);
  assert_string_equal(rig.error.code, "OPS-KEY");
  assert_non_null(strstr(rig.error.text, "it is encrypted"));
  vt_buffer_init(&list, &rig.allocator, 65536);
  struct vt_key *private = jose_private(&rig, vt_str(key));
  vt_error_clear(&rig.error);
  assert_int_equal(vt_certificate_x5c(marked, private, &list, NULL, &rig.error), VATER_E_CONFIG);
  assert_non_null(strstr(rig.error.text, "it is encrypted"));
  vt_key_free(private);
  vt_buffer_fini(&list);
  vt_error_clear(&rig.error);
  assert_int_equal(vt_keys_parse(&rig.allocator, marked, VT_ALGORITHM_ES256, &keys, &rig.error),
                   VATER_E_CONFIG);
  assert_string_equal(rig.error.code, "AUTH-JWKS");
  assert_non_null(strstr(rig.error.text, "it is encrypted"));
  refused("marked public key",
          VT_STR("-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\n"
                 "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n"
                 "-----END PUBLIC KEY-----\n"),
          false, "it is encrypted");
  nothing_was_read(pipes, before);
  jose_rig_fini(&rig);
}

static void no_message_shows_key_bytes(void **state)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_error error = {0};
  struct vt_key *key;
  (void)state;
  vt_key_parse_private(&allocator, VT_STR("-----BEGIN PRIVATE KEY-----\nkanari\n-----END "), &key,
                       &error);
  assert_null(strstr(error.text, "kanari"));
  assert_string_equal(error.text, "the key cannot be read: it is no key in PEM");
}

static void each_kind_fits_its_algorithms(void **state)
{
  static const struct {
    const char *kind, *group;
    unsigned bits;
    const char *fits;
  } rows[] = {{"RSA", NULL, 2048, "RS256 RS384 RS512 PS256 PS384 PS512 "},
              {"EC", "P-256", 0, "ES256 "},
              {"EC", "P-384", 0, "ES384 "},
              {"EC", "P-521", 0, "ES512 "},
              {"ED25519", NULL, 0, "EdDSA "}};
  struct jose_rig rig;
  (void)state;
  jose_rig_init(&rig);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char fits[64] = "";
    struct vt_key *key =
        jose_private(&rig, jose_pem(&rig, rows[i].kind, rows[i].bits, rows[i].group, false, NULL));
    for (int a = VT_ALGORITHM_NONE; a < VT_ALGORITHM_COUNT; a++)
      if (vt_key_check(key, (enum vt_algorithm)a, NULL) == VATER_OK)
        snprintf(fits + strlen(fits), sizeof fits - strlen(fits), "%s ",
                 vt_algorithm_name((enum vt_algorithm)a));
    assert_string_equal(fits, rows[i].fits);
    vt_key_free(key);
  }
  jose_rig_fini(&rig);
}

static void algorithms_are_known_by_exact_name(void **state)
{
  enum vt_algorithm algorithm;
  static const char *const unknown[] = {"", "none", "None", "HS256", "es256", "ES256K", "PS256 "};
  (void)state;
  assert_true(vt_algorithm_parse(VT_STR("PS384"), &algorithm));
  assert_int_equal(algorithm, VT_ALGORITHM_PS384);
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
    assert_false(vt_algorithm_parse(vt_str(unknown[i]), &algorithm));
}

/* ---- sets ----------------------------------------------------------------------------------- */

static void set_refused(const char *text, enum vt_algorithm pinned, const char *wanted)
{
  struct jose_rig rig;
  struct vt_keys *keys;
  jose_rig_init(&rig);
  assert_true(vt_keys_parse(&rig.allocator, vt_str(text), pinned, &keys, &rig.error) < 0);
  assert_null(keys);
  assert_string_equal(rig.error.code, "AUTH-JWKS");
  if (strstr(rig.error.text, wanted) == NULL)
    fail_msg("'%s' does not say '%s'", rig.error.text, wanted);
  jose_rig_fini(&rig);
}

static void A11_sets_skip_what_they_do_not_know(void **state)
{
  struct jose_rig rig;
  (void)state;
  jose_rig_init(&rig);
  struct vt_keys *keys = jose_keys(
      &rig,
      "{\"keys\":[{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\"},{\"kty\":\"EC\",\"crv\":\"secp256k1\"},"
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"enc\"," RFC7515_A3_XY "},"
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\"," RFC7515_A3_XY "},"
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"A\",\"x\":\"" RFC8037_X "\"}]}",
      VT_ALGORITHM_NONE);
  assert_int_equal(vt_keys_count(keys), 2);
  assert_int_equal(vt_key_algorithm(vt_keys_find(keys, VT_STR("a"))), VT_ALGORITHM_ES256);
  assert_int_equal(vt_key_algorithm(vt_keys_find(keys, VT_STR("A"))), VT_ALGORITHM_EDDSA);
  assert_null(vt_keys_find(keys, VT_STR("b")));
  assert_null(vt_keys_find(keys, VT_STR("")));
  vt_keys_free(keys);
  jose_rig_fini(&rig);
}

static void A11_sets_that_cannot_be_used(void **state)
{
  (void)state;
  set_refused("{\"keys\":[]}", VT_ALGORITHM_NONE, "holds no key");
  set_refused("{\"keys\":{}}", VT_ALGORITHM_NONE, "'keys' is no list");
  set_refused("[]", VT_ALGORITHM_NONE, "neither PEM nor a JWK");
  set_refused("{\"keys\":[" RFC7638_KEY "," RFC7638_KEY "]}", VT_ALGORITHM_NONE,
              "two keys have the kid '2011-04-29'");
  set_refused("{\"keys\":[" RFC7515_A3_PRIVATE "]}", VT_ALGORITHM_NONE, "a private key stands");
  set_refused(RFC7515_A3_PUBLIC, VT_ALGORITHM_ES384, "holds no key");
  set_refused(RFC7638_KEY, VT_ALGORITHM_PS256, "holds no key"); /* its own alg says RS256 */
}

static void sets_have_limits(void **state)
{
  struct jose_rig rig;
  struct vt_keys *keys;
  struct vt_buffer text;
  (void)state;
  jose_rig_init(&rig);
  vt_buffer_init(&text, &rig.allocator, 1024 * 1024);
  for (int i = 0; i < 65; i++)
    vt_buffer_format(&text, "%s{\"kty\":\"x\"}", i == 0 ? "{\"keys\":[" : ",");
  vt_buffer_text(&text, "]}");
  assert_int_equal(
      vt_keys_parse(&rig.allocator, vt_buffer_str(&text), VT_ALGORITHM_NONE, &keys, &rig.error),
      VATER_E_LIMIT);
  assert_string_equal(rig.error.text, "the key set has 65 keys; the limit KEYS is 64");
  vt_error_clear(&rig.error);
  while (text.len <= 256 * 1024)
    vt_buffer_text(&text, "                                ");
  assert_int_equal(
      vt_keys_parse(&rig.allocator, vt_buffer_str(&text), VT_ALGORITHM_NONE, &keys, &rig.error),
      VATER_E_LIMIT);
  assert_string_equal(rig.error.code, "AUTH-JWKS");
  vt_buffer_fini(&text);
  jose_rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(A07_unusable_keys_are_refused),
      cmocka_unit_test(libjwt_fault_encrypted_pem_never_prompts),
      cmocka_unit_test(encrypted_certificates_never_prompt),
      cmocka_unit_test(no_message_shows_key_bytes),
      cmocka_unit_test(each_kind_fits_its_algorithms),
      cmocka_unit_test(algorithms_are_known_by_exact_name),
      cmocka_unit_test(A11_sets_skip_what_they_do_not_know),
      cmocka_unit_test(A11_sets_that_cannot_be_used),
      cmocka_unit_test(sets_have_limits),
  };
  return cmocka_run_group_tests_name("jose keys", tests, NULL, NULL);
}
