#include "base/limits.h"
#include "unit/plugin/rig.h"

static int setup(void **state)
{
  struct rig *rig = calloc(1, sizeof *rig);
  rig_init(rig);
  *state = rig;
  return 0;
}

static int teardown(void **state)
{
  rig_fini(*state);
  free(*state);
  return 0;
}

static void assert_url_refused(struct rig *rig, const char *url, const char *why)
{
  struct vater_request request;
  char wanted[500];
  vt_request_init(&request, rig->arena);
  vt_error_clear(&rig->error);
  assert_int_equal(vt_request_set_url(&request, vt_str(url), &rig->error), VATER_E_REFUSED);
  snprintf(wanted, sizeof wanted, "the URL '%s' cannot be asked: %s", url, why);
  assert_string_equal(rig->error.text, wanted);
  assert_int_equal(request.url.len, 0);
}

static void urls_are_checked(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  vt_request_init(&request, rig->arena);
  assert_int_equal(vt_request_set_url(&request, VT_STR("https://a.example/x?y"), &rig->error),
                   VATER_OK);
  assert_url_refused(rig, "file:///etc/passwd", "it does not start with https://");
  assert_url_refused(rig, "/data", "it does not start with https://");
  assert_url_refused(rig, "https:///data", "it names no host");
  assert_url_refused(rig, "https://:443/data", "it names no host");
  assert_url_refused(rig, "https://u:p@a.example/",
                     "it holds a user name; credentials belong in an auth plugin");
  assert_url_refused(rig, "https://a.example/#x", "it has a fragment ('#')");
  assert_url_refused(
      rig, "https://a.example/a b",
      "it has characters that must be percent-encoded, or a broken escape (RFC 3986)");
}

static void header_names_are_checked(void **state)
{
  static const char *const names[] = {"",
                                      "X Y",
                                      "X:",
                                      "X\r\nY",
                                      "\303\245",
                                      "Host",
                                      "Connection",
                                      "content-length",
                                      "Proxy-Authorization"};
  struct rig *rig = *state;
  struct vater_request request;
  vt_request_init(&request, rig->arena);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    assert_int_equal(vt_request_set_header(&request, vt_str(names[i]), VT_STR("x"), NULL),
                     VATER_E_REFUSED);
  assert_int_equal(request.header_count, 0);
}

static void header_values_are_checked(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  vt_request_init(&request, rig->arena);
  for (int c = 0; c < 256; c++) {
    char value[3] = {'a', (char)c, 'b'};
    bool control = (c < 0x20 && c != '\t') || c == 0x7f;
    assert_int_equal(vt_request_set_header(&request, VT_STR("X-A"),
                                           (struct vater_str){value, sizeof value}, NULL),
                     control ? VATER_E_REFUSED : VATER_OK);
  }
  assert_int_equal(request.header_count, 1);
}

static void header_value_of_the_limit_and_one_more(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  char *value = calloc(1, VT_LIMIT_REQUEST_HEADER_BYTES + 1);
  memset(value, 'x', VT_LIMIT_REQUEST_HEADER_BYTES + 1);
  vt_request_init(&request, rig->arena);
  struct vater_str text = {value, VT_LIMIT_REQUEST_HEADER_BYTES};
  assert_int_equal(vt_request_set_header(&request, VT_STR("X"), text, NULL), VATER_OK);
  text.len++;
  assert_int_equal(vt_request_set_header(&request, VT_STR("X"), text, &rig->error), VATER_E_LIMIT);
  assert_string_equal(rig->error.text,
                      "the header 'X' has 16385 bytes; the limit REQUEST_HEADER_BYTES is 16384");
  assert_int_equal(vt_request_secret_header(&request, VT_STR("X"), VT_STR("p"),
                                            vt_str_slice(text, 0, text.len - 1), NULL),
                   VATER_E_LIMIT);
  free(value);
}

static void headers_of_the_limit_and_one_more(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  char name[20];
  vt_request_init(&request, rig->arena);
  for (unsigned i = 0; i < VT_LIMIT_REQUEST_HEADERS; i++) {
    snprintf(name, sizeof name, "X-%u", i);
    assert_int_equal(vt_request_set_header(&request, vt_str(name), VT_STR("x"), NULL), VATER_OK);
  }
  assert_int_equal(vt_request_set_header(&request, VT_STR("x-5"), VT_STR("y"), NULL), VATER_OK);
  assert_int_equal(vt_request_set_header(&request, VT_STR("X-64"), VT_STR("x"), NULL),
                   VATER_E_LIMIT);
  assert_int_equal(request.header_count, VT_LIMIT_REQUEST_HEADERS);
}

static void body_of_the_limit_and_one_more(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  char *body = calloc(1, VT_LIMIT_REQUEST_BODY_BYTES + 1);
  vt_request_init(&request, rig->arena);
  struct vater_str text = {body, VT_LIMIT_REQUEST_BODY_BYTES};
  assert_int_equal(vt_request_set_body(&request, VT_STR("text/plain"), text, NULL), VATER_OK);
  text.len++;
  assert_int_equal(vt_request_set_body(&request, VT_STR("text/plain"), text, NULL), VATER_E_LIMIT);
  free(body);
}

static void later_header_replaces_and_hides_earlier(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  vt_request_init(&request, rig->arena);
  vt_request_set_header(&request, VT_STR("authorization"), VT_STR("one"), NULL);
  assert_int_equal(vt_request_secret_header(&request, VT_STR("Authorization"), VT_STR("Bearer "),
                                            VT_STR("two"), NULL),
                   VATER_OK);
  assert_int_equal(request.header_count, 1);
  const struct vt_request_header *header = vt_request_header(&request, "AUTHORIZATION");
  assert_int_equal(header->value.len, 0);
  assert_str_is(vt_request_header_value(header), "Bearer two");
  vt_request_set_header(&request, VT_STR("Authorization"), VT_STR("three"), NULL);
  assert_null(header->secret);
  assert_str_is(vt_request_header_value(header), "three");
  vt_request_fini(&request);
}

static void methods_are_two(void **state)
{
  struct rig *rig = *state;
  struct vater_request request;
  vt_request_init(&request, rig->arena);
  assert_int_equal(vt_request_set_method(&request, VT_STR("POST"), NULL), VATER_OK);
  assert_str_is(request.method, "POST");
  assert_int_equal(vt_request_set_method(&request, VT_STR("DELETE"), &rig->error), VATER_E_REFUSED);
  assert_string_equal(rig->error.text, "the method 'DELETE' is not GET or POST");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(urls_are_checked, setup, teardown),
      cmocka_unit_test_setup_teardown(header_names_are_checked, setup, teardown),
      cmocka_unit_test_setup_teardown(header_values_are_checked, setup, teardown),
      cmocka_unit_test_setup_teardown(header_value_of_the_limit_and_one_more, setup, teardown),
      cmocka_unit_test_setup_teardown(headers_of_the_limit_and_one_more, setup, teardown),
      cmocka_unit_test_setup_teardown(body_of_the_limit_and_one_more, setup, teardown),
      cmocka_unit_test_setup_teardown(later_header_replaces_and_hides_earlier, setup, teardown),
      cmocka_unit_test_setup_teardown(methods_are_two, setup, teardown),
  };
  return cmocka_run_group_tests_name("plugin request", tests, NULL, NULL);
}
