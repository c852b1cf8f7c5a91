/* Each case of cases.txt: rows are hidden as it says, and a reader who adds and subtracts what is
 * shown can tell of no small cell that it is one. */
#include "unit/test.h"

#include "attack.h"
#include "base/number.h"
#include "disclosure/disclosure.h"

#include <stdio.h>

enum { LINE = 256, NAME = 128, MEASURES = 4 };

struct row {
  char area[16], breakdown[64], period[16], numerator[16], denominator[16], count[16], wanted[16];
  int vintage;
};

struct test_case {
  char name[NAME];
  struct vt_disclosure disclosure;
  struct row rows[ATTACK_ROWS];
  uint32_t count;
};

static void find(const void *context, struct vater_str indicator, struct vt_disclosure *disclosure)
{
  const struct test_case *test = context;
  (void)indicator;
  *disclosure = test->disclosure;
}

static double read_number(const char *text)
{
  double number = 0;
  assert_true(vt_number_double(vt_str(text), &number));
  return number;
}

static void set_number(struct vt_table_builder *builder, int column, const char *text)
{
  if (text[0] != '-' && text[0] != '?')
    assert_int_equal(vt_table_set_number(builder, column, read_number(text), 0, NULL), VATER_OK);
}

static void set_text(struct vt_table_builder *builder, int column, const char *text)
{
  if (strcmp(text, "-") != 0)
    assert_int_equal(vt_table_set_text(builder, column, vt_str(text), NULL), VATER_OK);
}

static void add_row(struct vt_table_builder *builder, const struct row *row)
{
  assert_int_equal(vt_table_add_row(builder, 0, 0, NULL), VATER_OK);
  set_text(builder, VATER_COLUMN_INDICATOR, "X");
  set_text(builder, VATER_COLUMN_ACTOR, "983974724");
  set_text(builder, VATER_COLUMN_AREA, row->area);
  set_text(builder, VATER_COLUMN_BREAKDOWN, row->breakdown);
  set_text(builder, VATER_COLUMN_PERIOD, row->period);
  set_text(builder, VATER_COLUMN_UNIT, row->count[0] != '-' ? "count" : "percent");
  set_number(builder, VATER_COLUMN_NUMERATOR, row->numerator);
  set_number(builder, VATER_COLUMN_DENOMINATOR, row->denominator);
  set_number(builder, VATER_COLUMN_VALUE, row->count);
  if (row->numerator[0] == '?')
    set_text(builder, VATER_COLUMN_MISSING, "suppressed");
}

/* ---- the attack -------------------------------------------------------------------------------
 */

static long number_of(const struct row *row, int measure)
{
  bool ratio = row->numerator[0] != '-' && row->numerator[0] != '?';
  long numerator = ratio ? (long)read_number(row->numerator) : ATTACK_NONE;
  long denominator = ratio ? (long)read_number(row->denominator) : ATTACK_NONE;
  switch (measure) {
  case 0:
    return numerator;
  case 1:
    return denominator;
  case 2:
    return ratio && denominator >= numerator ? denominator - numerator : ATTACK_NONE;
  default:
    return row->count[0] == '-' ? ATTACK_NONE : (long)read_number(row->count);
  }
}

/* Small cells that the reader can tell to be below the threshold. */
static uint32_t broken(const struct test_case *test, const uint8_t *hidden)
{
  struct attack_row seen[ATTACK_ROWS] = {0};
  uint32_t found = 0;
  for (int measure = 0; measure < MEASURES; measure++) {
    for (uint32_t i = 0; i < test->count; i++) {
      const struct row *row = &test->rows[i];
      memcpy(seen[i].area, row->area, sizeof row->area);
      memcpy(seen[i].breakdown, row->breakdown, sizeof row->breakdown);
      memcpy(seen[i].period, row->period, sizeof row->period);
      seen[i].vintage = row->vintage;
      seen[i].number = number_of(row, measure);
      seen[i].shown = hidden[i] == 0 && seen[i].number != ATTACK_NONE;
    }
    for (uint32_t i = 0; i < test->count; i++) {
      if (!vt_disclosure_is_small(&test->disclosure, (double)seen[i].number))
        continue;
      bool allowed = false;
      long least = (long)test->disclosure.threshold;
      for (long number = least; number < least + 200 && !allowed && hidden[i] != 0; number++)
        allowed = attack_allows(seen, test->count, i, number);
      if (!allowed)
        print_message("  %s: row %u, measure %d can be computed\n", test->name, i + 1, measure);
      found += !allowed;
    }
  }
  return found;
}

/* ---- cases ------------------------------------------------------------------------------------
 */

static void mask_by(const struct test_case *test, enum vt_disclosure_exit exit, uint8_t *hidden)
{
  const struct vt_environment environment = vt_environment_real();
  const struct vt_disclosure_source source = {find, test};
  struct vt_table_builder *builder;
  struct vt_table table;
  assert_int_equal(vt_table_builder_new(&environment.allocator, 7, &builder), VATER_OK);
  for (uint32_t i = 0; i < test->count; i++)
    add_row(builder, &test->rows[i]);
  assert_int_equal(vt_table_view(builder, &table, NULL), VATER_OK);
  assert_int_equal(vt_disclosure_mask(&environment.allocator, &table, &source, exit, hidden),
                   VATER_OK);
  vt_table_builder_free(builder);
}

static void mask(const struct test_case *test, uint8_t *hidden)
{
  mask_by(test, VT_DISCLOSURE_TABLE, hidden);
}

static uint32_t judge(const struct test_case *test)
{
  uint8_t hidden[ATTACK_ROWS] = {0};
  uint32_t wrong = 0;
  mask(test, hidden);
  for (uint32_t i = 0; i < test->count; i++) {
    const char *got = hidden[i] ? "hidden" : "shown";
    if (strcmp(got, test->rows[i].wanted) != 0)
      print_message("  %s: row %u is %s\n", test->name, i + 1, got);
    wrong += strcmp(got, test->rows[i].wanted) != 0;
  }
  wrong += broken(test, hidden);
  mask_by(test, VT_DISCLOSURE_TEXTS, hidden);
  for (uint32_t i = 0; i < test->count; i++)
    assert_int_equal(hidden[i], test->disclosure.purpose != VT_DISCLOSURE_NONE);
  return wrong;
}

static void read_option(struct test_case *test, const char *line)
{
  if (strncmp(line, "threshold ", 10) == 0)
    test->disclosure.threshold = read_number(line + 10);
  else if (strncmp(line, "base ", 5) == 0)
    test->disclosure.base = read_number(line + 5);
  else if (strncmp(line, "cumulative", 10) == 0)
    test->disclosure.cumulative = true;
  else if (strncmp(line, "collection", 10) == 0)
    test->disclosure.purpose = VT_DISCLOSURE_COLLECTION;
  else if (strncmp(line, "none", 4) == 0)
    test->disclosure.purpose = VT_DISCLOSURE_NONE;
  else
    fail_msg("no such line: %s", line);
}

static void take_word(const char **line, char *word, size_t size)
{
  *line += strspn(*line, " ");
  size_t len = strcspn(*line, " ");
  assert_true(len > 0 && len < size);
  memcpy(word, *line, len);
  word[len] = '\0';
  *line += len;
}

static void read_row(struct test_case *test, const char *line)
{
  struct row *row = &test->rows[test->count++];
  assert_true(test->count <= ATTACK_ROWS);
  take_word(&line, row->area, sizeof row->area);
  take_word(&line, row->breakdown, sizeof row->breakdown);
  take_word(&line, row->period, sizeof row->period);
  take_word(&line, row->numerator, sizeof row->numerator);
  take_word(&line, row->denominator, sizeof row->denominator);
  take_word(&line, row->count, sizeof row->count);
  take_word(&line, row->wanted, sizeof row->wanted);
  for (uint32_t i = 0; i + 1 < test->count; i++)
    row->vintage += strcmp(test->rows[i].area, row->area) == 0 &&
                    strcmp(test->rows[i].breakdown, row->breakdown) == 0 &&
                    strcmp(test->rows[i].period, row->period) == 0;
}

static void cases_are_masked_and_hold(void **state)
{
  static struct test_case test;
  char line[LINE];
  uint32_t wrong = 0, count = 0;
  FILE *file = fopen(VATER_SOURCE_DIR "/tests/spec/disclosure/cases.txt", "r");
  (void)state;
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "case ", 5) == 0) {
      wrong += count > 0 ? judge(&test) : 0;
      memset(&test, 0, sizeof test);
      test.disclosure =
          (struct vt_disclosure){VT_DISCLOSURE_PUBLICATION, VT_DISCLOSURE_THRESHOLD, 0, false};
      snprintf(test.name, sizeof test.name, "%.*s", (int)sizeof test.name - 1, line + 5);
      count++;
    } else if (count > 0 && (line[0] == 'N' || (line[0] >= '0' && line[0] <= '9'))) {
      read_row(&test, line);
    } else if (count > 0 && line[0] != '\0' && line[0] != '#') {
      read_option(&test, line);
    }
  }
  wrong += judge(&test);
  fclose(file);
  print_message("%u cases\n", count);
  assert_true(count >= 25);
  assert_int_equal(wrong, 0);
}

/* ---- tables that nobody thought of ------------------------------------------------------------
 */

enum { AGES = 3, SEXES = 2, TABLES = 400 };

static unsigned next(uint64_t *seed)
{
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(*seed >> 33);
}

static void put(struct test_case *test, const char *sex, const char *age, unsigned numerator)
{
  struct row *row = &test->rows[test->count++];
  *row = (struct row){.area = "NO", .period = "2025", .count = "-"};
  snprintf(row->breakdown, sizeof row->breakdown, "%s%s%s", age, *age && *sex ? ";" : "", sex);
  if (row->breakdown[0] == '\0')
    row->breakdown[0] = '-';
  snprintf(row->numerator, sizeof row->numerator, "%u", numerator);
  snprintf(row->denominator, sizeof row->denominator, "%u", numerator * 10 + 100);
}

/* A square of two breakdowns with its totals, a third of its cells small; sometimes a row is left
 * out. Denominators add up to nothing. */
static void make_up(struct test_case *test, uint64_t *seed)
{
  static const char *const sexes[] = {"sex=F", "sex=M"};
  static const char *const ages[] = {"age=0-17", "age=18-66", "age=67+"};
  unsigned cells[AGES][SEXES], all = 0, by_sex[SEXES] = {0}, by_age[AGES] = {0};
  for (int age = 0; age < AGES; age++)
    for (int sex = 0; sex < SEXES; sex++) {
      cells[age][sex] = next(seed) % 3 == 0 ? next(seed) % 5 : next(seed) % 40;
      all += cells[age][sex];
      by_sex[sex] += cells[age][sex];
      by_age[age] += cells[age][sex];
    }
  unsigned left_out = next(seed) % 24;
  memset(test, 0, sizeof *test);
  snprintf(test->name, sizeof test->name, "made up");
  test->disclosure =
      (struct vt_disclosure){VT_DISCLOSURE_PUBLICATION, VT_DISCLOSURE_THRESHOLD, 0, false};
  put(test, "", "", all);
  for (int sex = 0; sex < SEXES; sex++)
    put(test, sexes[sex], "", by_sex[sex]);
  for (int age = 0; age < AGES; age++)
    put(test, "", ages[age], by_age[age]);
  for (int age = 0; age < AGES; age++)
    for (int sex = 0; sex < SEXES; sex++)
      put(test, sexes[sex], ages[age], cells[age][sex]);
  if (left_out < test->count) {
    test->rows[left_out] = test->rows[test->count - 1];
    test->count--;
  }
}

static void made_up_tables_hold(void **state)
{
  static struct test_case test;
  uint64_t seed = 20261126;
  uint32_t wrong = 0;
  (void)state;
  for (int i = 0; i < TABLES; i++) {
    uint8_t hidden[ATTACK_ROWS];
    make_up(&test, &seed);
    mask(&test, hidden);
    wrong += broken(&test, hidden);
  }
  assert_int_equal(wrong, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cases_are_masked_and_hold),
      cmocka_unit_test(made_up_tables_hold),
  };
  return cmocka_run_group_tests_name("spec_disclosure", tests, NULL, NULL);
}
