#include "net/internal.h"

static int no_memory(struct vt_error *error)
{
  return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for an exchange");
}

static bool copy_text(struct vt_arena *arena, struct vater_str *text)
{
  if (text->ptr == NULL)
    return true;
  *text = vt_arena_copy(arena, *text);
  return text->ptr != NULL;
}

static bool copy_headers(struct vt_arena *arena, const struct vt_net_request *from,
                         struct vt_net_request *request)
{
  struct vt_net_header *headers = vt_arena_array(arena, from->header_count, sizeof *headers);
  request->headers = headers;
  if (from->header_count > 0 && headers == NULL)
    return false;
  for (; request->header_count < from->header_count; request->header_count++) {
    struct vt_net_header copy = from->headers[request->header_count];
    if (!copy_text(arena, &copy.name) || !copy_text(arena, &copy.value))
      return false;
    headers[request->header_count] = copy;
  }
  return true;
}

static bool copy_types(struct vt_arena *arena, struct vt_net_request *request)
{
  size_t count = 0;
  if (request->media_types == NULL)
    return true;
  while (request->media_types[count] != NULL)
    count++;
  const char **types = vt_arena_array(arena, count + 1, sizeof *types);
  for (size_t i = 0; types != NULL && i < count; i++) {
    types[i] = vt_arena_copy(arena, vt_str(request->media_types[i])).ptr;
    if (types[i] == NULL)
      return false;
  }
  request->media_types = types;
  return types != NULL;
}

static bool copy_request(struct vt_net_exchange *exchange, const struct vt_net_request *from)
{
  struct vt_net_request *request = &exchange->request;
  struct vt_arena *arena = exchange->arena;
  *request = *from;
  request->headers = NULL;
  request->header_count = 0;
  return copy_text(arena, &request->method) && copy_text(arena, &request->body) &&
         copy_text(arena, &request->body_type) && copy_text(arena, &request->etag) &&
         copy_text(arena, &request->last_modified) && copy_types(arena, request) &&
         copy_headers(arena, from, request);
}

/* Counted per allowance too: another allowance has connections of its own. */
static struct vt_net_origin *origin_of(struct vt_net *net, const struct vt_net_exchange *exchange)
{
  bool added = false;
  struct vater_str key = vt_arena_format(net->arena, "%u %.*s", exchange->request.allow,
                                         VT_STR_ARGS(exchange->url.origin));
  uint64_t *place = key.ptr != NULL ? vt_map_put(&net->origins, key, &added) : NULL;
  if (place == NULL)
    return NULL;
  if (added) {
    struct vt_net_origin *origin = vt_arena_alloc(net->arena, sizeof *origin);
    *place = (uint64_t)(uintptr_t)origin;
  }
  return (struct vt_net_origin *)(uintptr_t)*place;
}

static int check_request(const struct vt_net_exchange *exchange, struct vt_error *error)
{
  uint32_t http = VT_NET_ALLOW_HTTP | VT_NET_ALLOW_LOOPBACK;
  if (vt_str_is(exchange->url.scheme, "http") && (exchange->request.allow & http) != http)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG",
                   "'%.*s' cannot be asked: http is spoken to loopback only, where allowed",
                   exchange->url.text.len > 200 ? 200 : VT_STR_ARGS(exchange->url.text));
  return VATER_OK;
}

static int fill(struct vt_net_exchange *exchange, const struct vt_net_request *request,
                struct vt_error *error)
{
  struct vt_net *net = exchange->net;
  int status = vt_net_url_parse(request->url, exchange->arena, &exchange->url, error);
  if (status != VATER_OK)
    return status;
  if (!copy_request(exchange, request))
    return no_memory(error);
  status = check_request(exchange, error);
  if (status != VATER_OK)
    return status;
  exchange->origin = origin_of(net, exchange);
  if (exchange->origin == NULL)
    return no_memory(error);
  exchange->tries = (uint32_t)VT_LIMIT_RETRIES;
  if (request->tries > 0 && request->tries < exchange->tries)
    exchange->tries = request->tries;
  exchange->deadline_ms = net->options.deadline_ms;
  if (request->deadline_ms > 0 &&
      (exchange->deadline_ms == 0 || request->deadline_ms < exchange->deadline_ms))
    exchange->deadline_ms = request->deadline_ms;
  return VATER_OK;
}

int vt_net_submit(struct vt_net *net, const struct vt_net_request *request,
                  struct vt_net_exchange **exchange, struct vt_error *error)
{
  *exchange = NULL;
  if (net->stopped)
    return vt_fail(error, VATER_E_CANCELLED, "OPS-STOPPED", "the run was stopped");
  const struct vt_allocator *allocator = &net->environment->allocator;
  struct vt_arena *arena = vt_arena_new(allocator, 0);
  struct vt_net_exchange *made = arena != NULL ? vt_arena_alloc(arena, sizeof *made) : NULL;
  if (made == NULL) {
    vt_arena_free(arena);
    return no_memory(error);
  }
  made->net = net;
  made->arena = arena;
  uint64_t limit = request->body_limit > 0 ? request->body_limit : VT_LIMIT_PAYLOAD_BYTES;
  vt_buffer_init(&made->head, allocator, VT_LIMIT_HEADER_BYTES);
  vt_buffer_init(&made->request_head, allocator, VT_LIMIT_HEADER_BYTES);
  vt_buffer_init(&made->credentials, allocator,
                 VT_LIMIT_REQUEST_HEADERS * (VT_LIMIT_REQUEST_HEADER_BYTES + 1));
  vt_buffer_init(&made->body, allocator, (size_t)limit);
  int status = fill(made, request, error);
  if (status != VATER_OK) {
    vt_net_exchange_free(made);
    return status;
  }
  vt_net_enqueue(made);
  *exchange = made;
  return VATER_OK;
}
