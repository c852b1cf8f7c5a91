#include "unit/doc/doc_rig.h"
#include "unit/test.h"

#include "judge/screen.h"

#include <stdio.h>
#include <stdlib.h>

static enum vt_screen_class first_class(struct vater_str text, size_t *offset, size_t *end)
{
  struct vt_screen_hit hit = {0};
  *offset = *end = SIZE_MAX;
  if (!vt_screen_text(text, &hit))
    return VT_SCREEN_NONE;
  *offset = hit.offset;
  *end = hit.end;
  return hit.class;
}

/* Vectors of facts/norway-codes.md section 2; synthetic or published as examples. */
static void finds_person_numbers(void **state)
{
  (void)state;
  static const struct {
    struct vater_str text;
    enum vt_screen_class class;
    size_t offset, end;
  } cases[] = {
      {RIG_TEXT("13097248022"), VT_SCREEN_FNR, 0, 11},
      {RIG_TEXT("x29029648784"), VT_SCREEN_FNR, 1, 12},
      {RIG_TEXT("29020075838."), VT_SCREEN_FNR, 0, 11},
      {RIG_TEXT("a 15021951940 b"), VT_SCREEN_FNR, 2, 13},
      {RIG_TEXT("53097248016"), VT_SCREEN_DNR, 0, 11},
      {RIG_TEXT("130972 48022"), VT_SCREEN_FNR, 0, 12},
      {RIG_TEXT("130972-48022"), VT_SCREEN_FNR, 0, 12},
      {RIG_TEXT("130972.48022"), VT_SCREEN_FNR, 0, 12},
      {RIG_TEXT("130972\xc2\xa0"
                "48022"),
       VT_SCREEN_FNR, 0, 13},
      {RIG_TEXT("130972\xe2\x80\x93"
                "48022"),
       VT_SCREEN_FNR, 0, 14},
      {RIG_TEXT("\xef\xbc\x91\xef\xbc\x93\xef\xbc\x90\xef\xbc\x99\xef\xbc\x97\xef\xbc\x92"
                "48022"),
       VT_SCREEN_FNR, 0, 23},
      {RIG_TEXT("123456 130972 48022"), VT_SCREEN_FNR, 7, 19},
      {RIG_TEXT("0130972480221 53097248016"), VT_SCREEN_DNR, 14, 25},
      {RIG_TEXT("13 09 72 48022"), VT_SCREEN_FNR, 0, 14},
      {RIG_TEXT("130972 480 22"), VT_SCREEN_FNR, 0, 13},
      {RIG_TEXT("13527248013"), VT_SCREEN_HNR, 0, 11},
      {RIG_TEXT("10915596784"), VT_SCREEN_SYNTHETIC, 0, 11},
      {RIG_TEXT("68467038838"), VT_SCREEN_HNR, 0, 11},
      {RIG_TEXT("50846202355"), VT_SCREEN_SYNTHETIC, 0, 11},
      /* given from 2032 on: the first control digit leaves 0 to 3 */
      {RIG_TEXT("02013299997"), VT_SCREEN_FNR, 0, 11},
      {RIG_TEXT("02013299903"), VT_SCREEN_FNR, 0, 11},
      {RIG_TEXT("02013299806"), VT_SCREEN_FNR, 0, 11},
      {RIG_TEXT("30108299920"), VT_SCREEN_FNR, 0, 11},
      {RIG_TEXT("30108299939"), VT_SCREEN_FNR, 0, 11},
      {RIG_TEXT("24129900100"), VT_SCREEN_PLACEHOLDER, 0, 11},
      {RIG_TEXT("241299 99999"), VT_SCREEN_PLACEHOLDER, 0, 12},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    size_t offset;
    size_t end;
    assert_int_equal(first_class(cases[i].text, &offset, &end), cases[i].class);
    assert_int_equal(offset, cases[i].offset);
    assert_int_equal(end, cases[i].end);
  }
}

static void leaves_other_numbers(void **state)
{
  (void)state;
  static const char *const texts[] = {
      "",
      "13097248023",   /* second control digit */
      "13097248032",   /* first control digit */
      "32097248022",   /* day */
      "29029748780",   /* no leap year */
      "130972480221",  /* twelve digits */
      "1309724802",    /* ten */
      "130972  48022", /* two separators */
      "13  09 72 48022",
      "24139900100",                          /* a placeholder without a date */
      "0f8fad5b-d9cb-469f-a165-a13097248022", /* a UUID */
      "1309724802213097248022ff13097248022a13097248022f13097248022abcdef",
      "130972/48022",
      "1309724-8022",
      "130972-480221",
      "1130972-48022",
      "964338531",
      "2026-10-15T08:30:00Z",
      "1760517000000",
      "12345678901",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    size_t offset;
    size_t end;
    assert_int_equal(first_class(vt_str(texts[i]), &offset, &end), VT_SCREEN_NONE);
  }
}

/* Every day of two years in both classes: which are taken is a matter of the date alone. */
static void finds_all_dates(void **state)
{
  (void)state;
  static const int first[9] = {3, 7, 6, 1, 8, 9, 4, 5, 2};
  static const int second[10] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
  size_t found[VT_SCREEN_CLASS_COUNT] = {0};
  for (int date = 0; date < 1000000; date += 1) {
    if (date % 100 != 0 && date % 100 != 97)
      continue;
    char text[32];
    for (int serial = 100; serial < 1000; serial++) {
      snprintf(text, sizeof text, "%06d%03d", date, serial);
      int sum = 0;
      for (int i = 0; i < 9; i++)
        sum += first[i] * (text[i] - '0');
      int control = (11 - sum % 11) % 11;
      if (control == 10)
        continue;
      text[9] = (char)('0' + control);
      sum = 0;
      for (int i = 0; i < 10; i++)
        sum += second[i] * (text[i] - '0');
      control = (11 - sum % 11) % 11;
      if (control == 10)
        continue;
      text[10] = (char)('0' + control);
      size_t offset;
      size_t end;
      found[first_class((struct vater_str){text, 11}, &offset, &end)]++;
      break;
    }
  }
  assert_int_equal(found[VT_SCREEN_FNR], 366 + 365);
  assert_int_equal(found[VT_SCREEN_DNR], 366 + 365);
}

/* At every place relative to the blocks that are read at once, and at both ends. */
static void finds_it_anywhere(void **state)
{
  (void)state;
  static const char *const forms[] = {"13097248022", "130972-48022"};
  for (size_t form = 0; form < 2; form++) {
    size_t size = strlen(forms[form]);
    for (size_t before = 0; before < 200; before++)
      for (size_t behind = 0; behind < 80; behind += 13) {
        char *text = malloc(before + size + behind);
        memset(text, before % 3 == 0 ? '1' : 'x', before + size + behind);
        for (size_t i = 4; i < before; i += 5)
          text[i] = ',';
        if (before > 0)
          text[before - 1] = ' ';
        memcpy(text + before, forms[form], size);
        if (behind > 0)
          text[before + size] = '"';
        size_t offset;
        size_t end;
        struct vater_str all = {text, before + size + behind};
        assert_int_equal(first_class(all, &offset, &end), VT_SCREEN_FNR);
        assert_int_equal(offset, before);
        free(text);
      }
  }
}

static void sees_through_disguises(void **state)
{
  (void)state;
  static const char digits[] = "13097248022";
  char wide[2 * 3000];
  for (size_t place = 0; place < 2900; place += 97) {
    for (int big = 0; big < 2; big++) {
      memset(wide, 0, sizeof wide);
      for (size_t i = 0; i < 3000; i++)
        wide[2 * i + (size_t)big] = i >= place && i < place + 11 ? digits[i - place] : 'x';
      struct vt_screen screen = {0};
      vt_screen_bytes(&screen, 3, (struct vater_str){wide, sizeof wide}, 0);
      assert_int_equal(screen.count, 1);
      assert_int_equal(screen.hits[0].class, VT_SCREEN_FNR);
      assert_int_equal(screen.hits[0].page, 3);
      assert_int_equal(screen.hits[0].offset, 2 * place + (size_t)big);
    }
  }
  struct vt_screen screen = {0};
  vt_screen_bytes(&screen, 0, VT_STR("{\"a\":\"\\u0031\\u00330972\\u002d48022 13097248022"), 0);
  assert_int_equal(screen.count, 2);
  assert_int_equal(screen.hits[1].offset, 6);
}

static void keeps_class_and_place_only(void **state)
{
  (void)state;
  struct vt_screen screen = {0};
  struct vt_screen_hit hit = {.class = VT_SCREEN_DNR, .page = 1, .offset = 7, .end = 18};
  for (int i = 0; i < 20; i++)
    vt_screen_add(&screen, &hit, VT_STR("/rows/123456/53097248016/name"));
  assert_int_equal(screen.count, 20);
  assert_int_equal(screen.kept, VT_SCREEN_KEPT);
  assert_string_equal(screen.hits[0].pointer, "/rows/123456/***********/name");
  assert_string_equal(vt_screen_class_name(screen.hits[0].class), "dnr");
  assert_string_equal(vt_screen_class_name(VT_SCREEN_FNR), "fnr");
}

static void masks(void **state)
{
  (void)state;
  static const struct {
    const char *text, *masked;
  } cases[] = {
      {"", ""},
      {"12345", "12345"},
      {"123456", "******"},
      {"born 130972 48022!", "born ****** *****!"},
      {"13 09 72 48022", "** ** ** *****"},
      {"area 4601, 12", "area 4601, 12"},
      {"2026-10-15", "****-**-**"},
      {"12345--6", "12345--6"},
      {"\xef\xbc\x91\xef\xbc\x93"
       "097248022 \xc3\xa6",
       "*********** \xc3\xa6"},
      {"123456-", "******-"},
      {"a \\u0031\\u0033 7", "a \\u****\\u**** *"},
      {"%31%33", "%**%**"},
  };
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer out;
  vt_buffer_init(&out, &allocator, 1000);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    vt_buffer_reset(&out);
    vt_buffer_text(&out, ">");
    assert_int_equal(vt_screen_mask(&out, vt_str(cases[i].text)), VATER_OK);
    assert_str(vt_str_slice(vt_buffer_str(&out), 1, out.len), cases[i].masked);
  }
  vt_buffer_fini(&out);
}

static void survives_any_bytes(void **state)
{
  (void)state;
  static const char bytes[] = "0123456789 -.\xef\xbc\x91\xc2\xa0\\u003";
  uint64_t random = 1;
  for (int round = 0; round < 3000; round++) {
    size_t len = rig_random(&random) % 300;
    char *text = malloc(len > 0 ? len : 1);
    for (size_t i = 0; i < len; i++)
      text[i] = bytes[rig_random(&random) % sizeof bytes];
    struct vt_screen screen = {0};
    vt_screen_bytes(&screen, 0, (struct vater_str){text, len}, 0);
    for (uint32_t i = 0; i < screen.kept; i++)
      assert_true(screen.hits[i].end <= len && screen.hits[i].offset + 11 <= screen.hits[i].end);
    vt_screen_mask_hits(text, len);
    struct vt_screen_hit hit;
    assert_false(vt_screen_text((struct vater_str){text, len}, &hit));
    free(text);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_person_numbers),
      cmocka_unit_test(leaves_other_numbers),
      cmocka_unit_test(finds_all_dates),
      cmocka_unit_test(finds_it_anywhere),
      cmocka_unit_test(sees_through_disguises),
      cmocka_unit_test(keeps_class_and_place_only),
      cmocka_unit_test(masks),
      cmocka_unit_test(survives_any_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
