#include "net/reasons.h"

#include "base/encode.h"
#include "base/limits.h"

#include <curl/curl.h>
#include <errno.h>

enum { EXCERPT_BYTES = 160, LONGEST_DIGITS = 5, RATIO_FREE_BYTES = 1024 * 1024 };

/* the short names that reasons.def uses */
enum {
  NAME = VT_NET_PHASE_NAME,
  CONNECT = VT_NET_PHASE_CONNECT,
  TLS = VT_NET_PHASE_TLS,
  ASK = VT_NET_PHASE_ASK,
  HEAD = VT_NET_PHASE_HEAD,
  BODY = VT_NET_PHASE_BODY,
  ANY = VT_NET_PHASE_ANY
};

#define NOTHING_TEXT(phases, part, code, sentence)
#define NOTHING_NUMBER(number, code, sentence)
#define NOTHING_CURL(phases, number, code, sentence)
#define NOTHING_STATUS(first, last, code, sentence)

struct text_row {
  unsigned phases;
  const char *part;
  struct vt_net_reason reason;
};

struct number_row {
  unsigned phases;
  long first, last;
  struct vt_net_reason reason;
};

static const struct text_row text_rows[] = {
#define VT_NET_TEXT(phases, part, code, sentence) {phases, part, {code, sentence}},
#define VT_NET_VERIFY NOTHING_NUMBER
#define VT_NET_SYSTEM NOTHING_NUMBER
#define VT_NET_CURL NOTHING_CURL
#define VT_NET_STATUS NOTHING_STATUS
#include "net/reasons.def"
#undef VT_NET_TEXT
#undef VT_NET_VERIFY
};

static const struct number_row verify_rows[] = {
#define VT_NET_TEXT NOTHING_TEXT
#define VT_NET_VERIFY(number, code, sentence) {ANY, number, number, {code, sentence}},
#include "net/reasons.def"
#undef VT_NET_VERIFY
#undef VT_NET_SYSTEM
};

static const struct number_row system_rows[] = {
#define VT_NET_VERIFY NOTHING_NUMBER
#define VT_NET_SYSTEM(number, code, sentence) {ANY, number, number, {code, sentence}},
#include "net/reasons.def"
#undef VT_NET_SYSTEM
#undef VT_NET_CURL
};

static const struct number_row curl_rows[] = {
#define VT_NET_SYSTEM NOTHING_NUMBER
#define VT_NET_CURL(phases, number, code, sentence) {phases, number, number, {code, sentence}},
#include "net/reasons.def"
#undef VT_NET_CURL
#undef VT_NET_STATUS
};

static const struct number_row status_rows[] = {
#define VT_NET_CURL NOTHING_CURL
#define VT_NET_STATUS(first, last, code, sentence) {ANY, first, last, {code, sentence}},
#include "net/reasons.def"
};

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static const struct vt_net_reason *find(const struct number_row *rows, size_t count, unsigned phase,
                                        long number)
{
  for (size_t i = 0; i < count; i++)
    if ((rows[i].phases & phase) != 0 && number >= rows[i].first && number <= rows[i].last)
      return &rows[i].reason;
  return NULL;
}

static const struct vt_net_reason *find_text(unsigned phase, const char *message)
{
  struct vater_str text = vt_str(message);
  for (size_t i = 0; i < COUNT(text_rows); i++)
    if ((text_rows[i].phases & phase) != 0 &&
        vt_str_find(text, vt_str(text_rows[i].part), 0) < text.len)
      return &text_rows[i].reason;
  return NULL;
}

struct vt_net_reason vt_net_reason_transfer(enum vt_net_phase phase, int curl, long verify,
                                            int system, const char *message)
{
  const struct vt_net_reason *reason = NULL;
  if (phase == VT_NET_PHASE_TLS && verify != 0)
    reason = find(verify_rows, COUNT(verify_rows), phase, verify);
  if (reason == NULL)
    reason = find_text(phase, message);
  if (reason == NULL && curl == CURLE_COULDNT_CONNECT)
    reason = find(system_rows, COUNT(system_rows), phase, system);
  if (reason == NULL)
    reason = find(curl_rows, COUNT(curl_rows), phase, curl);
  if (reason != NULL)
    return *reason;
  return (struct vt_net_reason){"HTTP-PROTOCOL", "the exchange failed"};
}

struct vt_net_reason vt_net_reason_status(int status)
{
  if (status >= 200 && status <= 204)
    return (struct vt_net_reason){NULL, NULL};
  const struct vt_net_reason *reason = find(status_rows, COUNT(status_rows), ANY, status);
  if (reason != NULL)
    return *reason;
  return (struct vt_net_reason){"HTTP-STATUS", "no status of HTTP"};
}

static struct vater_str type_parameter(struct vater_str type, struct vater_str name)
{
  for (size_t at = vt_str_find(type, VT_STR(";"), 0); at < type.len;) {
    size_t end = vt_str_find(type, VT_STR(";"), at + 1);
    struct vater_str part = vt_str_trim(vt_str_slice(type, at + 1, end));
    size_t equals = vt_str_find(part, VT_STR("="), 0);
    if (vt_str_equal_nocase(vt_str_trim(vt_str_slice(part, 0, equals)), name)) {
      struct vater_str value = vt_str_trim(vt_str_slice(part, equals + 1, part.len));
      bool quoted = value.len > 1 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"';
      return quoted ? vt_str_slice(value, 1, value.len - 1) : value;
    }
    at = end;
  }
  return VT_STR_NONE;
}

bool vt_net_type_accepted(struct vater_str content_type, const char *const *accepted)
{
  if (accepted == NULL || content_type.len == 0)
    return true;
  struct vater_str charset = type_parameter(content_type, VT_STR("charset"));
  if (charset.len > 0 && !vt_str_equal_nocase(charset, VT_STR("utf-8")) &&
      !vt_str_equal_nocase(charset, VT_STR("us-ascii")))
    return false;
  size_t end = vt_str_find(content_type, VT_STR(";"), 0);
  struct vater_str type = vt_str_trim(vt_str_slice(content_type, 0, end));
  for (; *accepted != NULL; accepted++)
    if (vt_str_equal_nocase(type, vt_str(*accepted)))
      return true;
  return false;
}

bool vt_net_is_bomb(uint64_t decoded, uint64_t wire)
{
  return decoded > RATIO_FREE_BYTES && wire > 0 && decoded > wire * VT_LIMIT_GZIP_RATIO;
}

static size_t count_digits(struct vater_str text, size_t at)
{
  size_t end = at;
  while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9')
    end++;
  return end - at;
}

int vt_net_excerpt(struct vater_str body, struct vt_buffer *out)
{
  char masked[EXCERPT_BYTES];
  size_t len = 0;
  for (size_t at = 0; at < body.len && len < sizeof masked;) {
    size_t digits = count_digits(body, at);
    size_t take = digits > 0 ? digits : 1;
    if (take > sizeof masked - len)
      break;
    unsigned char c = (unsigned char)body.ptr[at];
    if (digits > LONGEST_DIGITS)
      memset(masked + len, '#', take);
    else if (c <= 0x20)
      masked[len] = ' ';
    else
      memcpy(masked + len, body.ptr + at, take);
    bool doubled = c <= 0x20 && (len == 0 || masked[len - 1] == ' ');
    len += doubled ? 0 : take;
    at += take;
  }
  return vt_encode_terminal(out, (struct vater_str){masked, len});
}
