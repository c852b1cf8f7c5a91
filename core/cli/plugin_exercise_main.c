/* Sources and authentications: they run in main, where everything depends on them. */
#include "cli/plugin_exercise.h"

enum { STEPS = 16 };

static void sum_text(struct exercise *exercise, struct vater_str text)
{
  vt_exercise_sum(exercise, text.ptr, text.len);
  vt_exercise_sum(exercise, ";", 1);
}

static void sum_request(struct exercise *exercise, const struct vater_request *request)
{
  sum_text(exercise, request->method);
  sum_text(exercise, request->url);
  sum_text(exercise, request->media_type);
  sum_text(exercise, request->body);
  for (uint32_t i = 0; i < request->header_count; i++) {
    sum_text(exercise, request->headers[i].name);
    sum_text(exercise, vt_request_header_value(&request->headers[i]));
  }
}

/* What services answer, and what they should not. */
static const struct answer {
  int status;
  const char *body, *name, *value; /* a header */
} answers[] = {
    {200,
     "{\"issuer\":\"https://vater.example/\",\"token_endpoint\":\"https://vater.example/token\","
     "\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":3600}",
     "Link", "</next?page=2>; rel=\"next\""},
    {200, "{}", "Link", "<https://elsewhere.example/>; rel=next"},
    {200, "", "Link", "<<<<;;;;,,,\"\"\""},
    {200, "<html>\xff\xfe</html>", "Content-Type", "text/html"},
    {200, "{\"access_token\":{},\"expires_in\":\"-1e999\",\"token_endpoint\":[[[[]]]]}", "Link",
     ""},
    {204, "", "Link", "<>; rel=next"},
    {400, "{\"error\":\"use_dpop_nonce\"}", "DPoP-Nonce", "a-nonce"},
    {401, "{\"error\":\"invalid_client\"}", "WWW-Authenticate", "Bearer error=\"invalid_token\""},
    {503, "busy", "Retry-After", "999999999999"},
};

enum { ANSWERS = sizeof answers / sizeof *answers };

struct answered {
  struct vt_response_header header;
  struct vater_response response;
};

static const struct vater_response *answer(const struct answer *from, struct vater_str url,
                                           struct answered *made)
{
  made->header = (struct vt_response_header){vt_str(from->name), vt_str(from->value)};
  made->response = (struct vater_response){.status = from->status,
                                           .url = url,
                                           .headers = &made->header,
                                           .header_count = 1,
                                           .body = vt_str(from->body)};
  return &made->response;
}

/* ---- sources ----------------------------------------------------------------------------------
 */

static int ask_first(struct exercise *exercise, struct vt_instance *instance,
                     const struct vater_collect *collect, struct vater_request *request)
{
  vt_error_clear(&exercise->error);
  exercise->found = 0;
  vt_request_init(request, exercise->arena);
  int status = vt_source_first(&exercise->call, instance, collect, request, &exercise->error);
  sum_request(exercise, request);
  return status;
}

static int ask_next(struct exercise *exercise, struct vt_instance *instance,
                    const struct vater_page *page)
{
  struct vater_request request;
  vt_error_clear(&exercise->error);
  exercise->found = 0;
  vt_request_init(&request, exercise->arena);
  int status = vt_source_next(&exercise->call, instance, page, &request, &exercise->error);
  sum_request(exercise, &request);
  vt_request_fini(&request);
  return status;
}

static const char *try_pages(struct exercise *exercise, struct vt_instance *instance,
                             struct vater_str url)
{
  const char *why = NULL;
  for (int i = 0; i < ANSWERS * 2 && why == NULL; i++) {
    struct answered made;
    const struct vater_page page = {
        .size = sizeof page,
        .number = i < ANSWERS ? 1 : UINT32_MAX,
        .response = answer(&answers[i % ANSWERS], url, &made),
        .cursor = i < ANSWERS ? VT_STR_NONE : vt_str(vt_exercise_texts[i % VT_EXERCISE_TEXTS])};
    int status = ask_next(exercise, instance, &page);
    uint64_t found = exercise->found;
    why = vt_exercise_broken(exercise, status);
    if (why == NULL && (ask_next(exercise, instance, &page) != status || exercise->found != found))
      why = "source.next gave two answers to the same page; wanted: the same request";
  }
  return why;
}

static const char *try_source(struct exercise *exercise, struct vt_instance *instance)
{
  static const struct {
    const char *orgnr, *period, *goal, *url;
  } rows[] = {{"983974724", "2026-09", "4", "https://vater.example/{period}?orgnr={orgnr}"},
              {"983974724", "", "", "https://vater.example/"},
              {"", "\xc3\xa6/../?#{}%", "\n", "https://vater.example/{period}{{}{orgnr"},
              {"983974724", "2026", "1", "not an address"}};
  const char *why = NULL;
  for (size_t i = 0; i < sizeof rows / sizeof *rows && why == NULL; i++) {
    const struct vater_collect collect = {.size = sizeof collect,
                                          .orgnr = vt_str(rows[i].orgnr),
                                          .period = vt_str(rows[i].period),
                                          .goal = vt_str(rows[i].goal),
                                          .url = vt_str(rows[i].url)};
    struct vater_request first, second;
    int status = ask_first(exercise, instance, &collect, &first);
    uint64_t found = exercise->found;
    why = vt_exercise_broken(exercise, status);
    if (why == NULL &&
        (ask_first(exercise, instance, &collect, &second) != status || exercise->found != found))
      why = "source.first gave two requests for the same thing; wanted: the same request";
    else if (why != NULL)
      vt_request_init(&second, exercise->arena);
    if (why == NULL && status == VATER_OK)
      why = try_pages(exercise, instance, first.url);
    vt_request_fini(&second);
    vt_request_fini(&first);
  }
  return why;
}

/* ---- authentications --------------------------------------------------------------------------
 */

static const char *try_identity(struct exercise *exercise, struct vt_instance *instance)
{
  struct vater_str first, second;
  vt_error_clear(&exercise->error);
  int status =
      vt_auth_identity(&exercise->call, instance, exercise->arena, &first, &exercise->error);
  const char *why = vt_exercise_broken(exercise, status);
  if (why != NULL)
    return why;
  int again =
      vt_auth_identity(&exercise->call, instance, exercise->arena, &second, &exercise->error);
  return again != status || !vt_str_equal(first, second)
             ? "auth.identity gave two texts; wanted: the same one for the same settings"
             : NULL;
}

/* Until the plugin is ready or gives up; *ready says which. */
static const char *converse(struct exercise *exercise, struct vt_instance *instance,
                            vater_session *session, const struct answer *what, bool *ready)
{
  const char *why = NULL;
  struct answered made;
  const struct vater_response *last = NULL;
  int status = VATER_OK;
  *ready = false;
  for (int step = 0; step < STEPS && why == NULL && status == VATER_OK; step++) {
    struct vater_request request;
    vt_error_clear(&exercise->error);
    vt_request_init(&request, exercise->arena);
    status = vt_auth_next(&exercise->call, instance, session, last, &request, &exercise->error);
    why = vt_exercise_broken(exercise, status);
    last = answer(what, request.url, &made);
    vt_request_fini(&request);
  }
  *ready = status == VATER_DONE;
  if (why == NULL && status == VATER_OK)
    why = "auth.next goes on asking after 16 answers; wanted: VATER_DONE or a negative return";
  return why;
}

static const char *try_attempt(struct exercise *exercise, struct vt_instance *instance,
                               vater_session *session, const struct answer *what)
{
  struct answered made;
  struct vater_request request;
  const struct vater_str url = VT_STR("https://vater.example/2026-09");
  struct vater_attempt attempt = {
      .size = sizeof attempt, .number = 1, .url = url, .method = VT_STR("GET")};
  vt_error_clear(&exercise->error);
  vt_request_init(&request, exercise->arena);
  int status = vt_request_set_url(&request, url, &exercise->error);
  if (status == VATER_OK)
    status =
        vt_auth_prepare(&exercise->call, instance, session, &attempt, &request, &exercise->error);
  const char *why = vt_exercise_broken(exercise, status);
  vt_request_fini(&request);
  if (why != NULL)
    return why;
  attempt.last = answer(what, url, &made);
  vt_error_clear(&exercise->error);
  why = vt_exercise_broken(
      exercise, vt_auth_answered(&exercise->call, instance, session, &attempt, &exercise->error));
  if (why != NULL)
    return why;
  made.response.status = 401;
  attempt.number = 2;
  vt_error_clear(&exercise->error);
  return vt_exercise_broken(
      exercise, vt_auth_refused(&exercise->call, instance, session, &attempt, &exercise->error));
}

static const char *try_auth(struct exercise *exercise, struct vt_instance *instance)
{
  const char *why = try_identity(exercise, instance);
  for (int i = 0; i < ANSWERS && why == NULL; i++) {
    vater_session *session = NULL;
    struct vt_nonces *nonces = NULL;
    bool ready;
    if (vt_session_new(&exercise->environment, &session) != VATER_OK ||
        vt_nonces_new(&exercise->environment, &nonces) != VATER_OK)
      why = "no memory for a session";
    if (why == NULL) {
      vt_session_share_nonces(session, nonces);
      why = converse(exercise, instance, session, &answers[i], &ready);
    }
    if (why == NULL && ready)
      why = try_attempt(exercise, instance, session, &answers[i]);
    vt_session_free(session);
    vt_nonces_free(nonces);
  }
  return why;
}

/* ---- both -------------------------------------------------------------------------------------
 */

static const char *by_all_settings(struct exercise *exercise, enum vt_capability capability,
                                   const char *(*tried)(struct exercise *, struct vt_instance *))
{
  const char *why = NULL;
  bool any = false;
  for (int round = 0; round < VT_EXERCISE_ROUNDS && why == NULL; round++) {
    struct vt_instance instance;
    if (exercise->settings[round] == NULL)
      continue;
    vt_error_clear(&exercise->error);
    int status = vt_instance_open(&exercise->call, exercise->plugin, capability,
                                  exercise->settings[round], &instance, &exercise->error);
    why = vt_exercise_broken(exercise, status);
    if (why == NULL && status == VATER_OK) {
      any = true;
      why = tried(exercise, &instance);
    }
    vt_instance_close(&instance);
  }
  if (!any)
    exercise->note = "it takes no made-up settings, so only its refusal was tried; give real ones "
                     "with --with";
  return why;
}

const char *vt_exercise_source(struct exercise *exercise, const void *context)
{
  (void)context;
  return by_all_settings(exercise, VT_CAPABILITY_SOURCE, try_source);
}

const char *vt_exercise_auth(struct exercise *exercise, const void *context)
{
  (void)context;
  return by_all_settings(exercise, VT_CAPABILITY_AUTH, try_auth);
}
