#include "base/date.h"
#include "base/number.h"
#include "net/internal.h"

#include <stdio.h>
#include <unistd.h>

enum { EXPIRING_DAYS = 30, DAY_MS = 24 * 3600 * 1000 };

/* Moves *rest behind the next line of a head and gives its name and value; false at the end. */
static bool next_header(struct vater_str *rest, struct vater_str *name, struct vater_str *value)
{
  while (rest->len > 0) {
    size_t end = vt_str_find(*rest, VT_STR("\n"), 0);
    struct vater_str line = vt_str_slice(*rest, 0, end);
    *rest = vt_str_slice(*rest, end + 1, rest->len);
    size_t colon = vt_str_find(line, VT_STR(":"), 0);
    if (colon == line.len || vt_str_starts(line, VT_STR("HTTP/")))
      continue;
    *name = vt_str_slice(line, 0, colon);
    *value = vt_str_trim(vt_str_slice(line, colon + 1, line.len));
    return true;
  }
  return false;
}

bool vt_net_head_find(const struct vt_net_exchange *exchange, struct vater_str name,
                      struct vater_str *value)
{
  struct vater_str rest = vt_buffer_str(&exchange->head), found, text;
  while (next_header(&rest, &found, &text))
    if (vt_str_equal_nocase(found, name)) {
      *value = text;
      return true;
    }
  *value = VT_STR_NONE;
  return false;
}

int vt_net_answer_list(struct vt_net_exchange *exchange)
{
  struct vt_net_answer *answer = &exchange->answer;
  struct vater_str rest = vt_buffer_str(&exchange->head), name, value;
  uint32_t count = 0;
  while (next_header(&rest, &name, &value))
    count++;
  struct vt_net_header *list = vt_arena_array(exchange->arena, count, sizeof *list);
  answer->headers = list;
  answer->header_count = 0;
  if (list == NULL)
    return count == 0 ? VATER_OK : VATER_E_NOMEM;
  rest = vt_buffer_str(&exchange->head);
  while (next_header(&rest, &name, &value))
    list[answer->header_count++] = (struct vt_net_header){name, value, false};
  return VATER_OK;
}

bool vt_net_answer_header(const struct vt_net_answer *answer, const char *name,
                          struct vater_str *value)
{
  for (uint32_t i = 0; i < answer->header_count; i++)
    if (vt_str_equal_nocase(answer->headers[i].name, vt_str(name))) {
      *value = answer->headers[i].value;
      return true;
    }
  *value = VT_STR_NONE;
  return false;
}

bool vt_net_answer_expiring(const struct vt_net_answer *answer, int64_t now_ms, int64_t *days)
{
  *days = 0;
  if (answer->certificate_until_ms == 0)
    return false;
  *days = (answer->certificate_until_ms - now_ms) / DAY_MS;
  return *days < EXPIRING_DAYS;
}

static int64_t milliseconds(CURL *easy, CURLINFO info)
{
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, info, &microseconds);
  return (int64_t)(microseconds / 1000);
}

static enum vt_net_framing framing_of(const struct vt_net_exchange *exchange)
{
  struct vater_str value;
  if (!exchange->head_done)
    return VT_NET_FRAMING_NONE;
  if (vt_net_head_find(exchange, VT_STR("transfer-encoding"), &value))
    return VT_NET_FRAMING_CHUNKED;
  if (vt_net_head_find(exchange, VT_STR("content-length"), &value))
    return VT_NET_FRAMING_LENGTH;
  return VT_NET_FRAMING_CLOSE;
}

static int http_version(CURL *easy)
{
  long version = 0;
  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  switch (version) {
  case CURL_HTTP_VERSION_1_0:
    return 10;
  case CURL_HTTP_VERSION_1_1:
    return 11;
  case CURL_HTTP_VERSION_2_0:
    return 20;
  default:
    return 0;
  }
}

/* "Nov 22 19:57:07 2026 GMT", as OpenSSL prints it */
static bool parse_expiry(struct vater_str text, int64_t *ms)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  uint64_t day = 0, year = 0;
  size_t end = vt_str_find(text, VT_STR(" GMT"), 0);
  if (end < 17 || !vt_number_uint64(vt_str_trim(vt_str_slice(text, 4, 6)), &day) ||
      !vt_number_uint64(vt_str_slice(text, end - 4, end), &year) || year > 9999)
    return false;
  size_t month = vt_str_find(vt_str(months), vt_str_slice(text, 0, 3), 0) / 3;
  if (month >= 12 || day < 1 || day > 31)
    return false;
  *ms = vt_date_from_civil((int64_t)year, (unsigned)month + 1, (unsigned)day) * DAY_MS;
  return true;
}

/* The common name, or all of the subject where it has none. */
static struct vater_str name_of(const struct curl_slist *certificate)
{
  static const char prefix[] = "Subject:";
  for (; certificate != NULL; certificate = certificate->next) {
    if (strncmp(certificate->data, prefix, sizeof prefix - 1) != 0)
      continue;
    struct vater_str subject = vt_str(certificate->data + sizeof prefix - 1);
    size_t at = vt_str_find(subject, VT_STR("CN = "), 0);
    if (at == subject.len)
      return subject;
    return vt_str_slice(subject, at + 5, vt_str_find(subject, VT_STR(","), at));
  }
  return VT_STR("?");
}

static void note_chain(struct vt_net_exchange *exchange, const struct curl_certinfo *info)
{
  struct vt_buffer names;
  vt_buffer_init(&names, &exchange->net->environment->allocator, VT_LIMIT_HEADER_BYTES);
  for (int i = 0; i < info->num_of_certs; i++) {
    struct vater_str name = name_of(info->certinfo[i]);
    vt_buffer_format(&names, "%s%.*s", i > 0 ? " < " : "", VT_STR_ARGS(name));
  }
  if (exchange->origin->certificate_chain == NULL && !names.failed)
    exchange->origin->certificate_chain =
        vt_arena_copy(exchange->net->arena, vt_buffer_str(&names)).ptr;
  vt_buffer_fini(&names);
}

static void note_certificate(struct vt_net_exchange *exchange)
{
  static const char prefix[] = "Expire date:";
  struct curl_certinfo *info = NULL;
  curl_easy_getinfo(exchange->easy, CURLINFO_CERTINFO, &info);
  struct curl_slist *at = info != NULL && info->num_of_certs > 0 ? info->certinfo[0] : NULL;
  int64_t until = 0;
  for (; at != NULL; at = at->next)
    if (strncmp(at->data, prefix, sizeof prefix - 1) == 0 &&
        parse_expiry(vt_str(at->data + sizeof prefix - 1), &until))
      exchange->origin->certificate_until_ms = until;
  if (info != NULL && info->num_of_certs > 0)
    note_chain(exchange, info);
  exchange->answer.certificate_until_ms = exchange->origin->certificate_until_ms;
  exchange->answer.certificate_chain = exchange->origin->certificate_chain;
  exchange->answer.sent = vt_buffer_str(&exchange->request_head);
}

static void note_facts(struct vt_net_exchange *exchange)
{
  struct vt_net_answer *answer = &exchange->answer;
  CURL *easy = exchange->easy;
  const char *address = NULL;
  curl_off_t wire = 0;
  curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
  if (address != NULL)
    vt_text_copy(answer->address, sizeof answer->address, vt_str(address));
  curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &wire);
  answer->wire_bytes = (uint64_t)wire;
  answer->http_version = http_version(easy);
  answer->framing = framing_of(exchange);
  answer->dns_ms = milliseconds(easy, CURLINFO_NAMELOOKUP_TIME_T);
  answer->connect_ms = milliseconds(easy, CURLINFO_CONNECT_TIME_T);
  answer->tls_ms = milliseconds(easy, CURLINFO_APPCONNECT_TIME_T);
  answer->first_byte_ms = milliseconds(easy, CURLINFO_STARTTRANSFER_TIME_T);
  answer->total_ms = milliseconds(easy, CURLINFO_TOTAL_TIME_T);
  note_certificate(exchange);
}

static bool is_tls(CURLcode code)
{
  return code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION ||
         code == CURLE_SSL_CIPHER || code == CURLE_SSL_ISSUER_ERROR;
}

static enum vt_net_phase phase_of(const struct vt_net_exchange *exchange, CURLcode code)
{
  if (exchange->head_done)
    return VT_NET_PHASE_BODY;
  if (exchange->sent)
    return exchange->head.len > 0 ? VT_NET_PHASE_HEAD : VT_NET_PHASE_ASK;
  if (exchange->connected || is_tls(code))
    return VT_NET_PHASE_TLS;
  return exchange->socket_made ? VT_NET_PHASE_CONNECT : VT_NET_PHASE_NAME;
}

static struct vater_str
concealed(const struct vt_net_exchange *exchange, struct vt_arena *arena, struct vater_str text,
          size_t most, void (*conceal)(const struct vt_net_exchange *, struct vt_buffer *))
{
  struct vt_buffer copy;
  vt_buffer_init(&copy, &exchange->net->environment->allocator, VT_LIMIT_PAYLOAD_BYTES);
  vt_buffer_append(&copy, text);
  conceal(exchange, &copy);
  struct vater_str kept =
      copy.failed ? VT_STR_NONE : vt_arena_copy(arena, vt_str_slice(vt_buffer_str(&copy), 0, most));
  vt_buffer_fini(&copy);
  return kept;
}

struct vater_str vt_net_exchange_shown(const struct vt_net_exchange *exchange,
                                       struct vt_arena *arena, struct vater_str text, size_t most)
{
  return concealed(exchange, arena, text, most, vt_net_exchange_conceal);
}

static struct vater_str shown(const struct vt_net_exchange *exchange, struct vater_str text,
                              size_t most)
{
  return vt_net_exchange_shown(exchange, exchange->arena, text, most);
}

static int fail(struct vt_net_exchange *exchange, int status, const char *code,
                const char *sentence, struct vater_str detail)
{
  struct vt_error *error = &exchange->answer.error;
  struct vater_str host = exchange->url.origin;
  size_t scheme = vt_str_find(host, VT_STR("://"), 0);
  host = vt_str_slice(host, scheme + 3, host.len);
  vt_fail(error, status, code, "%.*s: %s%s%.*s%s", VT_STR_ARGS(host), sentence,
          detail.len > 0 ? " (" : "", VT_STR_ARGS(detail), detail.len > 0 ? ")" : "");
  vt_error_at(error, exchange->url.text, 0, 0);
  return status;
}

static void fail_stopped(struct vt_net_exchange *exchange)
{
  struct vater_str value;
  switch (exchange->stop) {
  case VT_NET_STOP_HEADERS:
    fail(exchange, VATER_E_LIMIT, "HTTP-HEADERS", "the answer's headers are too large",
         VT_STR("limit HEADER_BYTES"));
    return;
  case VT_NET_STOP_INTERIM:
    fail(exchange, VATER_E_LIMIT, "HTTP-HEADERS", "interim answers without end",
         VT_STR("limit INTERIM_ANSWERS"));
    return;
  case VT_NET_STOP_ENCODING:
    vt_net_head_find(exchange, VT_STR("content-encoding"), &value);
    fail(exchange, VATER_E_DECODE, "HTTP-BOMB",
         "the body is compressed otherwise than once by gzip, all that was asked for",
         shown(exchange, value, 40));
    return;
  case VT_NET_STOP_TYPE:
    vt_net_head_find(exchange, VT_STR("content-type"), &value);
    fail(exchange, VATER_E_DECODE, "HTTP-TYPE", "the answer is not of a type that can be read",
         shown(exchange, value, 80));
    return;
  case VT_NET_STOP_TOOBIG:
    fail(exchange, VATER_E_LIMIT, "HTTP-TOOBIG", "the body is larger than allowed",
         VT_STR("limit PAYLOAD_BYTES"));
    return;
  case VT_NET_STOP_BOMB:
    fail(exchange, VATER_E_LIMIT, "HTTP-BOMB", "the compressed body grows out of all proportion",
         VT_STR("limit GZIP_RATIO"));
    return;
  default:
    fail(exchange, VATER_E_IO, "OPS-FILE", "the body could not be kept on our side", VT_STR_NONE);
  }
}

static void fail_guarded(struct vt_net_exchange *exchange)
{
  char detail[160];
  int len = snprintf(detail, sizeof detail, "%s is a %s address", exchange->refused,
                     vt_net_address_name(exchange->refused_kind));
  bool http = vt_str_is(exchange->url.scheme, "http");
  fail(exchange, VATER_E_REFUSED, "NET-SSRF",
       http ? "http is spoken to loopback only" : "the address is not allowed for this actor",
       (struct vater_str){detail, (size_t)len});
}

static bool out_of_run(const struct vt_net_exchange *exchange)
{
  const struct vt_net_options *options = &exchange->net->options;
  int64_t now = vt_net_now(exchange->net);
  return options->deadline_ms > 0 && exchange->deadline_ms == options->deadline_ms &&
         now >= options->deadline_ms && now - exchange->begun_ms < options->attempt_ms;
}

static void fail_transfer(struct vt_net_exchange *exchange, CURLcode code)
{
  long verify = 0, system = 0;
  curl_easy_getinfo(exchange->easy, CURLINFO_SSL_VERIFYRESULT, &verify);
  curl_easy_getinfo(exchange->easy, CURLINFO_OS_ERRNO, &system);
  if (code == CURLE_OPERATION_TIMEDOUT && out_of_run(exchange)) {
    fail(exchange, VATER_E_TIMEOUT, "NET-DEADLINE", "the run's time was up before the answer",
         VT_STR_NONE);
    return;
  }
  const char *message = exchange->message[0] != '\0' ? exchange->message : curl_easy_strerror(code);
  struct vt_net_reason reason =
      vt_net_reason_transfer(phase_of(exchange, code), (int)code, verify, (int)system, message);
  int status = code == CURLE_OPERATION_TIMEDOUT ? VATER_E_TIMEOUT : VATER_E_IO;
  fail(exchange, status, reason.code, reason.sentence, vt_str(message));
}

static void fail_redirect(struct vt_net_exchange *exchange, struct vt_net_reason reason)
{
  char detail[300];
  const char *target = NULL;
  struct vt_net_url url;
  curl_easy_getinfo(exchange->easy, CURLINFO_REDIRECT_URL, &target);
  struct vater_str to = vt_str(target);
  /* an origin is a name that somebody must look for, however long */
  if (vt_net_url_parse(to, exchange->arena, &url, NULL) == VATER_OK)
    to = concealed(exchange, exchange->arena, url.origin, 200, vt_net_conceal_own);
  else
    to = shown(exchange, to, 200);
  int len = snprintf(detail, sizeof detail, "%d to %.*s; redirects are not followed",
                     exchange->answer.status, VT_STR_ARGS(to));
  fail(exchange, VATER_E_REFUSED, reason.code, reason.sentence,
       (struct vater_str){detail, (size_t)len});
}

static void fail_status(struct vt_net_exchange *exchange, struct vt_net_reason reason)
{
  int status = strcmp(reason.code, "AUTH-API") == 0 ? VATER_E_AUTH : VATER_E_IO;
  if (strcmp(reason.code, "HTTP-REDIRECT") == 0) {
    fail_redirect(exchange, reason);
    return;
  }
  struct vt_buffer detail;
  vt_buffer_init(&detail, &exchange->net->environment->allocator, 1024);
  vt_buffer_format(&detail, "status %d", exchange->answer.status);
  if (exchange->body.len > 0) {
    vt_buffer_text(&detail, ": ");
    struct vater_str body = vt_buffer_str(&exchange->body);
    vt_net_excerpt(shown(exchange, body, body.len), &detail);
  }
  fail(exchange, status, reason.code, reason.sentence, vt_buffer_str(&detail));
  vt_buffer_fini(&detail);
}

static void succeed(struct vt_net_exchange *exchange)
{
  struct vt_net_answer *answer = &exchange->answer;
  if (answer->status == 204)
    answer->result = VT_NET_NIL;
  else if (answer->body_bytes == 0)
    fail(exchange, VATER_E_DECODE, "HTTP-EMPTY", "the answer has no body", VT_STR_NONE);
  else
    answer->result = VT_NET_RECEIVED;
}

static bool is_unchanged(const struct vt_net_exchange *exchange)
{
  const struct vt_net_request *request = &exchange->request;
  return exchange->answer.status == 304 &&
         (request->etag.len > 0 || request->last_modified.len > 0);
}

void vt_net_answer_judge(struct vt_net_exchange *exchange, CURLcode code)
{
  struct vt_net_answer *answer = &exchange->answer;
  note_facts(exchange);
  struct vt_net_reason reason = {NULL, NULL};
  if (exchange->head_done)
    reason = vt_net_reason_status(answer->status);
  if (exchange->stop != VT_NET_STOP_NONE && exchange->stop != VT_NET_STOP_REFUSAL)
    fail_stopped(exchange);
  else if (exchange->refused[0] != '\0' && code == CURLE_COULDNT_CONNECT)
    fail_guarded(exchange);
  else if (is_unchanged(exchange))
    answer->result = VT_NET_UNCHANGED;
  else if (reason.code != NULL)
    fail_status(exchange, reason);
  else if (code != CURLE_OK)
    fail_transfer(exchange, code);
  else
    succeed(exchange);
  if (exchange->request.sink >= 0 && answer->result != VT_NET_RECEIVED &&
      ftruncate(exchange->request.sink, 0) != 0)
    fail(exchange, VATER_E_IO, "OPS-FILE", "the sink of a body cannot be cut", VT_STR_NONE);
}
