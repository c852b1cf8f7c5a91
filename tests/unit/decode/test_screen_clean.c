/* A million observations as they are, with accounts in a declared column: no hit. What eleven
 * random digits would give is measured beside it. */
#include "unit/decode/persons.h"
#include "unit/test.h"

#include "judge/decode.h"

#include <stdlib.h>

enum { ROWS = 20000, PAYLOADS = 50, ROW_BYTES = 600 };

/* Eleven digits whose last is the control digit of bank accounts (the second one's weights). */
static void account(char out[12], uint64_t *random)
{
  int control;
  do {
    snprintf(out, 12, "%010llu", (unsigned long long)(person_random(random) % 10000000000u));
    control = (11 - person_sum(out, "5432765432")) % 11;
  } while (control == 10);
  out[10] = (char)('0' + control);
  out[11] = '\0';
}

static int uuid(char *out, size_t size, uint64_t *random)
{
  uint64_t high = person_random(random);
  uint64_t low = person_random(random);
  return snprintf(out, size, "%08x-%04x-4%03x-a%03x-%012llx", (unsigned)(high >> 32),
                  (unsigned)(high & 0xffff), (unsigned)(high >> 16 & 0xfff),
                  (unsigned)(low & 0xfff), (unsigned long long)(low >> 16));
}

static size_t row(char *out, uint64_t *random)
{
  static const char *const actors[] = {"983974724", "964338531", "983971636", "894166762"};
  char number[12];
  char id[40];
  uint64_t bits = person_random(random);
  unsigned denominator = 1 + (unsigned)(bits % 900000);
  unsigned numerator = (unsigned)(person_random(random) % (denominator + 1));
  account(number, random);
  uuid(id, sizeof id, random);
  return (size_t)snprintf(
      out, ROW_BYTES,
      "{\"indicator\":\"G1-10\",\"actor\":\"%s\",\"period\":\"20%02u-%02u\",\"area\":\"%04u\","
      "\"numerator\":%u,\"denominator\":%u,\"value\":%.*f,\"unit\":\"percent\",\"status\":"
      "\"final\","
      "\"measuredAt\":\"20%02u-%02u-%02uT%02u:30:%02u.%06uZ\",\"epoch\":%llu,\"epochMs\":%llu,"
      "\"rowId\":\"%s\",\"hash\":\"%016llx%016llx%016llx\",\"phone\":\"+47 %03u %02u %03u\","
      "\"amount\":%llu,\"konto\":\"%s\",\"batch\":\"2026%02u%02u-%05u\"},\n",
      actors[bits >> 40 & 3], (unsigned)(20 + bits % 7), (unsigned)(1 + bits % 12),
      (unsigned)(bits % 5600), numerator, denominator, (int)(bits % 15),
      100.0 * numerator / denominator, (unsigned)(20 + bits % 7), (unsigned)(1 + bits % 12),
      (unsigned)(1 + bits % 28), (unsigned)(bits % 24), (unsigned)(bits % 60),
      (unsigned)(bits % 1000000), 1600000000ull + bits % 200000000,
      1600000000000ull + bits % 200000000000, id, (unsigned long long)person_random(random),
      (unsigned long long)person_random(random), (unsigned long long)person_random(random),
      (unsigned)(400 + bits % 600), (unsigned)(bits % 100), (unsigned)(bits % 1000),
      (unsigned long long)(bits % 99999999999u), number, (unsigned)(1 + bits % 12),
      (unsigned)(1 + bits % 28), (unsigned)(bits % 100000));
}

static size_t payload(char *out, uint64_t *random)
{
  char id[40];
  uuid(id, sizeof id, random);
  size_t len = (size_t)snprintf(out, ROW_BYTES,
                                "{\"reporter\":{\"orgnr\":\"983974724\"},\"submissionId\":\"%s\","
                                "\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[\n",
                                id);
  for (int i = 0; i < ROWS; i++)
    len += row(out + len, random);
  memcpy(out + len - 2, "]}", 2);
  return len;
}

static void a_million_clean_observations_have_no_hit(void **state)
{
  const struct vt_allocator allocator = vt_allocator_real();
  const struct vater_str names[] = {VT_STR("konto")};
  const struct vt_screen_accounts accounts = {names, 1};
  char *bytes = malloc((size_t)ROWS * ROW_BYTES + 1000);
  uint64_t random = 2026;
  uint64_t without = 0;
  (void)state;
  assert_non_null(bytes);
  for (int i = 0; i < PAYLOADS; i++) {
    struct vt_screen screen = {0};
    struct vt_decode_result result;
    struct vt_error error = {0};
    struct vt_decode_input input = {.allocator = &allocator,
                                    .hash_seed = 1,
                                    .bytes = {bytes, payload(bytes, &random)},
                                    .screen = &screen,
                                    .accounts = &accounts};
    if (vt_decode_page(&input, &result, &error) != VATER_OK)
      fail_msg("%s", error.text);
    vt_doc_tree_free(result.tree);
    if (screen.count > 0)
      fail_msg("%s at %s: %.*s", vt_screen_class_name(screen.hits[0].class), screen.hits[0].pointer,
               (int)(screen.hits[0].end - screen.hits[0].offset + 20),
               bytes + screen.hits[0].offset - 10);
    if (i > 0)
      continue;
    input.accounts = NULL;
    assert_int_equal(vt_decode_page(&input, &result, &error), VATER_OK);
    vt_doc_tree_free(result.tree);
    without = screen.count;
  }
  /* the column of accounts, undeclared, has chance hits: a reason to declare it */
  assert_in_range(without, ROWS / 14, ROWS / 6);
  free(bytes);
}

/* The rates that docs/privacy.md tells: random eleven and twelve digits, and accounts. */
static void chance_hits(void **state)
{
  enum { TRIES = 2000000 };
  uint64_t random = 1;
  unsigned eleven = 0, twelve = 0, accounts = 0;
  (void)state;
  for (int i = 0; i < TRIES; i++) {
    char text[32];
    struct vt_screen_hit hit;
    int len = snprintf(text, sizeof text, "%011llu",
                       (unsigned long long)(person_random(&random) % 100000000000u));
    eleven += vt_screen_text((struct vater_str){text, (size_t)len}, &hit);
    len = snprintf(text, sizeof text, "%012llu",
                   (unsigned long long)(person_random(&random) % 1000000000000u));
    twelve += vt_screen_text((struct vater_str){text, (size_t)len}, &hit);
    account(text, &random);
    accounts += vt_screen_text((struct vater_str){text, 11}, &hit);
  }
  print_message(
      "chance hits: eleven digits one in %.0f, twelve one in %.0f, accounts one in %.1f\n",
      (double)TRIES / eleven, (double)TRIES / twelve, (double)TRIES / accounts);
  assert_in_range(TRIES / eleven, 80, 95);
  assert_in_range(TRIES / twelve, 9000, 25000);
  assert_in_range(TRIES / accounts, 7, 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_million_clean_observations_have_no_hit),
      cmocka_unit_test(chance_hits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
