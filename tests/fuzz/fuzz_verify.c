/* Any bytes as a signed submission: a byte that says how it is to be signed, then the body, the
 * detached signature and the registered keys, divided by the record separator. Judged as a worker
 * does. With the keys that are ours, nothing is believed but what our private key has signed. */
#include "unit/judge/judged.h"

#include "jose/base64url.h"
#include "jose/jws.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { DETACHED = 1, OPTIONAL = 2, CLAIMS = 4, JOSE = 8, ALGORITHM = 16, STORED = 32 };

#define NOW_MS 1794000000000

/* RFC 7515 appendix A.3 */
static const char our_keys[] =
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"one\",\"alg\":\"ES256\","
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";

/* What that key has signed in the corpus. */
static const char signed_payload[] =
    "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"983974724\"},"
    "\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[{\"indicator\":\"G1-13\","
    "\"period\":\"2025\",\"area\":\"4601\",\"value\":1,\"unit\":\"yes-no\",\"status\":\"final\"}]}";

static struct judged_world *world_once(void)
{
  static struct judged_world world;
  static bool there;
  if (!there)
    judged_setup(&world);
  there = true;
  return &world;
}

static struct vater_str part_of(struct vater_str *rest)
{
  size_t end = vt_str_find(*rest, VT_STR("\x1e"), 0);
  struct vater_str part = vt_str_slice(*rest, 0, end);
  *rest = vt_str_slice(*rest, end + 1, rest->len);
  return part;
}

static bool is_signed(struct vater_str body, bool detached)
{
  size_t size = sizeof signed_payload - 1;
  if (detached)
    return vt_str_is(body, signed_payload);
  struct vater_str text = vt_str_trim(body);
  size_t first = vt_str_find(text, VT_STR("."), 0);
  struct vater_str part = vt_str_slice(text, first + 1, vt_str_find(text, VT_STR("."), first + 1));
  char payload[sizeof signed_payload + 4];
  return vt_base64url_decoded(part.len) == size && vt_base64url_decode_to(part, payload) &&
         memcmp(payload, signed_payload, size) == 0;
}

/* As a worker does; the result's block is the caller's. */
static void *judge(const struct vt_judge_job *job, const struct vt_judge_head *head,
                   struct vater_str body, struct vt_result *result)
{
  struct vt_judge *judge;
  struct vt_judge_page page;
  struct vt_error error = {0};
  size_t size;
  if (vt_judge_begin(&world_once()->context, job, &judge, &error) != VATER_OK ||
      vt_judge_page(judge, body, head, &page, &error) != VATER_OK ||
      vt_judge_finish(judge, &size, &error) != VATER_OK)
    abort();
  void *block = malloc(size);
  vt_judge_write(judge, block);
  vt_judge_free(judge);
  if (vt_result_open(block, size, result, &error) != VATER_OK ||
      vt_judge_result_belongs(job, result, NULL) != VATER_OK)
    abort();
  return block;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  struct vt_result result;
  struct vater_str rest = {(const char *)bytes, size};
  if (size == 0)
    return 0;
  uint8_t how = bytes[0];
  bool detached = (how & DETACHED) != 0, believed = false;
  rest = vt_str_slice(rest, 1, size);
  struct vater_str body = part_of(&rest), signature = part_of(&rest), keys = part_of(&rest);
  struct vt_judge_job job = judged_job();
  struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE, .signature = signature};
  job.signature =
      (struct vt_judge_signature){.form = detached ? VT_SIGNATURE_DETACHED : VT_SIGNATURE_COMPACT,
                                  .required = (how & OPTIONAL) == 0,
                                  .keys = keys.len > 0 ? keys : vt_str(our_keys),
                                  .verified = (how & STORED) != 0,
                                  .now_ms = NOW_MS};
  if ((how & CLAIMS) != 0)
    job.signature.issuer = job.signature.audience = VT_STR("983974724");
  if ((how & ALGORITHM) != 0)
    job.signature.algorithm = VT_STR("ES256");
  if ((how & JOSE) != 0)
    head.media_type = VT_STR("application/jose");
  void *block = judge(&job, &head, body, &result);
  believed = result.delivery != VT_DELIVERY_REFUSED;
  bool ours = keys.len == 0 && job.signature.required && !job.signature.verified;
  if (!result.screened || (believed && ours && !is_signed(body, detached)))
    abort();
  free(block);
  return 0;
}
