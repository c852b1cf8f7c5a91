#include "plugin/url.h"

#include "base/limits.h"
#include "unit/plugin/rig.h"

/* RFC 3986 section 5.4, base http://a/b/c/d;p?q */
static const struct {
  const char *reference, *target;
} examples[] = {
    {"g:h", "g:h"},
    {"g", "http://a/b/c/g"},
    {"./g", "http://a/b/c/g"},
    {"g/", "http://a/b/c/g/"},
    {"/g", "http://a/g"},
    {"//g", "http://g"},
    {"?y", "http://a/b/c/d;p?y"},
    {"g?y", "http://a/b/c/g?y"},
    {"#s", "http://a/b/c/d;p?q#s"},
    {"g#s", "http://a/b/c/g#s"},
    {"g?y#s", "http://a/b/c/g?y#s"},
    {";x", "http://a/b/c/;x"},
    {"g;x", "http://a/b/c/g;x"},
    {"g;x?y#s", "http://a/b/c/g;x?y#s"},
    {"", "http://a/b/c/d;p?q"},
    {".", "http://a/b/c/"},
    {"./", "http://a/b/c/"},
    {"..", "http://a/b/"},
    {"../", "http://a/b/"},
    {"../g", "http://a/b/g"},
    {"../..", "http://a/"},
    {"../../", "http://a/"},
    {"../../g", "http://a/g"},
    {"../../../g", "http://a/g"},
    {"../../../../g", "http://a/g"},
    {"/./g", "http://a/g"},
    {"/../g", "http://a/g"},
    {"g.", "http://a/b/c/g."},
    {".g", "http://a/b/c/.g"},
    {"g..", "http://a/b/c/g.."},
    {"..g", "http://a/b/c/..g"},
    {"./../g", "http://a/b/g"},
    {"./g/.", "http://a/b/c/g/"},
    {"g/./h", "http://a/b/c/g/h"},
    {"g/../h", "http://a/b/c/h"},
    {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
    {"g;x=1/../y", "http://a/b/c/y"},
    {"g?y/./x", "http://a/b/c/g?y/./x"},
    {"g?y/../x", "http://a/b/c/g?y/../x"},
    {"g#s/./x", "http://a/b/c/g#s/./x"},
    {"g#s/../x", "http://a/b/c/g#s/../x"},
    {"http:g", "http:g"},
};

static void resolves_as_the_rfc(void **state)
{
  struct rig rig;
  (void)state;
  rig_init(&rig);
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    struct vater_str url;
    assert_int_equal(vt_url_resolve(rig.arena, VT_STR("http://a/b/c/d;p?q"),
                                    vt_str(examples[i].reference), &url, NULL),
                     VATER_OK);
    assert_str_is(url, examples[i].target);
  }
  rig_fini(&rig);
}

static void merges_with_an_empty_path(void **state)
{
  struct rig rig;
  struct vater_str url;
  (void)state;
  rig_init(&rig);
  vt_url_resolve(rig.arena, VT_STR("https://a.example?x"), VT_STR("b"), &url, NULL);
  assert_str_is(url, "https://a.example/b");
  rig_fini(&rig);
}

static void malformed_is_refused(void **state)
{
  static const char *const malformed[] = {"a b",    "a\r\nb", "%zz", "a%2", "\303\245",
                                          "a\"b\"", "<a>",    "a|b", "a\\b"};
  struct rig rig;
  (void)state;
  rig_init(&rig);
  for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
    struct vater_str url;
    struct vt_url parts;
    assert_false(vt_url_split(vt_str(malformed[i]), &parts));
    assert_int_equal(
        vt_url_resolve(rig.arena, VT_STR("https://a/"), vt_str(malformed[i]), &url, NULL),
        VATER_E_DECODE);
    assert_null(url.ptr);
  }
  rig_fini(&rig);
}

static void url_of_the_limit_and_one_more(void **state)
{
  static char text[16 * 1024];
  struct vt_url parts;
  (void)state;
  memset(text, 'a', sizeof text);
  assert_true(vt_url_split((struct vater_str){text, VT_LIMIT_URL_BYTES}, &parts));
  assert_false(vt_url_split((struct vater_str){text, VT_LIMIT_URL_BYTES + 1}, &parts));
}

static void origins_compare(void **state)
{
  static const struct {
    const char *a, *b;
    bool same;
  } pairs[] = {
      {"https://a.example/x", "https://a.example/y?z", true},
      {"https://A.example", "HTTPS://a.EXAMPLE:443/", true},
      {"http://a.example", "http://a.example:80", true},
      {"https://a.example:", "https://a.example", true},
      {"https://a.example", "http://a.example", false},
      {"https://a.example", "https://a.example:8443", false},
      {"https://a.example", "https://b.example", false},
      {"https://a.example", "https://a.example.evil", false},
      {"https://a.example", "https://a.example@evil", false},
      {"https://[::1]:443/", "https://[::1]/", true},
      {"/x", "/x", false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    assert_int_equal(vt_url_same_origin(vt_str(pairs[i].a), vt_str(pairs[i].b)), pairs[i].same);
}

/* ---- Link headers (RFC 8288) ---------------------------------------------------------------- */

static int find_link(struct rig *rig, const char *value, struct vater_str *url)
{
  struct vt_response_header headers[] = {{VT_STR("Content-Type"), VT_STR("application/json")},
                                         {VT_STR("LINK"), vt_str(value)}};
  struct vater_response response = {.status = 200,
                                    .url = VT_STR("https://a.example/p/1?x=1"),
                                    .headers = headers,
                                    .header_count = 2};
  vt_error_clear(&rig->error);
  return vt_response_link(rig->arena, &response, VT_STR("next"), url, &rig->error);
}

static void links_are_found(void **state)
{
  static const struct {
    const char *value, *target; /* NULL: none */
  } cases[] = {
      {"<2>; rel=next", "https://a.example/p/2"},
      {"<2>; rel=\"next\"", "https://a.example/p/2"},
      {"<2>;rel=NEXT", "https://a.example/p/2"},
      {"<2> ; title=\"a, b; rel=prev\" ; rel=\"last next\"", "https://a.example/p/2"},
      {"<0>; rel=prev, <2>; rel=next", "https://a.example/p/2"},
      {",, <0>;rel=prev ,,\t<2>;rel=next ,", "https://a.example/p/2"},
      {"<2>; title=\"say \\\"hi\\\", \"; rel=next", "https://a.example/p/2"},
      {"<2>; rel=prev; rel=next", NULL},
      {"<2>; rel=nextish", NULL},
      {"<2>", NULL},
      {"", NULL},
      {"<2#part>; rel=next", "https://a.example/p/2"},
      {"<2>; rel=next; anchor=\"https://a.example/p/1?x=1#top\"", "https://a.example/p/2"},
      {"<2>; rel=next; anchor=\"/other\"", NULL},
      {"<>; rel=next", "https://a.example/p/1?x=1"},
  };
  struct rig rig;
  (void)state;
  rig_init(&rig);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct vater_str url;
    int status = find_link(&rig, cases[i].value, &url);
    assert_int_equal(status, cases[i].target != NULL ? VATER_OK : VATER_DONE);
    if (cases[i].target != NULL)
      assert_str_is(url, cases[i].target);
  }
  rig_fini(&rig);
}

static void unreadable_links_are_errors(void **state)
{
  static const char *const values[] = {"2; rel=next", "<2; rel=next", "<2>; rel=\"next",
                                       "<2> rel=next", "<a b>; rel=next"};
  struct rig rig;
  (void)state;
  rig_init(&rig);
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    struct vater_str url;
    assert_int_equal(find_link(&rig, values[i], &url), VATER_E_DECODE);
    assert_null(url.ptr);
  }
  rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(resolves_as_the_rfc),
      cmocka_unit_test(merges_with_an_empty_path),
      cmocka_unit_test(malformed_is_refused),
      cmocka_unit_test(url_of_the_limit_and_one_more),
      cmocka_unit_test(origins_compare),
      cmocka_unit_test(links_are_found),
      cmocka_unit_test(unreadable_links_are_errors),
  };
  return cmocka_run_group_tests_name("plugin url", tests, NULL, NULL);
}
