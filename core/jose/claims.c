#include "jose/internal.h"
#include "jose/jws.h"

enum { LONGEST_LEEWAY_MS = 60000 };

static int wrong(struct vt_error *error, const char *why)
{
  return vt_fail(error, VATER_E_REFUSED, "AUTH-CLAIMS", "the token's claims do not fit: %s", why);
}

static bool is_text(const json_t *value, struct vater_str wanted)
{
  return json_is_string(value) &&
         vt_str_equal((struct vater_str){json_string_value(value), json_string_length(value)},
                      wanted);
}

static bool has_audience(const json_t *audience, struct vater_str wanted)
{
  size_t index;
  json_t *item;
  if (is_text(audience, wanted))
    return true;
  json_array_foreach(audience, index, item)
  {
    if (is_text(item, wanted))
      return true;
  }
  return false;
}

/* NumericDate (RFC 7519 section 2): seconds, perhaps with a fraction. */
static bool read_time(const json_t *claims, const char *name, double *ms)
{
  const json_t *value = json_object_get(claims, name);
  *ms = json_number_value(value) * 1000.0;
  return json_is_number(value);
}

static int check_times(const json_t *claims, const struct vt_jose_claims *wanted,
                       struct vt_error *error)
{
  double now = (double)wanted->now_ms, at = 0;
  double leeway =
      (double)(wanted->leeway_ms < LONGEST_LEEWAY_MS ? wanted->leeway_ms : LONGEST_LEEWAY_MS);
  if (!read_time(claims, "exp", &at))
    return wrong(error, "exp is missing or no number");
  if (at <= now - leeway)
    return wrong(error, "it has expired (exp)");
  if (json_object_get(claims, "nbf") != NULL && !read_time(claims, "nbf", &at))
    return wrong(error, "nbf is no number");
  if (json_object_get(claims, "nbf") != NULL && at > now + leeway)
    return wrong(error, "it is not valid yet (nbf)");
  if (json_object_get(claims, "iat") != NULL && !read_time(claims, "iat", &at))
    return wrong(error, "iat is no number");
  if (json_object_get(claims, "iat") != NULL && at > now + leeway)
    return wrong(error, "it was issued in the future (iat); one of the clocks is wrong");
  return VATER_OK;
}

static int check_all(const json_t *claims, const struct vt_jose_claims *wanted,
                     struct vt_error *error)
{
  if (!json_is_object(claims))
    return wrong(error, "they are not one JSON object without duplicate names");
  if (wanted->issuer.len > 0 && !is_text(json_object_get(claims, "iss"), wanted->issuer))
    return wrong(error, "it is of another issuer (iss)");
  if (wanted->subject.len > 0 && !is_text(json_object_get(claims, "sub"), wanted->subject))
    return wrong(error, "it is about somebody else (sub)");
  if (wanted->audience.len > 0 && !has_audience(json_object_get(claims, "aud"), wanted->audience))
    return wrong(error, "it is for somebody else (aud)");
  return check_times(claims, wanted, error);
}

int vt_jose_check_claims(struct vater_str payload, const struct vt_jose_claims *wanted,
                         struct vt_error *error)
{
  json_t *claims =
      payload.len > 0 ? json_loadb(payload.ptr, payload.len, JSON_REJECT_DUPLICATES, NULL) : NULL;
  int status = check_all(claims, wanted, error);
  json_decref(claims);
  return status;
}
