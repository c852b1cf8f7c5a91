#include "judged.h"

#include "base/limits.h"
#include "jose/jws.h"

#include <stdio.h>
#include <stdlib.h>

/* Signed submissions: what is let through is judged as ever, what is not is refused with its code,
 * and nothing unscreened is left. Rows A08 to A10 of the fault table are here by their ids. */

static struct judged_world world;

/* Keys made for these tests alone. */
static const char private_one[] =
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"one\",\"alg\":\"ES256\","
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\","
    "\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}";
static const char public_one[] =
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"one\",\"alg\":\"ES256\","
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"two\",\"alg\":\"EdDSA\","
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";

#define GOOD                                                                    \
  "{\"indicator\":\"G1-13\",\"period\":\"2025\",\"area\":\"4601\",\"value\":1," \
  "\"unit\":\"yes-no\",\"status\":\"final\"}"
#define NOW_MS 1794000000000
#define CLAIMS "\"iss\":\"983974724\",\"aud\":\"vater\",\"exp\":1794000060"

struct setup {
  struct vt_judge_job job;
  struct vt_judge_head head;
};

static struct setup setup(enum vt_signature_form form)
{
  struct setup made = {.job = judged_job(), .head = {.framing = VT_FRAMING_WHOLE}};
  made.job.signature = (struct vt_judge_signature){
      .form = form, .required = true, .keys = vt_str(public_one), .now_ms = NOW_MS};
  return made;
}

/* A compact JWS by key `one`; its three parts can be had separately by cutting at the dots. */
static struct vater_str sign(const char *header, struct vater_str payload)
{
  struct vt_key *key;
  struct vater_str token;
  struct vt_error error = {0};
  struct vt_allocator allocator = vt_allocator_real();
  assert_int_equal(vt_key_parse_private(&allocator, vt_str(private_one), &key, &error), VATER_OK);
  if (vt_jose_sign(key, VT_ALGORITHM_ES256, vt_str(header), payload, world.arena, &token, &error) !=
      VATER_OK)
    fail_msg("%s", error.text);
  vt_key_free(key);
  return token;
}

static struct vater_str detach(struct vater_str token)
{
  char *text = vt_arena_bytes(world.arena, token.len + 1);
  size_t first = vt_str_find(token, VT_STR("."), 0);
  size_t second = vt_str_find(token, VT_STR("."), first + 1);
  int size = snprintf(text, token.len + 1, "%.*s.%.*s", (int)first, token.ptr,
                      (int)(token.len - second), token.ptr + second);
  return (struct vater_str){text, (size_t)size};
}

static struct judged judge(const struct setup *made, struct vater_str body)
{
  const struct vater_str pages[] = {body, VT_STR_NONE};
  return judged_pages(&world, &made->job, &made->head, pages);
}

static void is_received(const struct setup *made, struct vater_str body)
{
  struct judged judged = judge(made, body);
  if (judged.result.delivery != VT_DELIVERY_RECEIVED) {
    struct vt_finding finding;
    vt_result_finding(&judged.result, 0, &finding);
    fail_msg("%.*s: %.*s", VT_STR_ARGS(finding.code), VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
  }
  assert_int_equal(judged.result.table.rows, 1);
  judged_free(&judged);
}

static void is_refused(const struct setup *made, struct vater_str body, const char *code,
                       const char *text)
{
  struct judged judged = judge(made, body);
  assert_int_equal(judged.result.delivery, VT_DELIVERY_REFUSED);
  assert_str(judged.result.code, code);
  assert_int_equal(judged.result.table.rows, 0);
  assert_true(judged.result.screened);
  struct vt_finding finding = judged_finding(&judged, code, 0);
  if (text[0] != '\0' && vt_str_find(finding.message[VT_LANGUAGE_EN], vt_str(text), 0) >=
                             finding.message[VT_LANGUAGE_EN].len)
    fail_msg("'%s' is not in '%.*s'", text, VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
  assert_int_equal(finding.excerpt.len, 0);
  assert_int_equal(judged.page.unknown_key, strcmp(code, "AUTH-KID") == 0);
  judged_free(&judged);
}

static void test_compact(void **state)
{
  (void)state;
  static const char *const types[] = {"application/jose", "application/JWT", "application/json",
                                      ""};
  struct setup made = setup(VT_SIGNATURE_COMPACT);
  char *text = judged_submission(GOOD);
  struct vater_str token = sign("{\"kid\":\"one\"}", vt_str(text));
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    made.head.media_type = vt_str(types[i]);
    is_received(&made, token);
  }
  is_received(&made,
              vt_arena_copy(world.arena, sign("{\"kid\":\"one\",\"typ\":\"JOSE\"}", vt_str(text))));
  free(text);
}

static void test_detached(void **state)
{
  (void)state;
  struct setup made = setup(VT_SIGNATURE_DETACHED);
  made.head.media_type = VT_STR("application/json");
  char *text = judged_submission(GOOD);
  made.head.signature = detach(sign("{\"kid\":\"one\"}", vt_str(text)));
  is_received(&made, vt_str(text));
  char *other = judged_submission(GOOD "," GOOD);
  is_refused(&made, vt_str(other), "AUTH-SIGNATURE", "does not match");
  made.head.signature = sign("{\"kid\":\"one\"}", vt_str(text));
  is_refused(&made, vt_str(text), "AUTH-SIGNATURE", "wanted: a detached one");
  free(text);
  free(other);
}

static void test_unsigned(void **state)
{
  (void)state;
  char *text = judged_submission(GOOD);
  struct setup compact = setup(VT_SIGNATURE_COMPACT);
  struct setup detached = setup(VT_SIGNATURE_DETACHED);
  is_refused(&compact, vt_str(text), "AUTH-SIGNATURE", "is not signed; wanted: a compact JWS");
  is_refused(&detached, vt_str(text), "AUTH-SIGNATURE", "wanted: a detached JWS");
  compact.job.signature.required = detached.job.signature.required = false;
  is_received(&compact, vt_str(text));
  is_received(&detached, vt_str(text));
  compact.head.media_type = VT_STR("application/jose");
  is_refused(&compact, vt_str(text), "AUTH-SIGNATURE", "cannot be read");
  free(text);
}

static void test_tampered(void **state)
{
  (void)state;
  struct setup made = setup(VT_SIGNATURE_COMPACT);
  char *text = judged_submission(GOOD);
  struct vater_str token = sign("{\"kid\":\"one\"}", vt_str(text));
  char *bytes = vt_arena_bytes(world.arena, token.len);
  size_t first = vt_str_find(token, VT_STR("."), 0);
  size_t second = vt_str_find(token, VT_STR("."), first + 1);
  const size_t places[] = {first + 40, second + 5, token.len - 20};
  for (size_t i = 0; i < 3; i++) {
    memcpy(bytes, token.ptr, token.len);
    bytes[places[i]] = bytes[places[i]] == 'A' ? 'B' : 'A';
    is_refused(&made, (struct vater_str){bytes, token.len}, "AUTH-SIGNATURE", "does not match");
  }
  is_refused(&made, vt_str_slice(token, 0, second), "AUTH-SIGNATURE", "three parts");
  is_refused(&made, vt_str_slice(token, 0, token.len - 4), "AUTH-SIGNATURE", "does not match");
  free(text);
}

static struct vater_str with_header(const char *header, struct vater_str token)
{
  struct vt_buffer out;
  vt_buffer_init(&out, &world.environment.allocator, VT_LIMIT_PAYLOAD_BYTES);
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  size_t len = strlen(header);
  for (size_t i = 0; i < len; i += 3) {
    unsigned long three = (unsigned long)(unsigned char)header[i] << 16;
    if (i + 1 < len)
      three |= (unsigned long)(unsigned char)header[i + 1] << 8;
    if (i + 2 < len)
      three |= (unsigned char)header[i + 2];
    size_t letters_of = len - i >= 3 ? 4 : len - i + 1;
    for (size_t j = 0; j < letters_of; j++)
      vt_buffer_char(&out, letters[three >> (18 - 6 * j) & 63]);
  }
  vt_buffer_append(&out, vt_str_slice(token, vt_str_find(token, VT_STR("."), 0), SIZE_MAX));
  struct vater_str kept = vt_arena_copy(world.arena, vt_buffer_str(&out));
  vt_buffer_fini(&out);
  return kept;
}

/* A08: alg none, HS256 keyed with the public key, another algorithm of the same key, case. */
static void test_A08_algorithm(void **state)
{
  (void)state;
  static const char *const headers[] = {"{\"alg\":\"none\",\"kid\":\"one\"}",
                                        "{\"alg\":\"HS256\",\"kid\":\"one\"}",
                                        "{\"alg\":\"RS256\",\"kid\":\"one\"}",
                                        "{\"alg\":\"ES384\",\"kid\":\"one\"}",
                                        "{\"alg\":\"es256\",\"kid\":\"one\"}",
                                        "{\"alg\":\"EdDSA\",\"kid\":\"one\"}",
                                        "{\"kid\":\"one\"}"};
  struct setup made = setup(VT_SIGNATURE_COMPACT);
  char *text = judged_submission(GOOD);
  struct vater_str token = sign("{\"kid\":\"one\"}", vt_str(text));
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
    is_refused(&made, with_header(headers[i], token), "AUTH-ALG", "alg is");
  made.job.signature.algorithm = VT_STR("PS256");
  is_refused(&made, token, "AUTH-JWKS", "");
  free(text);
}

/* A09: unknown kids, and headers that offer a key of their own: nothing is fetched or believed. */
static void test_A09_key(void **state)
{
  (void)state;
  static const char *const headers[] = {"{\"alg\":\"ES256\",\"kid\":\"three\"}",
                                        "{\"alg\":\"ES256\",\"kid\":\"../../etc/passwd\"}",
                                        "{\"alg\":\"ES256\",\"kid\":\"' OR 1=1 --\"}",
                                        "{\"alg\":\"ES256\"}",
                                        "{\"alg\":\"ES256\",\"kid\":7}",
                                        "{\"alg\":\"ES256\",\"kid\":\"One\"}",
                                        "{\"alg\":\"ES256\",\"jku\":\"https://127.0.0.1/keys\"}"};
  struct setup made = setup(VT_SIGNATURE_COMPACT);
  char *text = judged_submission(GOOD);
  struct vater_str token = sign("{\"kid\":\"one\"}", vt_str(text));
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
    is_refused(&made, with_header(headers[i], token), "AUTH-KID", "kid");
  is_refused(
      &made,
      with_header("{\"alg\":\"ES256\",\"kid\":\"one\",\"crit\":[\"b64\"],\"b64\":false}", token),
      "AUTH-SIGNATURE", "crit");
  is_received(&made, sign("{\"kid\":\"one\",\"jku\":\"https://127.0.0.1/keys\"}", vt_str(text)));
  free(text);
}

/* What was stored is judged again without keys or claims: it was verified when it came. */
static void test_verified_then(void **state)
{
  (void)state;
  struct setup made = setup(VT_SIGNATURE_COMPACT);
  struct setup detached = setup(VT_SIGNATURE_DETACHED);
  char *text = judged_submission(GOOD);
  struct vater_str token = sign("{\"kid\":\"one\"}", vt_str(text));
  made.job.signature.keys = detached.job.signature.keys = VT_STR_NONE;
  made.job.signature.issuer = VT_STR("983974724");
  is_refused(&made, token, "AUTH-JWKS", "");
  made.job.signature.verified = detached.job.signature.verified = true;
  is_received(&made, token);
  is_received(&made, vt_str(text));
  is_received(&detached, vt_str(text));
  free(text);
}

/* A10: claims in the protected header, held to what is configured. */
static void test_A10_claims(void **state)
{
  (void)state;
  static const struct {
    const char *header, *text;
  } rows[] = {
      {"{\"kid\":\"one\"," CLAIMS "}", NULL},
      {"{\"kid\":\"one\"}", "another issuer"},
      {"{\"kid\":\"one\",\"iss\":\"964338531\",\"aud\":\"vater\",\"exp\":1794000060}",
       "another issuer"},
      {"{\"kid\":\"one\",\"iss\":\"983974724\",\"aud\":\"x\",\"exp\":1794000060}",
       "for somebody else"},
      {"{\"kid\":\"one\",\"iss\":\"983974724\",\"aud\":[\"x\",\"vater\"],\"exp\":1794000060}",
       NULL},
      {"{\"kid\":\"one\",\"iss\":\"983974724\",\"aud\":\"vater\",\"exp\":1793999000}", "expired"},
      {"{\"kid\":\"one\",\"iss\":\"983974724\",\"aud\":\"vater\"}", "exp is missing"},
      {"{\"kid\":\"one\",\"iat\":1794000600," CLAIMS "}", "in the future"},
      {"{\"kid\":\"one\",\"nbf\":1794000600," CLAIMS "}", "not valid yet"}};
  struct setup made = setup(VT_SIGNATURE_COMPACT);
  made.job.signature.issuer = VT_STR("983974724");
  made.job.signature.audience = VT_STR("vater");
  char *text = judged_submission(GOOD);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vater_str token = sign(rows[i].header, vt_str(text));
    if (rows[i].text == NULL)
      is_received(&made, token);
    else
      is_refused(&made, token, "AUTH-CLAIMS", rows[i].text);
  }
  free(text);
}

/* A11: key sets that are none. */
static void test_A11_key_set(void **state)
{
  (void)state;
  static const char *const sets[] = {"",
                                     "{}",
                                     "{\"keys\":[]}",
                                     "not keys",
                                     "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"one\","
                                     "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                                     "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
                                     "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"one\","
                                     "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                                     "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}",
                                     private_one};
  struct setup made = setup(VT_SIGNATURE_COMPACT);
  char *text = judged_submission(GOOD);
  struct vater_str token = sign("{\"kid\":\"one\"}", vt_str(text));
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    made.job.signature.keys = vt_str(sets[i]);
    is_refused(&made, token, "AUTH-JWKS", "");
  }
  free(text);
}

/* Places are those of the payload inside: as without a signature. */
static void test_positions(void **state)
{
  (void)state;
  static const char text[] = "{\"schemaVersion\": \"1.0.0\",\n  \"nil\": yes}";
  struct setup made = setup(VT_SIGNATURE_COMPACT);
  struct setup plain = setup(VT_SIGNATURE_NONE);
  struct judged one = judge(&made, sign("{\"kid\":\"one\"}", vt_str(text)));
  struct judged other = judge(&plain, vt_str(text));
  struct vt_finding finding = judged_finding(&one, "PAY-SYNTAX", 0);
  assert_int_equal(finding.line, 2);
  assert_str(finding.excerpt, "  \"nil\": yes}");
  assert_int_equal(one.size, other.size);
  assert_memory_equal(one.block, other.block, one.size);
  judged_free(&one);
  judged_free(&other);
}

/* A JWS inside a JWS is no submission. */
static void test_nested(void **state)
{
  (void)state;
  struct setup made = setup(VT_SIGNATURE_COMPACT);
  char *text = judged_submission(GOOD);
  struct vater_str inner = sign("{\"kid\":\"one\"}", vt_str(text));
  struct judged judged = judge(&made, sign("{\"kid\":\"one\",\"cty\":\"JWT\"}", inner));
  assert_int_equal(judged.result.delivery, VT_DELIVERY_REFUSED);
  assert_str(judged.result.code, "PAY-SYNTAX");
  judged_free(&judged);
  free(text);
}

/* A person number refuses wherever it is: inside, right or wrong signature, or in the header. */
static void test_person_numbers(void **state)
{
  (void)state;
  static const char person[] = "{\"x\":\"15076500565\"}";
  struct setup made = setup(VT_SIGNATURE_COMPACT);
  struct vater_str right = sign("{\"kid\":\"one\"}", vt_str(person));
  char *text = judged_submission(GOOD);
  const struct vater_str bodies[] = {
      right, with_header("{\"alg\":\"ES256\",\"kid\":\"nobody\"}", right),
      vt_str_slice(right, 0, right.len - 6),
      sign("{\"kid\":\"one\",\"sub\":\"15076500565\"}", vt_str(text)),
      with_header("{\"alg\":\"ES256\",\"kid\":\"15076500565\"}", right)};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    struct judged judged = judge(&made, bodies[i]);
    assert_int_equal(judged.result.delivery, VT_DELIVERY_REFUSED);
    assert_true(judged_count(&judged, "PAY-PII") > 0);
    assert_true(judged.result.pii);
    assert_null(memmem(judged.block, judged.size, "15076500565", 11));
    judged_free(&judged);
  }
  free(text);
}

/* As much as a page may have, and one byte more. */
static void test_huge(void **state)
{
  (void)state;
  struct setup made = setup(VT_SIGNATURE_COMPACT);
  size_t size = 8 * 1024 * 1024;
  char *bytes = malloc(size + 64);
  int at = snprintf(bytes, 64, "{\"schemaVersion\":\"1.0.0\",\"comment\":\"");
  memset(bytes + at, 'x', size - (size_t)at);
  memcpy(bytes + size, "\"}", 2);
  struct judged judged =
      judge(&made, sign("{\"kid\":\"one\"}", (struct vater_str){bytes, size + 2}));
  assert_str(judged.result.code, "PAY-LIMIT");
  judged_free(&judged);
  free(bytes);
  char *big = malloc(VT_LIMIT_PAYLOAD_BYTES + 1);
  memset(big, 'A', VT_LIMIT_PAYLOAD_BYTES + 1);
  is_refused(&made, (struct vater_str){big, VT_LIMIT_PAYLOAD_BYTES + 1}, "AUTH-SIGNATURE",
             "the limit is");
  free(big);
}

static int begin(void **state)
{
  (void)state;
  judged_setup(&world);
  return 0;
}

static int end(void **state)
{
  (void)state;
  judged_teardown(&world);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_compact),       cmocka_unit_test(test_detached),
      cmocka_unit_test(test_unsigned),      cmocka_unit_test(test_tampered),
      cmocka_unit_test(test_A08_algorithm), cmocka_unit_test(test_A09_key),
      cmocka_unit_test(test_verified_then), cmocka_unit_test(test_A10_claims),
      cmocka_unit_test(test_A11_key_set),   cmocka_unit_test(test_positions),
      cmocka_unit_test(test_nested),        cmocka_unit_test(test_person_numbers),
      cmocka_unit_test(test_huge),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
