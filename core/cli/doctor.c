#include "cli/doctor.h"

#include "base/limits.h"
#include "cli/cli.h"
#include "jose/base64url.h"
#include "judge/screen.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { DETAIL = 600 };

const char *vt_doctor_step_name(enum vt_doctor_name name)
{
  static const char *const names[] = {"dns",   "connect", "tls",    "metadata", "token",
                                      "proof", "http",    "decode", "rules"};
  return names[name];
}

const char *vt_doctor_state_name(enum vt_doctor_state state)
{
  static const char *const names[] = {"skipped", "ok", "warning", "failed"};
  return names[state];
}

void vt_doctor_init(struct vt_doctor *doctor, const struct vt_environment *environment,
                    struct vt_arena *arena)
{
  *doctor = (struct vt_doctor){.environment = environment,
                               .arena = arena,
                               .authorize_ms = -1,
                               .decode_ms = -1,
                               .rules_ms = -1};
  vt_buffer_init(&doctor->transcript, &environment->allocator, VT_LIMIT_CONFIG_BYTES);
  for (int i = 0; i < VT_DOCTOR_STEPS; i++)
    doctor->steps[i] = (struct vt_doctor_step){.ms = -1};
}

void vt_doctor_fini(struct vt_doctor *doctor)
{
  vt_buffer_fini(&doctor->transcript);
}

static void tell(struct vt_doctor *doctor, enum vt_doctor_name name, enum vt_doctor_state state,
                 int64_t ms, struct vater_str code, const char *format, ...) VATER_PRINTF(6, 7);

static void tell(struct vt_doctor *doctor, enum vt_doctor_name name, enum vt_doctor_state state,
                 int64_t ms, struct vater_str code, const char *format, ...)
{
  char text[DETAIL];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  vt_screen_mask_hits(text, strlen(text));
  struct vt_doctor_step *step = &doctor->steps[name];
  *step = (struct vt_doctor_step){
      .state = state, .ms = ms, .detail = vt_arena_copy(doctor->arena, vt_str(text))};
  vt_text_copy(step->code, sizeof step->code, code);
}

static void skip(struct vt_doctor *doctor, enum vt_doctor_name name, const char *why)
{
  if (doctor->steps[name].state == VT_DOCTOR_SKIPPED && doctor->steps[name].detail.len == 0)
    tell(doctor, name, VT_DOCTOR_SKIPPED, -1, VT_STR_NONE, "%s", why);
}

static bool is_failed(const struct vt_doctor *doctor, enum vt_doctor_name name)
{
  return doctor->steps[name].state == VT_DOCTOR_FAILED;
}

/* ---- reaching the endpoint ---------------------------------------------------------------------
 */

/* The step that an error belongs to, by its code; http where the connection stood. */
static enum vt_doctor_name step_of(struct vater_str code)
{
  static const char *const connecting[] = {"NET-REFUSED", "NET-UNREACHABLE", "NET-SSRF",
                                           "NET-CONNECT-TIMEOUT", "NET-LOCAL"};
  if (vt_str_is(code, "NET-DNS"))
    return VT_DOCTOR_DNS;
  if (vt_str_starts(code, VT_STR("TLS-")))
    return VT_DOCTOR_TLS;
  for (size_t i = 0; i < sizeof connecting / sizeof *connecting; i++)
    if (vt_str_is(code, connecting[i]))
      return VT_DOCTOR_CONNECT;
  return VT_DOCTOR_HTTP;
}

static void tell_tls(struct vt_doctor *doctor, const struct vt_net_answer *answer)
{
  const struct vt_clock *clock = &doctor->environment->clock;
  int64_t now = clock->wall_ms(clock->context), days = 0;
  if (!vt_str_starts(answer->url, VT_STR("https://"))) {
    tell(doctor, VT_DOCTOR_TLS, VT_DOCTOR_SKIPPED, -1, VT_STR_NONE, "the endpoint is plain HTTP");
    return;
  }
  bool ends = vt_net_answer_expiring(answer, now, &days);
  if (!ends && answer->certificate_until_ms > 0)
    days = (answer->certificate_until_ms - now) / 86400000;
  tell(doctor, VT_DOCTOR_TLS, ends ? VT_DOCTOR_WARNED : VT_DOCTOR_OK, answer->tls_ms,
       ends ? VT_STR("TLS-EXPIRING") : VT_STR_NONE, "the certificate has %lld days left: %s",
       (long long)days,
       answer->certificate_chain != NULL ? answer->certificate_chain : "(chain unknown)");
}

static void take_probe(struct vt_doctor *doctor, const struct vt_net_answer *answer)
{
  struct vater_str code = vt_str(answer->error.code);
  bool failed = answer->result == VT_NET_FAILED && answer->status == 0;
  enum vt_doctor_name at = failed ? step_of(code) : VT_DOCTOR_HTTP;
  if (at > VT_DOCTOR_DNS)
    tell(doctor, VT_DOCTOR_DNS, VT_DOCTOR_OK, answer->dns_ms, VT_STR_NONE, "%s",
         answer->address[0] != '\0' ? answer->address : "the name is known");
  if (at > VT_DOCTOR_CONNECT)
    tell(doctor, VT_DOCTOR_CONNECT, VT_DOCTOR_OK, answer->connect_ms, VT_STR_NONE, "%s",
         answer->address);
  if (at > VT_DOCTOR_TLS)
    tell_tls(doctor, answer);
  if (at <= VT_DOCTOR_TLS)
    tell(doctor, at, VT_DOCTOR_FAILED, answer->total_ms, code, "%s", answer->error.text);
}

static bool was_reached(const struct vt_doctor *doctor)
{
  return !is_failed(doctor, VT_DOCTOR_DNS) && !is_failed(doctor, VT_DOCTOR_CONNECT) &&
         !is_failed(doctor, VT_DOCTOR_TLS);
}

/* ---- the token ---------------------------------------------------------------------------------
 */

/* The claims of an access token that is a JWT; no other part of it is kept. */
static void keep_claims(struct vt_doctor *doctor, struct vater_str token)
{
  size_t first = vt_str_find(token, VT_STR("."), 0);
  size_t second = vt_str_find(token, VT_STR("."), first + 1);
  if (second >= token.len)
    return;
  struct vater_str part = vt_str_slice(token, first + 1, second);
  size_t size = vt_base64url_decoded(part.len);
  char *bytes = vt_arena_bytes(doctor->arena, size + 1);
  if (bytes == NULL || !vt_base64url_decode_to(part, bytes))
    return;
  json_t *claims = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);
  char *text = json_is_object(claims) ? json_dumps(claims, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
  if (text != NULL) {
    vt_screen_mask_hits(text, strlen(text));
    doctor->claims = vt_arena_copy(doctor->arena, vt_str(text));
  }
  free(text);
  json_decref(claims);
}

static const char *text_of(const json_t *object, const char *name, const char *fallback)
{
  const char *text = json_string_value(json_object_get(object, name));
  return text != NULL ? text : fallback;
}

/* What the service says, without what it quotes of ours. */
static const char *said(struct vt_doctor *doctor, const char *text)
{
  struct vater_str shown =
      vt_net_exchange_shown(doctor->exchange, doctor->arena, vt_str(text), SIZE_MAX);
  return shown.ptr != NULL ? shown.ptr : "";
}

static void take_token(struct vt_doctor *doctor, const struct vt_net_answer *answer)
{
  json_t *body =
      answer->body.len == 0 ? NULL : json_loadb(answer->body.ptr, answer->body.len, 0, NULL);
  const json_t *token = json_object_get(body, "access_token");
  const char *error = text_of(body, "error", NULL);
  if (json_is_string(token)) {
    keep_claims(doctor, (struct vater_str){json_string_value(token), json_string_length(token)});
    tell(doctor, VT_DOCTOR_TOKEN, VT_DOCTOR_OK, answer->total_ms, VT_STR_NONE,
         "%s token for %lld s, scope %s", said(doctor, text_of(body, "token_type", "untyped")),
         (long long)json_integer_value(json_object_get(body, "expires_in")),
         said(doctor, text_of(body, "scope", "not told")));
  } else if (error != NULL) {
    tell(doctor, VT_DOCTOR_TOKEN, VT_DOCTOR_FAILED, answer->total_ms, VT_STR("AUTH-DENIED"),
         "%s: %s", said(doctor, error),
         said(doctor, text_of(body, "error_description", "(no description)")));
  } else {
    tell(doctor, VT_DOCTOR_TOKEN, VT_DOCTOR_FAILED, answer->total_ms, VT_STR("AUTH-IDP"), "%s",
         answer->error.text[0] != '\0' ? answer->error.text : "the answer is no token");
  }
  json_decref(body);
}

static void take_conversation(struct vt_doctor *doctor, const struct vt_net_answer *answer)
{
  doctor->converses = true;
  if (vt_str_find(answer->url, VT_STR("/.well-known/"), 0) == answer->url.len) {
    take_token(doctor, answer);
    return;
  }
  if (answer->result == VT_NET_RECEIVED)
    tell(doctor, VT_DOCTOR_METADATA, VT_DOCTOR_OK, answer->total_ms, VT_STR_NONE, "%.*s",
         VT_STR_ARGS(answer->url));
  else
    tell(doctor, VT_DOCTOR_METADATA, VT_DOCTOR_FAILED, answer->total_ms, vt_str(answer->error.code),
         "%s", answer->error.text);
}

/* ---- the delivery ------------------------------------------------------------------------------
 */

static void take_page(struct vt_doctor *doctor, const struct vt_net_answer *answer)
{
  struct vater_str challenge;
  /* what was reached for without credentials may need a certificate of ours */
  if (!was_reached(doctor) && answer->status > 0) {
    for (int i = VT_DOCTOR_DNS; i <= VT_DOCTOR_TLS; i++)
      doctor->steps[i] = (struct vt_doctor_step){.ms = -1};
    take_probe(doctor, answer);
  }
  if (!was_reached(doctor))
    return;
  doctor->proved |= vt_str_find(answer->sent, VT_STR("DPoP ("), 0) < answer->sent.len;
  bool told = vt_net_answer_header(answer, "WWW-Authenticate", &challenge) &&
              (vt_str_find(challenge, VT_STR("dpop_proof"), 0) < challenge.len ||
               vt_str_find(challenge, VT_STR("use_dpop_nonce"), 0) < challenge.len);
  if (doctor->proved)
    tell(doctor, VT_DOCTOR_PROOF, told ? VT_DOCTOR_FAILED : VT_DOCTOR_OK, doctor->authorize_ms,
         told ? VT_STR("AUTH-DPOP") : VT_STR_NONE, "%s",
         told ? "the endpoint does not take our DPoP proof" : "DPoP proof made for this request");
  if (answer->result == VT_NET_FAILED)
    tell(doctor, VT_DOCTOR_HTTP, VT_DOCTOR_FAILED, answer->total_ms, vt_str(answer->error.code),
         "%s", answer->error.text);
  else
    tell(doctor, VT_DOCTOR_HTTP, VT_DOCTOR_OK, answer->total_ms, VT_STR_NONE,
         "HTTP/%d.%d %d, %llu bytes", answer->http_version / 10, answer->http_version % 10,
         answer->status, (unsigned long long)answer->body_bytes);
}

void vt_doctor_observe(void *context, enum vt_run_purpose purpose,
                       const struct vt_net_exchange *exchange)
{
  struct vt_doctor *doctor = context;
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  doctor->exchange = exchange;
  vt_doctor_write(doctor, purpose);
  switch (purpose) {
  case VT_RUN_PROBE:
    take_probe(doctor, answer);
    return;
  case VT_RUN_TOKEN:
    take_conversation(doctor, answer);
    return;
  case VT_RUN_KEYS:
    return;
  case VT_RUN_PAGE:
    take_page(doctor, answer);
    return;
  }
}

void vt_doctor_observe_step(void *context, enum vt_run_step step, int64_t ms)
{
  struct vt_doctor *doctor = context;
  switch (step) {
  case VT_RUN_AUTHORIZE:
    doctor->authorize_ms = ms;
    return;
  case VT_RUN_DECODE:
    doctor->decode_ms = ms + (doctor->decode_ms > 0 ? doctor->decode_ms : 0);
    return;
  case VT_RUN_RULES:
    doctor->rules_ms = ms;
    return;
  }
}

/* ---- the end -----------------------------------------------------------------------------------
 */

static bool is_of(struct vater_str code, const char *prefix)
{
  return vt_str_starts(code, vt_str(prefix));
}

/* Which step of the conversation with the token service it was: the last one that was told. */
static enum vt_doctor_name conversation_step(const struct vt_doctor *doctor)
{
  bool asked = doctor->steps[VT_DOCTOR_TOKEN].state != VT_DOCTOR_SKIPPED;
  bool metadata = doctor->steps[VT_DOCTOR_METADATA].state != VT_DOCTOR_SKIPPED;
  return !asked && metadata ? VT_DOCTOR_METADATA : VT_DOCTOR_TOKEN;
}

static enum vt_doctor_name failed_step(const struct vt_doctor *doctor,
                                       const struct vt_store_job_row *row)
{
  bool delivered = !vt_str_is(row->delivery, "not-delivered");
  bool has_token = doctor->steps[VT_DOCTOR_TOKEN].state == VT_DOCTOR_OK;
  if (doctor->converses && !has_token && !delivered)
    return conversation_step(doctor);
  if (vt_str_is(row->code, "AUTH-API") || (vt_str_is(row->code, "AUTH-CLOCK") && has_token))
    return VT_DOCTOR_HTTP;
  if (vt_str_is(row->code, "AUTH-NONCE") && has_token)
    return VT_DOCTOR_PROOF;
  if (is_of(row->code, "AUTH-") && !delivered)
    return VT_DOCTOR_TOKEN;
  if (is_of(row->code, "HTTP-") || is_of(row->code, "NET-") || is_of(row->code, "TLS-"))
    return step_of(row->code);
  return VT_DOCTOR_DECODE;
}

/* What it says, without which of a plugin's callbacks said it. */
static struct vater_str message_of(const struct vt_store_job_row *row)
{
  const struct vt_code *code = vt_code_find(row->code);
  size_t said = vt_str_find(row->message, VT_STR(": "), 0);
  size_t plugin = vt_str_find(row->message, VT_STR("plugin '"), 0);
  if (plugin == 0 && said < row->message.len)
    return vt_str_slice(row->message, said + 2, row->message.len);
  if (row->message.len > 0)
    return row->message;
  return vt_str(code != NULL ? code->title[VT_LANGUAGE_EN] : "it could not be done");
}

/* The run's own words say more than those of a single answer: what it means, and what to do. */
static void place_failure(struct vt_doctor *doctor, const struct vt_store_job_row *row)
{
  enum vt_doctor_name at = failed_step(doctor, row);
  if (!was_reached(doctor) && at >= VT_DOCTOR_METADATA)
    return;
  tell(doctor, at, VT_DOCTOR_FAILED,
       at == VT_DOCTOR_DECODE ? doctor->decode_ms : doctor->steps[at].ms, row->code, "%.*s",
       VT_STR_ARGS(message_of(row)));
  for (int i = (int)at + 1; i < VT_DOCTOR_STEPS; i++)
    doctor->steps[i] = (struct vt_doctor_step){.ms = -1};
}

/* The first of the gravest findings stands for all: the one to begin with. */
static const struct vt_store_finding *gravest(const struct vt_report_job *job)
{
  const struct vt_store_finding *found = NULL;
  for (size_t i = 0; i < job->finding_count; i++)
    if (found == NULL || job->findings[i].severity > found->severity)
      found = &job->findings[i];
  return found;
}

static void tell_rules(struct vt_doctor *doctor, const struct vt_report_job *job)
{
  size_t rejected = 0, undecided = 0;
  for (size_t i = 0; i < job->block_count; i++) {
    rejected += vt_str_is(job->blocks[i].verdict, "rejected");
    undecided += vt_str_is(job->blocks[i].verdict, "undecided");
  }
  enum vt_doctor_state state = rejected > 0 ? VT_DOCTOR_FAILED : VT_DOCTOR_OK;
  if (state == VT_DOCTOR_OK && undecided + job->row.finding_errors + job->row.finding_warnings > 0)
    state = VT_DOCTOR_WARNED;
  const struct vt_store_finding *first = state > VT_DOCTOR_OK ? gravest(job) : NULL;
  tell(doctor, VT_DOCTOR_RULES, state, doctor->rules_ms, first != NULL ? first->code : VT_STR_NONE,
       "%zu blocks, %zu rejected; %llu errors, %llu warnings; see 'vater check' for places",
       job->block_count, rejected, (unsigned long long)job->row.finding_errors,
       (unsigned long long)job->row.finding_warnings);
  for (int i = 0; first != NULL && i < VT_LANGUAGE_COUNT; i++)
    doctor->steps[VT_DOCTOR_RULES].remedy[i] = vt_arena_copy(doctor->arena, first->remedy[i]);
}

static void tell_delivery(struct vt_doctor *doctor, const struct vt_report_job *job)
{
  const struct vt_store_job_row *row = &job->row;
  bool read = vt_str_is(row->delivery, "received") || vt_str_is(row->delivery, "nil") ||
              vt_str_is(row->delivery, "unchanged");
  if (vt_str_is(row->delivery, "not-due")) {
    skip(doctor, VT_DOCTOR_HTTP, "the actor is not due on the reference date");
    return;
  }
  if (!read) {
    place_failure(doctor, row);
    return;
  }
  tell(doctor, VT_DOCTOR_DECODE, VT_DOCTOR_OK, doctor->decode_ms, VT_STR_NONE,
       "%.*s, %u observations", VT_STR_ARGS(row->delivery), row->rows);
  tell_rules(doctor, job);
}

void vt_doctor_conclude(struct vt_doctor *doctor, const struct vt_report_job *job)
{
  if (job != NULL)
    tell_delivery(doctor, job);
  bool stopped = false;
  for (int i = 0; i < VT_DOCTOR_STEPS; i++) {
    bool about_token = i == VT_DOCTOR_METADATA || i == VT_DOCTOR_TOKEN;
    if (stopped)
      skip(doctor, (enum vt_doctor_name)i, "a step before it failed");
    else if (about_token && !doctor->converses)
      skip(doctor, (enum vt_doctor_name)i, "no token service is asked");
    else if (about_token)
      skip(doctor, (enum vt_doctor_name)i, "not asked for: it was known");
    else if (i == VT_DOCTOR_PROOF)
      skip(doctor, VT_DOCTOR_PROOF, "none is needed");
    else
      skip(doctor, (enum vt_doctor_name)i, "not reached");
    stopped = stopped || is_failed(doctor, (enum vt_doctor_name)i);
  }
}

int vt_doctor_exit(const struct vt_doctor *doctor)
{
  for (int i = 0; i <= VT_DOCTOR_HTTP; i++)
    if (is_failed(doctor, (enum vt_doctor_name)i))
      return VT_EXIT_FAILED;
  return is_failed(doctor, VT_DOCTOR_DECODE) || is_failed(doctor, VT_DOCTOR_RULES)
             ? VT_EXIT_FINDINGS
             : VT_EXIT_CLEAN;
}
