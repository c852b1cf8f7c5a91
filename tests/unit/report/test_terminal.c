#include "fixture.h"

#include "base/encode.h"

static const struct vt_report_style plain = {VT_LANGUAGE_EN, .width = 80, .samples = 3};

static void render(struct fixture *fixture, struct vt_report_style style)
{
  vt_buffer_reset(&fixture->out);
  assert_int_equal(vt_report_terminal(&fixture->report, &style, &fixture->out), VATER_OK);
}

static void a_run_in_english(void **state)
{
  render(*state, plain);
  assert_golden(*state, "run.en.txt");
}

static void a_run_in_nynorsk(void **state)
{
  struct vt_report_style style = plain;
  style.language = VT_LANGUAGE_NN;
  render(*state, style);
  assert_golden(*state, "run.nn.txt");
}

static void a_run_in_color(void **state)
{
  struct vt_report_style style = plain;
  style.color = true;
  render(*state, style);
  assert_golden(*state, "run.color.txt");
}

static void a_brief_one(void **state)
{
  struct fixture *fixture = *state;
  assert_int_equal(vt_report_brief(&fixture->report, &plain, &fixture->out), VATER_OK);
  assert_golden(fixture, "brief.en.txt");
}

static void a_check(void **state)
{
  struct fixture *fixture = *state;
  struct vt_report_job job = fixture->report.jobs[2];
  job.row.finding_total = job.row.finding_errors = job.row.finding_warnings = job.row.rows = 0;
  job.row.endpoint = VT_STR_NONE;
  fixture_report(fixture, &job, 1);
  fixture->report.file = VT_STR("faulty.json");
  render(fixture, plain);
  assert_golden(fixture, "check.en.txt");
}

static void a_check_says_why_rules_were_skipped(void **state)
{
  static const char *const reasons[] = {"needs history", "needs other actors",
                                        "needs the actor registry",
                                        "a value that it needs is missing", "of another version"};
  struct vt_store_rule rules[5];
  struct fixture *fixture = *state;
  struct vt_report_style style = plain;
  struct vt_report_job job = fixture->report.jobs[2];
  for (size_t i = 0; i < 5; i++)
    rules[i] =
        (struct vt_store_rule){.code = VT_STR("C-1"), .skipped = 1, .reason = vt_str(reasons[i])};
  job.rules = rules;
  job.rule_count = 5;
  fixture_report(fixture, &job, 1);
  fixture->report.file = VT_STR("faulty.json");
  style.language = VT_LANGUAGE_NN;
  render(fixture, style);
  assert_true(vt_str_ends(vt_buffer_str(&fixture->out),
                          VT_STR("Ikkje kontrollert her\n"
                                 "  C-1          treng tidlegare innsendingar\n"
                                 "  C-1          treng tal frå andre aktørar\n"
                                 "  C-1          treng aktørregisteret\n"
                                 "  C-1          ein verdi som trengst, manglar\n"
                                 "  C-1          of another version\n")));
}

/* What is about the delivery as a whole has no place, and no line for it. */
static void a_finding_without_a_place(void **state)
{
  struct fixture *fixture = *state;
  struct vt_report_job job = fixture->report.jobs[2];
  struct vt_store_finding finding =
      fixture_finding("C-043", VATER_SEVERITY_WARNING, "It does not say for which period.");
  finding.pointer = finding.excerpt = VT_STR_NONE;
  finding.line = 0;
  job.findings = &finding;
  job.finding_count = 1;
  fixture_report(fixture, &job, 1);
  fixture->report.file = VT_STR("faulty.json");
  render(fixture, plain);
  struct vater_str wanted =
      VT_STR("  It does not say for which period.\n    → Mend the numerator.\n");
  assert_true(vt_str_find(vt_buffer_str(&fixture->out), wanted, 0) < fixture->out.len);
}

static void samples_are_capped_and_counts_are_not(void **state)
{
  struct fixture *fixture = *state;
  struct vt_report_style style = plain;
  style.samples = 0;
  render(fixture, style);
  struct vater_str out = vt_buffer_str(&fixture->out);
  assert_true(vt_str_find(out, VT_STR("G1-1201 error, 25 findings in 1 delivery"), 0) < out.len);
  assert_true(vt_str_find(out, VT_STR("… 25 more"), 0) < out.len);
  assert_true(vt_str_find(out, VT_STR("numerator 101"), 0) == out.len);
}

/* No line is wider than the terminal. */
static void assert_fits(const struct fixture *fixture, unsigned width)
{
  struct vater_str out = vt_buffer_str(&fixture->out);
  for (size_t start = 0; start < out.len;) {
    size_t end = vt_str_find(out, VT_STR("\n"), start);
    struct vater_str line = vt_str_slice(out, start, end);
    if (vt_encode_width(line) > width)
      fail_msg("%zu columns: %.*s", vt_encode_width(line), VT_STR_ARGS(line));
    start = end + 1;
  }
}

/* P15: a payload's text reaches the terminal only encoded, on lines of its width. */
static void P15_odd_texts(void **state)
{
  struct fixture *fixture = *state;
  struct vt_store_finding findings[] = {
      fixture_finding("A-1", VATER_SEVERITY_ERROR, "<script>alert(1)</script> & \"quoted\""),
      fixture_finding("A-2", VATER_SEVERITY_ERROR, "=cmd|' /C calc'!A0"),
      fixture_finding("A-3", VATER_SEVERITY_ERROR, "\x1b[31mred\x1b]0;title\x07 \x9b bell"),
      fixture_finding("A-4", VATER_SEVERITY_ERROR,
                      "\xe2\x80\xae"
                      "evil\xe2\x80\xac\xe2\x81\xa6"),
      fixture_finding("A-5", VATER_SEVERITY_ERROR, "one\ntwo\r\nthree\tfour"),
      fixture_finding("A-6", VATER_SEVERITY_ERROR,
                      "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七"),
      fixture_finding("A-7", VATER_SEVERITY_ERROR, "e\xcc\x81 combining")};
  findings[2].excerpt = VT_STR("\"text\": \"\x1b[2J\xe2\x80\xae\", \"numerator\": 1");
  findings[2].caret = 8;
  findings[2].caret_width = 5;
  findings[2].pointer = VT_STR("/a\nb/\x1b[1m");
  struct vt_report_job job = fixture_job("98\x1b[1m", "ma\nin", "received");
  job.row.actor_name = VT_STR("\x1b[5mBlinking\xe2\x80\x8b AS");
  job.findings = findings;
  job.finding_count = sizeof findings / sizeof findings[0];
  fixture_report(fixture, &job, 1);
  render(fixture, plain);
  assert_fits(fixture, 80);
  struct vater_str out = vt_buffer_str(&fixture->out);
  for (size_t i = 0; i < out.len; i++)
    assert_true((unsigned char)out.ptr[i] >= 0x20 || out.ptr[i] == '\n');
  assert_true(vt_str_find(out, VT_STR("\xe2\x80\xae"), 0) == out.len);
  assert_golden(fixture, "odd.en.txt");
}

static void P15_a_text_of_a_mebibyte(void **state)
{
  struct fixture *fixture = *state;
  enum { SIZE = 1 << 20 };
  char *bytes = vt_arena_bytes(fixture->arena, SIZE);
  for (size_t i = 0; i < SIZE; i++)
    bytes[i] = i % 3 == 2 ? '\x1b' : 'x';
  struct vt_store_finding finding = fixture_finding("A-1", VATER_SEVERITY_ERROR, "");
  finding.message[VT_LANGUAGE_EN] = finding.pointer = finding.excerpt =
      (struct vater_str){bytes, SIZE};
  finding.caret = SIZE / 2;
  finding.caret_width = 100;
  struct vt_report_job job = fixture_job("1", "main", "received");
  job.row.actor_name = finding.excerpt;
  job.findings = &finding;
  job.finding_count = 1;
  fixture_report(fixture, &job, 1);
  render(fixture, plain);
  assert_fits(fixture, 80);
  assert_true(fixture->out.len < 10000);
}

static void any_width_is_kept(void **state)
{
  struct fixture *fixture = *state;
  for (unsigned width = 40; width < 140; width += 7) {
    struct vt_report_style style = plain;
    style.width = width;
    render(fixture, style);
    assert_fits(fixture, width);
  }
}

static void a_far_caret_on_a_long_line_is_shown(void **state)
{
  struct fixture *fixture = *state;
  char line[900];
  memset(line, 'a', sizeof line);
  memcpy(line + 700, "WRONG", 5);
  struct vt_store_finding finding = fixture_finding("A-1", VATER_SEVERITY_ERROR, "far");
  finding.excerpt = (struct vater_str){line, sizeof line};
  finding.caret = 700;
  finding.caret_width = 5;
  struct vt_report_job job = fixture_job("1", "main", "received");
  job.findings = &finding;
  job.finding_count = 1;
  fixture_report(fixture, &job, 1);
  render(fixture, plain);
  assert_fits(fixture, 80);
  struct vater_str out = vt_buffer_str(&fixture->out);
  size_t wrong = vt_str_find(out, VT_STR("WRONG"), 0);
  size_t caret = vt_str_find(out, VT_STR("^~~~~"), 0);
  assert_true(wrong < out.len && caret < out.len);
  size_t line_of_wrong = wrong, line_of_caret = caret;
  while (out.ptr[line_of_wrong - 1] != '\n')
    line_of_wrong--;
  while (out.ptr[line_of_caret - 1] != '\n')
    line_of_caret--;
  assert_int_equal(vt_encode_width(vt_str_slice(out, line_of_wrong, wrong)),
                   vt_encode_width(vt_str_slice(out, line_of_caret, caret)));
}

static void a_full_buffer_is_told(void **state)
{
  struct fixture *fixture = *state;
  struct vt_buffer small;
  vt_buffer_init(&small, &fixture->environment.allocator, 100);
  assert_true(vt_report_terminal(&fixture->report, &plain, &small) < 0);
  vt_buffer_fini(&small);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(a_run_in_english),
      TEST(a_run_in_nynorsk),
      TEST(a_run_in_color),
      TEST(a_brief_one),
      TEST(a_check),
      TEST(a_check_says_why_rules_were_skipped),
      TEST(a_finding_without_a_place),
      TEST(samples_are_capped_and_counts_are_not),
      TEST(P15_odd_texts),
      TEST(P15_a_text_of_a_mebibyte),
      TEST(any_width_is_kept),
      TEST(a_far_caret_on_a_long_line_is_shown),
      TEST(a_full_buffer_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
