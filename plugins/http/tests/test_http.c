#include "unit/plugin/rig.h"

static int setup(void **state)
{
  struct rig *rig = calloc(1, sizeof *rig);
  rig_init(rig);
  rig_load(rig, "http");
  *state = rig;
  return 0;
}

static int teardown(void **state)
{
  rig_fini(*state);
  free(*state);
  return 0;
}

static const struct vater_collect whole = {.orgnr = {"983974724", 9},
                                           .period = {"2026-Q3", 7},
                                           .goal = {"1", 1},
                                           .url = {"https://a.example/{orgnr}/data", 30}};

static int ask_first(struct rig *rig, const char *settings, struct vater_collect collect,
                     struct vater_request *request)
{
  struct vt_instance instance;
  const vater_config *config = rig_config(rig, rig->plugin->info.settings, settings);
  assert_non_null(config);
  vt_request_init(request, rig->arena);
  int status = vt_instance_open(&rig->call, rig->plugin, VT_CAPABILITY_SOURCE, config, &instance,
                                &rig->error);
  if (status == VATER_OK)
    status = vt_source_first(&rig->call, &instance, &collect, request, &rig->error);
  vt_instance_close(&instance);
  return status;
}

static void first_fills_template(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  assert_int_equal(ask_first(rig, "{}", whole, &request), VATER_OK);
  assert_str_is(request.url, "https://a.example/983974724/data");
  assert_str_is(request.method, "GET");
  assert_int_equal(request.header_count, 0);
}

static void url_of_the_settings_is_used_where_the_job_has_none(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  struct vater_collect collect = whole;
  collect.url = VT_STR_NONE;
  assert_int_equal(ask_first(rig, "{\"url\": \"https://b.example/{period}\"}", collect, &request),
                   VATER_OK);
  assert_str_is(request.url, "https://b.example/2026-Q3");
  assert_int_equal(ask_first(rig, "{}", collect, &request), VATER_E_CONFIG);
  assert_string_equal(rig->error.text, "plugin 'http', source.first: the endpoint has no 'url'");
}

static void first_adds_query_in_order(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  assert_int_equal(
      ask_first(
          rig,
          "{\"query\": {\"period\": \"{period}\", \"m\u00e5l\": \"{goal}\", \"x\": \"a b&c\"}}",
          whole, &request),
      VATER_OK);
  assert_str_is(request.url,
                "https://a.example/983974724/data?period=2026-Q3&m%C3%A5l=1&x=a%20b%26c");
}

static void first_joins_an_existing_query(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  struct vater_collect collect = whole;
  collect.url = VT_STR("https://a.example/data?v=1");
  assert_int_equal(ask_first(rig, "{\"query\": {\"p\": \"{period}\"}}", collect, &request),
                   VATER_OK);
  assert_str_is(request.url, "https://a.example/data?v=1&p=2026-Q3");
}

static void values_cannot_leave_their_place(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  struct vater_collect collect = whole;
  collect.orgnr = VT_STR("../x?y#z\r\nHost: evil");
  assert_int_equal(ask_first(rig, "{}", collect, &request), VATER_OK);
  assert_str_is(request.url, "https://a.example/..%2Fx%3Fy%23z%0D%0AHost%3A%20evil/data");
}

static void assert_refused(struct rig *rig, const char *settings, struct vater_collect collect,
                           int status, const char *text)
{
  struct vater_request request;
  assert_int_equal(ask_first(rig, settings, collect, &request), status);
  assert_string_equal(rig->error.text, text);
  vt_error_clear(&rig->error);
}

static void faulty_templates_are_refused(void **state)
{
  struct rig *rig = *state;
  struct vater_collect collect = whole;
  collect.url = VT_STR("https://a.example/{org}");
  assert_refused(rig, "{}", collect, VATER_E_CONFIG,
                 "plugin 'http', source.first: '{org}' is not a placeholder; there are {period}, "
                 "{orgnr}, {goal}");
  collect.url = VT_STR("https://a.example/{orgnr");
  assert_refused(rig, "{}", collect, VATER_E_CONFIG,
                 "plugin 'http', source.first: a '{' without '}' in 'https://a.example/{orgnr'");
  collect.url = VT_STR("https://a.example/{period}");
  collect.period = VT_STR_NONE;
  assert_refused(rig, "{}", collect, VATER_E_CONFIG,
                 "plugin 'http', source.first: the URL needs {period}, and this job has none");
  collect.url = VT_STR("ftp://a.example/");
  assert_refused(rig, "{}", collect, VATER_E_REFUSED,
                 "plugin 'http', source.first: the URL 'ftp://a.example/' cannot be asked: it does "
                 "not start with https://");
}

static void headers_are_sent_and_checked(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  assert_int_equal(ask_first(rig, "{\"headers\": {\"X-Client\": \"vater\"}}", whole, &request),
                   VATER_OK);
  assert_str_is(vt_request_header_value(vt_request_header(&request, "x-client")), "vater");
  assert_refused(
      rig, "{\"headers\": {\"Host\": \"b.example\"}}", whole, VATER_E_REFUSED,
      "plugin 'http', source.first: the header 'Host' belongs to the transport; a plugin "
      "may not set it");
  assert_refused(rig, "{\"headers\": {\"X-A\": \"a\\r\\nX-B: c\"}}", whole, VATER_E_REFUSED,
                 "plugin 'http', source.first: the value of header 'X-A' holds a line break or "
                 "another control character");
}

static int ask_next(struct rig *rig, const char *link, const char *cursor,
                    struct vater_request *request)
{
  struct vt_response_header header = {VT_STR("Link"), vt_str(link)};
  struct vater_response response = {.status = 200,
                                    .url = VT_STR("https://a.example/data?page=1"),
                                    .headers = &header,
                                    .header_count = link != NULL ? 1 : 0};
  struct vater_page page = {.number = 1, .response = &response, .cursor = vt_str(cursor)};
  struct vt_instance instance;
  const vater_config *config = rig_config(rig, rig->plugin->info.settings, "{}");
  vt_request_init(request, rig->arena);
  vt_error_clear(&rig->error);
  assert_int_equal(vt_instance_open(&rig->call, rig->plugin, VT_CAPABILITY_SOURCE, config,
                                    &instance, &rig->error),
                   VATER_OK);
  int status = vt_source_next(&rig->call, &instance, &page, request, &rig->error);
  vt_instance_close(&instance);
  return status;
}

static void pages_follow_the_link_header(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  assert_int_equal(ask_next(rig, NULL, NULL, &request), VATER_DONE);
  assert_int_equal(ask_next(rig, "<?page=2>; rel=next", NULL, &request), VATER_OK);
  assert_str_is(request.url, "https://a.example/data?page=2");
  assert_int_equal(ask_next(rig, "<?page=9>; rel=last", NULL, &request), VATER_DONE);
  assert_int_equal(ask_next(rig, "page=2", NULL, &request), VATER_E_DECODE);
  assert_string_equal(
      rig->error.text,
      "the Link header cannot be read at byte 1 (RFC 8288); a next page may be lost");
}

static void pages_stay_on_their_origin(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  assert_int_equal(ask_next(rig, "<https://b.example/data>; rel=next", NULL, &request),
                   VATER_E_REFUSED);
  assert_string_equal(rig->error.code, "HTTP-PAGES");
  assert_int_equal(ask_next(rig, NULL, "https://a.example/data/2", &request), VATER_OK);
  assert_str_is(request.url, "https://a.example/data/2");
}

static void a_cursor_that_is_no_url_is_said(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  assert_int_equal(ask_next(rig, NULL, "abc", &request), VATER_E_DECODE);
  assert_string_equal(rig->error.text, "the payload names a next page that is no URL: 'abc'");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(first_fills_template, setup, teardown),
      cmocka_unit_test_setup_teardown(url_of_the_settings_is_used_where_the_job_has_none, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(first_adds_query_in_order, setup, teardown),
      cmocka_unit_test_setup_teardown(first_joins_an_existing_query, setup, teardown),
      cmocka_unit_test_setup_teardown(values_cannot_leave_their_place, setup, teardown),
      cmocka_unit_test_setup_teardown(faulty_templates_are_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(headers_are_sent_and_checked, setup, teardown),
      cmocka_unit_test_setup_teardown(pages_follow_the_link_header, setup, teardown),
      cmocka_unit_test_setup_teardown(pages_stay_on_their_origin, setup, teardown),
      cmocka_unit_test_setup_teardown(a_cursor_that_is_no_url_is_said, setup, teardown),
  };
  return cmocka_run_group_tests_name("plugin http", tests, NULL, NULL);
}
