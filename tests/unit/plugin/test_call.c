#include "base/limits.h"
#include "unit/plugin/rig.h"

/* A plugin made here: its callbacks do what `act` says. */
static struct {
  const struct vater_host *host;
  int returns;
  void (*act)(vater_call *call, vater_request *request);
  uint32_t given_size;
  int opened, closed;
} script;

static int open_any(vater_call *call, const vater_config *config, void **self)
{
  (void)call;
  (void)config;
  script.opened++;
  *self = &script;
  return script.returns;
}

static void close_any(void *self)
{
  assert_ptr_equal(self, &script);
  script.closed++;
}

static int perform(vater_call *call, vater_request *request)
{
  if (script.act != NULL)
    script.act(call, request);
  return script.returns;
}

static int first(vater_call *call, void *self, const struct vater_collect *collect,
                 vater_request *request)
{
  (void)self;
  script.given_size = collect->size;
  return perform(call, request);
}

static int next(vater_call *call, void *self, const struct vater_page *page, vater_request *request)
{
  (void)self;
  script.given_size = page->size;
  return perform(call, request);
}

static int prepare(vater_call *call, void *self, vater_session *session,
                   const struct vater_attempt *attempt, vater_request *request)
{
  (void)self;
  (void)session;
  script.given_size = attempt->size;
  return perform(call, request);
}

static int call_function(vater_call *call, const struct vater_value *arguments, uint32_t count,
                         struct vater_value *result)
{
  (void)call;
  (void)count;
  *result = arguments[0];
  return script.returns;
}

static const struct vater_source_ops source = {
    .size = sizeof source, .open = open_any, .close = close_any, .first = first, .next = next};
static const struct vater_auth_ops auth = {
    .size = sizeof auth, .open = open_any, .close = close_any, .prepare = prepare};
static const struct vater_function echo = {"echo", "(string) -> string", "Echo.", call_function};
static const struct vt_plugin plugin = {.info = {.name = "fake"}, .source = &source, .auth = &auth};

struct stage {
  struct rig rig;
  struct vt_instance source, auth;
  struct vater_request request;
  vater_session *session;
};

static int setup(void **state)
{
  struct stage *stage = calloc(1, sizeof *stage);
  memset(&script, 0, sizeof script);
  rig_init(&stage->rig);
  script.host = vt_host();
  vt_request_init(&stage->request, stage->rig.arena);
  assert_int_equal(vt_session_new(&stage->rig.environment, &stage->session), VATER_OK);
  assert_int_equal(
      vt_instance_open(&stage->rig.call, &plugin, VT_CAPABILITY_SOURCE, NULL, &stage->source, NULL),
      VATER_OK);
  assert_int_equal(
      vt_instance_open(&stage->rig.call, &plugin, VT_CAPABILITY_AUTH, NULL, &stage->auth, NULL),
      VATER_OK);
  *state = stage;
  return 0;
}

static int teardown(void **state)
{
  struct stage *stage = *state;
  vt_instance_close(&stage->source);
  vt_instance_close(&stage->auth);
  vt_instance_close(&stage->auth);
  assert_int_equal(script.opened, script.closed);
  vt_request_fini(&stage->request);
  vt_session_free(stage->session);
  rig_fini(&stage->rig);
  free(stage);
  return 0;
}

static int call_first(struct stage *stage)
{
  struct vater_collect collect = {.orgnr = VT_STR("1")};
  vt_error_clear(&stage->rig.error);
  return vt_source_first(&stage->rig.call, &stage->source, &collect, &stage->request,
                         &stage->rig.error);
}

static void set_good_url(vater_call *call, vater_request *request)
{
  script.host->http->set_url(call, request, VT_STR("https://a.example/"));
}

static void fail_twice(vater_call *call, vater_request *request)
{
  (void)request;
  assert_int_equal((script.host->fail)(call, VATER_E_IO, "no %s", "bread"), VATER_E_IO);
  (script.host->fail)(call, VATER_E_AUTH, "no butter");
}

static void size_is_the_host_s(void **state)
{
  struct stage *stage = *state;
  script.act = set_good_url;
  assert_int_equal(call_first(stage), VATER_OK);
  assert_int_equal(script.given_size, sizeof(struct vater_collect));
  assert_str_is(stage->request.url, "https://a.example/");
}

static void first_text_wins(void **state)
{
  struct stage *stage = *state;
  script.act = fail_twice;
  script.returns = VATER_E_AUTH;
  assert_int_equal(call_first(stage), VATER_E_AUTH);
  assert_string_equal(stage->rig.error.text, "plugin 'fake', source.first: no bread");
  assert_string_equal(stage->rig.error.code, "AUTH-DENIED");
  assert_string_equal(stage->rig.error.stage, "test");
}

static void silence_is_named(void **state)
{
  struct stage *stage = *state;
  script.returns = VATER_E_IO;
  assert_int_equal(call_first(stage), VATER_E_IO);
  assert_string_equal(stage->rig.error.text,
                      "plugin 'fake', source.first: gave no reason (status -4)");
  assert_string_equal(stage->rig.error.code, "PLUG-ERROR");
}

static void unknown_numbers_are_refused(void **state)
{
  static const int odd[] = {7, 2, VATER_DONE, -99, INT32_MIN};
  struct stage *stage = *state;
  char wanted[200];
  script.act = set_good_url;
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    script.returns = odd[i];
    assert_int_equal(call_first(stage), VATER_E_BUG);
    snprintf(wanted, sizeof wanted,
             "plugin 'fake', source.first: returned %d; wanted: one of vater_status", odd[i]);
    assert_string_equal(stage->rig.error.text, wanted);
    assert_string_equal(stage->rig.error.code, "PLUG-PROTO");
  }
}

static void set_bad_header(vater_call *call, vater_request *request)
{
  set_good_url(call, request);
  script.host->http->set_header(call, request, "X", VT_STR("a\nb"));
}

static void ignored_refusal_fails_the_callback(void **state)
{
  struct stage *stage = *state;
  script.act = set_bad_header;
  assert_int_equal(call_first(stage), VATER_E_REFUSED);
  assert_string_equal(stage->rig.error.text,
                      "plugin 'fake', source.first: the value of header 'X' holds a line break or "
                      "another control character");
}

static void a_request_needs_a_url(void **state)
{
  struct stage *stage = *state;
  assert_int_equal(call_first(stage), VATER_E_BUG);
  assert_string_equal(stage->rig.error.text,
                      "plugin 'fake', source.first: described no URL; wanted: http->set_url() or a "
                      "negative status");
}

static void next_stays_on_the_origin(void **state)
{
  struct stage *stage = *state;
  struct vater_response response = {.url = VT_STR("https://b.example/1")};
  struct vater_page page = {.number = 1, .response = &response};
  script.act = set_good_url;
  assert_int_equal(
      vt_source_next(&stage->rig.call, &stage->source, &page, &stage->request, &stage->rig.error),
      VATER_E_REFUSED);
  assert_string_equal(stage->rig.error.code, "HTTP-PAGES");
  assert_string_equal(
      stage->rig.error.text,
      "plugin 'fake', source.next: the next page 'https://a.example/' is of another "
      "origin than 'https://b.example/1'; pages stay on one origin");
  script.returns = VATER_DONE;
  assert_int_equal(vt_source_next(&stage->rig.call, &stage->source, &page, &stage->request, NULL),
                   VATER_DONE);
}

static void prepare_adds_headers_only(void **state)
{
  struct stage *stage = *state;
  struct vater_attempt attempt = {.number = 1};
  vt_request_set_url(&stage->request, VT_STR("https://b.example/"), NULL);
  script.act = set_good_url;
  assert_int_equal(vt_auth_prepare(&stage->rig.call, &stage->auth, stage->session, &attempt,
                                   &stage->request, &stage->rig.error),
                   VATER_E_BUG);
  assert_string_equal(stage->rig.error.text,
                      "plugin 'fake', auth.prepare: changed the request's method, URL or body; "
                      "wanted: headers only");
}

static void use_session(vater_call *call, vater_request *request)
{
  (void)request;
  script.host->http->secret_header(call, request, "Authorization", "", "token");
}

static void a_secret_that_is_not_set_is_named(void **state)
{
  struct stage *stage = *state;
  script.act = use_session;
  assert_int_equal(call_first(stage), VATER_E_CONFIG);
  assert_string_equal(stage->rig.error.text,
                      "plugin 'fake', source.first: the secret setting 'token' is not set");
  assert_string_equal(stage->rig.error.code, "OPS-CONFIG");
}

static void absent_tables_and_closed_instances(void **state)
{
  struct stage *stage = *state;
  struct vt_instance format, closed = {.plugin = &plugin};
  struct vater_collect collect = {.orgnr = VT_STR("1")};
  assert_int_equal(vt_instance_open(&stage->rig.call, &plugin, VT_CAPABILITY_FORMAT, NULL, &format,
                                    &stage->rig.error),
                   VATER_E_CONFIG);
  assert_string_equal(stage->rig.error.text, "plugin 'fake' offers no format");
  assert_int_equal(vt_source_first(&stage->rig.call, &closed, &collect, &stage->request, NULL),
                   VATER_E_BUG);
  script.returns = VATER_E_CONFIG;
  script.opened--;
  assert_int_equal(
      vt_instance_open(&stage->rig.call, &plugin, VT_CAPABILITY_AUTH, NULL, &closed, NULL),
      VATER_E_CONFIG);
  assert_false(closed.open);
}

static void take_scratch(vater_call *call, vater_request *request)
{
  set_good_url(call, request);
  char *bytes = script.host->alloc(call, 64);
  assert_non_null(bytes);
  for (int i = 0; i < 64; i++)
    assert_int_equal(bytes[i], 0);
  memset(bytes, 'x', 64);
  assert_non_null(script.host->alloc(call, VT_LIMIT_CALL_MEMORY - 64));
  assert_null(script.host->alloc(call, 1));
}

static void scratch_of_the_limit_and_one_more(void **state)
{
  struct stage *stage = *state;
  script.act = take_scratch;
  assert_int_equal(call_first(stage), VATER_OK);
  assert_int_equal(call_first(stage), VATER_OK);
}

static void look_at_time(vater_call *call, vater_request *request)
{
  set_good_url(call, request);
  assert_int_equal(script.host->now_ms(call), 1767225600000);
  script.given_size = script.host->cancelled(call);
}

static void deadlines_and_stops_are_seen(void **state)
{
  struct stage *stage = *state;
  volatile sig_atomic_t stop = 0;
  script.act = look_at_time;
  const struct vt_clock *clock = &stage->rig.environment.clock;
  int64_t now = clock->monotonic_ms(clock->context);
  call_first(stage);
  assert_int_equal(script.given_size, 0);
  stage->rig.call.deadline_ms = now;
  call_first(stage);
  assert_int_equal(script.given_size, 1);
  stage->rig.call.deadline_ms = now + 1;
  stage->rig.call.stop = &stop;
  call_first(stage);
  assert_int_equal(script.given_size, 0);
  stop = 1;
  call_first(stage);
  assert_int_equal(script.given_size, 1);
}

/* ---- log ------------------------------------------------------------------------------------ */

struct lines {
  unsigned count;
  char last[1000];
};

static void keep_line(void *context, struct vater_str line)
{
  struct lines *lines = context;
  lines->count++;
  vt_text_copy(lines->last, sizeof lines->last, line);
}

static void log_much(vater_call *call, vater_request *request)
{
  set_good_url(call, request);
  for (unsigned i = 0; i <= VT_LIMIT_CALL_LOG_LINES; i++)
    script.host->log(call, VATER_LOG_WARNING, "line %u\nlevel=error", i);
}

static void log_lines_of_the_limit_and_one_more(void **state)
{
  struct stage *stage = *state;
  struct lines lines = {.count = 0};
  struct vt_log log = {VATER_LOG_INFO, keep_line, &lines, stage->rig.environment.clock};
  stage->rig.call.log = &log;
  script.act = log_much;
  call_first(stage);
  assert_int_equal(lines.count, VT_LIMIT_CALL_LOG_LINES);
  assert_non_null(strstr(lines.last, "level=warning stage=test plugin=fake msg=\"line 99"));
  assert_null(strstr(lines.last, "\nlevel=error"));
}

/* ---- functions ------------------------------------------------------------------------------ */

static void function_results_are_checked(void **state)
{
  struct stage *stage = *state;
  struct vater_value result, given = {.type = VATER_VALUE_TEXT, .as.text = VT_STR("a")};
  struct rig *rig = &stage->rig;
  assert_int_equal(vt_function_call(&rig->call, "fake", &echo, &given, 1, &result, NULL), VATER_OK);
  assert_str_is(result.as.text, "a");
  given.as.text = VT_STR("\xff");
  assert_int_equal(vt_function_call(&rig->call, "fake", &echo, &given, 1, &result, &rig->error),
                   VATER_E_BUG);
  assert_int_equal(result.type, VATER_VALUE_NULL);
  assert_string_equal(rig->error.text,
                      "plugin 'fake', echo: gave a value that is none (type 4); wanted: one of "
                      "vater_value_type, texts in UTF-8");
  given.type = 9;
  assert_int_equal(vt_function_call(&rig->call, "fake", &echo, &given, 1, &result, NULL),
                   VATER_E_BUG);
  script.returns = VATER_E_RULE;
  vt_error_clear(&rig->error);
  assert_int_equal(vt_function_call(&rig->call, "fake", &echo, &given, 1, &result, &rig->error),
                   VATER_E_RULE);
  assert_string_equal(rig->error.code, "RULE-ERROR");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(size_is_the_host_s, setup, teardown),
      cmocka_unit_test_setup_teardown(first_text_wins, setup, teardown),
      cmocka_unit_test_setup_teardown(silence_is_named, setup, teardown),
      cmocka_unit_test_setup_teardown(unknown_numbers_are_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(ignored_refusal_fails_the_callback, setup, teardown),
      cmocka_unit_test_setup_teardown(a_request_needs_a_url, setup, teardown),
      cmocka_unit_test_setup_teardown(next_stays_on_the_origin, setup, teardown),
      cmocka_unit_test_setup_teardown(prepare_adds_headers_only, setup, teardown),
      cmocka_unit_test_setup_teardown(a_secret_that_is_not_set_is_named, setup, teardown),
      cmocka_unit_test_setup_teardown(absent_tables_and_closed_instances, setup, teardown),
      cmocka_unit_test_setup_teardown(scratch_of_the_limit_and_one_more, setup, teardown),
      cmocka_unit_test_setup_teardown(deadlines_and_stops_are_seen, setup, teardown),
      cmocka_unit_test_setup_teardown(log_lines_of_the_limit_and_one_more, setup, teardown),
      cmocka_unit_test_setup_teardown(function_results_are_checked, setup, teardown),
  };
  return cmocka_run_group_tests_name("plugin call", tests, NULL, NULL);
}
