#include "unit/test.h"

#include "base/limits.h"
#include "net/url.h"

static struct vt_arena *arena;
static struct vt_allocator allocator;

static int open_arena(void **state)
{
  (void)state;
  allocator = vt_allocator_real();
  arena = vt_arena_new(&allocator, 0);
  return arena == NULL;
}

static int close_arena(void **state)
{
  (void)state;
  vt_arena_free(arena);
  return 0;
}

static void parts_are_normalised(void **state)
{
  (void)state;
  const struct {
    const char *text, *normal, *host, *origin;
  } rows[] = {
      {"https://Example.NO/a?b=c#d", "https://example.no/a?b=c", "example.no",
       "https://example.no:443"},
      {"HTTPS://example.no", "https://example.no/", "example.no", "https://example.no:443"},
      {"https://example.no:8443/a", "https://example.no:8443/a", "example.no",
       "https://example.no:8443"},
      {"http://127.0.0.1/", "http://127.0.0.1/", "127.0.0.1", "http://127.0.0.1:80"},
      {"https://[::1]:7/", "https://[::1]:7/", "[::1]", "https://[::1]:7"},
      {"https://0x7f.1/", "https://127.0.0.1/", "127.0.0.1", "https://127.0.0.1:443"},
      {"https://2130706433/", "https://127.0.0.1/", "127.0.0.1", "https://127.0.0.1:443"},
      {"https://0177.0.0.01/", "https://127.0.0.1/", "127.0.0.1", "https://127.0.0.1:443"},
      {"https://example.no/a/../b/./c", "https://example.no/b/c", "example.no",
       "https://example.no:443"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vt_net_url url;
    struct vt_error error = {0};
    assert_int_equal(vt_net_url_parse(vt_str(rows[i].text), arena, &url, &error), VATER_OK);
    assert_str(url.text, rows[i].normal);
    assert_str(url.host, rows[i].host);
    assert_str(url.origin, rows[i].origin);
  }
}

static void other_urls_are_refused(void **state)
{
  (void)state;
  const struct {
    const char *text, *message;
  } rows[] = {
      {"", "'' cannot be asked: it is empty"},
      {"ftp://example.no/",
       "'ftp://example.no/' cannot be asked: only https (and http to loopback, where allowed) is "
       "spoken"},
      {"file:///etc/passwd",
       "'file:///etc/passwd' cannot be asked: only https (and http to loopback, where allowed) is "
       "spoken"},
      {"https://me:secret@example.no/",
       "'https://me:secret@example.no/' cannot be asked: it holds a user name; credentials belong "
       "in the endpoint's auth"},
      {"https://example.no/a b",
       "'https://example.no/a b' cannot be asked: it holds a blank or a control character"},
      {"https://example.no/a\r\nX: y",
       "'https://example.no/a  X: y' cannot be asked: it holds a blank or a control character"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vt_net_url url;
    struct vt_error error = {0};
    assert_int_equal(vt_net_url_parse(vt_str(rows[i].text), arena, &url, &error), VATER_E_CONFIG);
    assert_string_equal(error.code, "OPS-CONFIG");
    assert_string_equal(error.text, rows[i].message);
    assert_null(url.text.ptr);
  }
}

enum { ROOM = 5000 };

static void limit_URL_BYTES(void **state)
{
  (void)state;
  char text[ROOM];
  memset(text, 'a', sizeof text);
  memcpy(text, "https://example.no/", 19);
  struct vt_net_url url;
  struct vt_error error = {0};
  struct vater_str fits = {text, VT_LIMIT_URL_BYTES};
  struct vater_str over = {text, VT_LIMIT_URL_BYTES + 1};
  assert_int_equal(vt_net_url_parse(fits, arena, &url, NULL), VATER_OK);
  assert_int_equal(vt_net_url_parse(over, arena, &url, &error), VATER_E_CONFIG);
  assert_non_null(strstr(error.text, "longer than the limit URL_BYTES"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts_are_normalised),
      cmocka_unit_test(other_urls_are_refused),
      cmocka_unit_test(limit_URL_BYTES),
  };
  return cmocka_run_group_tests(tests, open_arena, close_arena);
}
