#include "base/environment.h"
#include "bench/cel/five_rules.h"
#include "cel/cel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 15, FIELDS = 6, PATTERN_BYTES = 4096 };

struct texts {
  char items[FIVE_AREAS + 200][12];
  uint32_t lens[FIVE_AREAS + 200];
  uint32_t count;
};

struct bench {
  struct five_data data;
  struct texts texts;
  uint32_t ids[3][FIVE_ROWS];   /* period, area, status */
  double numbers[3][FIVE_ROWS]; /* numerator, denominator, value */
  uint8_t lanes[FIVE_ROWS];
};

static double now_ns(void)
{
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static uint32_t intern(struct texts *texts, const char *text)
{
  for (uint32_t i = 0; i < texts->count; i++)
    if (strcmp(texts->items[i], text) == 0)
      return i + 1;
  texts->lens[texts->count] = (uint32_t)strlen(text);
  snprintf(texts->items[texts->count], sizeof texts->items[0], "%s", text);
  return ++texts->count;
}

static struct vater_str text_of(const void *context, uint32_t id)
{
  const struct texts *texts = context;
  return (struct vater_str){texts->items[id - 1], texts->lens[id - 1]};
}

static void get_field(const void *context, uint32_t row, uint32_t field, struct vt_cel_value *value)
{
  const struct bench *bench = context;
  if (field < 3)
    *value = vt_cel_double(bench->numbers[field][row]);
  else
    *value = vt_cel_string(text_of(&bench->texts, bench->ids[field - 3][row]));
}

static struct vt_cel_program *compile(struct vt_cel_environment *environment,
                                      struct vt_arena *arena, const char *text)
{
  struct vt_diagnostics diagnostics;
  struct vt_cel_program *program;
  vt_diagnostics_init(&diagnostics, arena);
  const struct vt_cel_source source = {.text = vt_str(text)};
  if (vt_cel_compile(environment, &source, "bool", arena, &diagnostics, &program) != VATER_OK) {
    fprintf(stderr, "%s: %s\n", text,
            diagnostics.count > 0 ? diagnostics.items[0].error.text : "no memory");
    exit(2);
  }
  return program;
}

static void print_least(const char *name, double total, const uint32_t broken[5])
{
  printf("%-34s %8.1f ns a row   broken", name, total / FIVE_ROWS);
  for (int i = 0; i < 5; i++)
    printf(" %u", (unsigned)broken[i]);
  printf("\n");
}

static void measure_hand(const struct bench *bench)
{
  double least = 1e18;
  uint32_t broken[5] = {0};
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_ns();
    five_by_hand(&bench->data, broken);
    double time = now_ns() - start;
    least = time < least ? time : least;
  }
  print_least("C by hand over structs", least, broken);
}

static void measure_columns(struct bench *bench, struct vt_cel_program *const *programs,
                            struct vt_cel_run *run)
{
  const struct vt_allocator allocator = vt_allocator_real();
  const struct vt_cel_dictionary dictionary = {bench->texts.count, text_of, &bench->texts};
  const struct vt_cel_column columns[FIELDS] = {
      {VT_CEL_COLUMN_DOUBLE, bench->numbers[0], NULL, NULL},
      {VT_CEL_COLUMN_DOUBLE, bench->numbers[1], NULL, NULL},
      {VT_CEL_COLUMN_DOUBLE, bench->numbers[2], NULL, NULL},
      {VT_CEL_COLUMN_TEXT, bench->ids[0], NULL, &dictionary},
      {VT_CEL_COLUMN_TEXT, bench->ids[1], NULL, &dictionary},
      {VT_CEL_COLUMN_TEXT, bench->ids[2], NULL, &dictionary}};
  double least = 1e18;
  uint32_t broken[5] = {0};
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_ns();
    for (int rule = 0; rule < 5; rule++) {
      struct vt_cel_columns *bound;
      if (vt_cel_columns_new(&allocator, programs[rule], 0, columns, FIVE_ROWS, NULL, &bound,
                             NULL) != VATER_OK)
        exit(2);
      vt_cel_columns_eval(bound, run, 0, FIVE_ROWS, bench->lanes);
      broken[rule] = 0;
      for (int i = 0; i < FIVE_ROWS; i++)
        broken[rule] += bench->lanes[i] == VT_CEL_LANE_FALSE;
      vt_cel_columns_free(bound);
    }
    double time = now_ns() - start;
    least = time < least ? time : least;
  }
  print_least("vater, columns", least, broken);
}

static void measure_general(const struct bench *bench, struct vt_cel_program *const *programs,
                            struct vt_cel_run *run, const struct vt_cel_environment *environment)
{
  const struct vt_cel_getter getter = {get_field, bench};
  struct vt_cel_value row = vt_cel_record(vt_cel_record_find(environment, "Row"), &getter, 0);
  double least = 1e18;
  uint32_t broken[5] = {0};
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_ns();
    memset(broken, 0, sizeof broken);
    for (uint32_t i = 0; i < FIVE_ROWS; i++) {
      row.row = i;
      for (int rule = 0; rule < 5; rule++) {
        struct vt_cel_value outcome;
        vt_cel_eval(run, programs[rule], &row, &outcome);
        broken[rule] += outcome.kind == VT_CEL_BOOL && !outcome.as.truth;
      }
    }
    double time = now_ns() - start;
    least = time < least ? time : least;
  }
  print_least("vater, general evaluator alone", least, broken);
}

static void prepare(struct bench *bench)
{
  five_fill(&bench->data);
  for (int i = 0; i < FIVE_ROWS; i++) {
    const struct five_row *row = &bench->data.rows[i];
    bench->numbers[0][i] = row->numerator;
    bench->numbers[1][i] = row->denominator;
    bench->numbers[2][i] = row->value;
    bench->ids[0][i] = intern(&bench->texts, row->period);
    bench->ids[1][i] = intern(&bench->texts, row->area);
    bench->ids[2][i] = intern(&bench->texts, row->status);
  }
}

static void area_rule(const struct bench *bench, char *text, size_t size)
{
  size_t at = (size_t)snprintf(text, size, "obs.area in [");
  for (int i = 0; i < FIVE_AREAS; i++)
    at += (size_t)snprintf(text + at, size - at, "%s'%s'", i > 0 ? "," : "", bench->data.areas[i]);
  snprintf(text + at, size - at, "]");
}

/* The rows as JSON lines for the measurements in other languages. */
static int dump(const struct bench *bench)
{
  for (int i = 0; i < FIVE_ROWS; i++) {
    const struct five_row *row = &bench->data.rows[i];
    printf("{\"numerator\":%.17g,\"denominator\":%.17g,\"value\":%.17g,\"period\":\"%s\","
           "\"area\":\"%s\",\"status\":\"%s\"}\n",
           row->numerator, row->denominator, row->value, row->period, row->area, row->status);
  }
  return 0;
}

int main(int argc, char **argv)
{
  static const struct vt_cel_field fields[FIELDS] = {
      {"numerator", "double", NULL, NULL}, {"denominator", "double", NULL, NULL},
      {"value", "double", NULL, NULL},     {"period", "string", NULL, NULL},
      {"area", "string", NULL, NULL},      {"status", "string", NULL, NULL}};
  static struct bench bench;
  static char areas[PATTERN_BYTES];
  prepare(&bench);
  if (argc > 1 && strcmp(argv[1], "--dump") == 0)
    return dump(&bench);
  area_rule(&bench, areas, sizeof areas);
  const char *rules[] = {"obs.numerator <= obs.denominator",
                         "math.abs(obs.value - 100.0 * obs.numerator / obs.denominator) <= 0.05",
                         "obs.period.matches('^\\\\d{4}-Q[1-4]$')", areas,
                         "obs.status in ['final', 'preliminary'] && (obs.status != 'final' || "
                         "obs.denominator >= 5.0)"};
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  struct vt_cel_environment *environment;
  struct vt_cel_run *run;
  struct vt_cel_program *programs[5];
  if (arena == NULL ||
      vt_cel_environment_new(arena, &(struct vt_cel_options){0}, &environment) != VATER_OK ||
      vt_cel_declare_record(environment, "Row", fields, FIELDS, NULL) != VATER_OK ||
      vt_cel_declare_variable(environment, "obs", "Row", NULL, NULL) != VATER_OK ||
      vt_cel_run_new(&allocator, 0, 0, &run) != VATER_OK)
    return 2;
  for (int i = 0; i < 5; i++)
    programs[i] = compile(environment, arena, rules[i]);
  measure_hand(&bench);
  measure_columns(&bench, programs, run);
  measure_general(&bench, programs, run, environment);
  vt_cel_run_free(run);
  vt_cel_environment_free(environment);
  vt_arena_free(arena);
  return 0;
}
