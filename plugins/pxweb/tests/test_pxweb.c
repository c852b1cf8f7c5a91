#include "unit/plugin/rig.h"

static int setup(void **state)
{
  struct rig *rig = calloc(1, sizeof *rig);
  rig_init(rig);
  rig_load(rig, "pxweb");
  *state = rig;
  return 0;
}

static int teardown(void **state)
{
  rig_fini(*state);
  free(*state);
  return 0;
}

static int ask(struct rig *rig, const char *settings, const char *url, const char *period,
               struct vater_request *request)
{
  struct vt_instance instance;
  const struct vater_collect collect = {
      .orgnr = VT_STR("983974724"), .period = vt_str(period), .url = vt_str(url)};
  const vater_config *config = rig_config(rig, rig->plugin->info.settings, settings);
  assert_non_null(config);
  vt_error_clear(&rig->error);
  vt_request_init(request, rig->arena);
  int status = vt_instance_open(&rig->call, rig->plugin, VT_CAPABILITY_SOURCE, config, &instance,
                                &rig->error);
  if (status == VATER_OK)
    status = vt_source_first(&rig->call, &instance, &collect, request, &rig->error);
  vt_instance_close(&instance);
  return status;
}

static void v2_is_a_get_with_value_codes(void **state)
{
  struct vater_request request;
  assert_int_equal(ask(*state,
                       "{\"table\": \"05185\", \"valueCodes\": {\"Tid\": \"{period}\", \"Region\": "
                       "\"0301,4601\", \"Kjonn\": \"*\", \"Alder\": \"range(1,3),top(2)\"}, "
                       "\"codelist\": {\"Region\": \"agg_KommGjeldende\"}}",
                       "https://data.ssb.no/api/pxwebapi/v2/", "2026-Q3", &request),
                   VATER_OK);
  assert_str_is(request.url,
                "https://data.ssb.no/api/pxwebapi/v2/tables/05185/data?lang=no&outputFormat="
                "json-stat2&valueCodes%5BTid%5D=2026K3&valueCodes%5BRegion%5D=0301,4601&"
                "valueCodes%5BKjonn%5D=%2A&valueCodes%5BAlder%5D=range%281%2C3%29,top%282%29&"
                "codelist%5BRegion%5D=agg_KommGjeldende");
  assert_str_is(request.method, "GET");
  assert_int_equal(request.body.len, 0);
}

static void v1_is_a_post_with_a_query(void **state)
{
  struct vater_request request;
  assert_int_equal(
      ask(*state,
          "{\"api\": \"v1\", \"table\": \"05185\", \"valueCodes\": {\"Tid\": \"{period}\", "
          "\"Region\": \"0301,4601\", \"Kjonn\": \"*\", \"Alder\": \"top(2)\"}, \"codelist\": "
          "{\"Region\": \"agg_KommGjeldende\"}}",
          "https://data.ssb.no/api/v0/no/table", "2026-07", &request),
      VATER_OK);
  assert_str_is(request.url, "https://data.ssb.no/api/v0/no/table/05185");
  assert_str_is(request.method, "POST");
  assert_str_is(request.media_type, "application/json");
  assert_str_is(
      request.body,
      "{\"query\":[{\"code\":\"Tid\",\"selection\":{\"filter\":\"item\",\"values\":[\"2026M07\"]}},"
      "{\"code\":\"Region\",\"selection\":{\"filter\":\"agg:KommGjeldende\",\"values\":[\"0301\","
      "\"4601\"]}},{\"code\":\"Kjonn\",\"selection\":{\"filter\":\"all\",\"values\":[\"*\"]}},"
      "{\"code\":\"Alder\",\"selection\":{\"filter\":\"top\",\"values\":[\"2\"]}}],"
      "\"response\":{\"format\":\"json-stat2\"}}");
}

static void fhi_is_a_post_with_dimensions(void **state)
{
  struct vater_request request;
  assert_int_equal(ask(*state,
                       "{\"api\": \"fhi\", \"table\": \"185\", \"period\": \"pair\", "
                       "\"valueCodes\": {\"AAR\": \"{period}\", \"GEO\": \"0\"}}",
                       "https://statistikk-data.fhi.no/api/open/v1/nokkel", "2026", &request),
                   VATER_OK);
  assert_str_is(request.url, "https://statistikk-data.fhi.no/api/open/v1/nokkel/table/185/data");
  assert_str_is(
      request.body,
      "{\"dimensions\":[{\"code\":\"AAR\",\"filter\":\"item\",\"values\":[\"2026_2026\"]},"
      "{\"code\":\"GEO\",\"filter\":\"item\",\"values\":[\"0\"]}],\"response\":{"
      "\"format\":\"json-stat2\",\"maxRowCount\":800000}}");
}

static void periods_are_written_as_the_table_does(void **state)
{
  static const struct {
    const char *form, *period, *wanted;
  } cases[] = {{"ssb", "2026", "2026"},       {"ssb", "2026-Q3", "2026K3"},
               {"ssb", "2026-T1", "2026T1"},  {"ssb", "2026-11", "2026M11"},
               {"iso", "2026-Q3", "2026-Q3"}, {"pair", "2026", "2026_2026"},
               {"pair", "2026-Q3", "2026-Q3"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct rig rig;
    struct vater_request request;
    char settings[200];
    char url[300];
    rig_init(&rig);
    rig_load(&rig, "pxweb");
    snprintf(settings, sizeof settings,
             "{\"table\": \"t\", \"period\": \"%s\", \"valueCodes\": {\"T\": \"{period}\"}}",
             cases[i].form);
    snprintf(url, sizeof url,
             "https://a.example/tables/t/data?lang=no&outputFormat=json-stat2&valueCodes%%5BT%%5D="
             "%s",
             cases[i].wanted);
    assert_int_equal(ask(&rig, settings, "https://a.example", cases[i].period, &request), VATER_OK);
    assert_str_is(request.url, url);
    rig_fini(&rig);
  }
  (void)state;
}

static void codes_cannot_leave_their_place(void **state)
{
  struct vater_request request;
  const char *settings = "{\"table\": \"../x?y\", \"valueCodes\": {\"A]&b\": \"1&c=2\"}}";
  assert_int_equal(ask(*state, settings, "https://a.example", "2026", &request), VATER_OK);
  assert_str_is(request.url,
                "https://a.example/tables/..%2Fx%3Fy/data?lang=no&outputFormat=json-stat2&"
                "valueCodes%5BA%5D%26b%5D=1%26c%3D2");
  settings = "{\"api\": \"v1\", \"table\": \"t\", \"valueCodes\": {\"a\\\"b\": \"x\\\\\\ny\"}}";
  assert_int_equal(ask(*state, settings, "https://a.example", "2026", &request), VATER_OK);
  assert_str_is(
      request.body,
      "{\"query\":[{\"code\":\"a\\u0022b\",\"selection\":{\"filter\":\"item\",\"values\":["
      "\"x\\u005c\\u000ay\"]}}],\"response\":{\"format\":\"json-stat2\"}}");
}

static void assert_refused(struct rig *rig, const char *settings, const char *period,
                           const char *text)
{
  struct vater_request request;
  assert_int_equal(ask(rig, settings, "https://a.example", period, &request), VATER_E_CONFIG);
  assert_string_equal(rig->error.text, text);
}

static void refuse_selections(struct rig *rig, size_t from)
{
#define NO_SELECTION \
  "' is no selection; there are *, top(3), and for v2 bottom(3), from(x), to(x), range(a,b)"
  static const char *const codes[][2] = {{"v2", "top(x)"},  {"v2", "top(0)"},    {"v2", "topp(3)"},
                                         {"v2", "top(3"},   {"v2", "range(1)"},  {"v2", "from()"},
                                         {"v1", "from(1)"}, {"v1", "bottom(3)"}, {"fhi", "to(1)"},
                                         {"v1", "1,top(3)"}};
  for (size_t i = from; i < sizeof codes / sizeof *codes && i < from + 5; i++) {
    char settings[200], text[300];
    const char *comma = strchr(codes[i][1], ',');
    snprintf(settings, sizeof settings,
             "{\"table\": \"t\", \"api\": \"%s\", \"valueCodes\": {\"T\": \"%s\"}}", codes[i][0],
             codes[i][1]);
    snprintf(text, sizeof text, "plugin 'pxweb', open: '%s" NO_SELECTION,
             comma != NULL ? comma + 1 : codes[i][1]);
    assert_refused(rig, settings, "2026", text);
  }
}

static void what_is_no_selection_is_refused(void **state)
{
  refuse_selections(*state, 0);
}

static void what_only_v2_selects_is_refused(void **state)
{
  refuse_selections(*state, 5);
}

static void faulty_settings_are_refused(void **state)
{
  struct rig *rig = *state;
  assert_refused(rig, "{\"table\": \"t\", \"api\": \"v3\", \"valueCodes\": {\"T\": \"1\"}}", "2026",
                 "plugin 'pxweb', open: 'api' is v2, v1 or fhi, not 'v3'");
  assert_refused(rig, "{\"table\": \"t\", \"period\": \"x\", \"valueCodes\": {\"T\": \"1\"}}",
                 "2026", "plugin 'pxweb', open: 'period' is ssb, pair or iso, not 'x'");
  assert_refused(rig, "{\"table\": \"t\", \"valueCodes\": {\"T\": \"{month}\"}}", "2026",
                 "plugin 'pxweb', source.first: '{month}' is not a placeholder; there are {period} "
                 "and {orgnr}");
  assert_refused(rig, "{\"table\": \"t\", \"valueCodes\": {\"T\": \"1,,2\"}}", "2026",
                 "plugin 'pxweb', source.first: a selection in 'valueCodes' is empty");
}

static void what_would_be_lost_is_refused(void **state)
{
  struct rig *rig = *state;
  assert_refused(rig, "{\"table\": \"\", \"valueCodes\": {\"T\": \"1\"}}", "2026",
                 "plugin 'pxweb', open: 'table' is empty; wanted: the table's id");
  assert_refused(
      rig, "{\"table\": \"t\", \"valueCodes\": {\"T\": \"from({period})\"}}", "2026",
      "plugin 'pxweb', source.first: 'from({period})' has a placeholder inside; it is filled in "
      "where it stands alone");
  assert_refused(
      rig,
      "{\"table\": \"t\", \"api\": \"v1\", \"valueCodes\": {\"T\": \"1\"}, \"codelist\": "
      "{\"U\": \"agg_x\"}}",
      "2026", "plugin 'pxweb', open: 'codelist' is of 'U', which 'valueCodes' does not have");
  assert_refused(rig, "{\"table\": \"t\", \"valueCodes\": {\"T\": \"{period}\"}}", "",
                 "plugin 'pxweb', source.first: the query needs {period}, and this job has none");
}

/* "1,1,…,1": `count` codes. */
static void write_codes(char *out, size_t count)
{
  for (size_t i = 0; i < count; i++)
    memcpy(out + 2 * i, "1,", 2);
  out[2 * count - 1] = '\0';
}

/* 1000 by 800 cells may be asked for, 1000 by 801 may not. */
static void queries_larger_than_a_call_are_refused(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  char codes[2][2100];
  char settings[5000];
  for (size_t extra = 0; extra < 2; extra++) {
    write_codes(codes[0], 1000);
    write_codes(codes[1], 800 + extra);
    snprintf(settings, sizeof settings,
             "{\"table\": \"t\", \"api\": \"v1\", \"valueCodes\": {\"A\": \"%s\", \"B\": \"%s\"}}",
             codes[0], codes[1]);
    if (extra == 0)
      assert_int_equal(ask(rig, settings, "https://a.example", "2026", &request), VATER_OK);
  }
  assert_refused(
      rig, settings, "2026",
      "plugin 'pxweb', source.first: 'valueCodes' asks for more than 800000 cells, which "
      "no call may; ask for less");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(v2_is_a_get_with_value_codes, setup, teardown),
      cmocka_unit_test_setup_teardown(v1_is_a_post_with_a_query, setup, teardown),
      cmocka_unit_test_setup_teardown(fhi_is_a_post_with_dimensions, setup, teardown),
      cmocka_unit_test(periods_are_written_as_the_table_does),
      cmocka_unit_test_setup_teardown(codes_cannot_leave_their_place, setup, teardown),
      cmocka_unit_test_setup_teardown(faulty_settings_are_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(what_would_be_lost_is_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_no_selection_is_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(what_only_v2_selects_is_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(queries_larger_than_a_call_are_refused, setup, teardown),
  };
  return cmocka_run_group_tests_name("plugin pxweb", tests, NULL, NULL);
}
