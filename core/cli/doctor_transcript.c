#include "cli/doctor.h"

#include "base/encode.h"
#include "base/limits.h"
#include "judge/screen.h"

#include <jansson.h>
#include <stdlib.h>

enum { LINE_LARGEST = 2048 };

/* Answer headers that may carry a secret or somebody's session. */
static bool is_closed(struct vater_str name)
{
  static const char *const closed[] = {"Set-Cookie", "Authorization", "Proxy-Authorization",
                                       "Authentication-Info"};
  for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
    if (vt_str_equal_nocase(name, vt_str(closed[i])))
      return true;
  return false;
}

/* One line, every control character visible, person numbers out; of what is `theirs` what it quotes
 * of ours too. */
static void put(struct vt_doctor *doctor, const char *mark, bool theirs, struct vater_str text)
{
  struct vt_buffer masked;
  vt_buffer_init(&masked, &doctor->environment->allocator, VT_LIMIT_HEADER_BYTES * 4);
  vt_buffer_append(&masked, text);
  if (theirs)
    vt_net_exchange_conceal(doctor->exchange, &masked);
  vt_screen_mask_hits(masked.bytes, masked.len);
  vt_buffer_format(&doctor->transcript, "%s", mark);
  vt_encode_terminal(&doctor->transcript, vt_str_slice(vt_buffer_str(&masked), 0, LINE_LARGEST));
  vt_buffer_char(&doctor->transcript, '\n');
  vt_buffer_fini(&masked);
}

static void put_lines(struct vt_doctor *doctor, const char *mark, struct vater_str text)
{
  for (size_t at = 0; at < text.len;) {
    size_t end = vt_str_find(text, VT_STR("\n"), at);
    put(doctor, mark, false, vt_str_slice(text, at, end));
    at = end + 1;
  }
}

static void put_headers(struct vt_doctor *doctor, const struct vt_net_answer *answer)
{
  struct vt_buffer line;
  vt_buffer_init(&line, &doctor->environment->allocator, VT_LIMIT_HEADER_BYTES);
  for (uint32_t i = 0; i < answer->header_count; i++) {
    struct vater_str name = answer->headers[i].name, value = answer->headers[i].value;
    if (is_closed(name))
      vt_buffer_format(&line, "%.*s (%zu bytes)", VT_STR_ARGS(name), value.len);
    else
      vt_buffer_format(&line, "%.*s: %.*s", VT_STR_ARGS(name), VT_STR_ARGS(value));
    put(doctor, "< ", true, vt_buffer_str(&line));
    vt_buffer_reset(&line);
  }
  vt_buffer_fini(&line);
}

/* Of a token service's answer everything but the token; payloads never. */
static void put_body(struct vt_doctor *doctor, struct vater_str body)
{
  static const char *const tokens[] = {"access_token", "refresh_token", "id_token"};
  json_t *object = body.len > 0 ? json_loadb(body.ptr, body.len, 0, NULL) : NULL;
  for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
    if (json_object_get(object, tokens[i]) != NULL)
      json_object_set_new(object, tokens[i], json_string("(not shown)"));
  char *text = json_is_object(object) ? json_dumps(object, JSON_COMPACT) : NULL;
  if (text != NULL)
    put(doctor, "<   ", true, vt_str(text));
  else if (body.len > 0)
    vt_buffer_format(&doctor->transcript, "<   (%zu bytes that are no JSON object)\n", body.len);
  free(text);
  json_decref(object);
}

void vt_doctor_write(struct vt_doctor *doctor, enum vt_run_purpose purpose)
{
  const struct vt_net_answer *answer = vt_net_exchange_answer(doctor->exchange);
  static const char *const purposes[] = {"reach the endpoint", "token service", "keys", "page"};
  vt_buffer_format(&doctor->transcript,
                   "* %s: %u tries, dns %lld ms, connect %lld ms, tls %lld ms, in all %lld ms\n",
                   purposes[purpose], answer->try_count, (long long)answer->dns_ms,
                   (long long)answer->connect_ms, (long long)answer->tls_ms,
                   (long long)answer->total_ms);
  put(doctor, "> ", false, answer->url);
  put_lines(doctor, "> ", answer->sent);
  if (answer->status != 0)
    vt_buffer_format(&doctor->transcript, "< HTTP/%d.%d %d from %s\n", answer->http_version / 10,
                     answer->http_version % 10, answer->status, answer->address);
  put_headers(doctor, answer);
  if (purpose == VT_RUN_TOKEN)
    put_body(doctor, answer->body);
  if (answer->error.text[0] != '\0') {
    vt_buffer_format(&doctor->transcript, "! %s ", answer->error.code);
    put(doctor, "", false, vt_str(answer->error.text));
  }
  vt_buffer_char(&doctor->transcript, '\n');
}
