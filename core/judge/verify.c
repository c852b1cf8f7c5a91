#include "judge/judging.h"

#include "base/limits.h"
#include "jose/base64url.h"
#include "jose/jws.h"

static bool is_signed_type(struct vater_str media_type)
{
  return vt_str_equal_nocase(media_type, VT_STR("application/jose")) ||
         vt_str_equal_nocase(media_type, VT_STR("application/jwt"));
}

/* A compact JWS begins with a base64url letter; no document does. */
static bool looks_like_document(struct vater_str bytes)
{
  struct vater_str rest = vt_str_trim(vt_str_slice(bytes, 0, 64));
  return rest.len == 0 || rest.ptr[0] == '{' || rest.ptr[0] == '[' || rest.ptr[0] == '<';
}

/* ---- what must not be stored -------------------------------------------------------------------
 */

/* What has no place in what is judged: around the payload, or in a header. */
static void screen_around(struct vt_judge *judge, struct vater_str bytes)
{
  struct vt_screen found = {0};
  uint32_t page = judge->page_count - 1;
  vt_screen_bytes(&found, page, bytes, 0);
  if (found.count > 0)
    vt_screen_add(&judge->screen,
                  &(struct vt_screen_hit){.class = found.hits[0].class, .page = page}, VT_STR_NONE);
}

static struct vater_str unpack(struct vt_judge *judge, struct vater_str part)
{
  size_t size = vt_base64url_decoded(part.len);
  char *bytes = vt_arena_bytes(judge->arena, size + 1);
  bool right = bytes != NULL && vt_base64url_decode_to(part, bytes);
  judge->starved |= bytes == NULL;
  return right ? (struct vater_str){bytes, size} : VT_STR_NONE;
}

/* Protected header and payload of a JWS as they stand, whether it is right or not. */
static struct vater_str header_of(struct vt_judge *judge, struct vater_str text)
{
  size_t end = vt_str_find(text, VT_STR("."), 0);
  return unpack(judge, vt_str_slice(text, 0, end < VT_LIMIT_TOKEN_BYTES ? end : 0));
}

static struct vater_str payload_of(struct vt_judge *judge, struct vater_str text)
{
  size_t first = vt_str_find(text, VT_STR("."), 0);
  size_t second = vt_str_find(text, VT_STR("."), first + 1);
  return first < text.len ? unpack(judge, vt_str_slice(text, first + 1, second)) : VT_STR_NONE;
}

static void use_payload(struct vt_judge *judge, struct vater_str payload)
{
  struct judged_page *page = &judge->pages[judge->page_count - 1];
  page->bytes = payload;
  page->unpacked = true;
}

/* ---- refusing ----------------------------------------------------------------------------------
 */

/* Everything is screened before anything is said: the finding may name what the header says. */
static int refuse(struct vt_judge *judge, const struct vt_error *reason, struct vt_judge_page *page,
                  struct vt_error *error)
{
  const struct vt_judge_signature *signature = &judge->job->signature;
  uint32_t number = judge->page_count - 1;
  struct vater_str bytes = judge->pages[number].bytes;
  if (signature->form == VT_SIGNATURE_COMPACT) {
    struct vater_str payload = payload_of(judge, bytes);
    screen_around(judge, bytes);
    screen_around(judge, header_of(judge, bytes));
    if (payload.len > 0)
      use_payload(judge, payload);
  }
  vt_screen_bytes(&judge->screen, number, judge->pages[number].bytes, 0);
  page->unknown_key = strcmp(reason->code, "AUTH-KID") == 0;
  return vt_judge_report_text(judge, reason->code, NULL, reason->text, error);
}

static int refuse_unsigned(struct vt_judge *judge, struct vt_judge_page *page,
                           struct vt_error *error)
{
  struct vt_error reason = {0};
  vt_fail(&reason, VATER_E_REFUSED, "AUTH-SIGNATURE", "%s",
          judge->job->signature.form == VT_SIGNATURE_COMPACT
              ? "the submission is not signed; wanted: a compact JWS as the body"
              : "the answer brought no signature; wanted: a detached JWS in the agreed header");
  return refuse(judge, &reason, page, error);
}

/* ---- verifying ---------------------------------------------------------------------------------
 */

static int load_keys(struct vt_judge *judge, struct vt_error *reason)
{
  const struct vt_judge_signature *signature = &judge->job->signature;
  enum vt_algorithm pinned = VT_ALGORITHM_NONE;
  if (judge->keys != NULL)
    return VATER_OK;
  if (signature->algorithm.len > 0 && !vt_algorithm_parse(signature->algorithm, &pinned))
    return vt_fail(reason, VATER_E_CONFIG, "AUTH-ALG", "there is no algorithm '%.*s'",
                   VT_STR_ARGS(signature->algorithm));
  return vt_keys_parse(judge->allocator, signature->keys, pinned, &judge->keys, reason);
}

/* Claims of a signed submission stand in its protected header (RFC 7519 section 5.3): the payload
 * has the shape of its format and no room for them. */
static int check_claims(struct vt_judge *judge, struct vater_str header, struct vt_error *reason)
{
  const struct vt_judge_signature *signature = &judge->job->signature;
  if (signature->issuer.len == 0 && signature->audience.len == 0)
    return VATER_OK;
  const struct vt_jose_claims wanted = {.issuer = signature->issuer,
                                        .audience = signature->audience,
                                        .now_ms = signature->now_ms,
                                        .leeway_ms = 60000};
  return vt_jose_check_claims(header, &wanted, reason);
}

static int verify(struct vt_judge *judge, const struct vt_judge_head *head,
                  struct vt_jose_token *token, struct vt_error *reason)
{
  bool compact = judge->job->signature.form == VT_SIGNATURE_COMPACT;
  struct vater_str bytes = judge->pages[judge->page_count - 1].bytes;
  struct vater_str text = compact ? vt_str_trim(bytes) : vt_str_trim(head->signature);
  int status = load_keys(judge, reason);
  const struct vt_jose_guard guard = {.keys = judge->keys, .detached_unencoded = true};
  if (status == VATER_OK)
    status = compact
                 ? vt_jose_verify(&guard, text, VT_LIMIT_PAYLOAD_BYTES, judge->arena, token, reason)
                 : vt_jose_verify_detached(&guard, text, bytes, judge->arena, token, reason);
  if (status != VATER_OK)
    return status;
  struct vater_str header = header_of(judge, text);
  screen_around(judge, header);
  if (compact)
    screen_around(judge, bytes);
  return check_claims(judge, header, reason);
}

/* Of a stored page that is a compact JWS: what is judged, as it was then. */
static void unpack_verified(struct vt_judge *judge, struct vt_judge_head *head)
{
  struct vater_str bytes = judge->pages[judge->page_count - 1].bytes;
  if (judge->job->signature.form != VT_SIGNATURE_COMPACT ||
      (looks_like_document(bytes) && !is_signed_type(head->media_type)))
    return;
  struct vater_str payload = payload_of(judge, vt_str_trim(bytes));
  if (payload.len == 0)
    return;
  use_payload(judge, payload);
  head->media_type = head->charset = VT_STR_NONE;
}

int vt_judge_verify(struct vt_judge *judge, struct vt_judge_head *head, struct vt_judge_page *page,
                    bool *readable, struct vt_error *error)
{
  const struct vt_judge_signature *signature = &judge->job->signature;
  struct vt_jose_token token;
  struct vt_error reason = {0};
  *readable = true;
  if (signature->form == VT_SIGNATURE_NONE)
    return VATER_OK;
  if (signature->verified) {
    unpack_verified(judge, head);
    return VATER_OK;
  }
  bool compact = signature->form == VT_SIGNATURE_COMPACT;
  bool unsigned_page = compact ? looks_like_document(judge->pages[judge->page_count - 1].bytes) &&
                                     !is_signed_type(head->media_type)
                               : head->signature.len == 0;
  if (unsigned_page && !signature->required)
    return VATER_OK;
  *readable = false;
  if (unsigned_page)
    return refuse_unsigned(judge, page, error);
  int status = verify(judge, head, &token, &reason);
  if (status == VATER_E_NOMEM)
    return vt_fail(error, status, "PLUG-LIMIT", "no memory to verify a signature");
  if (status != VATER_OK)
    return refuse(judge, &reason, page, error);
  *readable = true;
  if (!compact)
    return VATER_OK;
  use_payload(judge, token.payload);
  head->media_type = head->charset = VT_STR_NONE;
  return VATER_OK;
}
