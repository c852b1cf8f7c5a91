#include "base/conceal.h"
#include "net/internal.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int64_t vt_net_now(const struct vt_net *net)
{
  const struct vt_clock *clock = &net->environment->clock;
  return clock->monotonic_ms(clock->context);
}

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
  struct vt_net_exchange *exchange = user;
  (void)purpose;
  exchange->socket_made = true;
  enum vt_net_address judged = vt_net_address_judge(&address->addr, address->addrlen);
  bool allowed = vt_net_address_allowed(judged, exchange->request.allow);
  if (vt_str_is(exchange->url.scheme, "http") && judged != VT_NET_ADDRESS_LOOPBACK)
    allowed = false;
  if (!allowed) {
    exchange->refused_kind = judged;
    vt_net_address_print(&address->addr, address->addrlen, exchange->refused);
    return CURL_SOCKET_BAD;
  }
  exchange->socket = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  return exchange->socket;
}

/* A connection outlives the exchange that made it, so the user here is the net. Whether TCP stood
 * tells a failed connect from a failed handshake; libcurl's own timer does not say. */
static int close_socket(void *user, curl_socket_t fd)
{
  struct vt_net *net = user;
  struct sockaddr_storage peer;
  socklen_t len = sizeof peer;
  bool stood = getpeername(fd, (struct sockaddr *)&peer, &len) == 0;
  for (struct vt_net_exchange *at = net->active.first; at != NULL; at = at->after)
    if (at->socket == fd) {
      at->connected = at->connected || stood;
      at->socket = -1;
    }
  return close(fd);
}

static int on_sent(void *user, char *remote, char *local, int remote_port, int local_port)
{
  struct vt_net_exchange *exchange = user;
  (void)remote, (void)local, (void)remote_port, (void)local_port;
  exchange->sent = true;
  return CURL_PREREQFUNC_OK;
}

static uint64_t body_limit(const struct vt_net_exchange *exchange)
{
  return exchange->request.body_limit > 0 ? exchange->request.body_limit : VT_LIMIT_PAYLOAD_BYTES;
}

static bool brings_payload(const struct vt_net_exchange *exchange)
{
  return vt_net_reason_status(exchange->answer.status).code == NULL;
}

static void note_encoding(struct vt_net_exchange *exchange, struct vater_str value)
{
  if (vt_str_equal_nocase(value, VT_STR("identity")))
    return;
  bool gzip =
      vt_str_equal_nocase(value, VT_STR("gzip")) || vt_str_equal_nocase(value, VT_STR("x-gzip"));
  exchange->encodings++;
  exchange->compressed = true;
  if (!gzip || exchange->encodings > 1)
    exchange->stop = VT_NET_STOP_ENCODING;
}

static void judge_head(struct vt_net_exchange *exchange)
{
  long status = 0;
  curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
  exchange->answer.status = (int)status;
  if (status >= 100 && status < 200) {
    exchange->interim++;
    if (exchange->interim > VT_LIMIT_INTERIM_ANSWERS)
      exchange->stop = VT_NET_STOP_INTERIM;
    return;
  }
  exchange->head_done = true;
  if (!brings_payload(exchange) || exchange->stop != VT_NET_STOP_NONE)
    return;
  struct vater_str type = VT_STR_NONE;
  vt_net_head_find(exchange, VT_STR("content-type"), &type);
  curl_off_t length = -1;
  curl_easy_getinfo(exchange->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (status != 204 && !vt_net_type_accepted(type, exchange->request.media_types))
    exchange->stop = VT_NET_STOP_TYPE;
  else if (length > 0 && (uint64_t)length > body_limit(exchange))
    exchange->stop = VT_NET_STOP_TOOBIG;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *user)
{
  struct vt_net_exchange *exchange = user;
  (void)size;
  struct vater_str line = {bytes, count};
  if (exchange->head_done) /* trailers are not used */
    return count;
  if (vt_str_starts(line, VT_STR("HTTP/"))) {
    vt_buffer_reset(&exchange->head);
    exchange->encodings = 0;
  }
  if (vt_buffer_append(&exchange->head, line) != VATER_OK)
    exchange->stop = VT_NET_STOP_HEADERS;
  struct vater_str name = VT_STR("content-encoding:");
  if (vt_str_equal_nocase(vt_str_slice(line, 0, name.len), name))
    note_encoding(exchange, vt_str_trim(vt_str_slice(line, name.len, line.len)));
  if (vt_str_trim(line).len == 0)
    judge_head(exchange);
  return exchange->stop == VT_NET_STOP_NONE ? count : 0;
}

static bool write_sink(struct vt_net_exchange *exchange, struct vater_str part)
{
  off_t at = (off_t)exchange->answer.body_bytes;
  while (part.len > 0) {
    ssize_t done = pwrite(exchange->request.sink, part.ptr, part.len, at);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return false;
    part = vt_str_slice(part, (size_t)done, part.len);
    at += done;
  }
  return true;
}

static uint64_t wire_bytes(const struct vt_net_exchange *exchange)
{
  curl_off_t wire = 0;
  curl_easy_getinfo(exchange->easy, CURLINFO_SIZE_DOWNLOAD_T, &wire);
  return (uint64_t)wire;
}

static enum vt_net_stop keep_payload(struct vt_net_exchange *exchange, struct vater_str part)
{
  uint64_t decoded = exchange->answer.body_bytes + part.len;
  if (exchange->compressed && vt_net_is_bomb(decoded, wire_bytes(exchange)))
    return VT_NET_STOP_BOMB;
  if (decoded > body_limit(exchange))
    return VT_NET_STOP_TOOBIG;
  if (exchange->request.sink >= 0)
    return write_sink(exchange, part) ? VT_NET_STOP_NONE : VT_NET_STOP_SINK;
  return vt_buffer_append(&exchange->body, part) == VATER_OK ? VT_NET_STOP_NONE : VT_NET_STOP_SINK;
}

static enum vt_net_stop keep_refusal(struct vt_net_exchange *exchange, struct vater_str part)
{
  uint64_t limit = exchange->request.sink < 0 ? body_limit(exchange) : VT_LIMIT_REFUSAL_BYTES;
  size_t room = limit > exchange->body.len ? (size_t)(limit - exchange->body.len) : 0;
  struct vater_str kept = vt_str_slice(part, 0, part.len < room ? part.len : room);
  if (vt_buffer_append(&exchange->body, kept) != VATER_OK)
    return VT_NET_STOP_SINK;
  return kept.len < part.len ? VT_NET_STOP_REFUSAL : VT_NET_STOP_NONE;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
  struct vt_net_exchange *exchange = user;
  (void)size;
  struct vater_str part = {bytes, count};
  exchange->stop =
      brings_payload(exchange) ? keep_payload(exchange, part) : keep_refusal(exchange, part);
  exchange->answer.body_bytes += count;
  return exchange->stop == VT_NET_STOP_NONE ? count : 0;
}

static bool is_token(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))
      return false;
  }
  return text.len > 0;
}

static bool is_header_value(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++)
    if (((unsigned char)text.ptr[i] < 0x20 && text.ptr[i] != '\t') || text.ptr[i] == 0x7f)
      return false;
  return true;
}

/* Headers whose value is never a secret. */
static bool is_open(struct vater_str name)
{
  static const char *const open[] = {"Accept", "Accept-Encoding", "Content-Type", "If-None-Match",
                                     "If-Modified-Since"};
  for (size_t i = 0; i < sizeof open / sizeof *open; i++)
    if (vt_str_equal_nocase(name, vt_str(open[i])))
      return true;
  return false;
}

static void note_sent(struct vt_net_exchange *exchange, struct vater_str name,
                      struct vater_str value)
{
  if (is_open(name))
    vt_buffer_format(&exchange->request_head, "%.*s: %.*s\n", VT_STR_ARGS(name),
                     VT_STR_ARGS(value));
  else
    vt_buffer_format(&exchange->request_head, "%.*s (%zu bytes)\n", VT_STR_ARGS(name), value.len);
}

/* Kept for as long as somebody may quote the answer. */
static int note_credential(struct vt_net_exchange *exchange, struct vater_str value)
{
  int status = vt_buffer_append(&exchange->credentials, value);
  return status == VATER_OK ? vt_buffer_char(&exchange->credentials, '\n') : status;
}

/* With its scheme and without. */
void vt_net_conceal_own(const struct vt_net_exchange *exchange, struct vt_buffer *text)
{
  struct vater_str rest = vt_buffer_str(&exchange->credentials);
  while (rest.len > 0) {
    size_t end = vt_str_find(rest, VT_STR("\n"), 0);
    struct vater_str value = vt_str_slice(rest, 0, end);
    size_t space = vt_str_find(value, VT_STR(" "), 0);
    vt_conceal(text, value);
    if (space < value.len)
      vt_conceal(text, vt_str_slice(value, space + 1, value.len));
    rest = vt_str_slice(rest, end + 1, rest.len);
  }
  if (exchange->request.conceal != NULL)
    exchange->request.conceal(exchange->request.user, text);
}

void vt_net_exchange_conceal(const struct vt_net_exchange *exchange, struct vt_buffer *text)
{
  vt_net_conceal_own(exchange, text);
  vt_conceal_words(text);
}

static int append_header(struct vt_net_exchange *exchange, struct vater_str name,
                         struct vater_str value, struct vt_error *error)
{
  if (!is_token(name) || !is_header_value(value) || value.len > VT_LIMIT_HEADER_BYTES)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG",
                   "the header '%.*s' has a name or value that HTTP does not allow",
                   name.len > 60 ? 60 : VT_STR_ARGS(name));
  const struct vt_allocator *allocator = &exchange->net->environment->allocator;
  size_t room = name.len + value.len + sizeof ": ";
  char *line = vt_alloc(allocator, room);
  struct curl_slist *longer = NULL;
  if (line != NULL) {
    /* an empty value is written with a semicolon: libcurl's way to send it */
    snprintf(line, room, "%.*s%s%.*s", (int)name.len, name.ptr, value.len > 0 ? ": " : ";",
             (int)value.len, value.len > 0 ? value.ptr : "");
    longer = curl_slist_append(exchange->headers, line);
    explicit_bzero(line, room);
    vt_free(allocator, line);
  }
  if (longer == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a request header");
  exchange->headers = longer;
  note_sent(exchange, name, value);
  if (!is_open(name) && note_credential(exchange, value) != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a request header");
  return VATER_OK;
}

int vt_net_exchange_header(struct vt_net_exchange *exchange, const struct vt_net_header *header,
                           struct vt_error *error)
{
  if (!exchange->preparing)
    return vt_fail(error, VATER_E_BUG, "OPS-BUG", "headers are added in prepare only");
  return append_header(exchange, header->name, header->value, error);
}

void vt_net_exchange_certificate(struct vt_net_exchange *exchange, struct vater_str certificate,
                                 struct vater_str key)
{
  exchange->request.certificate = certificate;
  exchange->request.certificate_key = key;
}

static int append_accept(struct vt_net_exchange *exchange, struct vt_error *error)
{
  struct vt_buffer types;
  vt_buffer_init(&types, &exchange->net->environment->allocator, VT_LIMIT_HEADER_BYTES);
  const char *const *type = exchange->request.media_types;
  for (size_t i = 0; type != NULL && type[i] != NULL; i++)
    vt_buffer_format(&types, "%s%s", i > 0 ? ", " : "", type[i]);
  struct vater_str value = types.len > 0 ? vt_buffer_str(&types) : VT_STR("*/*");
  int status = append_header(exchange, VT_STR("Accept"), value, error);
  vt_buffer_fini(&types);
  return status;
}

static int append_headers(struct vt_net_exchange *exchange, struct vt_error *error)
{
  const struct vt_net_request *request = &exchange->request;
  int status = append_accept(exchange, error);
  if (status == VATER_OK && request->etag.len > 0)
    status = append_header(exchange, VT_STR("If-None-Match"), request->etag, error);
  if (status == VATER_OK && request->last_modified.len > 0)
    status = append_header(exchange, VT_STR("If-Modified-Since"), request->last_modified, error);
  if (status == VATER_OK && request->body_type.len > 0)
    status = append_header(exchange, VT_STR("Content-Type"), request->body_type, error);
  for (uint32_t i = 0; status == VATER_OK && i < request->header_count; i++)
    status = append_header(exchange, request->headers[i].name, request->headers[i].value, error);
  if (status != VATER_OK || request->prepare == NULL)
    return status;
  exchange->preparing = true;
  status = request->prepare(request->user, exchange, exchange->answer.try_count + 1, error);
  exchange->preparing = false;
  return status;
}

static long milliseconds_left(const struct vt_net_exchange *exchange)
{
  int64_t left = exchange->net->options.attempt_ms;
  if (exchange->deadline_ms > 0 && exchange->deadline_ms - exchange->begun_ms < left)
    left = exchange->deadline_ms - exchange->begun_ms;
  return left > 0 ? (long)left : 1;
}

static void set_guards(struct vt_net_exchange *exchange)
{
  CURL *easy = exchange->easy;
  const struct vt_net *net = exchange->net;
  bool http = (exchange->request.allow & VT_NET_ALLOW_HTTP) != 0;
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, http ? "https,http" : "https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, exchange->net);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_CAINFO, net->ca_file);
  /* without a CApath libcurl keeps the parsed bundle instead of reading it for every connection */
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
  curl_easy_setopt(easy, CURLOPT_RESOLVE, net->resolve);
}

/* libcurl shares no connection between different client certificates. */
static void set_certificate(struct vt_net_exchange *exchange)
{
  const struct vt_net_request *request = &exchange->request;
  struct curl_blob chain = {(void *)(uintptr_t)request->certificate.ptr, request->certificate.len,
                            CURL_BLOB_NOCOPY};
  struct curl_blob key = {(void *)(uintptr_t)request->certificate_key.ptr,
                          request->certificate_key.len, CURL_BLOB_NOCOPY};
  if (chain.len == 0)
    return;
  curl_easy_setopt(exchange->easy, CURLOPT_SSLCERT_BLOB, &chain);
  curl_easy_setopt(exchange->easy, CURLOPT_SSLKEY_BLOB, &key);
}

/* The connection on which a try broke is not to be trusted with the next one. */
static bool broke_before(const struct vt_net_answer *answer)
{
  return answer->try_count > 0 && answer->tries[answer->try_count - 1].status < 400;
}

static void set_times(struct vt_net_exchange *exchange)
{
  CURL *easy = exchange->easy;
  const struct vt_net_options *options = &exchange->net->options;
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  /* a resolver that hangs does not hold us back when the exchange ends */
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_ms);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds_left(exchange));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)options->slow_bytes);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)options->slow_seconds);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, broke_before(&exchange->answer) ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, exchange->net->user_agent);
}

static void set_request(struct vt_net_exchange *exchange)
{
  CURL *easy = exchange->easy;
  const struct vt_net_request *request = &exchange->request;
  curl_easy_setopt(easy, CURLOPT_URL, exchange->url.text.ptr);
  if (request->body.ptr != NULL) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.ptr);
  }
  if (request->method.len > 0)
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method.ptr);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_sent);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->message);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
}

void vt_net_forget_credentials(struct vt_net_exchange *exchange)
{
  if (exchange->credentials.bytes != NULL)
    explicit_bzero(exchange->credentials.bytes, exchange->credentials.len);
  vt_buffer_reset(&exchange->credentials);
}

static void forget_try(struct vt_net_exchange *exchange)
{
  struct vt_net_answer *answer = &exchange->answer;
  exchange->message[0] = exchange->refused[0] = '\0';
  exchange->socket = -1;
  exchange->socket_made = exchange->connected = exchange->sent = exchange->head_done =
      exchange->compressed = false;
  exchange->interim = exchange->encodings = 0;
  exchange->stop = VT_NET_STOP_NONE;
  exchange->begun_ms = vt_net_now(exchange->net);
  vt_buffer_reset(&exchange->head);
  vt_buffer_reset(&exchange->body);
  vt_buffer_reset(&exchange->request_head);
  vt_net_forget_credentials(exchange);
  vt_error_clear(&answer->error);
  answer->result = VT_NET_FAILED;
  answer->status = answer->http_version = 0;
  answer->body_bytes = answer->wire_bytes = 0;
  answer->framing = VT_NET_FRAMING_NONE;
  answer->dns_ms = answer->connect_ms = answer->tls_ms = answer->first_byte_ms = 0;
  answer->address[0] = '\0';
}

int vt_net_try_begin(struct vt_net_exchange *exchange, struct vt_error *error)
{
  forget_try(exchange);
  if (exchange->request.sink >= 0 && ftruncate(exchange->request.sink, 0) != 0)
    return vt_fail(error, VATER_E_IO, "OPS-FILE", "the sink of a body: %s", strerror(errno));
  int status = append_headers(exchange, error);
  if (status != VATER_OK)
    return status;
  exchange->easy = curl_easy_init();
  if (exchange->easy == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for an exchange");
  set_guards(exchange);
  set_certificate(exchange);
  set_times(exchange);
  set_request(exchange);
  return VATER_OK;
}

void vt_net_try_end(struct vt_net_exchange *exchange)
{
  if (exchange->easy != NULL)
    curl_easy_cleanup(exchange->easy);
  exchange->easy = NULL;
  for (struct curl_slist *at = exchange->headers; at != NULL; at = at->next)
    explicit_bzero(at->data, strlen(at->data));
  curl_slist_free_all(exchange->headers);
  exchange->headers = NULL;
}
