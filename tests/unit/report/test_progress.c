#include "fixture.h"

#include "report/progress.h"

struct screen {
  int64_t now;
  char text[4096];
  size_t len;
};

static int64_t now_of(void *context)
{
  return ((struct screen *)context)->now;
}

static void write_to(void *context, struct vater_str text)
{
  struct screen *screen = context;
  assert_true(screen->len + text.len < sizeof screen->text);
  memcpy(screen->text + screen->len, text.ptr, text.len);
  screen->len += text.len;
  screen->text[screen->len] = '\0';
}

static struct vt_progress progress_on(struct screen *screen, bool live, unsigned width)
{
  return (struct vt_progress){.clock = {now_of, now_of, screen},
                              .language = VT_LANGUAGE_EN,
                              .live = live,
                              .width = width,
                              .write = write_to,
                              .context = screen};
}

static void a_terminal_has_one_line_that_is_rewritten(void **state)
{
  (void)state;
  struct screen screen = {.now = 1000};
  struct vt_progress progress = progress_on(&screen, true, 80);
  vt_progress_start(&progress, 1000);
  vt_progress_update(&progress, 0, 0, 64);
  assert_string_equal(screen.text, "\r0/1000 0% · 0 failed · 64 under way\x1b[K");
  screen.len = 0;
  screen.now += 50;
  vt_progress_update(&progress, 10, 0, 64);
  assert_int_equal(screen.len, 0);
  screen.now += 1950;
  vt_progress_update(&progress, 200, 3, 64);
  assert_string_equal(screen.text,
                      "\r200/1000 20% · 3 failed · 64 under way · 100.0/s · 0:08 left\x1b[K");
  screen.len = 0;
  vt_progress_clear(&progress);
  assert_string_equal(screen.text, "\r\x1b[K");
  screen.len = 0;
  vt_progress_clear(&progress);
  assert_int_equal(screen.len, 0);
}

static void a_file_gets_plain_lines_now_and_then(void **state)
{
  (void)state;
  struct screen screen = {.now = 1000};
  struct vt_progress progress = progress_on(&screen, false, 80);
  vt_progress_start(&progress, 40);
  vt_progress_update(&progress, 1, 0, 39);
  screen.now += 9999;
  vt_progress_update(&progress, 2, 0, 38);
  assert_int_equal(screen.len, 0);
  screen.now += 1;
  vt_progress_update(&progress, 4, 1, 36);
  assert_string_equal(screen.text, "4/40 10% · 1 failed · 36 under way · 0.4/s · 1:30 left\n");
  screen.len = 0;
  screen.now += 1;
  vt_progress_update(&progress, 40, 1, 0);
  assert_string_equal(screen.text, "40/40 100% · 1 failed · 0 under way · 4.0/s · 0:00 left\n");
  vt_progress_clear(&progress);
  assert_int_equal(screen.text[screen.len - 1], '\n');
}

static void a_narrow_terminal_cuts_the_line(void **state)
{
  (void)state;
  struct screen screen = {.now = 0};
  struct vt_progress progress = progress_on(&screen, true, 20);
  vt_progress_start(&progress, 9);
  vt_progress_update(&progress, 1, 0, 5);
  assert_string_equal(screen.text, "\r1/9 11% · 0 failed \x1b[K");
}

static void hours_and_nothing_to_do(void **state)
{
  (void)state;
  struct screen screen = {.now = 0};
  struct vt_progress progress = progress_on(&screen, false, 80);
  vt_progress_start(&progress, 100000);
  screen.now = 10000;
  vt_progress_update(&progress, 100, 0, 5);
  assert_string_equal(screen.text,
                      "100/100000 0% · 0 failed · 5 under way · 10.0/s · 2:46:30 left\n");
  screen.len = 0;
  vt_progress_start(&progress, 0);
  vt_progress_update(&progress, 0, 0, 0);
  assert_string_equal(screen.text, "0/0 100% · 0 failed · 0 under way\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_terminal_has_one_line_that_is_rewritten),
      cmocka_unit_test(a_file_gets_plain_lines_now_and_then),
      cmocka_unit_test(a_narrow_terminal_cuts_the_line),
      cmocka_unit_test(hours_and_nothing_to_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
