#include "plugin/host.h"

#include "base/limits.h"
#include "doc/tree.h"
#include "plugin/host_jose.h"
#include "plugin/host_tables.h"

#include <stdio.h>

/* ---- the call ------------------------------------------------------------------------------- */

static int VATER_PRINTF(3, 4) fail(vater_call *call, int status, const char *format, ...)
{
  va_list arguments;
  int negative = status < 0 ? status : VATER_E_BUG;
  va_start(arguments, format);
  vt_fail_v(&call->error, negative, NULL, format, arguments);
  va_end(arguments);
  return negative;
}

static int VATER_PRINTF(4, 5)
    fail_at(vater_call *call, int status, uint64_t offset, const char *format, ...)
{
  va_list arguments;
  int negative = status < 0 ? status : VATER_E_BUG;
  if (call->error.status == VATER_OK)
    call->error.offset = offset;
  va_start(arguments, format);
  vt_fail_v(&call->error, negative, NULL, format, arguments);
  va_end(arguments);
  return negative;
}

static void VATER_PRINTF(3, 4) log_line(vater_call *call, int level, const char *format, ...)
{
  char text[512];
  va_list arguments;
  if (call->log == NULL || call->log_lines >= VT_LIMIT_CALL_LOG_LINES)
    return;
  call->log_lines++;
  va_start(arguments, format);
  int size = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (size < 0)
    return;
  struct vt_log_field fields[] = {{"plugin", vt_str(call->plugin)}, {NULL, VT_STR_NONE}};
  bool known = level >= VATER_LOG_ERROR && level <= VATER_LOG_DEBUG;
  vt_log(call->log, known ? level : VATER_LOG_DEBUG, call->stage, fields, "%s", text);
}

static void *alloc(vater_call *call, size_t size)
{
  return vt_arena_alloc(call->scratch, size);
}

static bool cancelled(const vater_call *call)
{
  if (call->stop != NULL && *call->stop != 0)
    return true;
  const struct vt_clock *clock = &call->environment->clock;
  return call->deadline_ms != 0 && clock->monotonic_ms(clock->context) >= call->deadline_ms;
}

static int64_t now_ms(const vater_call *call)
{
  return call->environment->clock.wall_ms(call->environment->clock.context);
}

/* ---- http ----------------------------------------------------------------------------------- */

static int set_method(vater_call *call, vater_request *request, const char *method)
{
  return vt_request_set_method(request, vt_str(method), &call->error);
}

static int set_url(vater_call *call, vater_request *request, struct vater_str url)
{
  return vt_request_set_url(request, url, &call->error);
}

static int set_header(vater_call *call, vater_request *request, const char *name,
                      struct vater_str value)
{
  return vt_request_set_header(request, vt_str(name), value, &call->error);
}

static int set_body(vater_call *call, vater_request *request, const char *media_type,
                    struct vater_str body)
{
  return vt_request_set_body(request, vt_str(media_type), body, &call->error);
}

static int find_secret(vater_call *call, const vater_request *request, const char *setting,
                       struct vater_str *value)
{
  const struct vt_secret *secret = vt_config_secret(request->config, setting);
  *value = secret != NULL ? vt_secret_reveal(secret) : VT_STR_NONE;
  if (secret != NULL)
    return VATER_OK;
  return vt_fail(&call->error, VATER_E_CONFIG, NULL, "the secret setting '%.60s' is not set",
                 setting);
}

static int secret_header(vater_call *call, vater_request *request, const char *name,
                         const char *prefix, const char *setting)
{
  struct vater_str value;
  int status = find_secret(call, request, setting, &value);
  if (status != VATER_OK)
    return status;
  return vt_request_secret_header(request, vt_str(name), vt_str(prefix), value, &call->error);
}

static int basic_header(vater_call *call, vater_request *request, struct vater_str user,
                        const char *setting)
{
  struct vater_str value;
  int status = find_secret(call, request, setting, &value);
  if (status != VATER_OK)
    return status;
  return vt_request_basic_header(request, user, value, &call->error);
}

static int response_status(const vater_response *response)
{
  return response != NULL ? response->status : 0;
}

static bool response_header(const vater_response *response, const char *name,
                            struct vater_str *value)
{
  *value = VT_STR_NONE;
  return response != NULL && vt_response_header(response, vt_str(name), value);
}

static struct vater_str response_url(const vater_response *response)
{
  return response != NULL ? response->url : VT_STR_NONE;
}

static struct vater_str response_body(const vater_response *response)
{
  return response != NULL ? response->body : VT_STR_NONE;
}

static bool response_link(vater_call *call, const vater_response *response, const char *relation,
                          struct vater_str *url)
{
  *url = VT_STR_NONE;
  return response != NULL &&
         vt_response_link(call->scratch, response, vt_str(relation), url, &call->error) == VATER_OK;
}

static int form_field(vater_call *call, vater_request *request, const char *name,
                      struct vater_str value)
{
  return vt_request_form_field(request, vt_str(name), value, &call->error);
}

static int secret_field(vater_call *call, vater_request *request, const char *name,
                        const char *setting)
{
  struct vater_str value;
  int status = find_secret(call, request, setting, &value);
  if (status != VATER_OK)
    return status;
  return vt_request_form_field(request, vt_str(name), value, &call->error);
}

static int client_header(vater_call *call, vater_request *request, struct vater_str user,
                         const char *setting)
{
  struct vater_str value;
  int status = find_secret(call, request, setting, &value);
  if (status != VATER_OK)
    return status;
  return vt_request_client_header(request, user, value, &call->error);
}

static int client_certificate(vater_call *call, vater_request *request, const char *certificate,
                              const char *key)
{
  struct vater_str value;
  int status = find_secret(call, request, certificate, &value);
  if (status == VATER_OK)
    status = find_secret(call, request, key, &value);
  if (status != VATER_OK)
    return status;
  request->certificate = vt_config_secret(request->config, certificate);
  request->certificate_key = vt_config_secret(request->config, key);
  return VATER_OK;
}

static bool response_json(vater_call *call, const vater_response *response, const vater_node **root)
{
  static const struct vt_doc_budget budget = {.depth = 16,
                                              .bytes = VT_LIMIT_REQUEST_BODY_BYTES,
                                              .nodes = 10000,
                                              .members = 1000,
                                              .text_bytes = VT_LIMIT_REQUEST_BODY_BYTES,
                                              .number_bytes = VT_LIMIT_PAYLOAD_NUMBER_BYTES};
  uint64_t seed = 0;
  *root = NULL;
  if (response == NULL)
    return false;
  vt_doc_tree_free(call->tree);
  call->tree = NULL;
  call->environment->random.fill(call->environment->random.context, &seed, sizeof seed);
  if (vt_doc_tree_read(&call->environment->allocator, response->body, &budget, seed, &call->tree,
                       NULL) != VATER_OK)
    return false;
  *root = vt_doc_tree_root(call->tree);
  return *root != NULL;
}

static const struct vater_http_api http_api = {
    .size = sizeof http_api,
    .set_method = set_method,
    .set_url = set_url,
    .set_header = set_header,
    .set_body = set_body,
    .secret_header = secret_header,
    .basic_header = basic_header,
    .status = response_status,
    .header = response_header,
    .url = response_url,
    .body = response_body,
    .link = response_link,
    .form_field = form_field,
    .secret_field = secret_field,
    .client_header = client_header,
    .client_certificate = client_certificate,
    .json = response_json,
};

/* ---- session -------------------------------------------------------------------------------- */

static int session_set(vater_call *call, vater_session *session, const char *name,
                       struct vater_str value, int64_t expires_ms)
{
  return vt_session_set(session, vt_str(name), value, expires_ms, &call->error);
}

static bool session_get(vater_call *call, vater_session *session, const char *name,
                        struct vater_str *value)
{
  (void)call;
  return vt_session_get(session, vt_str(name), value);
}

static int session_header(vater_call *call, vater_session *session, vater_request *request,
                          const char *name, const char *prefix, const char *value_name)
{
  struct vater_str value;
  if (!vt_session_get(session, vt_str(value_name), &value))
    return vt_fail(&call->error, VATER_E_AUTH, NULL, "the session has no '%.60s', or it expired",
                   value_name);
  return vt_request_secret_header(request, vt_str(name), vt_str(prefix), value, &call->error);
}

static int session_set_nonce(vater_call *call, vater_session *session, struct vater_str server,
                             struct vater_str nonce)
{
  struct vt_nonces *nonces = vt_session_nonces(session);
  return nonces != NULL ? vt_nonces_set(nonces, server, nonce, &call->error) : VATER_OK;
}

static bool session_get_nonce(vater_call *call, vater_session *session, struct vater_str server,
                              struct vater_str *nonce)
{
  (void)call;
  return vt_nonces_get(vt_session_nonces(session), server, nonce);
}

static const struct vater_session_api session_api = {
    .size = sizeof session_api,
    .set = session_set,
    .get = session_get,
    .header = session_header,
    .set_nonce = session_set_nonce,
    .get_nonce = session_get_nonce,
    .digest = vt_host_session_digest,
};

/* ---- all ------------------------------------------------------------------------------------ */

static const struct vater_node_api node_api = {
    .size = sizeof node_api,
    .type = vt_node_type,
    .text = vt_node_text,
    .number = vt_node_number,
    .integer = vt_node_integer,
    .truth = vt_node_truth,
    .length = vt_node_length,
    .first = vt_node_first,
    .next = vt_node_next,
    .name = vt_node_name,
    .member = vt_node_member,
    .item = vt_node_item,
    .offset = vt_node_offset,
};

static const struct vater_host host = {
    .size = sizeof host,
    .abi_major = VATER_ABI_MAJOR,
    .abi_minor = VATER_ABI_MINOR,
    .fail = fail,
    .fail_at = fail_at,
    .log = log_line,
    .alloc = alloc,
    .cancelled = cancelled,
    .now_ms = now_ms,
    .config_text = vt_config_text,
    .config_integer = vt_config_integer,
    .config_truth = vt_config_truth,
    .config_number = vt_config_number,
    .config_count = vt_config_count,
    .config_item = vt_config_item,
    .http = &http_api,
    .session = &session_api,
    .node = &node_api,
    .table = &vt_host_table_api,
    .report = &vt_host_report_api,
    .jose = &vt_host_jose_api,
    .config_node = vt_config_node,
};

const struct vater_host *vt_host(void)
{
  return &host;
}
